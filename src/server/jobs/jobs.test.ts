import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EventBatch } from '../../core/index.ts';
import { type SensorRow, sensorBatches } from '../../parsers/sensor/batch.ts';
import { DAY, epochCommit } from '../../store/testing/fixtures.ts';
import { logBatch } from '../../testing/log-batch.ts';
import type { JobBody } from '../api/schema/jobs.ts';
import { type Caller, multipart, ServerUnderTest, twoTenants } from '../testing/server-under-test.ts';
import { readJobs, writeJob } from './job-files.ts';

const under = new ServerUnderTest();
let engineer: Caller;

/** Sessions of an application: open, a few reads, close; now and then a write. */
function sessions(count: number): string {
  return Array.from({ length: count }, (_, i) =>
    ['1', ...Array.from({ length: 1 + (i % 3) }, () => '2'), ...(i % 5 === 0 ? ['3'] : []), '4'].join(' '),
  ).join('\n');
}

function flow(second: number, from: number, to: number, forwardBytes: number): SensorRow {
  const ends = { sourceAddress: `10.0.0.${from}`, destinationAddress: `192.0.2.${to}` };
  const values = {
    time: DAY + second * 1e6,
    ...ends,
    forwardBytes,
    protocol: 6,
    sourcePort: 40_000,
    destinationPort: 443,
    forwardPackets: 3,
    backwardPackets: 3,
  };
  return { kind: 'flow', values, attributes: undefined, offset: second, line: 1, length: 1 };
}

async function uploaded(name: string, content: string): Promise<string> {
  const { payload, headers } = multipart(name, content);
  return (await engineer.call('POST', 'tenants/a/uploads', payload, headers)).json<{ id: string }>().id;
}

async function started(kind: string, body: object): Promise<JobBody> {
  const answer = await engineer.call('POST', `tenants/a/jobs/${kind}`, body);
  expect(`${answer.status} ${answer.status === 202 ? '' : answer.body}`).toBe('202 ');
  return answer.json<JobBody>();
}

async function ended({ id }: JobBody): Promise<JobBody> {
  await under.context.jobs.finished('a', id);
  return (await engineer.call('GET', `tenants/a/jobs/${id}`)).json<JobBody>();
}

beforeAll(async () => {
  const config = twoTenants();
  const own = config.tenants.a as NonNullable<(typeof config.tenants)[string]>;
  const [auth] = own.sources as [(typeof own.sources)[number]];
  await under.start({
    config: { ...config, tenants: { ...config.tenants, a: { ...own, sources: [auth, { ...auth, name: 'lan' }] } } },
    prepare: async (home) => {
      const a = await home.tenant('a');
      const lines = Array.from({ length: 600 }, (_, i) => ({
        message: `request req_${Math.floor(i / 3)} step ${['opened', 'read', 'closed'][i % 3]}`,
        time: DAY + i * 1e6,
        template: i % 3,
      }));
      await a.events.append(logBatch(lines, { source: 'auth', input: 'auth.log' }), ['t-opened', 't-read', 't-closed']);
      const flows = Array.from({ length: 600 }, (_, i) => flow(i * 10, 1 + (i % 2), 1 + ((i * 7) % 5), 400 + ((i * 31) % 97)));
      await a.events.append(sensorBatches(flows, 'lan', 'lan.csv')[0] as EventBatch);
      await a.commitEpoch(epochCommit(1));
      const b = await home.tenant('b');
      await b.events.append(sensorBatches([flow(0, 66, 1, 1), flow(7200, 66, 1, 1)], 'lan', 'lan.csv')[0] as EventBatch);
      await b.commitEpoch(epochCommit(1));
    },
  });
  await under.user('engineer', { a: 'engineer' });
  engineer = await under.browser('engineer');
}, 60_000);
afterAll(() => under.stop());

