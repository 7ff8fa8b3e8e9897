import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type MetricBatch, READING_TYPES, type Reading, type SeriesBatch } from '../../core/index.ts';
import { seriesConfig } from './config.ts';
import { counterStep } from './counter.ts';
import { SeriesStepper } from './stepper.ts';

const SECOND = 1e6;
const START = 1_700_000_000 * SECOND;

function events(readings: readonly Partial<Reading>[], input = 'a'): MetricBatch {
  const names = [...new Set(readings.map(({ series = 's' }) => series))];
  const entities = [...new Set(readings.map(({ entity = 'e' }) => entity))];
  const rows = readings.length;
  return {
    kind: 'metric',
    rows,
    source: 'test',
    origin: { input, offset: new Float64Array(rows), line: new Float64Array(rows), length: new Int32Array(rows) },
    time: Float64Array.from(readings, ({ time = 0 }) => time),
    series: { codes: Int32Array.from(readings, ({ series = 's' }) => names.indexOf(series)), values: names },
    entity: { codes: Int32Array.from(readings, ({ entity = 'e' }) => entities.indexOf(entity)), values: entities },
    value: Float64Array.from(readings, ({ value = 0 }) => value),
    type: Uint8Array.from(readings, ({ type = 'gauge' }) => READING_TYPES.indexOf(type)),
  };
}

const at = (seconds: number, value: number, more: Partial<Reading> = {}): Partial<Reading> => ({
  time: START + seconds * SECOND,
  value,
  ...more,
});

function run(readings: readonly Partial<Reading>[], settings: object = { step: '1s' }) {
  const stepper = new SeriesStepper(seriesConfig.parse(settings));
  stepper.add(events(readings), (readings.at(-1)?.time ?? 0) as number);
  stepper.finish();
  return { stepper, rows: stepper.rows(), silences: stepper.silences() };
}

const values = (batch: SeriesBatch | undefined) => [...(batch?.value ?? [])];

