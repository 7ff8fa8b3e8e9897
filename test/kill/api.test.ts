import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Note, seededRandom } from '../../src/core/index.ts';
import type { JobBody } from '../../src/server/api/schema/jobs.ts';
import { alertWrite } from '../../src/store/testing/fixtures.ts';
import { ApiServer, type Caller, tokenOf } from './api-server.ts';

const KILLS = Math.ceil(Number(process.env.VEDETTE_KILLS ?? 20) / 4);
const ALERTS = Array.from({ length: 6 }, (_, i) => `alert-${i}`);
const root = mkdtempSync(join(tmpdir(), 'vedette-kill-api-'));
const home = join(root, 'home');
const configuration = join(root, 'vedette.yaml');
const random = seededRandom(4);
/** How long a training is waited for. */
const LONGEST_MILLIS = 20_000;

/** What was asked for, and whether it was acknowledged: what was not may be there or not, what was must be. */
interface Asked {
  readonly kind: 'user' | 'token' | 'revocation' | 'label' | 'note' | 'suppression' | 'job';
  readonly name: string;
  /** Of the answer. */
  readonly id?: string | undefined;
  /** Of a new token. */
  readonly secret?: string | undefined;
  readonly acknowledged: boolean;
}
const asked: Asked[] = [];
let upload = '';
let running: ApiServer | undefined;
let owner: Caller = {};

beforeAll(async () => {
  writeFileSync(join(root, 'app.log'), '');
  const source = { type: 'file', name: 'app', path: join(root, 'app.log') };
  writeFileSync(configuration, JSON.stringify({ tenants: { t: { retention: { alertAge: '99999d' }, sources: [source] } } }));
  const server = await ApiServer.start(home, configuration);
  owner = await server.signIn('owner', 'a long enough password');
  const alerts = ALERTS.map((id) => {
    const { alert, row } = alertWrite(id);
    return { alert: { ...alert, tenant: 't' }, row: Buffer.from(row).toString('base64') };
  });
  await server.must('POST', '/tenants/t/alerts', { alerts });
  const file = new FormData();
  const session = (i: number) => ['1', ...Array.from({ length: 1 + (i % 3) }, () => '2'), '4'].join(' ');
  file.set('file', new Blob([Array.from({ length: 2000 }, (_, i) => session(i)).join('\n')]), 'normal.txt');
  upload = (await server.must<{ id: string }>('POST', '/tenants/t/uploads', file)).id;
  await server.stop();
}, 120_000);
afterAll(async () => {
  // A test that failed left one.
  await running?.stop();
  rmSync(root, { recursive: true, force: true });
});

/** Versions of models there are. */
function versions(): number {
  const models = join(home, 'tenants', 't', 'models');
  const folders = (path: string) => (existsSync(path) ? readdirSync(path).map((name) => join(path, name)) : []);
  return folders(models)
    .flatMap(folders)
    .filter((version) => existsSync(join(version, 'model.json'))).length;
}

/** A moment after so long; every third time the one at which a model is saved, if that comes before long. */
async function untilKill(round: number): Promise<void> {
  const sleep = (millis: number) => new Promise((resolve) => setTimeout(resolve, millis));
  if (round % 3 > 0) return void (await sleep(200 + random() * 1_800));
  const [before, until] = [versions(), Date.now() + LONGEST_MILLIS];
  while (versions() === before && Date.now() < until) await sleep(2);
  await sleep(random() * 10);
}

/** One change after the other until the server is gone. */
async function write(server: ApiServer, round: number): Promise<void> {
  for (let n = 0; ; n++) {
    const name = `r${round}-${n}`;
    const alert = `/tenants/t/alerts/${ALERTS[n % ALERTS.length]}`;
    // The next change revokes a token, but for the last of a round.
    const revoked = n > 0 ? asked.findLast(({ kind, acknowledged }) => kind === 'token' && acknowledged) : undefined;
    const network = { detector: 'deeplog', name: `m${round}`, data: { uploads: [upload] }, options: { epochs: 8, folds: 2 } };
    const calls = [
      // A training of a second and more, so that it runs when the end comes.
      ...(n === 0 ? ([['job', 'POST', '/tenants/t/jobs/train', network]] as const) : []),
      ['token', 'POST', '/tenants/t/tokens', { name, scopes: ['alerts:read'] }, owner],
      ...(revoked?.id === undefined ? [] : ([['revocation', 'DELETE', `/tenants/t/tokens/${revoked.id}`, undefined, owner]] as const)),
      ['note', 'POST', `${alert}/notes`, { note: name }],
      ['label', 'PUT', `${alert}/label`, { verdict: 'benign', note: name }],
      ['suppression', 'POST', '/tenants/t/suppressions', { match: { entity: name }, reason: name }],
      [
        'user',
        'POST',
        '/users',
        { name: `user-${name}`, password: 'a long enough password', memberships: [{ tenant: 't', role: 'analyst' }] },
      ],
    ] as const;
    for (const [kind, method, path, body, caller] of calls) {
      const answer = await server.call(method, path, body, caller);
      // Enough jobs wait.
      if (answer?.status === 429) continue;
      if (answer !== undefined && answer.status >= 300) throw new Error(`${method} ${path}: ${JSON.stringify(answer)}`);
      const { id, secret } = (answer?.body ?? {}) as { id?: string; secret?: string };
      asked.push({ kind, name: kind === 'revocation' ? (revoked?.name ?? '') : name, acknowledged: answer !== undefined, id, secret });
      if (answer === undefined) return;
    }
  }
}

