import type { Micros } from '../../core/index.ts';
import type { SeriesBucket } from '../contract.ts';

/** Stored columns in their order; 32 bytes a row. */
export const COLUMNS = [
  ['time', Float64Array],
  ['value', Float64Array],
  ['expected', Float32Array],
  ['lower', Float32Array],
  ['upper', Float32Array],
  ['score', Float32Array],
] as const;

export type PointColumns = Readonly<
  Record<'time' | 'value', Float64Array<ArrayBuffer>> & Record<'expected' | 'lower' | 'upper' | 'score', Float32Array<ArrayBuffer>>
>;

const ROW_BYTES = COLUMNS.reduce((sum, [, Column]) => sum + Column.BYTES_PER_ELEMENT, 0);

export function pointsTo(columns: PointColumns): Uint8Array {
  const rows = columns.time.length;
  const bytes = new Uint8Array(rows * ROW_BYTES);
  let at = 0;
  for (const [name] of COLUMNS) {
    const { buffer, byteOffset, byteLength } = columns[name];
    bytes.set(new Uint8Array(buffer, byteOffset, byteLength), at);
    at += byteLength;
  }
  return bytes;
}

export function pointsFrom(bytes: Uint8Array): PointColumns {
  const { buffer } = bytes.slice();
  const rows = Math.floor(bytes.length / ROW_BYTES);
  let at = 0;
  return Object.fromEntries(
    COLUMNS.map(([name, Column]) => {
      const column = new Column(buffer as ArrayBuffer, at, rows);
      at += column.byteLength;
      return [name, column];
    }),
  ) as unknown as PointColumns;
}

/** Least, greatest and mean value of each bucket with points, the mean of what was expected, and the highest score. */
export function bucketsOf(parts: readonly PointColumns[], from: Micros, to: Micros, count: number): readonly SeriesBucket[] {
  const length = (to - from) / count;
  const buckets = new Map<number, Tally>();
  for (const { time, value, expected, lower, upper, score } of parts) {
    for (let row = 0; row < time.length; row++) {
      const at = time[row] as number;
      if (!(at >= from && at < to)) continue;
      const index = Math.min(count - 1, Math.floor((at - from) / length));
      let bucket = buckets.get(index);
      if (bucket === undefined) {
        bucket = {
          points: 0,
          min: Number.POSITIVE_INFINITY,
          max: Number.NEGATIVE_INFINITY,
          sum: 0,
          foreseen: 0,
          expected: 0,
          lower: 0,
          upper: 0,
          score: 0,
        };
        buckets.set(index, bucket);
      }
      const read = value[row] as number;
      bucket.points++;
      bucket.sum += read;
      bucket.min = Math.min(bucket.min, read);
      bucket.max = Math.max(bucket.max, read);
      if (!Number.isNaN((lower[row] as number) + (upper[row] as number))) {
        bucket.foreseen++;
        bucket.expected += expected[row] as number;
        bucket.lower += lower[row] as number;
        bucket.upper += upper[row] as number;
      }
      if ((score[row] as number) > bucket.score) bucket.score = score[row] as number;
    }
  }
  return [...buckets]
    .sort(([a], [b]) => a - b)
    .map(([index, { points, sum, min, max, foreseen, score, ...band }]) => ({
      ...{ start: from + index * length, points, min, max, mean: sum / points, score },
      ...{ expected: band.expected / foreseen, lower: band.lower / foreseen, upper: band.upper / foreseen },
    }));
}

interface Tally {
  points: number;
  min: number;
  max: number;
  sum: number;
  foreseen: number;
  expected: number;
  lower: number;
  upper: number;
  score: number;
}
