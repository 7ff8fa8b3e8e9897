import { describe, expect, it } from 'vitest';
import { canonicalJson, type EventBatch, type FeatureReached } from '../../core/index.ts';
import { type SensorRow, sensorBatches } from '../../parsers/sensor/batch.ts';
import { FeatureEngine } from './engine/engine.ts';
import { registeredDomain, subdomain } from './expression/names.ts';
import { type FeatureInput, featureDeclaration } from './plan/declaration.ts';
import { planFeature } from './plan/plan.ts';

const HOME = ['10.0.0.0/8'];
const SECOND = 1_000_000;
const base: FeatureInput = { from: 'flow', key: ['sourceAddress'], window: { size: '1m' }, aggregates: { events: 'count()' } };

function problemOf(change: Partial<FeatureInput>): string {
  const planned = planFeature('f', featureDeclaration.parse({ ...base, ...change }), HOME);
  if ('plan' in planned) return 'fine';
  return planned.problems.map(({ path, at, message }) => `${path.join('.')}:${at} ${message}`).join('\n');
}

function engineOf(change: Partial<FeatureInput>, options: Partial<ConstructorParameters<typeof FeatureEngine>[1]> = {}): FeatureEngine {
  const planned = planFeature('f', featureDeclaration.parse({ ...base, ...change }), HOME);
  if ('problems' in planned) throw new Error(JSON.stringify(planned.problems));
  return new FeatureEngine(planned.plan, { seed: 1, ...options });
}

function flows(...rows: readonly (readonly [seconds: number, source: string, values?: SensorRow['values']])[]): EventBatch {
  const events = rows.map(([seconds, sourceAddress, values], i): SensorRow => {
    const all = { time: seconds * SECOND, sourceAddress, destinationAddress: '192.0.2.1', forwardBytes: 10, ...values };
    return { kind: 'flow', values: all, attributes: undefined, offset: i * 10, line: i + 1, length: 10 };
  });
  return sensorBatches(events, 's', 'flows.csv')[0] as EventBatch;
}

function windows(engine: FeatureEngine): string[] {
  const batch = engine.take();
  return Array.from({ length: batch?.rows ?? 0 }, (_, row) => {
    const start = (batch?.start[row] as number) / SECOND;
    return `${batch?.keys[row]} ${start} ${batch?.values[row * (batch?.columns.length ?? 1)]} r${batch?.revision[row]}`;
  });
}

describe('keys', () => {
  it('of several parts are told apart by the order of the parts', () => {
    const engine = engineOf({ key: ['sourceAddress', 'destinationAddress'] });
    const [a, b] = ['10.0.0.1', '10.0.0.2'];
    engine.add(
      flows(
        [1, a, { destinationAddress: b }],
        [2, b, { destinationAddress: a }],
        [3, a, { destinationAddress: a }],
        [4, b, { destinationAddress: b }],
        [5, a, { destinationAddress: b }],
      ),
    );
    engine.finish();
    const batch = engine.take();
    const found = Array.from(batch?.events ?? [], (events, row) => `${batch?.keys.slice(row * 2, row * 2 + 2).join(' to ')}: ${events}`);
    expect(found.sort()).toEqual([`${a} to ${a}: 1`, `${a} to ${b}: 2`, `${b} to ${a}: 1`, `${b} to ${b}: 1`]);
  });
});

describe('declarations', () => {
  it.each([
    [{ where: 'protocol = 6 and' }, 'where:16 ends too early'],
    [{ where: 'protokol = 6' }, 'where:0 there is no column protokol'],
    [{ where: "protocol = 'tcp'" }, 'where:11 must be a number, not a text'],
    [{ where: 'sourceAddress in 10.0.0.0/33' }, 'where:17 "10.0.0.0/33" is no network such as 10.0.0.0/8'],
    [{ where: 'sourceAddress in OFFICE' }, 'where:17 there are no networks called OFFICE; known: HOME_NET'],
    [{ where: 'forwardBytes + 1' }, 'where:0 must be a condition, not a number'],
    [{ where: "state = 'S0" }, 'where:8 this text has no closing quote'],
    [{ derive: { x: 'length(protocol)' } }, 'derive.x:7 must be a text, not a number'],
    [{ key: ['host'] }, 'key.0:0 there is no column host'],
    [{ window: { type: 'sliding', size: '1m' } }, 'window.slide:0 is missing; a sliding window needs it'],
    [{ window: { type: 'sliding', size: '1d', slide: '1s' } }, 'window.slide:0 puts each event into 86400 windows; at most 100'],
    [{ aggregates: { a: 'average(forwardBytes)' } }, 'aggregates.a:0 there is no aggregate average'],
    [{ aggregates: { a: 'sum(state)' } }, 'aggregates.a:4 must be number, not text'],
    [{ aggregates: { a: 'quantile(forwardBytes, 2)' } }, 'aggregates.a:23 must be a number from 0 to 1'],
    [{ aggregates: { a: 'entropy(state)' }, engines: ['flink'] }, 'aggregates.a:0 flink cannot run entropy; embedded, duckdb can'],
    [{ window: { type: 'session', idle: '1m' }, aggregates: { a: 'silence()' } }, 'aggregates.a:0 silence cannot be taken over sessions'],
  ] satisfies [Partial<FeatureInput>, string][])('%o: %s', (change, problem) => {
    expect(problemOf(change)).toContain(problem);
  });

  it('derive columns from one another in any order, so that they run as they are stored', () => {
    const derive = { web: 'destinationPort in (80, 443)', large: 'web and forwardBytes > 1000', alone: 'large and backwardBytes = 0' };
    const change = { derive, where: 'alone' };
    const given = featureDeclaration.parse({ ...base, ...change });
    const stored = featureDeclaration.parse(JSON.parse(canonicalJson(given)));
    expect(Object.keys(stored.derive)).toEqual(['alone', 'large', 'web']);
    const read = planFeature('f', stored, HOME);
    expect(read).toHaveProperty('plan');
    expect(read).toEqual(planFeature('f', given, HOME));
    expect(problemOf({ derive: { a: 'b + 1', b: 'c + 1', c: 'a + 1' } })).toContain('derive.c:0 is derived from itself: a, b, c');
    const deep = Object.fromEntries(Array.from({ length: 3000 }, (_, i) => [`x${i}`, `x${i + 1} + 1`]));
    expect(problemOf({ derive: deep })).toContain('is more than 100 columns deep');
  });

  it('survives hostile text', () => {
    for (const where of ['('.repeat(4000), 'not '.repeat(1000), "'", '\u0000', '1 in (', '-'.repeat(4000)])
      expect(problemOf({ where })).not.toBe('fine');
  });
});

