import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { alertWrite, DAY } from '../store/testing/fixtures.ts';
import { type Caller, ServerUnderTest } from './testing/server-under-test.ts';

const under = new ServerUnderTest();
let ana: Caller;
let viewer: Caller;

beforeAll(async () => {
  await under.start({
    prepare: async (home) => {
      const a = await home.tenant('a');
      await a.alerts.save(
        ['aaaa1111', 'aaaa2222', 'bbbb1111'].map((id) => {
          const { alert, row } = alertWrite(id);
          return { alert: { ...alert, tenant: 'a' }, row };
        }),
      );
    },
  });
  await under.user('ana', { a: 'analyst' });
  await under.user('viewer', { a: 'viewer' });
  ana = await under.browser('ana');
  viewer = await under.browser('viewer');
});
afterAll(() => under.stop());

const ids = async (query: string) =>
  (await viewer.call('GET', `tenants/a/alerts?${query}`)).json<{ items: { id: string }[] }>().items.map(({ id }) => id);

describe('alerts over the API', () => {
  it('are taken up and written about, by those who may, with an entry in the audit log', async () => {
    expect((await viewer.call('PATCH', 'tenants/a/alerts/aaaa1111', { assignee: 'viewer' })).status).toBe(403);
    expect((await viewer.call('POST', 'tenants/a/alerts/aaaa1111/notes', { note: 'x' })).status).toBe(403);
    const taken = await ana.call('PATCH', 'tenants/a/alerts/aaaa1111', { state: 'acknowledged', assignee: 'ana' });
    expect(taken.json()).toMatchObject({ id: 'aaaa1111', state: 'acknowledged', assignee: 'ana', notes: [] });
    const noted = await ana.call('POST', 'tenants/a/alerts/bbbb/notes', { note: 'asked <b>the owner</b>' });
    expect([noted.status, noted.json()]).toMatchObject([201, { id: 'bbbb1111', notes: [{ note: 'asked <b>the owner</b>', by: 'ana' }] }]);
    await ana.call('POST', 'tenants/a/alerts/bbbb1111/notes', { note: 'it was him' });
    expect(
      (await viewer.call('GET', 'tenants/a/alerts/bbbb1111')).json<{ notes: { note: string }[] }>().notes.map(({ note }) => note),
    ).toEqual(['asked <b>the owner</b>', 'it was him']);
    expect(await ids('assignee=ana')).toEqual(['aaaa1111']);
    const log = await (await under.home.tenant('a')).journal.auditLog(10);
    expect(log.map(({ action, subject, by }) => [action, subject, by])).toEqual([
      ['note on alert', 'bbbb1111', 'ana'],
      ['note on alert', 'bbbb1111', 'ana'],
      ['alert changed', 'aaaa1111', 'ana'],
    ]);
  });

  it('are assigned many at once, and given up again', async () => {
    const bulk = await ana.call('POST', 'tenants/a/alerts/bulk', { ids: ['aaaa1111', 'aaaa2222', 'none'], assignee: 'bob' });
    expect(bulk.json()).toMatchObject({ changed: 2, missing: ['none'] });
    expect(await ids('assignee=bob')).toEqual(['aaaa1111', 'aaaa2222']);
    expect((await ana.call('PATCH', 'tenants/a/alerts/aaaa1111', { assignee: null })).json()).not.toHaveProperty('assignee');
    expect(await ids('assignee=bob')).toEqual(['aaaa2222']);
  });

  it('are named by a prefix of their id where it is the only one', async () => {
    expect((await viewer.call('GET', 'tenants/a/alerts/aaaa')).status).toBe(404);
    expect((await viewer.call('GET', 'tenants/a/alerts/aaaa2')).json()).toMatchObject({ id: 'aaaa2222' });
    expect((await ana.call('PATCH', 'tenants/a/alerts/cccc', { assignee: 'ana' })).status).toBe(404);
    expect((await ana.call('POST', 'tenants/a/alerts/cccc/notes', { note: 'x' })).status).toBe(404);
    expect((await ana.call('POST', 'tenants/a/alerts/aaaa1111/notes', { note: '' })).status).toBe(400);
  });

  it('keep who has them and what was written when the pipeline writes them again, when retention runs, and in exports', async () => {
    const { alerts } = await under.home.tenant('a');
    const { alert, row } = alertWrite('bbbb1111', { title: 'grown' });
    const read = await alerts.get('bbbb1111');
    await alerts.save([{ alert: { ...(read ?? alert), detection: alert.detection, count: 7 }, row }]);
    await ana.call('PATCH', 'tenants/a/alerts/aaaa1111', { assignee: null });
    expect(await alerts.removeBefore(DAY + 1)).toBe(1);
    expect(await ids('')).toEqual(['aaaa2222', 'bbbb1111']);
    const exported = (await viewer.call('GET', 'tenants/a/alerts/bbbb1111/export/json')).json<{
      alert: { count: number; notes: object[] };
    }>();
    expect(exported.alert).toMatchObject({ count: 7, notes: [{ by: 'ana' }, { note: 'it was him' }] });
  });
});

