import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type SeriesPoints, stableId } from '../../core/index.ts';
import { temporaryFolder } from '../testing/fixtures.ts';
import { openSqlite, type RelationalDatabase } from './database.ts';
import { migrate } from './migrations.ts';
import { SeriesTables } from './series.ts';

const SECOND = 1e6;
const OVEN = stableId('series', 'plant', 'oven', 'temperature');
const PUMP = stableId('series', 'plant', 'pump', 'flow');
/** Epochs after which blocks are merged. */
const MERGED = 150;

let folder: ReturnType<typeof temporaryFolder>;
let database: RelationalDatabase;
let tables: SeriesTables;
beforeEach(async () => {
  folder = temporaryFolder();
  const path = `${folder.path}/meta.db`;
  database = await openSqlite(path);
  migrate(database, path);
  tables = new SeriesTables(database);
});
afterEach(() => {
  database.close();
  folder.remove();
});

/** One point of each of two series at a second. */
function pointsAt(second: number): SeriesPoints {
  const [f32, f64] = [(value: number) => Float32Array.of(value, Number.NaN), (...values: number[]) => Float64Array.from(values)];
  return {
    ...{ source: 'plant', rows: 2, names: ['temperature', 'flow'], entities: ['oven', 'pump'], code: Int32Array.of(0, 1) },
    ...{ time: f64(second * SECOND, second * SECOND), value: f64(second, 1000 - second) },
    ...{ expected: f32(second + 1), lower: f32(second - 1), upper: f32(second + 3), score: f32(second % 7) },
  };
}

const write = (from: number, to: number) => {
  for (let second = from; second < to; second++) tables.write([pointsAt(second)], second + 1);
};
const counts = () => ({
  blocks: database.get('SELECT count(*) AS n FROM series_blocks')?.n,
  chunks: database.get('SELECT count(*) AS n FROM series_chunks')?.n,
});
const range = { from: 0, to: 400 * SECOND, buckets: 4 };

describe('points of series', () => {
  it('are the same before and after blocks are merged into chunks, and from both together', () => {
    write(0, MERGED - 1);
    expect(counts()).toEqual({ blocks: MERGED - 1, chunks: 0 });
    const before = tables.points(OVEN, range);
    expect(before.map(({ points }) => points)).toEqual([100, 49]);
    expect(before[0]).toEqual({ start: 0, points: 100, min: 0, max: 99, mean: 49.5, expected: 50.5, lower: 48.5, upper: 52.5, score: 6 });
    write(MERGED - 1, MERGED);
    expect(counts()).toEqual({ blocks: 0, chunks: 2 });
    expect(tables.points(OVEN, { ...range, to: (MERGED - 1) * SECOND, buckets: 1 })).toHaveLength(1);
    expect(tables.points(OVEN, range)[0]).toEqual(before[0]);
    write(MERGED, MERGED + 10);
    expect(tables.points(OVEN, range).map(({ points }) => points)).toEqual([100, 60]);
    expect(tables.points(PUMP, range)[0]).toMatchObject({ min: 901, max: 1000, expected: Number.NaN });
    expect(tables.latest(OVEN)).toBe((MERGED + 9) * SECOND);
  });

  it('are of the half-open range only, of known series only', () => {
    write(0, 20);
    const [bucket, ...more] = tables.points(OVEN, { from: 5 * SECOND, to: 10 * SECOND, buckets: 1 });
    expect(more).toEqual([]);
    expect(bucket).toMatchObject({ points: 5, min: 5, max: 9 });
    expect(tables.points('unknown', range)).toEqual([]);
    expect(tables.latest('unknown')).toBeNaN();
    expect(tables.list().map(({ entity, name }) => `${entity} ${name}`)).toEqual(['oven temperature', 'pump flow']);
  });

  it('are removed when they are too old, and the oldest first when they take too much room', () => {
    write(0, 3 * MERGED);
    expect(counts()).toEqual({ blocks: 0, chunks: 6 });
    tables.retain(MERGED * SECOND, Number.MAX_SAFE_INTEGER);
    expect(counts().chunks).toBe(4);
    expect(tables.points(OVEN, { ...range, to: MERGED * SECOND })).toEqual([]);
    tables.retain(0, tables.size() / 2);
    expect(counts().chunks).toBe(2);
    expect(tables.points(OVEN, { from: 0, to: 3 * MERGED * SECOND, buckets: 1 })[0]).toMatchObject({ points: MERGED, min: 2 * MERGED });
    tables.retain(0, 0);
    expect(counts().chunks).toBe(0);
    expect(tables.list()).toHaveLength(2);
  });

  it('of an upload come with their newest point and their highest score, those of a source read from its newest chunk', () => {
    for (const seconds of [
      [5, 6, 9],
      [2, 13],
    ])
      tables.writeUpload('u1', seconds.map(pointsAt));
    const oven = tables.list().find(({ id }) => id === OVEN);
    expect(oven?.ending).toEqual({ time: 13 * SECOND, value: 13, expected: 14, lower: 12, upper: 16, highest: 6 });
    const pump = tables.list().find(({ id }) => id === PUMP);
    expect(pump?.ending).toEqual({ time: 13 * SECOND, value: 987, expected: Number.NaN, lower: Number.NaN, upper: Number.NaN, highest: 0 });
    expect(tables.endings([OVEN, 'unknown'])).toEqual(new Map([[OVEN, { ...oven?.ending, highest: 6 }]]));
  });

  it('of a transaction that failed leave no codes behind', () => {
    expect(() =>
      database.transaction(() => {
        write(0, 1);
        throw new Error('the disk is full');
      }),
    ).toThrow();
    tables.forget();
    write(5, 6);
    expect(tables.list()).toHaveLength(2);
    expect(tables.points(OVEN, range)[0]).toMatchObject({ points: 1, min: 5 });
  });
});
