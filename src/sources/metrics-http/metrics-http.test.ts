import fc from 'fast-check';
import protobuf from 'protobufjs/minimal.js';
import snappy from 'snappyjs';
import { afterEach, describe, expect, it } from 'vitest';
import type { Reading, RecordBatch } from '../../core/index.ts';
import { testContext } from '../../testing/context.ts';
import { FROM_START, recordTexts, sourceContract } from '../../testing/source-contract.ts';
import type { HttpSource } from '../http/index.ts';
import definition from './index.ts';

let stop: (() => Promise<void>) | undefined;
afterEach(() => stop?.());

const create = (settings: object = {}) =>
  definition.create(definition.config.parse({ port: 0, ...settings }), testContext('metrics')) as HttpSource;

async function serve(settings: object = {}) {
  const source = create(settings);
  const controller = new AbortController();
  const batches: RecordBatch[] = [];
  const url = `http://127.0.0.1:${await source.listen()}`;
  const running = (async () => {
    for await (const batch of source.read(FROM_START, controller.signal)) {
      batches.push(batch);
      source.acknowledge(batch);
    }
  })();
  stop = async () => {
    controller.abort();
    await running;
    await source.close();
    stop = undefined;
  };
  const post = (path: string, body: Uint8Array | string, headers: Record<string, string>) =>
    fetch(url + path, { method: 'POST', body: typeof body === 'string' ? body : new Uint8Array(body), headers });
  return { source, post, readings: () => recordTexts(batches).map((text) => JSON.parse(text) as Reading) };
}

/** A WriteRequest as Prometheus sends it. */
function writeRequest(series: readonly { labels: Record<string, string>; samples: readonly (readonly [number, number])[] }[]): Uint8Array {
  const writer = protobuf.Writer.create();
  for (const { labels, samples } of series) {
    writer.uint32(10).fork();
    for (const [name, value] of Object.entries(labels)) writer.uint32(10).fork().uint32(10).string(name).uint32(18).string(value).ldelim();
    for (const [value, millis] of samples) writer.uint32(18).fork().uint32(9).double(value).uint32(16).int64(millis).ldelim();
    writer.ldelim();
  }
  return writer.finish();
}

const REMOTE_WRITE = {
  'content-type': 'application/x-protobuf',
  'content-encoding': 'snappy',
  'x-prometheus-remote-write-version': '0.1.0',
};
const READINGS = Array.from({ length: 50 }, (_, i) => JSON.stringify({ time: i * 1e6, entity: 'e', series: 's', value: i }));

