import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Note, seededRandom } from '../../src/core/index.ts';
import type { JobBody } from '../../src/server/api/schema/jobs.ts';
import { alertWrite } from '../../src/store/testing/fixtures.ts';
import { ApiServer } from './api-server.ts';

const KILLS = Math.ceil(Number(process.env.VEDETTE_KILLS ?? 20) / 4);
const ALERTS = Array.from({ length: 6 }, (_, i) => `alert-${i}`);
const root = mkdtempSync(join(tmpdir(), 'vedette-kill-api-'));
const home = join(root, 'home');
const configuration = join(root, 'vedette.yaml');
const random = seededRandom(4);

/** What was asked for, and whether it was acknowledged: what was not may be there or not, what was must be. */
interface Asked {
  readonly kind: 'user' | 'token' | 'label' | 'note' | 'suppression' | 'job';
  readonly name: string;
  /** Of the answer. */
  readonly id?: string | undefined;
  readonly acknowledged: boolean;
}
const asked: Asked[] = [];
let upload = '';

beforeAll(async () => {
  writeFileSync(join(root, 'app.log'), '');
  const source = { type: 'file', name: 'app', path: join(root, 'app.log') };
  writeFileSync(configuration, JSON.stringify({ tenants: { t: { retention: { alertAge: '99999d' }, sources: [source] } } }));
  const server = await ApiServer.start(home, configuration);
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
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** One change after the other until the server is gone. */
async function write(server: ApiServer, round: number): Promise<void> {
  for (let n = 0; ; n++) {
    const name = `r${round}-${n}`;
    const alert = `/tenants/t/alerts/${ALERTS[n % ALERTS.length]}`;
    const network = { detector: 'deeplog', name: `m${round}`, data: { uploads: [upload] }, options: { epochs: 8, folds: 2 } };
    const calls = [
      // Trainings of a second and more, so that some are running when the end comes.
      ...(n % 4 === 0 ? ([['job', 'POST', '/tenants/t/jobs/train', network]] as const) : []),
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
    for (const [kind, method, path, body] of calls) {
      const answer = await server.call(method, path, body);
      // Enough jobs wait.
      if (answer?.status === 429) continue;
      if (answer !== undefined && answer.status >= 300) throw new Error(`${method} ${path}: ${JSON.stringify(answer)}`);
      asked.push({ kind, name, acknowledged: answer !== undefined, id: (answer?.body as { id?: string } | undefined)?.id });
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
  it('keeps users, labels, notes, suppressions and jobs that were acknowledged, once each', { timeout: 600_000 }, async () => {
    for (let round = 0; round < KILLS; round++) {
      const server = await ApiServer.start(home, configuration);
      const writing = write(server, round);
      await new Promise((resolve) => setTimeout(resolve, 400 + random() * 4_000));
      await server.kill();
      await writing;
    }
    for (const kind of ['user', 'label', 'note', 'suppression', 'job'] as const) expect(names(kind).length).toBeGreaterThan(0);

    const server = await ApiServer.start(home, configuration);
    const items = async <T>(path: string) => (await server.must<{ items: T[] }>('GET', path)).items;
    expectKept(
      'user',
      (await items<{ name: string }>('/users')).map(({ name }) => name.replace('user-', '')),
    );
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
    expect(saved).toEqual(expect.arrayContaining(jobs.filter(({ state }) => state === 'done').map(({ model }) => model)));
    expect(new Set(saved).size).toBe(saved.length);
    await server.stop();
  });
});
