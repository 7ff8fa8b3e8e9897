import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Home } from '../store/index.ts';
import { alertWrite, DAY, entity, epochCommit, incident, lines, logBatch, TEMPLATES } from '../store/testing/fixtures.ts';
import { tenantModels } from './context.ts';
import { JOB, MARK, type Operation, operationsOf, RULE } from './testing/operations.ts';
import { type Caller, ServerUnderTest } from './testing/server-under-test.ts';
import { reportKey } from './uploads/uploads.ts';

const under = new ServerUnderTest();
let operations: readonly Operation[] = [];
const callers: Record<string, Caller> = {};

beforeAll(async () => {
  await under.start({ prepare: fill });
  await under.user('root', {}, true);
  await under.user('viewer-a', { a: 'viewer' });
  await under.user('admin-a', { a: 'admin' });
  await under.user('viewer-b', { b: 'viewer' });
  await under.user('nothing', {});
  callers.nobody = under.nobody;
  callers.root = await under.browser('root');
  callers['viewer-a'] = await under.browser('viewer-a');
  callers['admin-a'] = await under.browser('admin-a');
  callers['viewer-b'] = await under.browser('viewer-b');
  callers.nothing = await under.browser('nothing');
  callers['token-a'] = await under.token('admin-a', 'a', ['alerts:read', 'alerts:write', 'settings:write', 'settings:read', 'status:read']);
  callers['root-token-a'] = await under.token('root', 'a', ['alerts:read', 'events:read', 'settings:read', 'settings:write']);
  operations = await operationsOf(under);
}, 60_000);

afterAll(() => under.stop());

/** Something of everything in tenant `b`, marked. */
async function fill(home: Home): Promise<void> {
  const b = await home.tenant('b');
  const write = alertWrite('b-alert', { title: MARK });
  await b.alerts.save([{ ...write, alert: { ...write.alert, tenant: 'b' } }]);
  await b.alerts.note('b-alert', MARK, MARK, DAY);
  await b.labels.append({ alertId: 'b-alert', verdict: 'benign', note: MARK, by: MARK, at: DAY });
  await b.events.append(logBatch(lines(5).map((line) => ({ ...line, message: `${MARK} ${line.message}`, parameters: [] }))), TEMPLATES);
  await b.commitEpoch({ ...epochCommit(1), series: [points()] });
  await b.incidents.save([incident('b-alert', { tenant: 'b', sentence: MARK })]);
  await b.entities.save([{ ...entity('b-alert', 1, DAY), name: MARK }]);
  await b.expectations.append({
    ...{ id: 'b-alert', type: MARK, host: MARK, title: MARK, reason: MARK, inForce: true, by: MARK, at: DAY },
  });
  await b.deadLetters.append([
    { source: MARK, input: MARK, offset: 0, line: 1, reason: MARK, bytes: new TextEncoder().encode(MARK), arrival: DAY },
  ]);
  await b.settings.put(`suppression/${RULE}`, { id: RULE, match: { entity: MARK }, except: [], reason: MARK }, MARK, DAY);
  await b.journal.saveReport({ name: `report-${MARK}`, input: MARK, createdAt: DAY, alerts: 1, files: [MARK] });
  await b.bytes.write(reportKey(`report-${MARK}`, 'html'), new TextEncoder().encode(MARK));
  await b.bytes.write('uploads/0123456789abcdef01234567.json', new TextEncoder().encode(JSON.stringify(upload())));
  await b.bytes.write(`jobs/${JOB}.json`, new TextEncoder().encode(JSON.stringify(job())));
  await b.bytes.write(`jobs/${JOB}.csv`, new TextEncoder().encode(MARK));
  await b.journal.audit({ at: DAY, by: MARK, action: MARK, subject: MARK, detail: MARK });
  await tenantModels({ now: () => DAY, program: 'p' }, b).saveModel(
    'secret-model',
    {
      ...{ detector: MARK, seed: 1, data: { from: 0, to: 1, rows: 1, sha256: MARK }, features: {}, hyperParameters: {} },
      ...{ metrics: {}, calibration: {} },
    },
    { 'model.bin': new Uint8Array(4) },
  );
  await home.users.journal.addSample('b', { at: under.clock, body: { eventsPerSecond: 987654321 } });
}

function points() {
  const one = (value: number) => Float32Array.of(value);
  return {
    ...{
      source: MARK,
      rows: 1,
      names: [MARK],
      entities: [MARK],
      code: Int32Array.of(0),
      time: Float64Array.of(DAY),
      value: Float64Array.of(1),
    },
    ...{ expected: one(1), lower: one(0), upper: one(2), score: one(0) },
  };
}

function upload() {
  return {
    ...{ id: '0123456789abcdef01234567', name: MARK, bytes: 1, by: MARK, uploadedAt: DAY, state: 'done', progress: 1, step: '' },
    ...{ events: 0, alerts: 0, reports: [MARK], error: '' },
  };
}

function job() {
  return {
    ...{ id: JOB, kind: 'score', state: 'done', detector: MARK, model: MARK, by: MARK, createdAt: DAY, startedAt: DAY, finishedAt: DAY },
    ...{ progress: 1, step: '', minutesLeft: null, losses: [], arguments: { model: MARK }, result: { rows: 1 }, error: '', attempts: 1 },
  };
}

const send = (caller: string, { method, inB, body }: Operation) => (callers[caller] as Caller).call(method, inB, body);