describe('metrics-http', () => {
  sourceContract({
    create: () => create(),
    feed: async (source) => {
      const url = `http://127.0.0.1:${await (source as HttpSource).listen()}/`;
      fetch(url, { method: 'POST', body: `[${READINGS.join(',')}]` }).catch(() => undefined);
    },
    expected: READINGS,
    finite: false,
  });

  it('takes Prometheus remote-write: labels, samples, stale markers', async () => {
    const { post, readings } = await serve();
    const body = writeRequest([
      {
        labels: { __name__: 'http_requests_total', instance: 'web1:80', job: 'web', code: '200' },
        samples: [
          [5, 1000],
          [7, 2000],
        ],
      },
      {
        labels: { __name__: 'temperature', instance: 'web1:80' },
        samples: [
          [Number.NaN, 1000],
          [21.5, 2000],
        ],
      },
    ]);
    const answer = await post('/api/v1/write', snappy.compress(body), REMOTE_WRITE);
    expect(answer.status).toBe(200);
    expect(readings()).toEqual([
      { time: 1e6, entity: 'web1:80', series: 'http_requests_total{code="200",job="web"}', value: 5, type: 'counter' },
      { time: 2e6, entity: 'web1:80', series: 'http_requests_total{code="200",job="web"}', value: 7, type: 'counter' },
      { time: 2e6, entity: 'web1:80', series: 'temperature', value: 21.5 },
    ]);
  });

  it('takes OTLP as JSON and as protobuf alike', async () => {
    const { post, readings } = await serve();
    const json = {
      resourceMetrics: [
        {
          resource: { attributes: [{ key: 'host.name', value: { stringValue: 'web1' } }] },
          scopeMetrics: [
            {
              metrics: [
                {
                  name: 'queue.length',
                  gauge: {
                    dataPoints: [{ timeUnixNano: '1000000000', asInt: '7', attributes: [{ key: 'q', value: { stringValue: 'a' } }] }],
                  },
                },
                {
                  name: 'requests',
                  sum: { aggregationTemporality: 1, isMonotonic: true, dataPoints: [{ timeUnixNano: '1000000000', asDouble: 3.5 }] },
                },
                {
                  name: 'latency',
                  histogram: { aggregationTemporality: 2, dataPoints: [{ timeUnixNano: '1000000000', count: '4', sum: 9 }] },
                },
              ],
            },
          ],
        },
      ],
    };
    expect((await post('/v1/metrics', JSON.stringify(json), { 'content-type': 'application/json' })).status).toBe(200);
    const w = protobuf.Writer.create();
    w.uint32(10).fork();
    w.uint32(10)
      .fork()
      .uint32(10)
      .fork()
      .uint32(10)
      .string('host.name')
      .uint32(18)
      .fork()
      .uint32(10)
      .string('web1')
      .ldelim()
      .ldelim()
      .ldelim();
    w.uint32(18).fork();
    w.uint32(18).fork().uint32(10).string('queue.length').uint32(42).fork().uint32(10).fork();
    w.uint32(25)
      .fixed64(1e9)
      .uint32(49)
      .sfixed64(7)
      .uint32(58)
      .fork()
      .uint32(10)
      .string('q')
      .uint32(18)
      .fork()
      .uint32(10)
      .string('a')
      .ldelim()
      .ldelim();
    w.ldelim().ldelim().ldelim();
    w.uint32(18)
      .fork()
      .uint32(10)
      .string('requests')
      .uint32(58)
      .fork()
      .uint32(10)
      .fork()
      .uint32(25)
      .fixed64(1e9)
      .uint32(33)
      .double(3.5)
      .ldelim();
    w.uint32(16).int32(1).uint32(24).bool(true).ldelim().ldelim();
    w.uint32(18).fork().uint32(10).string('latency').uint32(74).fork().uint32(10).fork().uint32(25).fixed64(1e9).uint32(33).fixed64(4);
    w.uint32(41).double(9).ldelim().uint32(16).int32(2).ldelim().ldelim();
    w.ldelim().ldelim();
    expect((await post('/v1/metrics', w.finish(), { 'content-type': 'application/x-protobuf' })).status).toBe(200);
    const all = readings();
    expect(all.slice(0, 4)).toEqual([
      { time: 1e6, entity: 'web1', series: 'queue.length{q="a"}', value: 7 },
      { time: 1e6, entity: 'web1', series: 'requests', value: 3.5, type: 'delta' },
      { time: 1e6, entity: 'web1', series: 'latency.count', value: 4, type: 'counter' },
      { time: 1e6, entity: 'web1', series: 'latency.sum', value: 9, type: 'counter' },
    ]);
    expect(all.slice(4)).toEqual(all.slice(0, 4));
  });

  it('refuses what is none of its own, bombs too, and goes on', async () => {
    const { post, readings, source } = await serve({ maxBodyBytes: 1 << 16 });
    const bomb = snappy.compress(new Uint8Array(1 << 20));
    expect((await post('/api/v1/write', bomb, REMOTE_WRITE)).status).toBe(413);
    expect((await post('/api/v1/write', 'not snappy', REMOTE_WRITE)).status).toBe(400);
    expect((await post('/api/v1/write', snappy.compress(Uint8Array.of(10, 255, 255, 3, 1)), REMOTE_WRITE)).status).toBe(400);
    expect((await post('/v1/metrics', '{"resourceMetrics":[null]}', { 'content-type': 'application/json' })).status).toBe(400);
    expect((await post('/', '{"time":1}', {})).status).toBe(400);
    // Groups within groups, as deep as the body is long.
    expect((await post('/v1/metrics', new Uint8Array(60_000).fill(0x0b), {})).status).toBe(400);
    expect((await post('/api/v1/write', snappy.compress(new Uint8Array(60_000).fill(0x0b)), REMOTE_WRITE)).status).toBe(400);
    const before = readings().length;
    const otlp = (point: object) => {
      const metrics = [{ name: 'm'.repeat(20_000), gauge: { dataPoints: [point] } }];
      return post('/v1/metrics', JSON.stringify({ resourceMetrics: [{ scopeMetrics: [{ metrics }] }] }), {
        'content-type': 'application/json',
      });
    };
    const now = '1700000000000000000';
    const none = [
      { timeUnixNano: '-1', asDouble: 1 },
      { timeUnixNano: 'x', asDouble: 1 },
      { timeUnixNano: now },
      ...['NaN', 'Infinity', '1e999'].map((asDouble) => ({ timeUnixNano: now, asDouble })),
    ];
    for (const point of none) expect((await otlp(point)).status).toBe(200);
    expect(readings()).toHaveLength(before);
    expect((await otlp({ timeUnixNano: now, asInt: '7' })).status).toBe(200);
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), fc.constantFrom('/api/v1/write', '/v1/metrics', '/'), async (body, path) => {
        const compressed = path === '/api/v1/write' ? snappy.compress(body) : body;
        const { status } = await post(path, compressed, path === '/api/v1/write' ? REMOTE_WRITE : {});
        expect([200, 400]).toContain(status);
      }),
      { numRuns: 80 },
    );
    expect(readings().every(({ value }) => Number.isFinite(value))).toBe(true);
    expect(source.counters().held_bytes).toBe(0);
  });
});
