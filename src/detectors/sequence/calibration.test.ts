import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { blocks, combine, combineLeavingOut, tailsOf } from './calibration.ts';
import type { Arm } from './config.ts';
import { NormalTail } from './tail.ts';

const ARMS: Arm[] = ['count-vector', 'indel'];

describe('calibration of the combination', () => {
  it('rates each row against all others', () => {
    const values = fc.array(fc.tuple(fc.integer({ min: 0, max: 9 }), fc.integer({ min: 0, max: 9 })), { minLength: 3, maxLength: 30 });
    fc.assert(
      fc.property(values, (pairs) => {
        const scores = { 'count-vector': Float64Array.from(pairs, ([a]) => a), indel: Float64Array.from(pairs, ([, b]) => b) };
        const combined = combineLeavingOut(ARMS, scores, pairs.length);
        for (const [row, value] of combined.entries()) {
          const expected = ARMS.reduce((sum, arm) => {
            const column = scores[arm as 'indel'];
            return sum - new NormalTail(column.filter((_, i) => i !== row)).logP(column[row] as number);
          }, 0);
          expect(value).toBeCloseTo(expected, 9);
        }
      }),
    );
  });

  it('takes a hundred thousand equal scores in its stride', () => {
    const rows = 100_000;
    const scores = { 'count-vector': new Float64Array(rows), indel: new Float64Array(rows) };
    expect(combineLeavingOut(ARMS, scores, rows).every((value) => value === 0)).toBe(true);
  });

  it('leaves a single arm as it is', () => {
    const scores = { indel: Float64Array.of(3, 1, 2) };
    expect(combine(['indel'], scores, tailsOf(['indel'], scores), 3)).toEqual(scores.indel);
  });

  it('cuts contiguous blocks that cover every row once', () => {
    expect(blocks(10, 5)).toEqual([0, 2, 4, 6, 8, 10]);
    expect(blocks(3, 5)).toEqual([0, 1, 2, 3]);
  });
});