describe('jobs', () => {
  it('trains on an upload, saves, compares and promotes versions', async () => {
    const upload = await uploaded('normal.txt', sessions(400));
    const first = await ended(await started('train', { detector: 'sequence', name: 'app', data: { uploads: [upload] } }));
    expect(first).toMatchObject({ state: 'done', model: 'app@1', progress: 1, error: '', minutesLeft: null, attempts: 1 });
    const second = await ended(
      await started('train', { detector: 'sequence', name: 'app', data: { uploads: [upload] }, options: { order: 4 }, promote: true }),
    );
    expect(second.model).toBe('app@2');
    const compared = (await engineer.call('GET', 'tenants/a/model-comparison?models=app@1,app@2')).json<{
      sameData: boolean;
      models: { aliases: string[] }[];
      hyperParameters: { name: string; values: unknown[] }[];
    }>();
    expect(compared.sameData).toBe(true);
    expect(compared.models.map(({ aliases }) => aliases)).toEqual([[], ['champion']]);
    expect(compared.hyperParameters.find(({ name }) => name === 'order')?.values).toEqual([8, 4]);
    const scored = await ended(
      await started('score', {
        model: 'app',
        data: { uploads: [await uploaded('odd.txt', `${sessions(20)}\n4 4 4 1 3 3 3 1`)] },
        promise: 0.01,
      }),
    );
    expect(scored.result).toMatchObject({ rows: 21, anomalous: 1 });
    const csv = await engineer.call('GET', `tenants/a/jobs/${scored.id}/scores`);
    expect(csv.body.split('\n')[0]).toBe('id,score,p_value,threshold,anomalous');
    expect(csv.body.trim().split('\n')).toHaveLength(22);
  });

  it('learns a network with a falling loss curve', async () => {
    const upload = await uploaded('normal.txt', sessions(300));
    const job = await ended(
      await started('train', { detector: 'deeplog', data: { uploads: [upload] }, options: { epochs: 12, folds: 2 } }),
    );
    expect(job).toMatchObject({ state: 'done', model: 'deeplog@1' });
    const [first, last] = [job.losses[0], job.losses.at(-1)];
    expect(job.losses.length).toBeGreaterThan(1);
    expect(last?.loss).toBeLessThan(first?.loss ?? 0);
  });

  it('trains and backtests on the stored events of a source', async () => {
    const trained = await ended(await started('train', { detector: 'pca', name: 'stored', data: { source: 'auth' } }));
    expect(trained).toMatchObject({ state: 'done', model: 'stored@1', error: '' });
    const model = (await engineer.call('GET', 'tenants/a/models/stored/1')).json<{
      features: { sequences: { by: string } };
      data: { rows: number };
    }>();
    expect(model.data.rows).toBe(200);
    expect(model.features.sequences.by).toContain('req_');
    const tested = await ended(await started('backtest', { detector: 'novelty', source: 'auth' }));
    expect(tested).toMatchObject({ state: 'done', error: '', result: { lines: 600 } });
    // what cannot be tried says so, instead of raising nothing
    const flows = await ended(await started('backtest', { detector: 'flow-alarm', source: 'auth' }));
    expect(flows).toMatchObject({ state: 'error', error: expect.stringContaining('auth has no stored flows') });
    const rule = await engineer.call('POST', 'tenants/a/jobs/backtest', { detector: 'packet-windows', source: 'auth' });
    expect([rule.status, rule.body]).toEqual([400, expect.stringContaining('packet-windows cannot be backtested: it reads packets')]);
    const signatures = await ended(await started('backtest', { detector: 'sigma', source: 'auth' }));
    expect(signatures).toMatchObject({ state: 'done', error: '', result: { lines: 600, raised: [] } });
    const data = (await engineer.call('GET', 'tenants/a/training-data')).json<{ sources: object[]; detectors: { name: string }[] }>();
    expect(data.sources[0]).toMatchObject({ name: 'auth', events: 600 });
    expect(data.detectors.map(({ name }) => name)).toEqual(expect.arrayContaining(['sequence', 'flow-classifier', 'forecast']));
  });

  it('goes on with the training of a forecaster where the end of the program interrupted it, to the same model', {
    timeout: 180_000,
  }, async () => {
    const rows = Array.from({ length: 1_200 }, (_, i) => {
      const time = new Date(Date.UTC(2026, 0, 1) + i * 600_000).toISOString();
      return `${time},${(100 + 20 * Math.sin(i / 23) + 7 * Math.sin(i / 3.7)).toFixed(3)}`;
    });
    const upload = await uploaded('wave.csv', `timestamp,load\n${rows.join('\n')}\n`);
    const wanted = {
      detector: 'forecast',
      algorithm: 'gru',
      steps: 3,
      options: { epochs: 9, window: 24, batchSize: 4 },
      data: { uploads: [upload] },
    };
    const { id } = await started('train', { ...wanted, name: 'cut' });
    const folder = join(under.folder, 'home', 'tenants', 'a', 'jobs', `${id}-checkpoints`);
    for (;;) {
      const { progress, state } = await under.context.jobs.get('a', id);
      expect(['waiting', 'running']).toContain(state);
      if (progress > 0.45 && existsSync(folder)) break;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    await under.restart();
    engineer = await under.browser('engineer');
    const cut = await under.context.jobs.finished('a', id);
    expect(cut).toMatchObject({ state: 'done', model: 'cut@1', error: '' });
    const whole = await ended(await started('train', { ...wanted, name: 'whole' }));
    expect(whole).toMatchObject({ state: 'done', error: '' });
    // From the beginning it would report the loss of its first steps.
    expect(cut.losses[0]?.share).toBeGreaterThan(0.4);
    const files = async (name: string) => (await engineer.call('GET', `tenants/a/models/${name}/1`)).json<{ files: unknown }>().files;
    expect(await files('cut')).toEqual(await files('whole'));
    expect(existsSync(folder)).toBe(false);
  });

  it('trains and scores novelty models on the stored flows of a source', async () => {
    const data = { source: 'lan', from: DAY + 5e6 };
    const trained = await ended(await started('train', { detector: 'isolation-forest', name: 'lan-forest', data, options: { trees: 20 } }));
    expect(trained).toMatchObject({ state: 'done', model: 'lan-forest@1', error: '' });
    const model = (await engineer.call('GET', 'tenants/a/models/lan-forest/1')).json<{
      features: { flows: { features: { column?: string }[]; dropped: Record<string, string> } };
      data: { rows: number };
    }>();
    expect(model.data.rows).toBeGreaterThan(300);
    expect(model.features.flows.features.map(({ column }) => column)).toContain('Total Length of Fwd Packet');
    const scored = await ended(await started('score', { model: 'lan-forest', data: { source: 'lan' } }));
    expect(scored).toMatchObject({ state: 'done', error: '', result: { rows: 600 } });
    const refused = await engineer.call('POST', 'tenants/a/jobs/train', { detector: 'flow-classifier', data: { source: 'lan' } });
    expect([refused.status, refused.body]).toEqual([400, expect.stringContaining('stored flows have no label')]);
    const none = await ended(await started('train', { detector: 'isolation-forest', data: { source: 'auth' } }));
    expect(none).toMatchObject({ state: 'error', error: expect.stringContaining('no flow of auth is stored') });
  });

  it('tries the values of a grid and keeps the best, and leaves each attack family out', { timeout: 120_000 }, async () => {
    const wave = Array.from({ length: 400 }, (_, i) => {
      const time = new Date(Date.UTC(2026, 0, 1) + i * 600_000).toISOString();
      return `${time},${(100 + 20 * Math.sin(i / 23)).toFixed(3)}`;
    });
    const uploads = [await uploaded('wave.csv', `timestamp,load\n${wave.join('\n')}\n`)];
    const series = { detector: 'forecast', name: 'waves', steps: 2, grid: { algorithm: ['last-value', 'ridge'] }, data: { uploads } };
    const forecast = await ended(await started('train', series));
    expect(forecast).toMatchObject({ state: 'done', error: '' });
    expect((forecast.result as { grid: object[] }).grid).toMatchObject([{ algorithm: 'ridge' }, { algorithm: 'last-value' }]);

    const rows = Array.from({ length: 900 }, (_, i) => {
      const kind = i % 9 === 0 ? 'DDoS' : i % 9 === 1 ? 'PortScan' : 'BENIGN';
      const size = kind === 'DDoS' ? 9_000 : kind === 'PortScan' ? 0 : 400;
      return `${i * 1_000},${kind === 'PortScan' ? 40 : 800 + ((i * 37) % 211)},${size + ((i * 31) % 97)},${1 + (i % 5)},${kind}`;
    });
    const header = 'Flow Duration,Total Length of Fwd Packet,Total Length of Bwd Packet,Total Fwd Packet,Label';
    const flows = { uploads: [await uploaded('flows.csv', `${header}\n${rows.join('\n')}\n`)] };
    const classifier = { detector: 'flow-classifier', name: 'families', options: { rounds: 5 }, grid: { leaves: [3, 7] }, data: flows };
    const trained = await ended(await started('train', { ...classifier, leaveOneOut: true }));
    expect(trained).toMatchObject({ state: 'done', error: '' });
    const found = trained.result as { grid: object[]; leave_one_out: { families: { flows: number }[] } };
    expect(found.grid).toHaveLength(2);
    expect(found.leave_one_out.families.map(({ flows }) => flows)).toEqual([100, 100]);

    const refusals = [
      { detector: 'sequence', grid: { order: [4] }, data: { source: 'auth' } },
      { detector: 'forecast', leaveOneOut: true, data: { uploads } },
    ];
    for (const body of refusals) expect((await engineer.call('POST', 'tenants/a/jobs/train', body)).status).toBe(400);
  });

  it('says what is wrong before it starts, and what went wrong when it did', async () => {
    for (const body of [
      { detector: 'nothing', data: { source: 'auth' } },
      { detector: 'sequence', data: { source: 'nowhere' } },
      { detector: 'sequence', data: {} },
      { detector: 'forecast', algorithm: 'oracle', data: { source: 'auth' } },
      { detector: 'forecast', algorithm: 'ridge', options: { window: 24 }, data: { source: 'auth' } },
      { detector: 'sequence', data: { source: 'auth' }, name: '../../x' },
    ])
      expect((await engineer.call('POST', 'tenants/a/jobs/train', body)).status).toBeGreaterThanOrEqual(400);
    const upload = await uploaded('one.txt', '1 2 3');
    const job = await ended(await started('train', { detector: 'deeplog', data: { uploads: [upload] } }));
    expect(job.state).toBe('error');
    expect(job.error).toContain('at least 2 normal sequences');
    expect(job.error).not.toContain(under.folder);
  });

  it('cancels what waits and what runs, and removes what has ended', async () => {
    const upload = await uploaded('normal.txt', sessions(3000));
    const long = { detector: 'deeplog', data: { uploads: [upload] }, options: { epochs: 100 } };
    const [running, waiting] = [await started('train', long), await started('train', long)];
    expect((await engineer.call('DELETE', `tenants/a/jobs/${waiting.id}`)).status).toBe(200);
    expect((await engineer.call('DELETE', `tenants/a/jobs/${running.id}`)).status).toBe(200);
    expect((await ended(running)).state).toBe('cancelled');
    expect((await ended(waiting)).state).toBe('cancelled');
    await engineer.call('DELETE', `tenants/a/jobs/${waiting.id}`);
    expect((await engineer.call('GET', `tenants/a/jobs/${waiting.id}`)).status).toBe(404);
  });

  it('takes up once what the end of the program interrupted, then gives up; what was saved is done and saved once', async () => {
    const store = await under.home.tenant('a');
    const upload = await uploaded('normal.txt', sessions(200));
    const done = await ended(await started('train', { detector: 'sequence', name: 'again', data: { uploads: [upload] } }));
    const left = { ...done, model: 'again', state: 'running' as const, progress: 0.4, result: null };
    await writeJob(store, { ...left, id: 'a'.repeat(32), attempts: 1 });
    await writeJob(store, { ...left, id: 'b'.repeat(32), attempts: 2 });
    await under.restart();
    engineer = await under.browser('engineer');
    await under.context.jobs.finished('a', 'b'.repeat(32));
    expect((await under.context.jobs.finished('a', 'a'.repeat(32))).model).toBe('again@2');
    const kept = await readJobs(await under.home.tenant('a'));
    expect(kept.get('a'.repeat(32))).toMatchObject({ state: 'done', attempts: 2 });
    expect(kept.get('b'.repeat(32))).toMatchObject({ state: 'error', error: expect.stringContaining('interrupted') });
    await writeJob(await under.home.tenant('a'), { ...done, model: 'again', state: 'running', attempts: 2, finishedAt: null });
    await under.restart();
    engineer = await under.browser('engineer');
    const { finishedAt: _one, ...before } = done;
    const { finishedAt: _two, ...settled } = await under.context.jobs.finished('a', done.id);
    expect(settled).toEqual({ ...before, attempts: 2 });
    const trained = (await (await under.home.tenant('a')).journal.auditLog(100)).filter(({ action }) => action === 'model trained');
    expect(trained.filter(({ detail }) => detail === done.id)).toHaveLength(1);
    expect((await engineer.call('GET', 'tenants/a/models/again/3')).status).toBe(404);
    const [one, two] = await Promise.all(
      [1, 2].map(async (version) => (await engineer.call('GET', `tenants/a/models/again/${version}`)).json<{ files: unknown }>().files),
    );
    expect(one).toEqual(two);
  });
});

describe('features over stored events', () => {
  it('are listed and shown as windows, of the tenant that asks alone', async () => {
    const { items } = (await engineer.call('GET', 'tenants/a/features')).json<{ items: { name: string; shipped: boolean }[] }>();
    expect(items).toContainEqual(expect.objectContaining({ name: 'source-fan-out', shipped: true }));
    const flows = {
      from: 'flow',
      key: ['sourceAddress'],
      window: { size: '1m' },
      aggregates: { flows: 'count()', bytes: 'sum(forwardBytes)' },
    };
    const preview = async (body: object) => engineer.call('POST', 'tenants/a/features/preview', body);
    const shown = (await preview({ declaration: flows, limit: 3 })).json<{
      columns: string[];
      more: boolean;
      items: { keys: string[]; events: number }[];
    }>();
    expect(shown).toMatchObject({ name: 'preview', kind: 'flow', columns: ['flows', 'bytes'], more: true });
    expect(shown.items.map(({ keys, events }) => [...keys, events])).toEqual([
      ['10.0.0.1', 3],
      ['10.0.0.2', 3],
      ['10.0.0.1', 3],
    ]);
    expect(
      (await preview({ name: 'source-fan-out', source: 'lan', limit: 1000 })).json<{ items: object[] }>().items.length,
    ).toBeGreaterThan(100);
    expect(await preview({ name: 'absent' })).toMatchObject({ status: 400 });
    expect(await preview({ declaration: { ...flows, where: 'nothing > 1' } })).toMatchObject({ status: 400 });
    expect(await preview({ declaration: flows, source: 'auth' })).toMatchObject({ status: 400 });
    expect(await engineer.call('POST', 'tenants/b/features/preview', { declaration: flows })).toMatchObject({ status: 403 });
    expect(JSON.stringify(shown)).not.toContain('10.0.0.66');
    expect(await engineer.call('GET', 'tenants/a/stored-files?kind=flow')).toMatchObject({ status: 403 });
  });

  it('are learnt from and scored by jobs', async () => {
    const data = { feature: 'source-fan-out', source: 'lan' };
    const trained = await ended(await started('train', { detector: 'nearest-neighbour', name: 'fan', data, promise: 0.02 }));
    expect(trained).toMatchObject({ state: 'done', model: 'fan@1', error: '' });
    expect(trained.result).toMatchObject({ backtest: { promised_rate: 0.02, observed: { of: expect.any(Number) } } });
    const scored = await ended(await started('score', { model: 'fan', data: { source: 'lan' } }));
    expect(scored).toMatchObject({ state: 'done', error: '' });
    expect((scored.result as { rows: number }).rows).toBeGreaterThan(300);
    const other = await engineer.call('POST', 'tenants/a/jobs/score', { model: 'fan', data: { feature: 'logins' } });
    if (other.status === 202)
      expect(await ended(other.json<JobBody>())).toMatchObject({ state: 'error', error: expect.stringContaining('source-fan-out') });
    else expect(other.body).toContain('source-fan-out');
    const forecast = await ended(
      await started('train', {
        detector: 'forecast',
        name: 'load',
        algorithm: 'ridge',
        steps: 1,
        data: { feature: 'source-fan-out', source: 'lan' },
      }),
    );
    expect(forecast).toMatchObject({ state: 'done', error: '' });
    expect((forecast.result as { channels: string[] }).channels).toContain('10.0.0.1 source-fan-out connections');
  });
});
