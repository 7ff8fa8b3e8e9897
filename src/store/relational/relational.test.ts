import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { diskBytes } from '../disk.ts';
import { alertWrite, DAY, temporaryFolder } from '../testing/fixtures.ts';
import { Alerts } from './alerts.ts';
import { openSqlite, type RelationalDatabase } from './database.ts';
import { DeadLetters } from './dead-letters.ts';
import { Journal } from './journal.ts';
import { Labels } from './labels.ts';
import { MIGRATIONS, migrate } from './migrations.ts';
import { Outbox } from './outbox.ts';

let folder: ReturnType<typeof temporaryFolder>;
let path: string;
let database: RelationalDatabase;
beforeEach(async () => {
  folder = temporaryFolder();
  path = join(folder.path, 'meta.db');
  database = await openSqlite(path);
  migrate(database, path);
});
afterEach(() => {
  database.close();
  folder.remove();
});

describe('migrations', () => {
  it('upgrade an older store and keep what is in it', async () => {
    new Journal(database).addCounters({ lines: 3 });
    const upgrade = [...MIGRATIONS, 'ALTER TABLE counters ADD COLUMN unit TEXT', 'UPDATE counters SET unit = name'];
    database.close();
    database = await openSqlite(path);
    migrate(database, path, upgrade);
    expect(database.get('PRAGMA user_version')).toEqual({ user_version: MIGRATIONS.length + 2 });
    expect(database.all('SELECT * FROM counters')).toEqual([{ name: 'lines', value: 3, unit: 'lines' }]);
    migrate(database, path, upgrade);
  });

  it('that fail change nothing', () => {
    const broken = [...MIGRATIONS, "INSERT INTO counters VALUES ('half', 1); SELECT nonsense"];
    expect(() => migrate(database, path, broken)).toThrow();
    expect(database.get('PRAGMA user_version')).toEqual({ user_version: MIGRATIONS.length });
    expect(new Journal(database).counters()).toEqual({});
  });

  it('refuse a store of a newer program untouched', async () => {
    database.script(`PRAGMA user_version = ${MIGRATIONS.length + 1}`);
    expect(() => migrate(database, path)).toThrow(expect.objectContaining({ code: 'STORE_NEWER' }));
  });
});

describe('database', () => {
  it('that is no database is STORE_CORRUPT', async () => {
    const bytes = diskBytes(folder.path);
    await bytes.write('bad.db', new TextEncoder().encode('garbage '.repeat(2000)));
    await expect(openSqlite(bytes.local('bad.db'))).rejects.toMatchObject({ code: 'STORE_CORRUPT' });
  });
});

describe('alerts', () => {
  it('of the same id are overwritten, never two, and a state set by a person stays', () => {
    const alerts = new Alerts(database);
    alerts.save([alertWrite('a'), alertWrite('b')]);
    alerts.setState('a', 'closed', 'eve', 1);
    alerts.save([alertWrite('a', { title: 'again' })]);
    expect(alerts.count()).toBe(2);
    expect(alerts.get('a')).toMatchObject({ state: 'closed', detection: { title: 'again' } });
    expect(() => alerts.setState('x', 'closed', 'eve', 1)).toThrow(expect.objectContaining({ code: 'ALERT_MISSING' }));
  });

  it('are listed in pages that neither repeat nor leave out', () => {
    const alerts = new Alerts(database);
    fc.assert(
      fc.property(
        fc.array(fc.record({ at: fc.nat(5), severity: fc.nat(4) }), { maxLength: 30 }),
        fc.integer({ min: 1, max: 7 }),
        fc.constantFrom('time', 'severity'),
        (items, limit, order) => {
          alerts.removeBefore(Number.MAX_SAFE_INTEGER);
          alerts.save(items.map(({ at, severity }, i) => alertWrite(`a${i}`, { start: DAY + at, severity })));
          const found: string[] = [];
          let cursor: string | undefined;
          do {
            const page = alerts.list({ limit, order, ...(cursor === undefined ? {} : { cursor }) });
            found.push(...page.items.map(({ id }) => id));
            cursor = page.cursor;
          } while (cursor !== undefined);
          const rank = (i: number) => (order === 'time' ? items[i]?.at : items[i]?.severity) ?? 0;
          const expected = items.map((_, i) => i).sort((a, b) => rank(b) - rank(a) || (`a${a}` < `a${b}` ? -1 : 1));
          expect(found).toEqual(expected.map((i) => `a${i}`));
        },
      ),
      { numRuns: 30 },
    );
  });

  it('are filtered, and hostile text comes back exactly', () => {
    const alerts = new Alerts(database);
    alerts.save([alertWrite('a', { title: "x'); DROP TABLE alerts; --\0\ud800" }), alertWrite('b', { detector: 'rate', severity: 90 })]);
    expect(alerts.get('a')?.detection.title).toBe("x'); DROP TABLE alerts; --\0\ud800");
    expect(alerts.list({ detector: 'rate' }).items.map(({ id }) => id)).toEqual(['b']);
    expect(alerts.count({ minSeverity: 60, from: DAY, to: DAY + 1 })).toBe(1);
    expect(alerts.count({ belowSeverity: 60 })).toBe(alerts.count() - alerts.count({ minSeverity: 60 }));
    expect([alerts.count({ promised: true }), alerts.count({ promised: false })]).toEqual([alerts.count(), 0]);
    const { alert, row } = alertWrite('of-a-rule');
    alerts.save([{ row, alert: { ...alert, detection: { ...alert.detection, pValue: Number.NaN } } }]);
    expect(alerts.count({ promised: false })).toBe(1);
    expect(alerts.count({ entity: "' OR 1=1 --" })).toBe(0);
  });

  it('lie in lanes over time, with what they have in common', () => {
    const alerts = new Alerts(database);
    alerts.save([
      alertWrite('a', { start: DAY, severity: 30 }),
      alertWrite('b', { start: DAY + 9, severity: 80 }),
      alertWrite('c', { start: DAY + 9, severity: 60, detector: 'rate' }),
    ]);
    const { lanes, influencers, ...rest } = alerts.lanes({ by: 'detector', bins: 5, limit: 1, from: DAY, to: DAY + 10 });
    expect(rest).toEqual({ start: DAY, binMicros: 2, bins: 5, total: 3, more: 1 });
    expect(lanes).toEqual([{ name: 'sequence', alerts: 2, severity: 80, counts: [1, 0, 0, 0, 1], severities: [30, 0, 0, 0, 80] }]);
    expect(influencers.find(({ kind }) => kind === 'technique')).toEqual({
      ...{ kind: 'technique', name: 'T1110', alerts: 3, severity: 80, weight: 170 },
    });
    expect(influencers.filter(({ kind }) => kind === 'detector').map(({ name }) => name)).toEqual(['sequence', 'rate']);
    expect(alerts.lanes({ by: 'entity', bins: 5, limit: 9, minSeverity: 90 }).lanes).toEqual([]);
    expect(alerts.summary()).toMatchObject({
      techniques: [{ techniques: ['T1110'], count: 3, open: 3 }],
    });
    expect([alerts.count({ techniques: [['T1110'], ['x']] }), alerts.count({ techniques: [['x']] })]).toEqual([3, 0]);
  });
});

