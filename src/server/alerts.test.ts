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
    expect(bulk.json()).toEqual({ changed: 2, missing: ['none'] });
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
