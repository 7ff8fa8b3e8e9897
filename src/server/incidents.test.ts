import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { entityId } from '../alerts/index.ts';
import { alertWrite, DAY, entity, epochCommit, type Line, lines, logBatch } from '../store/testing/fixtures.ts';
import { saveFound } from './correlation/save.ts';
import { type Caller, ServerUnderTest } from './testing/server-under-test.ts';

const under = new ServerUnderTest();
let ana: Caller;
let viewer: Caller;

beforeAll(async () => {
  await under.start({
    prepare: async (home) => {
      const a = await home.tenant('a');
      const writes = ['T1110', 'T1190', 'T1048'].map((technique, i) => {
        const { alert, row } = alertWrite(`alert-${i}`, { start: DAY + i * 60_000_000, severity: 80, title: `step ${i}` });
        const detection = { ...alert.detection, techniques: [technique] };
        return { alert: { ...alert, tenant: 'a', group: `group-${i}`, detection }, row };
      });
      await saveFound(a, writes, under.clock);
      await a.commitEpoch(epochCommit(1, { entityClock: { event: DAY + 120_000_000, wall: under.clock } }));
    },
  });
  await under.user('ana', { a: 'analyst' });
  await under.user('viewer', { a: 'viewer' });
  ana = await under.browser('ana');
  viewer = await under.browser('viewer');
});
afterAll(() => under.stop());

interface Listed {
  readonly items: readonly { readonly id: string; readonly score: number; readonly band: string; readonly sentence: string }[];
}

const first = async (): Promise<Listed['items'][number]> => {
  const [one] = (await viewer.call('GET', 'tenants/a/incidents')).json<Listed>().items;
  if (one === undefined) throw new Error('no incident');
  return one;
};

describe('incidents over the API', () => {
  it('list, show, and take state, assignee and notes', async () => {
    const { id, band } = await first();
    expect(band).toBe('critical');
    const shown = await viewer.call('GET', `tenants/a/incidents/${id.slice(0, 6)}`);
    expect(shown.json()).toMatchObject({ id, tactics: ['initial-access', 'credential-access', 'exfiltration'], state: 'open', alerts: 3 });
    expect((await viewer.call('PATCH', `tenants/a/incidents/${id}`, { state: 'closed' })).status).toBe(403);
    const changed = await ana.call('PATCH', `tenants/a/incidents/${id}`, { state: 'acknowledged', assignee: 'ana' });
    expect(changed.json()).toMatchObject({ state: 'acknowledged', assignee: 'ana' });
    const noted = await ana.call('POST', `tenants/a/incidents/${id}/notes`, { note: 'asked the owner' });
    expect(noted.status).toBe(201);
    expect(noted.json()).toMatchObject({ notes: [{ note: 'asked the owner', by: 'ana' }] });
    expect((await viewer.call('GET', 'tenants/a/incidents?state=open')).json<Listed>().items).toEqual([]);
    expect((await viewer.call('GET', 'tenants/a/incidents/ffff')).status).toBe(404);
  });

  it('is rated without what is expected, and as before when that is taken back', async () => {
    const before = await first();
    const entity = async () => (await viewer.call('GET', 'tenants/a/entities/web-1')).json<{ risk: number }>().risk;
    const risk = await entity();
    const said = await ana.call('POST', 'tenants/a/expectations', { type: 'group-1', host: 'web-1', reason: 'a test' });
    expect(said.status).toBe(201);
    expect((await first()).score).toBeLessThan(before.score);
    expect(await entity()).toBeLessThan(risk);
    const { id } = said.json<{ id: string }>();
    expect((await ana.call('DELETE', `tenants/a/expectations/${id}`)).status).toBe(200);
    expect(await first()).toEqual(before);
    expect(await entity()).toBe(risk);
    expect((await ana.call('DELETE', `tenants/a/expectations/${id}`)).status).toBe(404);
    const log = (await viewer.call('GET', 'tenants/a/expectations?what=log')).json<{ items: unknown[] }>();
    expect(log.items).toHaveLength(2);
  });
});

