import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RISK_HALF_LIFE } from '../../core/index.ts';
import { alertWrite, DAY, entity, incident, temporaryFolder } from '../testing/fixtures.ts';
import { Alerts } from './alerts.ts';
import { openSqlite, type RelationalDatabase } from './database.ts';
import { Entities } from './entities.ts';
import { Expectations } from './expectations.ts';
import { Incidents } from './incidents.ts';
import { Labels } from './labels.ts';
import { migrate } from './migrations.ts';

let folder: ReturnType<typeof temporaryFolder>;
let database: RelationalDatabase;
beforeEach(async () => {
  folder = temporaryFolder();
  const path = join(folder.path, 'meta.db');
  database = await openSqlite(path);
  migrate(database, path);
});
afterEach(() => {
  database.close();
  folder.remove();
});

describe('incidents', () => {
  it('keep what people did when the pipeline writes them again', () => {
    const incidents = new Incidents(database);
    incidents.save([incident('one')]);
    incidents.change('one', { state: 'acknowledged', assignee: 'ana' }, 'ana', DAY);
    incidents.note('one', 'called the owner', 'ana', DAY + 1);
    incidents.save([incident('one', { score: 12, band: 'high' })]);
    expect(incidents.get('one')).toMatchObject({
      ...{ score: 12, state: 'acknowledged', assignee: 'ana' },
      notes: [{ note: 'called the owner', by: 'ana', at: DAY + 1 }],
    });
    incidents.change('one', { assignee: null }, 'ana', DAY + 2);
    expect(incidents.get('one')).not.toHaveProperty('assignee');
    expect(() => incidents.note('none', 'n', 'ana', DAY)).toThrow(expect.objectContaining({ code: 'INPUT_MISSING' }));
    expect(() => incidents.change('none', { state: 'closed' }, 'ana', DAY)).toThrow(expect.objectContaining({ code: 'INPUT_MISSING' }));
  });

  it('list without those merged into another, by band, host and page', () => {
    const incidents = new Incidents(database);
    incidents.save([
      incident('a'),
      incident('b', { score: 3, band: 'low' }),
      incident('c', { score: 25, band: 'critical', hosts: ['db'] }),
    ]);
    incidents.save([incident('a', { merged: ['b'], score: 9 })]);
    expect(incidents.list({ order: 'score' }).items.map(({ id }) => id)).toEqual(['c', 'a']);
    expect(incidents.get('b')).toMatchObject({ mergedInto: 'a', growing: false });
    expect(incidents.list({ band: 'high' }).items.map(({ id }) => id)).toEqual(['c']);
    expect(incidents.list({ host: 'web' }).items.map(({ id }) => id)).toEqual(['a']);
    const page = incidents.list({ order: 'score', limit: 1 });
    expect(incidents.list({ order: 'score', limit: 1, cursor: page.cursor ?? '' }).items.map(({ id }) => id)).toEqual(['a']);
    incidents.save([incident('d', { learning: true })]);
    expect(incidents.list().items.map(({ id }) => id)).not.toContain('d');
    expect(incidents.list({ learning: true }).items.map(({ id }) => id)).toContain('d');
  });

  it('go with age, but not while somebody is on them', () => {
    const incidents = new Incidents(database);
    incidents.save([incident('old', { growing: false }), incident('assigned', { growing: false }), incident('growing')]);
    incidents.change('assigned', { assignee: 'ana' }, 'ana', DAY);
    expect(incidents.removeBefore(DAY + 1)).toBe(1);
    expect(incidents.ofHost('web', 10).map(({ id }) => id)).toEqual(['assigned', 'growing']);
  });

  it('and entities age from when they came to be known, where that is later; writing them again makes neither older', () => {
    const known = DAY + 1000 * 86_400_000_000;
    const incidents = new Incidents(database);
    const entities = new Entities(database);
    incidents.save([incident('history', { growing: false })], known);
    incidents.save([incident('history', { growing: false, score: 3 })]);
    entities.save([entity('old', 10, DAY)], known);
    entities.writeSeen([{ id: 'old', name: 'old', kind: 'host', first: DAY, last: DAY }], DAY);
    for (const kept of [incidents, entities]) {
      expect(kept.removeBefore(known)).toBe(0);
      expect(kept.removeBefore(known + 1)).toBe(1);
    }
  });
});

