import { createSocket } from 'node:dgram';
import { connect } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Reading, RecordBatch } from '../../core/index.ts';
import { testContext } from '../../testing/context.ts';
import { FROM_START, recordTexts, sourceContract } from '../../testing/source-contract.ts';
import { StatsdFlush } from './flush.ts';
import definition, { type StatsdSource } from './index.ts';
import { readMetricLine, type StatsdMetric } from './metric-line.ts';

const NOW = testContext('statsd').now();
const create = (settings: object) =>
  definition.create(definition.config.parse({ flushMs: 50, entity: 'app', ...settings }), testContext('statsd')) as StatsdSource;

/** Reads until all these series have a reading. */
async function readings(source: StatsdSource, wanted: readonly string[], send: () => void): Promise<Reading[]> {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), 10_000);
  const batches: RecordBatch[] = [];
  await source.listen();
  send();
  for await (const batch of source.read(FROM_START, controller.signal)) {
    batches.push(batch);
    const seen = recordTexts(batches).join('\n');
    if (wanted.every((series) => seen.includes(`"${series}"`))) break;
  }
  clearTimeout(timer);
  await source.close();
  return recordTexts(batches).map((text) => JSON.parse(text) as Reading);
}

describe('statsd', () => {
  const sent = Array.from({ length: 20 }, (_, i) => `level${i}`);
  sourceContract({
    create: () => create({ udpPort: 0 }),
    feed: async (source) => {
      const listening = source as StatsdSource;
      await listening.listen();
      const udp = createSocket('udp4');
      udp.send(sent.map((name, i) => `${name}:${i}|g`).join('\n'), listening.ports.udp as number, '127.0.0.1', () => udp.close());
    },
    expected: [
      ...sent.map((series, value) => JSON.stringify({ time: NOW, entity: 'app', series, value })),
      JSON.stringify({ time: NOW, entity: 'app', series: 'statsd.metrics_received', value: 20, type: 'delta' }),
    ],
    finite: false,
  });

  it('reads lines: types, sample rates, tags', () => {
    expect(readMetricLine('page.views:1|c|@0.1|#env:prod,web')).toEqual({
      series: 'page.views{env="prod",web=""}',
      kind: 'count',
      value: 10,
      member: '',
    });
    expect(readMetricLine('fuel:-5|g')).toMatchObject({ kind: 'change', value: -5 });
    expect(readMetricLine('users:alice|s')).toMatchObject({ kind: 'member', member: 'alice' });
    for (const bad of ['', 'a', ':1|c', 'a:|c', 'a:x|c', 'a:1', 'a:1|q', 'a:1|c|@0', `${'a'.repeat(9000)}:1|c`])
      expect(readMetricLine(bad)).toBeUndefined();
  });

  it('sums counts, follows gauges, averages timings, counts members, and goes on with zeros', () => {
    const flush = new StatsdFlush(100);
    for (const line of ['a:1|c', 'a:2|c', 'g:5|g', 'g:+2|g', 't:10|ms', 't:30|ms', 's:x|s', 's:y|s', 's:x|s']) {
      const metric = readMetricLine(line);
      if (metric !== undefined) flush.add(metric);
    }
    const shown = (all: readonly Reading[]) =>
      all.map(({ series, value, type }) => `${series}=${value}${type === 'delta' ? ' delta' : ''}`);
    expect(shown(flush.take(0, 'app'))).toEqual(['a=3 delta', 'g=7', 't=20', 't.count=2 delta', 's=2', 'statsd.metrics_received=9 delta']);
    // What came once is told once; what comes again is zero, or held, when it does not.
    expect(shown(flush.take(1, 'app'))).toEqual(['statsd.metrics_received=0 delta']);
    for (const line of ['a:1|c', 'g:+2|g']) flush.add(readMetricLine(line) as StatsdMetric);
    expect(shown(flush.take(2, 'app'))).toEqual(['a=1 delta', 'g=9', 'statsd.metrics_received=2 delta']);
    for (let i = 0; i < 60; i++) expect(shown(flush.take(i, 'app'))).toEqual(['a=0 delta', 'g=9', 'statsd.metrics_received=0 delta']);
    expect(shown(flush.take(3, 'app'))).toEqual(['statsd.metrics_received=0 delta']);
    // Quiet or not, a gauge stays as it was set.
    flush.add(readMetricLine('g:+1|g') as StatsdMetric);
    expect(shown(flush.take(4, 'app'))[0]).toBe('g=10');
  });

  it('lets names that come once give way to those that come again, and writes no zeros of them', () => {
    const flush = new StatsdFlush(1_000);
    const send = (...lines: string[]) => {
      for (const line of lines) flush.add(readMetricLine(line) as StatsdMetric);
    };
    const own = ['shop.orders:5|c', 'shop.queue:3|g', 'shop.time:20|ms', 'shop.users:x|s'];
    const made = (round: number, kind: string) => Array.from({ length: 5_000 }, (_, i) => `evil.${round}.${i}:1|${kind}`);
    const flushed = () => flush.take(0, 'app').map(({ series }) => series);
    send(...own);
    flush.take(0, 'app');
    send(...own);
    flush.take(0, 'app');
    for (const kind of ['c', 'g', 'ms', 's']) send(...made(0, kind));
    send(...own);
    expect(flushed()).toEqual(expect.arrayContaining(['shop.orders', 'shop.queue', 'shop.time', 'shop.users']));
    expect(flushed()).toEqual(['shop.orders', 'shop.queue', 'statsd.metrics_received']);
    // Names that begin after the flood have a place at once, and are told of when they come again.
    send('shop.errors:1|c');
    expect(flushed()).not.toContain('shop.errors');
    send('shop.errors:2|c');
    expect(flush.take(9, 'app')).toContainEqual({ time: 9, entity: 'app', series: 'shop.errors', value: 3, type: 'delta' });
    expect(flush.refused).toBeGreaterThan(15_000);
  });

  it('keeps no more metrics than it may', () => {
    const flush = new StatsdFlush(10);
    for (let i = 0; i < 1000; i++) flush.add({ series: `s${i}`, kind: 'count', value: 1, member: '' });
    expect(flush.refused).toBe(990);
    // So crowded that only those that come again are told of.
    expect(flush.take(0, '')).toHaveLength(1);
    for (let i = 990; i < 1000; i++) flush.add({ series: `s${i}`, kind: 'count', value: 1, member: '' });
    expect(flush.take(1, '')).toHaveLength(11);
  });

  it('receives over UDP and TCP, and survives what is no metric', async () => {
    const source = create({ udpPort: 0, tcpPort: 0 });
    const udp = createSocket('udp4');
    const found = await readings(source, ['requests', 'depth'], () => {
      udp.send('requests:3|c\nnonsense\n', source.ports.udp as number, '127.0.0.1');
      const socket = connect(source.ports.tcp as number, '127.0.0.1', () => socket.end('depth:4|g\nx:1|'));
    });
    udp.close();
    expect(found.map(({ entity, series }) => `${entity} ${series}`)).toEqual(expect.arrayContaining(['app requests', 'app depth']));
    expect(source.counters().bad_lines).toBeGreaterThanOrEqual(1);
  });

  it('needs a port, and takes any line', () => {
    expect(() => create({})).toThrow(/no port to listen on/);
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('a', ':', '|', 'c', 'g', 's', '@', '#', '1', '-', '.', ','), maxLength: 40 }),
        (line) => {
          const metric = readMetricLine(line);
          expect(metric === undefined || Number.isFinite(metric.value)).toBe(true);
        },
      ),
    );
  });

  it('lets no value that overflows spoil a metric, and no names that came once keep others out for ever', () => {
    for (const line of ['a:1e308|c|@1e-300', 'a:1e999|c', 'a:-Infinity|g', 'a:NaN|ms', 'a: |c', 'a:1|c|@nan', 'a:1|c|@-1'])
      expect(readMetricLine(line)).toBeUndefined();
    const flush = new StatsdFlush(2);
    const add = (line: string) => flush.add(readMetricLine(line) as StatsdMetric);
    for (let i = 0; i < 3; i++) add('g:+1e308|g');
    add('t:1e308|ms');
    add('t:1e308|ms');
    expect(flush.take(0, 'h').filter(({ series }) => series !== 'statsd.metrics_received' && series !== 't.count')).toEqual([
      { time: 0, entity: 'h', series: 'g', value: Number.MAX_VALUE },
    ]);
    add('g:-1e308|g');
    add('other:5|g');
    expect(flush.take(1, 'h').every(({ value }) => Number.isFinite(value))).toBe(true);
    // The one that came once gives way.
    add('third:1|g');
    expect(flush.take(2, 'h').map(({ series }) => series)).toEqual(['g', 'statsd.metrics_received']);
    add('third:2|g');
    expect(flush.take(3, 'h').find(({ series }) => series === 'third')?.value).toBe(2);
    add('fourth:1|g');
    expect(flush.refused).toBe(1);
    for (let i = 0; i < 3_601; i++) flush.take(i, 'h');
    add('fourth:1|g');
    expect(flush.take(5, 'h')[0]).toEqual({ time: 5, entity: 'h', series: 'fourth', value: 1 });
  });
});