describe('labels', () => {
  it('the last write wins, a revoked one is out, and the log keeps all', () => {
    const alerts = new Alerts(database);
    const labels = new Labels(database);
    alerts.save([alertWrite('a'), alertWrite('b', { detector: 'rate' })]);
    const label = (alertId: string, verdict: 'benign' | 'false-positive' | undefined) =>
      labels.append({ alertId, verdict, note: 'n', by: 'eve', at: 1 });
    label('a', 'benign');
    label('b', 'benign');
    expect(label('a', 'false-positive')).toMatchObject({ sequence: 3, verdict: 'false-positive' });
    expect(labels.inForce().map(({ alertId, verdict }) => [alertId, verdict])).toEqual([
      ['b', 'benign'],
      ['a', 'false-positive'],
    ]);
    expect(labels.inForce('rate')).toMatchObject([{ alertId: 'b', entity: 'web-1', row: new TextEncoder().encode('row of b') }]);
    expect(alerts.get('a')?.verdict).toBe('false-positive');
    label('a', undefined);
    expect(alerts.get('a')).not.toHaveProperty('verdict');
    expect(labels.inForce().map(({ alertId }) => alertId)).toEqual(['b']);
    expect(labels.log('a').length).toBe(3);
    expect(() => label('x', 'benign')).toThrow(expect.objectContaining({ code: 'ALERT_MISSING' }));
    alerts.removeBefore(Number.MAX_SAFE_INTEGER);
    expect(alerts.get('a')).toBeUndefined();
    expect(labels.inForce().length).toBe(1);
  });
});

describe('outbox', () => {
  it('sends one message per alert and sink, retries later, and never again once done', () => {
    const outbox = new Outbox(database);
    const message = { alertId: 'a', sink: 'mail', body: 'one', createdAt: 10 };
    outbox.write([message, { ...message, body: 'two' }, { ...message, sink: 'hook' }]);
    expect(outbox.due(9, 10)).toEqual([]);
    expect(outbox.due(10, 10).map(({ key, body }) => [key, body])).toEqual([
      ['a/mail', 'one'],
      ['a/hook', 'one'],
    ]);
    outbox.failed('a/mail', 50, 'refused');
    expect(outbox.due(49, 10).map(({ key }) => key)).toEqual(['a/hook']);
    expect(outbox.due(50, 10).map(({ key, attempts }) => [key, attempts])).toEqual([
      ['a/hook', 0],
      ['a/mail', 1],
    ]);
    outbox.done(['a/hook', 'a/mail'], 60);
    outbox.write([message]);
    expect(outbox.pending()).toBe(0);
  });
});

describe('dead letters', () => {
  const letter = (offset: number, size = 10) => ({
    source: 's',
    input: 'i',
    offset,
    line: 1,
    reason: 'not json',
    bytes: new Uint8Array(size).fill(offset),
    arrival: 5,
  });

  it('keep each record once, large ones beside, and give them back for another attempt', async () => {
    const letters = new DeadLetters(database, diskBytes(folder.path));
    await letters.append([letter(1), letter(2, 100_000)]);
    await letters.append([letter(1)]);
    const { items, cursor } = await letters.list({ limit: 1 });
    expect(items).toMatchObject([{ ...letter(2, 100_000) }]);
    expect((await letters.list({ limit: 1, cursor: cursor ?? '' })).items).toMatchObject([letter(1)]);
    expect(await letters.take([items[0]?.id ?? 0])).toMatchObject([{ offset: 2 }]);
    expect(letters.counts()).toEqual({ kept: 1, bytes: 10, dropped: 0, byReason: { 'not json': 1 } });
    expect(await diskBytes(folder.path).list('dead-letters')).toEqual([]);
  });

  it('stay within their bytes: the oldest go and are counted', async () => {
    const letters = new DeadLetters(database, diskBytes(folder.path), 1000);
    for (let i = 0; i < 30; i++) await letters.append([letter(i, 100)]);
    await letters.append([letter(99, 5000)]);
    const { kept, bytes, dropped } = letters.counts();
    expect(bytes).toBeLessThanOrEqual(1000);
    expect(kept + dropped).toBe(31);
    expect((await letters.list()).items[0]).toMatchObject({ offset: 99 });
  });
});