describe('changes of many alerts', () => {
  const KIND = 2500;
  interface Bulk {
    readonly changed: number;
    readonly undo: number | null;
  }
  const bulk = async (body: object): Promise<Bulk> => (await ana.call('POST', 'tenants/a/alerts/bulk', body)).json<Bulk>();
  const count = async (query: object) => (await under.home.tenant('a')).alerts.count({ group: 'many', ...query });

  beforeAll(async () => {
    const { alerts } = await under.home.tenant('a');
    await alerts.save(
      Array.from({ length: KIND }, (_, i) => {
        const { alert, row } = alertWrite(`many-${String(i).padStart(5, '0')}`);
        return { alert: { ...alert, tenant: 'a', group: 'many' }, row };
      }),
    );
    await alerts.setState('many-00007', 'closed', 'bob', DAY);
    await alerts.setState('many-00008', 'acknowledged', 'bob', DAY);
  });

  it('reach all of a kind in one step, tell how many really changed, and change none twice', async () => {
    expect(await bulk({ where: { group: 'many' }, state: 'closed' })).toMatchObject({ changed: KIND - 1 });
    expect(await count({ state: 'closed' })).toBe(KIND);
    expect(await bulk({ where: { group: 'many' }, state: 'closed' })).toEqual({ changed: 0, missing: [], undo: null });
    const [second, first] = await (await under.home.tenant('a')).journal.auditLog(2);
    expect(first).toMatchObject({ action: 'alerts changed', subject: '2499 alerts', detail: 'closed: group many', by: 'ana' });
    expect(second).toMatchObject({ subject: '0 alerts' });
  });

  it('are taken back alert by alert as it was, without what was changed since, and once', async () => {
    await bulk({ where: { group: 'many' }, state: 'open' });
    const { undo } = await bulk({ where: { group: 'many', state: 'open' }, state: 'acknowledged', assignee: 'ana' });
    await ana.call('PATCH', 'tenants/a/alerts/many-00001', { state: 'closed' });
    expect((await viewer.call('DELETE', `tenants/a/alerts/bulk/${undo}`)).status).toBe(403);
    const undone = await ana.call('DELETE', `tenants/a/alerts/bulk/${undo}`);
    expect(undone.json()).toEqual({ changed: KIND });
    expect([await count({ state: 'open' }), await count({ state: 'closed' }), await count({ assignee: 'ana' })]).toEqual([KIND - 1, 1, 0]);
    expect((await ana.call('DELETE', `tenants/a/alerts/bulk/${undo}`)).status).toBe(404);
    const [last] = await (await under.home.tenant('a')).journal.auditLog(1);
    expect(last).toMatchObject({ action: 'alerts changed back', subject: '2500 alerts' });
  });

  it('label those that are not labelled so, and take the labels back to what they were', async () => {
    const { labels } = await under.home.tenant('a');
    await labels.append({ alertId: 'many-00000', verdict: 'benign', note: '', by: 'bob', at: DAY });
    const { changed, undo } = await bulk({ where: { group: 'many' }, verdict: 'benign', note: 'a test' });
    expect([changed, (await labels.inForce()).length]).toEqual([KIND - 1, KIND]);
    expect((await ana.call('DELETE', `tenants/a/alerts/bulk/${undo}`)).json()).toEqual({ changed: KIND - 1 });
    expect((await labels.inForce()).map(({ alertId }) => alertId)).toEqual(['many-00000']);
  });

  it('by many ids name the first of them in the audit log and say how many more there are', async () => {
    const chosen = Array.from({ length: 40 }, (_, i) => `many-${String(100 + i).padStart(5, '0')}`);
    await bulk({ ids: chosen, assignee: 'bob' });
    const [last] = await (await under.home.tenant('a')).journal.auditLog(1);
    expect(last?.detail).toBe(`assigned to bob: ${chosen.slice(0, 10).join(' ')} and 30 more`);
  });

  it('need ids or a condition, and not both', async () => {
    for (const body of [{}, { where: {} }, { ids: ['aaaa2222'], where: { group: 'many' } }])
      expect((await ana.call('POST', 'tenants/a/alerts/bulk', { ...body, state: 'closed' })).status).toBe(400);
    expect((await viewer.call('POST', 'tenants/a/alerts/bulk', { where: { group: 'many' }, state: 'closed' })).status).toBe(403);
  });
});