describe('every route of the OpenAPI document', () => {
  it('is there, and says who may call it', () => {
    expect(operations.length).toBeGreaterThan(50);
    expect(operations.filter(({ tenant }) => tenant).length).toBeGreaterThan(35);
    const unstated = operations.filter(({ access, path }) => access === 'none stated' && path.startsWith('/api/'));
    expect(unstated).toEqual([]);
  });

  it('refuses a caller without token, but for the few that are public', async () => {
    const open: string[] = [];
    for (const operation of operations) {
      const { status, body } = await send('nobody', operation);
      if (status !== 401) open.push(`${operation.method} ${operation.path} ${status}`);
      expect(body).not.toContain(MARK);
    }
    // Signing in and the link refuse without the header of the dashboard.
    expect(open.sort()).toEqual([
      'GET /api/v1/session/oidc 404',
      'GET /api/v1/session/oidc/callback 404',
      'GET /api/v1/session/providers 200',
      ...['GET /healthz 200', 'GET /readyz 503', 'POST /api/v1/session 403', 'POST /api/v1/setup 403'],
    ]);
  });

  it("refuses another tenant's user, administrator of the other tenant and token, and shows nothing", async () => {
    for (const caller of ['viewer-a', 'admin-a', 'token-a', 'root-token-a', 'nothing']) {
      for (const operation of operations.filter(({ tenant }) => tenant)) {
        const { status, body } = await send(caller, operation);
        expect(`${caller} ${operation.method} ${operation.path} ${status}`).toBe(`${caller} ${operation.method} ${operation.path} 403`);
        expect(body).not.toContain(MARK);
      }
    }
    const b = await under.home.tenant('b');
    expect(await b.alerts.get('b-alert')).toMatchObject({ state: 'open', notes: [{ note: MARK }] });
    expect((await b.alerts.get('b-alert'))?.assignee).toBe(undefined);
    expect((await b.deadLetters.counts()).kept).toBe(1);
  });

  it('refuses a viewer what needs more than reading', async () => {
    const refused: string[] = [];
    for (const operation of operations.filter(({ tenant, access }) => tenant && !access.startsWith('role viewer'))) {
      expect((await send('viewer-b', operation)).status).toBe(403);
      refused.push(operation.path);
    }
    expect(refused.length).toBeGreaterThan(9);
  });

  it('refuses what administrators and the command line do to everybody else', async () => {
    for (const operation of operations.filter(({ access }) => access === 'administrator' || access === 'control')) {
      for (const caller of ['viewer-b', 'admin-a', 'token-a', 'root-token-a']) expect((await send(caller, operation)).status).toBe(403);
      if (operation.access === 'control') expect((await send('root', operation)).status).toBe(403);
    }
  });

  it('shows a reader nothing of another tenant on any route it may call', async () => {
    for (const operation of operations.filter(({ method, path }) => method === 'GET' && !path.endsWith('/stream'))) {
      const url = operation.inB.replace('/tenants/b/', '/tenants/a/');
      const { body, status } = await (callers['admin-a'] as Caller).call('GET', url);
      expect(`${url} ${body}`.replace(url, '')).not.toMatch(/SECRET-OF-B|987654321/);
      expect(`${url} ${status}`).toMatch(/ (?:200|204|400|403|404|503)$/);
    }
  });

  it('answers those who may', async () => {
    const answered: string[] = [];
    for (const operation of operations.filter(
      ({ method, tenant, access }) => method === 'GET' && tenant && access.startsWith('role viewer'),
    )) {
      if (operation.path.endsWith('/stream')) continue;
      const { status, body } = await send('viewer-b', operation);
      expect(`${operation.path} ${status} ${status === 200 ? '' : body}`).toBe(`${operation.path} 200 `);
      if (body.includes(MARK)) answered.push(operation.path);
    }
    expect(answered.length).toBeGreaterThan(11);
    expect(answered).toContain('/api/v1/tenants/{tenant}/feedback');
  });

  it('limits a token to its scopes', async () => {
    const token = callers['token-a'] as Caller;
    expect((await token.call('GET', 'tenants/a/alerts')).status).toBe(200);
    expect((await token.call('GET', 'tenants/a/events')).status).toBe(403);
    expect((await token.call('GET', 'tenants/a/models')).status).toBe(403);
    expect((await token.call('POST', 'tenants/a/tokens', { name: 'more', scopes: ['events:read'] })).status).toBe(403);
    const session = (await token.call('GET', 'session')).json<{ administrator: boolean; tenants: unknown }>();
    expect(session.tenants).toEqual([{ tenant: 'a', role: 'admin' }]);
    const root = (await (callers['root-token-a'] as Caller).call('GET', 'session')).json<{ administrator: boolean; tenants: unknown }>();
    expect(root).toMatchObject({ administrator: false, tenants: [{ tenant: 'a', role: 'admin' }] });
  });

  it('tells an administrator, not a member, that a tenant does not exist; makes none', async () => {
    expect((await (callers.root as Caller).call('GET', 'tenants/nope/alerts')).status).toBe(400);
    expect((await (callers['viewer-a'] as Caller).call('GET', 'tenants/nope/alerts')).status).toBe(403);
    expect((await (callers.root as Caller).call('GET', 'tenants/..%2fa/alerts')).status).toBe(400);
    expect(await under.home.tenants()).toEqual(['a', 'b']);
  });
});