describe('expectations', () => {
  it('are a log whose last word is in force', () => {
    const log = new Expectations(database);
    const entry = { id: 'x', type: 'sudo', host: 'web', title: 'Sudo', reason: 'on duty', inForce: true, by: 'ana', at: DAY };
    const first = log.append(entry);
    log.append({ ...entry, inForce: false });
    log.append({ ...entry, id: 'y', user: 'root' });
    expect(log.inForce().map(({ id }) => id)).toEqual(['y']);
    const last = log.append(entry);
    expect(log.inForce().map(({ id }) => id)).toEqual(['y', 'x']);
    expect(log.log()).toHaveLength(4);
    expect(last.sequence).toBeGreaterThan(first.sequence);
  });
});

describe('entities', () => {
  it('are in the order of their decayed weight at any time, those only seen last', () => {
    const entities = new Entities(database);
    entities.save([entity('old', 10, DAY), entity('new', 6, DAY + RISK_HALF_LIFE)]);
    entities.writeSeen([{ id: 'quiet', name: 'quiet', kind: 'host', first: DAY, last: DAY }], DAY);
    const floors = [{ severity: 25, weight: 3 }];
    const all = entities.standings(floors);
    expect(all.items?.map(({ name }) => name)).toEqual(['new', 'old', 'quiet']);
    expect(entities.standings(floors, all.version)).toEqual({ version: all.version });
    const few = entities.standings(floors, undefined, 2);
    expect([few.items?.map(({ name }) => name), few.total]).toEqual([['new', 'old'], 3]);
    expect(entities.latest()).toBe(DAY + RISK_HALF_LIFE);
    expect(
      entities
        .named(['quiet', 'none', 'old'])
        .map(({ name }) => name)
        .sort(),
    ).toEqual(['old', 'quiet']);
  });

  it('come with what the alerts leave that are open about or aimed at them and that nobody called harmless, these first', () => {
    const entities = new Entities(database);
    const alerts = new Alerts(database);
    entities.save(['gate', 'web', 'db', 'old'].map((name) => entity(name, name === 'db' ? 8 : 0, DAY)));
    const about = (id: string, host: string, severity: number, targets?: readonly string[]) => {
      const { alert, row } = alertWrite(id, { severity });
      return { alert: { ...alert, detection: { ...alert.detection, entity: host, ...(targets && { targets }) } }, row };
    };
    alerts.save([about('a', '203.0.113.7', 60, ['gate']), about('b', 'web', 90), about('c', 'old', 20)]);
    const floors = [
      { severity: 75, detectors: ['sequence'], weight: 8 },
      { severity: 25, weight: 3 },
    ];
    const held = () =>
      Object.fromEntries((entities.standings(floors).items ?? []).flatMap(({ name, open }) => (open ? [[name, open]] : [])));
    expect(entities.standings(floors).items?.map(({ name }) => name)).toEqual(['gate', 'web', 'db', 'old']);
    expect(held()).toEqual({
      gate: { own: 0, target: 3, alerts: 1, since: DAY },
      web: { own: 8, target: 0, alerts: 1, since: DAY },
    });
    expect(entities.openAlerts(floors, 'gate')).toEqual({ own: 0, target: 3, alerts: 1, since: DAY });
    expect(entities.openAlerts(floors, 'old')).toBeUndefined();
    alerts.setState('b', 'closed', 'ana', DAY);
    const labels = new Labels(database);
    labels.append({ alertId: 'a', verdict: 'false-positive', note: '', by: 'ana', at: DAY });
    expect(held()).toEqual({});
    labels.append({ alertId: 'a', verdict: undefined, note: '', by: 'ana', at: DAY });
    expect(Object.keys(held())).toEqual(['gate']);
    const rule = { id: 'r', type: 'g', host: '203.0.113.7', title: 't', reason: '', inForce: true, by: 'ana', at: DAY };
    new Expectations(database).append(rule);
    expect(held()).toEqual({});
  });

  it('keep the earliest and the latest sight, and a bounded history', () => {
    const entities = new Entities(database);
    for (let i = 0; i < 600; i++) entities.save([entity('web', i, DAY + i)]);
    entities.writeSeen([{ id: 'web', name: 'web', kind: 'host', first: DAY - 5, last: DAY }], DAY);
    expect(entities.get('web')).toMatchObject({ firstSeen: DAY - 5, lastSeen: DAY + 599, weight: 599 });
    const history = entities.history('web');
    expect(history).toHaveLength(500);
    expect(history.at(-1)).toEqual({ at: DAY + 599, weight: 599 });
    expect(entities.removeBefore(DAY + 1000)).toBe(1);
    expect(entities.history('web')).toEqual([]);
  });
});