describe('entities over the API', () => {
  it('list by risk with counts, and show risk over time, facts, alerts and incidents', async () => {
    const listed = (await viewer.call('GET', 'tenants/a/entities?verdict=harmful')).json<{ items: { name: string }[]; counts: unknown }>();
    expect(listed.items.map(({ name }) => name)).toEqual(['web-1']);
    expect(listed.counts).toEqual({ safe: 0, suspicious: 0, attacked: 0, harmful: 1 });
    const shown = (await viewer.call('GET', `tenants/a/entities/${entityId('web-1')}`)).json<{
      risk: number;
      history: { at: number; risk: number }[];
      facts: { fact: string }[];
      recentAlerts: unknown[];
      incidents: unknown[];
    }>();
    expect(shown.history.at(-1)).toEqual({ at: DAY + 121_000_000, risk: shown.risk });
    expect(shown.facts.map(({ fact }) => fact)).toContain('first sequence alert: step 1');
    expect([shown.recentAlerts.length, shown.incidents.length]).toEqual([3, 1]);
    expect((await under.control.call('GET', 'tenants/a/entities/nobody')).status).toBe(404);
  });

  it('are not safe while an alert of medium severity or above is open, however old, and are once all are closed', async () => {
    under.clock += 24 * 3_600_000_000;
    const later = async () =>
      (await under.control.call('GET', 'tenants/a/entities/web-1')).json<{
        risk: number;
        verdict: string;
        openAlerts: number;
        asOf: number;
      }>();
    const start = await later();
    expect(start).toMatchObject({ verdict: 'harmful', risk: 75, openAlerts: 3, asOf: DAY + 120_000_000 + 24 * 3_600_000_000 });
    const listed = (await under.control.call('GET', 'tenants/a/entities')).json<{ items: { name: string; verdict: string }[] }>();
    expect(listed.items.map(({ name, verdict }) => [name, verdict])).toEqual([['web-1', 'harmful']]);
    for (const id of ['alert-0', 'alert-1']) await under.control.call('PATCH', `tenants/a/alerts/${id}`, { state: 'closed' });
    expect(await later()).toMatchObject({ verdict: 'harmful', openAlerts: 1 });
    await under.control.call('PUT', 'tenants/a/alerts/alert-2/label', { verdict: 'benign' });
    expect(await later()).toMatchObject({ verdict: 'safe', openAlerts: 0 });
  });
});

describe('devices of the overview', () => {
  it('are the own ones, attacked ones told from harmful ones, and outside addresses counted apart', async () => {
    const b = await under.home.tenant('b');
    const found = (id: string, entity: string, targets: readonly string[]) => {
      const { alert, row } = alertWrite(id, { start: DAY, severity: 90, detector: 'suricata' });
      return { alert: { ...alert, tenant: 'b', group: id, detection: { ...alert.detection, entity, targets } }, row };
    };
    await saveFound(b, [found('exploit', '203.0.113.7', ['10.0.0.5']), found('upload', '10.0.0.9', ['198.51.100.4'])], under.clock);
    const { devices } = (await under.control.call('GET', 'tenants/b/overview')).json<{ devices: unknown }>();
    expect(devices).toEqual({
      ...{ seen: 2, harmful: 1, attacked: 1, suspicious: 0, safe: 0 },
      outside: { seen: 2, harmful: 1, suspicious: 0, safe: 1 },
    });
    const { items } = (await under.control.call('GET', 'tenants/b/entities')).json<{ items: Record<string, unknown>[] }>();
    expect(items.map(({ name, place, verdict, openAlerts }) => [name, place, verdict, openAlerts])).toEqual([
      ['10.0.0.5', 'own', 'attacked', 1],
      ['10.0.0.9', 'own', 'harmful', 1],
      ['203.0.113.7', 'outside', 'harmful', 1],
      ['198.51.100.4', 'outside', 'safe', 0],
    ]);
    const paged: unknown[] = [];
    let cursor = '';
    do {
      const page = (await under.control.call('GET', `tenants/b/entities?limit=1${cursor}`)).json<{
        items: { name: string }[];
        cursor?: string;
      }>();
      paged.push(...page.items.map(({ name }) => name));
      cursor = page.cursor == null ? '' : `&cursor=${page.cursor}`;
    } while (cursor !== '');
    expect(paged).toEqual(items.map(({ name }) => name));
  });
});