const names = (kind: Asked['kind'], acknowledged = true) =>
  asked.filter((one) => one.kind === kind && (!acknowledged || one.acknowledged)).map(({ name }) => name);

/** Everything acknowledged once, and nothing that was not asked for. */
function expectKept(kind: Asked['kind'], found: readonly string[]): void {
  expect(new Set(found).size, `${kind} doubled`).toBe(found.length);
  expect(found).toEqual(expect.arrayContaining(names(kind)));
  expect(names(kind, false)).toEqual(expect.arrayContaining([...found]));
}

describe(`SIGKILL at ${KILLS} random moments while people change things (VEDETTE_KILLS / 4)`, () => {
  it('keeps users, tokens, labels, notes, suppressions and jobs that were acknowledged, once each', { timeout: 600_000 }, async () => {
    for (let round = 0; round < KILLS; round++) {
      const server = await ApiServer.start(home, configuration);
      const writing = write(server, round);
      await untilKill(round);
      await server.kill();
      await writing;
    }
    for (const kind of ['user', 'token', 'revocation', 'label', 'note', 'suppression', 'job'] as const)
      expect(names(kind).length).toBeGreaterThan(0);

    const server = await ApiServer.start(home, configuration);
    running = server;
    const items = async <T>(path: string) => (await server.must<{ items: T[] }>('GET', path)).items;
    expectKept(
      'user',
      (await items<{ name: string }>('/users')).filter(({ name }) => name !== 'owner').map(({ name }) => name.replace('user-', '')),
    );
    const kept = await items<{ name: string }>('/tenants/t/tokens');
    expect(new Set(kept.map(({ name }) => name)).size, 'token doubled').toBe(kept.length);
    expect(names('token', false)).toEqual(expect.arrayContaining(kept.map(({ name }) => name)));
    for (const { name, secret } of asked.filter(({ kind, acknowledged }) => kind === 'token' && acknowledged)) {
      const isListed = kept.some((token) => token.name === name);
      const answer = await server.call('GET', '/tenants/t/alerts?limit=1', undefined, tokenOf(secret ?? ''));
      expect(answer?.status).toBe(isListed ? 200 : 401);
      if (names('revocation').includes(name)) expect(isListed, `${name} revoked`).toBe(false);
      else if (!names('revocation', false).includes(name)) expect(isListed, name).toBe(true);
    }
    const noted = await items<{ notes: Note[] }>('/tenants/t/alerts?limit=100');
    expectKept(
      'note',
      noted.flatMap(({ notes }) => notes.map(({ note }) => note)),
    );
    const log = await items<{ sequence: number; note: string }>('/tenants/t/labels/log');
    expectKept(
      'label',
      log.map(({ note }) => note),
    );
    expect(log.map(({ sequence }) => sequence)).toEqual([...log.map(({ sequence }) => sequence)].sort((a, b) => a - b));
    expect(await items('/tenants/t/labels')).toHaveLength(
      new Set(log.map((entry) => (entry as unknown as { alertId: string }).alertId)).size,
    );
    expectKept(
      'suppression',
      (await items<{ reason: string }>('/tenants/t/suppressions')).map(({ reason }) => reason),
    );

    const unfinished = (jobs: readonly JobBody[]) => jobs.filter(({ state }) => state === 'running' || state === 'waiting');
    let jobs = await items<JobBody>('/tenants/t/jobs');
    const ids = asked.flatMap(({ kind, id }) => (kind === 'job' && id !== undefined ? [id] : []));
    expect(jobs.map(({ id }) => id)).toEqual(expect.arrayContaining(ids));
    expect(new Set(jobs.map(({ id }) => id)).size).toBe(jobs.length);
    while (unfinished(jobs).length > 0) {
      await new Promise((resolve) => setTimeout(resolve, 250));
      jobs = await items<JobBody>('/tenants/t/jobs');
    }
    for (const { state, attempts, error } of jobs) {
      expect(['done', 'error']).toContain(state);
      expect(attempts).toBeLessThanOrEqual(2);
      if (state === 'error') expect(error).toContain('interrupted');
    }
    // Every version belongs to a run that is done, and none was saved twice.
    const models = await items<{ name: string; version: number }>('/tenants/t/models');
    const saved = models.map(({ name, version }) => `${name}@${version}`).sort();
    expect(saved).toEqual(
      jobs
        .filter(({ state }) => state === 'done')
        .map(({ model }) => model)
        .sort(),
    );
    expect(saved.filter((name) => !name.endsWith('@1'))).toEqual([]);
    await server.stop();
    running = undefined;
  });
});
