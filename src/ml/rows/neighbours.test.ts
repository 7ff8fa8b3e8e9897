import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../core/index.ts';
import { neighbourDistances } from './neighbours.ts';
import { fitScaler, HALF_A_FLAG, SCALE_BOUND, scaleRows } from './scaler.ts';

/** Every reference, sorted. */
function everyDistance(references: Float32Array, row: Float32Array, k: number): number {
  const columns = row.length;
  const squared = Array.from({ length: references.length / columns }, (_, r) =>
    row.reduce((sum, x, c) => sum + (x - (references[r * columns + c] as number)) ** 2, 0),
  ).sort((a, b) => a - b);
  const near = squared.slice(0, k);
  return near.reduce((sum, one) => sum + Math.sqrt(one), 0) / near.length;
}

describe('nearest neighbours', () => {
  it('are those of a search through every reference, whatever their lengths', () => {
    const random = seededRandom(3);
    for (const [columns, spread] of [
      [1, 1],
      [3, 0.01],
      [12, 8],
    ] as const) {
      const draw = (rows: number) => Float32Array.from({ length: rows * columns }, () => Math.round((random() - 0.5) * 40) * spread);
      const [references, rows] = [draw(200), draw(50)];
      for (const k of [1, 3, 500]) {
        const found = neighbourDistances(references, rows, columns, k);
        for (const [row, distance] of found.entries()) {
          expect(distance).toBeCloseTo(everyDistance(references, rows.subarray(row * columns, (row + 1) * columns), k), 9);
        }
      }
    }
    expect(neighbourDistances(new Float32Array(0), Float32Array.of(1, 2), 2, 1)).toEqual(Float64Array.of(0));
  });
});

describe('scaler', () => {
  it('says nothing of a constant column, or all of it with a least deviation', () => {
    const learnt = Float32Array.of(1, 0, 5, 0, 9, 0);
    const novel = Float32Array.of(5, 1, 5, 900);
    expect(Array.from(scaleRows(fitScaler(learnt, 3, 2), novel)).filter((_, i) => i % 2 === 1)).toEqual([0, 0]);
    const scaled = scaleRows(fitScaler(learnt, 3, 2, HALF_A_FLAG), novel);
    expect(scaled[1]).toBeCloseTo(2, 6);
    expect(scaled[3]).toBe(SCALE_BOUND);
    expect(scaled[0]).toBe(scaleRows(fitScaler(learnt, 3, 2), novel)[0]);
  });
});
