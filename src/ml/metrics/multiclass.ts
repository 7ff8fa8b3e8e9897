import { requireSameLength } from './binary.ts';

/** Row-major (classes, classes): element [a, p] counts rows of class a predicted as p. Throws RangeError for a class outside. */
export function confusionMatrix(actual: ArrayLike<number>, predicted: ArrayLike<number>, classes: number): Float64Array {
  requireSameLength(actual, predicted);
  const matrix = new Float64Array(classes * classes);
  for (let i = 0; i < actual.length; i++) {
    const a = actual[i] as number;
    const p = predicted[i] as number;
    if (!(a >= 0 && a < classes && p >= 0 && p < classes)) throw new RangeError(`class ${a} predicted as ${p}, of ${classes} classes`);
    matrix[a * classes + p] = (matrix[a * classes + p] as number) + 1;
  }
  return matrix;
}

export interface ClassScores {
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  /** Rows of the class. */
  readonly support: number;
}

/** Scores of each class against the rest; NaN where undefined, as for two classes. */
export function classScores(matrix: Float64Array, classes: number): readonly ClassScores[] {
  return Array.from({ length: classes }, (_, k) => {
    let support = 0;
    let predicted = 0;
    for (let other = 0; other < classes; other++) {
      support += matrix[k * classes + other] as number;
      predicted += matrix[other * classes + k] as number;
    }
    const right = matrix[k * classes + k] as number;
    return { precision: right / predicted, recall: right / support, f1: (2 * right) / (support + predicted), support };
  });
}

/** Mean F1 over the classes that occur, in truth or prediction; NaN for none. */
export function macroF1(matrix: Float64Array, classes: number): number {
  const scores = classScores(matrix, classes).filter(({ f1 }) => !Number.isNaN(f1));
  return scores.reduce((sum, { f1 }) => sum + f1, 0) / scores.length;
}

/** Share of rows on the diagonal; NaN for no rows. */
export function matrixAccuracy(matrix: Float64Array, classes: number): number {
  const total = matrix.reduce((sum, count) => sum + count, 0);
  let right = 0;
  for (let k = 0; k < classes; k++) right += matrix[k * classes + k] as number;
  return right / total;
}
