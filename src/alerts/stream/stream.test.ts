import { describe, expect, it } from 'vitest';
import { type ObservationBatch, type SeriesBatch, seededRandom } from '../../core/index.ts';
import { StreamDecisions } from './decisions.ts';
import { ObservedTail } from './observed-tail.ts';

function interval(counts: readonly (readonly [series: string, value: number])[], start = 0): SeriesBatch {
  const rows = counts.length;
  return {
    shape: 'series',
    rows,
    series: counts.map(([series]) => series),
    entities: counts.map(() => 'web'),
    code: Int32Array.from(counts.keys()),
    value: Float64Array.from(counts, ([, value]) => value),
    start: new Float64Array(rows).fill(start),
    end: new Float64Array(rows).fill(start + 300e6),
  };
}

const told = (counts: readonly (readonly [string, number])[], expected: readonly number[], score: readonly number[]) => {
  const scored = { score: Float64Array.from(score), arms: { expected: Float64Array.from(expected) } };
  return new StreamDecisions(0.001).take(interval(counts), scored).map(({ row }) => counts[row]?.[0]);
};

describe('decisions of detectors that learn as they go', () => {
  it('tells of the template that explains its source, else the host, else the source', () => {
    const counts = [
      ['source web', 500],
      ['host a', 480],
      ['host b', 20],
      ['template t', 450],
      ['template u', 50],
    ] as const;
    expect(told(counts, [50, 40, 10, 10, 40], [60, 80, 5, 90, 3])).toEqual(['template t']);
    expect(told(counts, [50, 40, 10, 300, 5], [60, 80, 5, 8, 20])).toEqual(['host a']);
    expect(told(counts, [50, 300, 10, 300, 5], [60, 9, 5, 8, 20])).toEqual(['source web']);
    expect(told(counts, [500, 400, 10, 10, 40], [0, 8, 0, 90, 9])).toEqual(['template t']);
    expect(told(counts, [500, 480, 20, 450, 50], [0, 0, 0, 0, 0])).toEqual([]);
  });

  it('tells of a silent source alone, also where only its templates were flagged', () => {
    const counts = [
      ['source web', 0],
      ['template t', 0],
      ['host a', 0],
    ] as const;
    expect(told(counts, [20, 12, 8], [15, 9, 8])).toEqual(['source web']);
    expect(told(counts, [20, 12, 8], [5, 9, 8])).toEqual([]);
  });

  it('tells of an outbreak of errors beside how many lines came, of a template where it explains the errors of its source', () => {
    const counts = [
      ['source web', 900],
      ['status 5xx of source web', 300],
      ['status 5xx of template t', 290],
    ] as const;
    const batch = { ...interval(counts), whole: Float64Array.of(Number.NaN, 900, 400) };
    const scored = { score: Float64Array.of(9, 30, 40), arms: { expected: Float64Array.of(100, 1, 1) } };
    expect(new StreamDecisions(0.001).take(batch, scored).map(({ row }) => counts[row]?.[0])).toEqual([
      'source web',
      'status 5xx of template t',
    ]);
  });

  it('flags what the scores say as long as they keep their promise, and never much more than promised', () => {
    const random = seededRandom(5);
    const honest = new ObservedTail();
    const loud = new ObservedTail();
    let flagged = [0, 0];
    for (let i = 0; i < 50_000; i++) {
      const score = -Math.log(1 - random());
      flagged = [
        (flagged[0] as number) + Number(honest.take(score) <= 0.001),
        (flagged[1] as number) + Number(loud.take(score * 3) <= 0.001),
      ];
    }
    expect(flagged[0]).toBeGreaterThan(15);
    expect(flagged[0]).toBeLessThan(75);
    expect(flagged[1]).toBeLessThan(100);
  });

  it('tells once of what one line shows for the first time: the rarest, and a user as a user', () => {
    const fields = ['template', 'parameter 1 of "for <*> from <*>"', 'user', 'address'];
    const seen = (rows: readonly (readonly [line: number, field: number, value: string, score: number])[]) => {
      const column = (pick: (row: (typeof rows)[number]) => number) => Int32Array.from(rows, pick);
      const batch: ObservationBatch = {
        ...{ shape: 'observations', rows: rows.length, entities: ['gate'], fields, values: rows.map(([, , value]) => value) },
        ...{ entity: column(() => 0), field: column(([, field]) => field), value: Int32Array.from(rows.keys()) },
        ...{ time: new Float64Array(rows.length), input: ['auth.log'], inputCode: column(() => 0) },
        ...{ line: Float64Array.from(rows, ([line]) => line), offset: new Float64Array(rows.length), length: column(() => 1) },
      };
      const scored = { score: Float64Array.from(rows, ([, , , score]) => score) };
      return new StreamDecisions(0.001).take(batch, scored).map(({ row }) => [rows[row]?.[0], fields[rows[row]?.[1] as number]]);
    };
    const line = [1, 0, 'failed', 0] as const;
    expect(seen([line, [1, 1, 'root', 9], [1, 2, 'root', 9], [2, 2, 'bo', 0]])).toEqual([[1, 'user']]);
    expect(
      seen([
        [1, 0, 'failed', 11],
        [1, 2, 'root', 9],
        [1, 3, '203.0.113.77', 10],
        [2, 2, 'bo', 8],
      ]),
    ).toEqual([
      [1, 'template'],
      [2, 'user'],
    ]);
  });

  it('finds a device that stays flagged once, until that is what is usual', () => {
    const decisions = new StreamDecisions(1e-4);
    const flags = (rows: number, score: number) => {
      let flagged = 0;
      for (let i = 0; i < rows; i++)
        flagged += decisions.take(interval([['pump pressure', 1]], i), { score: Float64Array.of(score) }).length;
      return flagged;
    };
    expect(flags(20_000, 0.5)).toBe(0);
    expect(flags(180, 15)).toBe(180);
    expect(flags(20, 0.5)).toBe(0);
    expect(flags(1, 15)).toBe(1);
    expect(flags(100, 0.5)).toBe(0);
    // What is held against the promise is the one episode.
    expect(decisions.counters).toMatchObject({ scored: 20_301, flagged: 1 });
    // The next one is as rare as it was: an hour of being stuck has counted once.
    expect(flags(1, 15)).toBe(1);
    expect(decisions.counters.flagged).toBe(2);
    expect(flags(3_000, 15)).toBeLessThan(520);
  });

  it('goes on from a snapshot as if nothing had happened', () => {
    const [a, b] = [new StreamDecisions(0.01), new StreamDecisions(0.01)];
    const scored = (score: number) => ({ score: Float64Array.of(score) });
    for (let i = 0; i < 500; i++) a.take(interval([['source web', i]], i), scored((i * 37) % 11));
    b.restore(a.snapshot());
    for (let i = 0; i < 500; i++) {
      const batch = interval([['source web', i]], i);
      expect(b.take(batch, scored((i * 17) % 13))).toEqual(a.take(batch, scored((i * 17) % 13)));
    }
    expect(b.counters).toEqual(a.counters);
  });
});