describe('the list of entities', () => {
  const WAVE = 12_500;
  interface Page {
    readonly items: readonly { readonly name: string; readonly verdict: string; readonly events: number; readonly openAlerts: number }[];
    readonly total: number;
    readonly unlisted: number;
    readonly counts: Readonly<Record<string, number>>;
    readonly cursor?: string;
  }
  const page = async (query: string) => (await under.control.call('GET', `tenants/wave/entities?${query}`)).json<Page>();

  beforeAll(async () => {
    const wave = await under.home.tenant('wave');
    await wave.alerts.save(
      Array.from({ length: WAVE }, (_, i) => {
        const { alert, row } = alertWrite(`wave-${i}`, { severity: 60, detector: 'sigma' });
        return { alert: { ...alert, tenant: 'wave', detection: { ...alert.detection, entity: address(i) } }, row };
      }),
    );
    await wave.entities.save(
      Array.from({ length: WAVE }, (_, i) => ({ ...entity(address(i), 1, DAY), id: entityId(address(i)), alerts: 1 })),
    );
    await wave.entities.save([entity('quiet-host', 0, DAY)]);
    const batch = logBatch([...lines(3), { ...(lines(1)[0] as Line), host: address(7) }]);
    await wave.events.append(batch);
    await wave.commitEpoch(epochCommit(1));
  }, 60_000);

  it('holds every one of a wave of attackers with its risk, however many they are', async () => {
    const { total, counts, unlisted } = await page('limit=1');
    expect({ total, counts, unlisted }).toEqual({
      ...{ total: WAVE + 3, unlisted: 0 },
      counts: { harmful: WAVE, attacked: 0, suspicious: 0, safe: 3 },
    });
    for (const one of [0, 9_999, WAVE - 1])
      expect((await page(`name=${address(one)}`)).items[0]).toMatchObject({ name: address(one), verdict: 'harmful', openAlerts: 1 });
    const { devices } = (await under.control.call('GET', 'tenants/wave/overview')).json<{ devices: { outside: object } }>();
    expect(devices).toMatchObject({ seen: 3, safe: 3, outside: { seen: WAVE, harmful: WAVE, safe: 0 } });
  });

  it('is paged without a gap or a repetition, by level and place', async () => {
    const names = new Set<string>();
    let cursor = '';
    let pages = 0;
    do {
      const found = await page(`limit=1000&place=outside&level=harmful${cursor}`);
      for (const { name } of found.items) names.add(name);
      cursor = found.cursor === undefined ? '' : `&cursor=${found.cursor}`;
      pages++;
    } while (cursor !== '');
    expect([names.size, pages]).toEqual([WAVE, Math.ceil(WAVE / 1000)]);
    expect((await page('place=own')).items.map(({ name }) => name)).toEqual(['web-1', 'web-2', 'quiet-host']);
    expect((await page('level=attacked')).items).toEqual([]);
  });

  it('sorts by what is asked for, with the events that each wrote', async () => {
    const busiest = await page('sort=events&limit=3');
    expect(busiest.items.map(({ name, events }) => [name, events])).toEqual(
      [
        ['web-1', 2],
        [address(7), 1],
        ['web-2', 1],
      ].sort((a, b) => (b[1] as number) - (a[1] as number)),
    );
    expect((await page('sort=name&order=desc&limit=2')).items.map(({ name }) => name)).toEqual(['web-2', 'web-1']);
    const next = await page(`sort=name&order=desc&limit=2&cursor=${(await page('sort=name&order=desc&limit=2')).cursor}`);
    expect(next.items[0]?.name).toBe('quiet-host');
  });

  it('shows at once what a person changed', async () => {
    await page('limit=1');
    await under.control.call('POST', 'tenants/wave/alerts/bulk', { where: { entity: address(3) }, state: 'closed' });
    expect((await page(`name=${address(3)}&limit=1&sort=name`)).items[0]).toMatchObject({ name: address(3), verdict: 'safe' });
    expect((await page('limit=1')).counts).toMatchObject({ harmful: WAVE - 1, safe: 4 });
  });
});

const address = (i: number): string => `45.0.${Math.floor(i / 250)}.${(i % 250) + 1}`;
