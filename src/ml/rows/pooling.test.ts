import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../core/index.ts';
import { fitPooling, pooledProbabilities } from './index.ts';

const random = seededRandom(3);
const ROWS = 4000;
/** True probabilities of class 1, and labels drawn by them. */
const truth = Float64Array.from({ length: ROWS }, () => 0.02 + 0.96 * random());
const labels = Int32Array.from(truth, (p) => (random() < p ? 1 : 0));
const both = (p: Float64Array) =>
  Float64Array.from({ length: ROWS * 2 }, (_, i) => (i % 2 === 1 ? (p[i >> 1] as number) : 1 - (p[i >> 1] as number)));
const logit = (p: number) => Math.log(p / (1 - p));
const logistic = (z: number) => 1 / (1 + Math.exp(-z));

describe('pooling of probabilities', () => {
  it('cools a classifier that is too sure, and shifts one with other shares of the classes', () => {
    const sure = both(truth.map((p) => logistic(3 * logit(p) + 1)));
    const pooling = fitPooling([sure], labels, 2);
    expect(pooling.weights[0]).toBeCloseTo(1 / 3, 1);
    const after = pooledProbabilities(pooling, [sure]);
    const error = truth.reduce((sum, p, row) => sum + Math.abs(p - (after[row * 2 + 1] as number)), 0) / ROWS;
    expect(error).toBeLessThan(0.02);
  });

  it('gives a classifier that knows more weight than one that guesses', () => {
    const guess = both(truth.map(() => 0.1 + 0.8 * random()));
    const { weights } = fitPooling([guess, both(truth)], labels, 2);
    expect(weights[1]).toBeGreaterThan(0.9);
    expect(Math.abs(weights[0] as number)).toBeLessThan(0.1);
  });

  it('leaves good probabilities as they are', () => {
    const pooling = fitPooling([both(truth)], labels, 2);
    expect(pooling.weights[0]).toBeCloseTo(1, 0);
    for (const one of pooling.bias) expect(Math.abs(one)).toBeLessThan(0.1);
  });
});
