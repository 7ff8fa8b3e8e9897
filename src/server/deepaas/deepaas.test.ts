import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { zipOf } from '../../testing/zip.ts';
import { type Caller, multipart, ServerUnderTest } from '../testing/server-under-test.ts';

const under = new ServerUnderTest();
let client: Caller;

/** A day of ten-minute aggregates with a daily rhythm. */
function day(number: number): string {
  const rows = Array.from({ length: 144 }, (_, i) => {
    const at = (minutes: number) => new Date(Date.UTC(2019, 5, number, 0, i * 10 + minutes)).toISOString();
    const value = Math.round(1000 + 500 * Math.sin((i / 144) * 2 * Math.PI) + 20 * Math.sin(i * 1.7));
    return `${at(0)}\t${at(60)}\t${value}\t${Math.round(value / 2)}`;
  });
  return `window_start\twindow_end\tin_count_uid\tout_count_uid\n${rows.join('\n')}\n`;
}

const QUERY = 'conn|in_count_uid~conn_in|out_count_uid~conn_out#window_start,window_end';
const encode = (values: Record<string, string>) => new URLSearchParams(values).toString();
const TRAIN = {
  ...{
    model_name: 'net',
    data_select_query: QUERY,
    train_time_range: '<2019-06-01,2019-06-04)',
    test_time_range: '<2019-06-04,2019-06-05)',
  },
  ...{ model_type: 'MLP', sequence_len: '12', steps_ahead: '2', num_epochs: '4', batch_size: '64' },
};

async function finished(uuid: string): Promise<Record<string, unknown>> {
  await under.context.jobs.finished('a', uuid);
  return (await client.call('GET', `/v2/models/mods/train/${uuid}`)).json();
}

beforeAll(async () => {
  await under.start();
  await under.user('engineer', { a: 'engineer', b: 'engineer' });
  client = await under.token('engineer', 'a', ['models:read', 'models:write', 'uploads:write']);
  const { payload, headers } = multipart(
    'features.zip',
    zipOf(Object.fromEntries([1, 2, 3, 4].map((n) => [`conn/2019/06/0${n}/w01h-s10m.tsv`, day(n)]))),
  );
  expect((await client.call('POST', 'tenants/a/uploads', payload, headers)).status).toBe(202);
}, 60_000);
afterAll(() => under.stop());

describe('DEEPaaS V2', () => {
  it('describes the interface and the model with its arguments', async () => {
    expect((await client.call('GET', '/v2/')).json()).toMatchObject({ id: 'v2' });
    expect((await client.call('GET', '/v2/debug/')).status).toBe(204);
    expect((await client.call('GET', '/v2/models/')).json<{ models: { id: string }[] }>().models[0]?.id).toBe('mods');
    const model = (await client.call('GET', '/v2/models/mods')).json<{ train_args: Record<string, { default: unknown }> }>();
    expect(model.train_args.sequence_len?.default).toBe(12);
    expect((await client.call('GET', '/v2/models/other/')).status).toBe(404);
  });

  it('trains in the background, tells its state to the end, and forecasts every row of a time', async () => {
    const started = await client.call('POST', `/v2/models/mods/train/?${encode(TRAIN)}`);
    const { uuid, status, args } = started.json<{ uuid: string; status: string; args: Record<string, unknown> }>();
    expect([started.status, status, args.model_type, uuid.length]).toEqual([200, 'running', 'MLP', 32]);
    const done = await finished(uuid);
    expect(done).toMatchObject({ status: 'done', uuid, result: { output: { model_name: 'net@1', channels: ['conn_in', 'conn_out'] } } });
    const { evaluation } = (done.result as { output: { evaluation: { mods_smape: number[] } } }).output;
    expect(evaluation.mods_smape).toHaveLength(2);
    for (const smape of evaluation.mods_smape) expect(smape).toBeLessThan(20);
    const answer = await client.call(
      'POST',
      `/v2/models/mods/predict/?${encode({ model_name: 'net', time_range: '<2019-06-04,2019-06-05)' })}`,
    );
    const { predictions: predicted } = answer.json<{ predictions: { predictions: number[][]; steps_ahead: number } }>();
    expect(predicted.steps_ahead).toBe(2);
    expect(predicted.predictions).toHaveLength(144 - 12 + 1);
    const [row] = predicted.predictions;
    expect(row?.[0]).toBeGreaterThan(500);
    const list = (await client.call('GET', '/v2/models/mods/train/')).json<{ uuid: string }[]>();
    expect(list.map((one) => one.uuid)).toEqual([uuid]);
  });

  it('trains what the original has not got by the names it has here', async () => {
    for (const model_type of ['ridge', 'online-ar']) {
      const started = await client.call('POST', `/v2/models/mods/train/?${encode({ ...TRAIN, model_name: model_type, model_type })}`);
      const done = await finished(started.json<{ uuid: string }>().uuid);
      expect(done).toMatchObject({ status: 'done', result: { output: { model_name: `${model_type}@1` } } });
      const { evaluation } = (done.result as { output: { evaluation: { mods_smape: number[] } } }).output;
      for (const smape of evaluation.mods_smape) expect(smape).toBeLessThan(5);
    }
  });

  it('ends cancelled and failed trainings as such, and keeps their state over a restart', async () => {
    const long = (
      await client.call('POST', `/v2/models/mods/train/?${encode({ ...TRAIN, num_epochs: '1000', epochs_patience: '1000' })}`)
    ).json<{ uuid: string }>();
    expect((await client.call('DELETE', `/v2/models/mods/train/${long.uuid}`)).json()).toMatchObject({ status: 'cancelled' });
    const empty = (
      await client.call('POST', `/v2/models/mods/train/?${encode({ ...TRAIN, train_time_range: '<2001-01-01,2001-02-01)' })}`)
    ).json<{ uuid: string }>();
    expect(await finished(empty.uuid)).toMatchObject({ status: 'error', message: expect.any(String) });
    await under.restart();
    client = await under.token('engineer', 'a', ['models:read', 'models:write']);
    expect((await client.call('GET', `/v2/models/mods/train/${long.uuid}`)).json()).toMatchObject({ status: 'cancelled' });
    expect((await client.call('GET', `/v2/models/mods/train/${empty.uuid}`)).json()).toMatchObject({ status: 'error' });
    expect((await client.call('GET', `/v2/models/mods/train/${'0'.repeat(32)}`)).status).toBe(404);
  });

  it('refuses bad arguments, callers without the right, and shows one tenant nothing of another', async () => {
    for (const bad of [{ model_type: 'Oracle' }, { sequence_len: '99' }, { steps_ahead: 'many' }])
      expect((await client.call('POST', `/v2/models/mods/train/?${encode({ ...TRAIN, ...bad } as Record<string, string>)}`)).status).toBe(
        400,
      );
    expect((await under.nobody.call('GET', '/v2/models/')).status).toBe(401);
    const other = await under.token('engineer', 'b', ['models:read', 'models:write']);
    expect((await other.call('GET', '/v2/models/mods/train/')).json()).toEqual([]);
    expect((await other.call('GET', '/v2/models/mods/train/?tenant=a')).json()).toEqual([]);
    const reader = await under.token('engineer', 'a', ['models:read']);
    expect((await reader.call('POST', `/v2/models/mods/train/?${encode(TRAIN)}`)).status).toBe(403);
  });
});
