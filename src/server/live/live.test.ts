import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { alertWrite } from '../../store/testing/fixtures.ts';
import { remoteOperations } from '../client.ts';
import { CONTROL_TOKEN, ServerUnderTest } from '../testing/server-under-test.ts';

interface Received {
  readonly id: string;
  readonly event: string;
  readonly data: unknown;
}

const under = new ServerUnderTest();
let address = '';
let cookie = '';

beforeAll(async () => {
  await under.start({ limits: { streamsPerTenant: 3 } });
  await under.user('ana', { a: 'analyst' });
  await under.user('bob', { b: 'viewer' });
  ({ address } = await under.server.listen('127.0.0.1:0'));
  ({ cookie } = await under.browser('ana'));
});

afterAll(() => under.stop());

/** Listens until `enough` says so. */
async function listen(enough: (events: readonly Received[]) => boolean, lastEventId?: string): Promise<Received[]> {
  const controller = new AbortController();
  const headers = { cookie, ...(lastEventId === undefined ? {} : { 'last-event-id': lastEventId }) };
  const response = await fetch(`${address}/api/v1/tenants/a/stream`, { headers, signal: controller.signal });
  expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
  expect(response.headers.get('content-security-policy')).toContain("default-src 'none'");
  const events: Received[] = [];
  let text = '';
  try {
    for await (const chunk of response.body as ReadableStream<Uint8Array>) {
      text += new TextDecoder().decode(chunk);
      const frames = text.split('\n\n');
      text = frames.pop() ?? '';
      for (const frame of frames) {
        const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(frame)?.[1] ?? '';
        if (field('event') !== '') events.push({ id: field('id'), event: field('event'), data: JSON.parse(field('data') || '{}') });
      }
      if (enough(events)) break;
    }
  } finally {
    controller.abort();
  }
  return events;
}

const remote = (tenant: string) => remoteOperations({ address, token: CONTROL_TOKEN, pid: process.pid }, tenant);
const write = (id: string) => {
  const one = alertWrite(id, { start: under.clock });
  return { ...one, alert: { ...one.alert, tenant: 'a' } };
};

describe('the event stream', () => {
  it('brings alerts, changes and the status of each second, and after a break what was missed', async () => {
    const listening = listen((events) => ['alert', 'changed', 'status'].every((name) => events.some(({ event }) => event === name)));
    await new Promise((resolve) => setTimeout(resolve, 200));
    await remote('a').saveAlerts([write('a1')]);
    await (await under.browser('ana')).call('PUT', 'tenants/a/alerts/a1/state', { state: 'acknowledged' });
    const events = await listening;
    const alert = events.find(({ event }) => event === 'alert');
    expect(alert?.data).toMatchObject({ id: 'a1', tenant: 'a' });
    expect(events.find(({ event }) => event === 'changed')?.data).toEqual({ ids: ['a1'], by: 'ana' });
    expect(events.find(({ event }) => event === 'status')).toMatchObject({
      id: '',
      data: { state: 'starting', openAlerts: expect.any(Number) },
    });

    await remote('a').saveAlerts([write('a2')]);
    const again = await listen((all) => all.some(({ data }) => (data as { id?: string }).id === 'a2'), alert?.id);
    expect(again.map(({ event }) => event).filter((event) => event !== 'status' && event !== 'incident')).toEqual(['changed', 'alert']);
  });

  it('says when what was missed is no longer kept', async () => {
    expect((await listen((events) => events.length > 0, 'fromanotherstart-7'))[0]?.event).toBe('reset');
    expect((await listen((events) => events.length > 0, '%00'))[0]?.event).toBe('reset');
  });

  it('is refused to others and above its bound', async () => {
    const bob = await under.browser('bob');
    expect((await fetch(`${address}/api/v1/tenants/a/stream`, { headers: { cookie: bob.cookie } })).status).toBe(403);
    expect((await fetch(`${address}/api/v1/tenants/a/stream`)).status).toBe(401);
    const controller = new AbortController();
    const open = () => fetch(`${address}/api/v1/tenants/a/stream`, { headers: { cookie }, signal: controller.signal });
    const statuses: number[] = [];
    for (let i = 0; i < 4; i++) statuses.push((await open()).status);
    controller.abort();
    expect(statuses).toEqual([200, 200, 200, 429]);
  });
});

describe('an alert of an older program', () => {
  it('that lacks what is told today does not hide the others', async () => {
    const store = await under.home.tenant('b');
    const { alert, row } = alertWrite('old');
    const { techniques: _techniques, ...detection } = alert.detection;
    await store.alerts.save([alertWrite('new'), { alert: { ...alert, detection: detection as typeof alert.detection }, row }]);
    const bob = await under.browser('bob');
    const { items } = (await bob.call('GET', 'tenants/b/alerts')).json<{ items: { id: string }[] }>();
    expect(items.map(({ id }) => id).sort()).toEqual(['new', 'old']);
    expect(under.logged.join()).toContain('an answer does not fit');
  });
});

describe('the command line of this machine', () => {
  it('works through the control token as with the home itself', async () => {
    const operations = remote('a');
    await operations.saveAlerts([write('cli-1'), write('cli-2')], {
      name: 'r',
      input: 'i',
      createdAt: 1,
      alerts: 2,
      files: ['out/r.html'],
    });
    expect((await operations.getAlert('cli-1')).detection.title).toBe('unusual session');
    expect(await operations.label('cli-1', 'false-positive', 'known')).toMatchObject({
      verdict: 'false-positive',
      note: 'known',
      by: 'control',
    });
    const [label] = await operations.labels('sequence');
    expect(new TextDecoder().decode(label?.row)).toBe('row of cli-1');
    expect((await operations.label('cli-1', undefined, '')).verdict).toBeUndefined();
    expect(await operations.labels('sequence')).toEqual([]);
    expect(await operations.changeAlert('cli-2', { state: 'closed', assignee: 'maria' })).toMatchObject({ id: 'cli-2', assignee: 'maria' });
    expect(await operations.noteAlert('cli-2', 'asked the owner')).toMatchObject({ notes: [{ note: 'asked the owner', by: 'control' }] });
    expect((await operations.listAlerts({ state: 'closed' })).items.map(({ id }) => id)).toEqual(['cli-2']);
    expect(await operations.reports()).toMatchObject([{ name: 'r', files: ['out/r.html'] }]);
    expect(await operations.analysis('0123456789abcdef')).toBeUndefined();
    await expect(operations.getAlert('nope')).rejects.toMatchObject({ code: 'ALERT_MISSING' });
    await expect(remote('nope').listAlerts({})).rejects.toMatchObject({ code: 'USAGE' });
    await expect(remote('b').saveAlerts([write('x')])).rejects.toMatchObject({ code: 'USAGE' });
    expect(await under.home.tenants()).toEqual(['a', 'b']);
  });

  it('makes a one-time link for an administrator', async () => {
    const answer = await under.control.call('POST', 'admin-link');
    expect(answer.json<{ path: string }>().path).toMatch(/^\/welcome#[\w-]{43}$/);
  });
});