describe('names', () => {
  it.each([
    ['a.b.example.co.uk', 'example.co.uk', 'a.b'],
    ['EXAMPLE.com.', 'example.com', undefined],
    ['1.2.0.192.in-addr.arpa', undefined, undefined],
    ['12.34.example.com', 'example.com', undefined],
    ['deadbeef.t0', '.', 'deadbeef.t0'],
    ['2.0.0.127.zen.spamhaus.org', undefined, undefined],
    ['host', undefined, undefined],
  ])('%s is below %s', (name, domain, below) => {
    expect([registeredDomain(name), subdomain(name)]).toEqual([domain, below]);
  });
});

describe('FeatureEngine', () => {
  it('closes windows by event time, re-opens one for a late event and counts what is too late', () => {
    const engine = engineOf({ window: { size: '1m', lateness: '30s' } });
    engine.add(flows([0, '10.0.0.1'], [70, '10.0.0.1']));
    expect(windows(engine)).toEqual(['10.0.0.1 0 1 r0']);
    engine.add(flows([59, '10.0.0.1'], [95, '10.0.0.2'], [1, '10.0.0.1']));
    expect(windows(engine)).toEqual(['10.0.0.1 0 2 r1']);
    expect(engine.counters).toMatchObject({ events: 5, late: 1, reopened: 1 });
  });

  it('says with the event that reaches a level that it is reached, once a window', () => {
    const reached: FeatureReached[] = [];
    const engine = engineOf(
      { aggregates: { hosts: 'distinct(destinationAddress)', events: 'count()' } },
      { watches: [{ columns: ['hosts'], levels: [3] }], onReached: (one) => reached.push(one) },
    );
    engine.add(flows(...Array.from({ length: 5 }, (_, i) => [i, '10.0.0.1', { destinationAddress: `192.0.2.${i}` }] as const)));
    expect(reached.map(({ time, values, evidence }) => [time / SECOND, values, evidence.map(({ line }) => line)])).toEqual([
      [2, [3, 3], [1, 3]],
    ]);
  });

  it('reports the windows of a key that falls silent', () => {
    const engine = engineOf({ window: { size: '1m', empty: 2 }, aggregates: { events: 'count()', silence: 'silence()' } });
    engine.add(flows([0, '10.0.0.1'], [600, '10.0.0.2']));
    expect(windows(engine)).toEqual(['10.0.0.1 0 1 r0', '10.0.0.1 60 0 r0', '10.0.0.1 120 0 r0']);
  });

  it('joins sessions that a late event in between connects', () => {
    const engine = engineOf({ window: { type: 'session', idle: '10s', lateness: '1m' } });
    engine.add(flows([0, '10.0.0.1'], [15, '10.0.0.1'], [8, '10.0.0.1'], [200, '10.0.0.1']));
    engine.finish();
    expect(windows(engine)).toEqual(['10.0.0.1 0 1 r0', '10.0.0.1 0 3 r1', '10.0.0.1 200 1 r0']);
  });

  it('holds no more windows than it may, and hands over what makes room', () => {
    const engine = engineOf({ maxKeys: 16 });
    engine.add(flows(...Array.from({ length: 100 }, (_, i) => [i / 10, `10.0.${i}.1`] as const)));
    expect([engine.open, engine.counters.evicted]).toEqual([16, 84]);
    engine.finish();
    expect(windows(engine)).toHaveLength(100);
  });
});