describe('steps of series', () => {
  it('averages gauges within a step and leaves steps without readings out', () => {
    const { rows } = run([at(0, 1), at(0.5, 3), at(1, 10), at(5, 20)]);
    expect(values(rows)).toEqual([2, 10, 20]);
    expect([...(rows?.start ?? [])].map((time) => (time - START) / SECOND)).toEqual([0, 1, 5]);
    expect(rows?.series).toEqual(['e s']);
  });

  it('makes counters and counts rates per second; a reset and a gap give no row, a wrap does', () => {
    const counter = { type: 'counter' } as const;
    const reset = run([at(0, 100, counter), at(1, 150, counter), at(2, 10, counter), at(3, 40, counter)]);
    expect(values(reset.rows)).toEqual([50, 30]);
    expect(reset.stepper.counters).toMatchObject({ resets: 1, wraps: 0 });
    const wrap = run([at(0, 2 ** 32 - 100, counter), at(1, 2 ** 32 - 50, counter), at(2, 50, counter)]);
    expect(values(wrap.rows)).toEqual([50, 100]);
    expect(wrap.stepper.counters.wraps).toBe(1);
    const gap = run([
      at(0, 0, counter),
      at(1, 10, counter),
      at(2, 20, counter),
      at(3, 30, counter),
      at(600, 9_000, counter),
      at(601, 9_007, counter),
    ]);
    expect(values(gap.rows)).toEqual([10, 10, 10, 7]);
    expect(gap.stepper.counters.gaps).toBe(1);
    const delta = { type: 'delta' } as const;
    expect(values(run([at(0, 5, delta), at(10, 50, delta), at(20, 30, delta)]).rows)).toEqual([5, 3]);
  });

  it('counts duplicates and what comes out of order, and keeps a late reading of the open step', () => {
    const { rows, stepper } = run([at(0, 1), at(0, 99), at(0.9, 3), at(1.6, 4), at(1.2, 2), at(0.95, 7), at(2.1, 5)]);
    expect(values(rows)).toEqual([2, 3, 5]);
    expect(stepper.counters).toMatchObject({ duplicates: 1, outOfOrder: 1 });
  });

  it('tells of a device that stops reporting while others go on, once, and again after it came back', () => {
    const stepper = new SeriesStepper(seriesConfig.parse({ step: '1s' }));
    const told: string[] = [];
    for (let second = 0; second < 200; second++) {
      const silent = (second > 40 && second < 90) || second > 150;
      const now = START + second * SECOND;
      stepper.add(events([at(second, 1, { entity: 'steady' }), ...(silent ? [] : [at(second, 2, { entity: 'flaky' })])]), now);
      told.push(
        ...stepper
          .silences()
          .map(({ entity, at: when, again }) => `${entity} ${((again ?? when) - START) / SECOND}${again ? ' again' : ''}`),
      );
    }
    expect(told).toEqual(['flaky 48', 'flaky 90 again', 'flaky 158']);
  });

  it('tells of silence by the clock where nothing comes any more, but not of a finished file', () => {
    const stepper = new SeriesStepper(seriesConfig.parse({ step: '1s' }));
    const readings = Array.from({ length: 30 }, (_, i) => at(i, i));
    for (const [i, reading] of readings.entries()) stepper.add(events([reading]), START + i * SECOND);
    for (let second = 30; second <= 36; second++) stepper.elapse(START + second * SECOND);
    expect(stepper.silences()).toHaveLength(0);
    for (let second = 37; second <= 60; second++) stepper.elapse(START + second * SECOND);
    expect(stepper.silences().map(({ entity }) => entity)).toEqual(['e']);
    const file = new SeriesStepper(seriesConfig.parse({ step: '1s' }));
    for (const [i, reading] of readings.entries()) file.add(events([reading]), START + i * SECOND);
    file.finishInput('a');
    file.elapse(START + 600 * SECOND);
    expect(file.silences()).toEqual([]);
  });

  it('waits twice as long as a device has paused twice, and tells a gap that its own next reading shows once, as over', () => {
    const stepper = new SeriesStepper(seriesConfig.parse({ step: '1s' }));
    const told: string[] = [];
    const pauses = new Map([
      [40, 7],
      [60, 7],
      [80, 13],
      [120, 30],
    ]);
    let second = 0;
    for (let i = 0; i < 150; i++) {
      second += pauses.get(i) ?? 1;
      stepper.add(events([at(second, 1)]), START + 1e6 * SECOND);
      told.push(...stepper.silences().map(({ since, again }) => `${(since - START) / SECOND} to ${((again ?? 0) - START) / SECOND}`));
    }
    expect(told).toEqual(['144 to 174']);
  });

  it('takes a standstill of this process for no silence', () => {
    const stepper = new SeriesStepper(seriesConfig.parse({ step: '1s' }));
    const live = (from: number, to: number) => {
      for (let second = from; second < to; second++) stepper.add(events([at(second, second)]), START + second * SECOND);
    };
    live(0, 40);
    stepper.elapse(START + 40 * SECOND);
    stepper.elapse(START + 90 * SECOND);
    expect(stepper.silences()).toEqual([]);
    live(90, 130);
    expect(stepper.silences()).toEqual([]);
    for (let second = 130; second < 150; second++) stepper.elapse(START + second * SECOND);
    expect(stepper.silences()).toMatchObject([{ entity: 'e' }]);
    live(150, 151);
    expect(stepper.silences()).toMatchObject([{ again: START + 150 * SECOND }]);
  });

  it('keeps no more series than it may, and names the rest', () => {
    const { stepper } = run(
      Array.from({ length: 500 }, (_, i) => at(i, i, { series: `s${i}` })),
      { maxSeries: 10 },
    );
    expect(stepper.table.slots).toHaveLength(10);
    expect(stepper.table.refused.readings).toBe(490);
    expect(stepper.table.refused.names[0]).toBe('e s10');
    expect(stepper.table.refused.names.length).toBeLessThanOrEqual(20);
  });

  it('gives the same rows however readings are cut into batches and wherever a snapshot falls', () => {
    const reading = fc.record({
      time: fc
        .oneof(fc.integer({ min: 0, max: 60 }), fc.double({ min: 0, max: 60, noNaN: true }))
        .map((s) => START + Math.round(s * SECOND)),
      value: fc.double({ noNaN: true, noDefaultInfinity: true }),
      series: fc.constantFrom('a', 'b'),
      entity: fc.constantFrom('x', 'y', ''),
      type: fc.constantFrom(...READING_TYPES),
    });
    const arrival = START + 60 * SECOND;
    fc.assert(
      fc.property(fc.array(reading, { maxLength: 60 }), fc.array(fc.nat(60), { maxLength: 5 }), (readings, cuts) => {
        const whole = new SeriesStepper(seriesConfig.parse({ step: '1s' }));
        whole.add(events(readings), arrival);
        whole.finish();
        let stepper = new SeriesStepper(seriesConfig.parse({ step: '1s' }));
        const parts: number[] = [];
        const edges = [0, ...cuts.sort((a, b) => a - b), readings.length];
        for (const [i, edge] of edges.slice(1).entries()) {
          if (edge > (edges[i] as number)) stepper.add(events(readings.slice(edges[i], edge)), arrival);
          parts.push(...values(stepper.rows()));
          const next = new SeriesStepper(seriesConfig.parse({ step: '1s' }));
          next.restore(stepper.snapshot());
          stepper = next;
        }
        stepper.finish();
        parts.push(...values(stepper.rows()));
        expect(parts).toEqual(values(whole.rows()));
        expect(stepper.counters).toEqual(whole.counters);
      }),
      { numRuns: 200 },
    );
  });
});

describe('counterStep', () => {
  it('tells resets from wraps', () => {
    expect(counterStep(10, 30)).toEqual({ kind: 'increase', increase: 20 });
    expect(counterStep(2e9, 5)).toEqual({ kind: 'reset' });
    expect(counterStep(4e9, 5)).toEqual({ kind: 'wrap', increase: 2 ** 32 - 4e9 + 5 });
    expect(counterStep(1e12, 5)).toEqual({ kind: 'reset' });
  });
});
