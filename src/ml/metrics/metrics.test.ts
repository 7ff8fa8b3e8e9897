import { describe, expect, it } from 'vitest';
import { scientificReference } from '../testing/scientific.ts';
import {
  accuracy,
  averagePrecision,
  binaryCounts,
  classScores,
  confusionMatrix,
  expectedCalibrationError,
  f1,
  falsePositiveRate,
  macroF1,
  matrixAccuracy,
  precision,
  recall,
  rocAuc,
} from './index.ts';

const { source, binary, multiclass } = scientificReference();

describe(`metrics against ${source}`, () => {
  it('of two classes', () => {
    const counts = binaryCounts(binary.labels, binary.predicted);
    expect([counts.truePositives, counts.falsePositives, counts.trueNegatives, counts.falseNegatives]).toEqual(binary.counts);
    expect(precision(counts)).toBeCloseTo(binary.precision, 14);
    expect(recall(counts)).toBeCloseTo(binary.recall, 14);
    expect(f1(counts)).toBeCloseTo(binary.f1, 14);
    expect(accuracy(counts)).toBeCloseTo(binary.accuracy, 14);
    expect(falsePositiveRate(counts)).toBeCloseTo(binary.false_positive_rate, 14);
  });

  it('of rankings with ties', () => {
    expect(new Set(binary.scores).size).toBeLessThan(binary.scores.length / 2);
    expect(rocAuc(binary.labels, binary.scores)).toBeCloseTo(binary.roc_auc, 14);
    expect(averagePrecision(binary.labels, binary.scores)).toBeCloseTo(binary.average_precision, 14);
  });

  it('of several classes', () => {
    const matrix = confusionMatrix(multiclass.actual, multiclass.predicted, 4);
    expect([...matrix]).toEqual(multiclass.matrix);
    expect(macroF1(matrix, 4)).toBeCloseTo(multiclass.macro_f1, 14);
    expect(matrixAccuracy(matrix, 4)).toBeCloseTo(multiclass.accuracy, 14);
    for (const [k, scores] of classScores(matrix, 4).entries()) {
      expect(scores.precision).toBeCloseTo(multiclass.precision[k] as number, 14);
      expect(scores.recall).toBeCloseTo(multiclass.recall[k] as number, 14);
      expect(scores.f1).toBeCloseTo(multiclass.f1[k] as number, 14);
      expect(scores.support).toBe(multiclass.support[k]);
    }
  });

  it('of calibration', () => {
    expect(expectedCalibrationError(binary.confidence, binary.labels)).toBeCloseTo(binary.calibration_error_15, 12);
    expect(expectedCalibrationError(binary.confidence, binary.labels, 10)).toBeCloseTo(binary.calibration_error_10, 12);
  });
});

describe('what is undefined', () => {
  it('is NaN for one class only', () => {
    expect(rocAuc([1, 1], [0.2, 0.3])).toBeNaN();
    expect(rocAuc([0, 0], [0.2, 0.3])).toBeNaN();
    expect(averagePrecision([0, 0], [0.2, 0.3])).toBeNaN();
    expect(averagePrecision([1, 1], [0.2, 0.3])).toBe(1);
    expect(rocAuc([0, 1], [Number.NaN, 0.3])).toBeNaN();
    const quiet = binaryCounts([0, 0], [0, 0]);
    expect([precision(quiet), recall(quiet), f1(quiet)]).toEqual([Number.NaN, Number.NaN, Number.NaN]);
    expect(falsePositiveRate(binaryCounts([1], [1]))).toBeNaN();
    expect(macroF1(confusionMatrix([], [], 3), 3)).toBeNaN();
  });

  it('is 0 where positives were missed', () => {
    expect(f1(binaryCounts([1, 0], [0, 0]))).toBe(0);
  });

  it('leaves classes out of the macro mean that never occur', () => {
    expect(macroF1(confusionMatrix([0, 1], [0, 1], 5), 5)).toBe(1);
  });

  it('handles infinite scores', () => {
    expect(rocAuc([1, 1, 0, 0], [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, 1, Number.NEGATIVE_INFINITY])).toBe(1);
  });

  it('refuses lengths and classes that do not fit', () => {
    expect(() => binaryCounts([1], [1, 0])).toThrow(RangeError);
    expect(() => confusionMatrix([3], [0], 3)).toThrow('class 3');
    expect(() => expectedCalibrationError([1.5], [1])).toThrow('1.5');
  });
});
