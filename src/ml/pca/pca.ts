import { VedetteError } from '../../core/index.ts';
import { normalQuantile } from '../statistics/normal.ts';
import { symmetricEigen } from './eigen.ts';

/** Principal components of centred rows. */
export interface Pca {
  readonly columns: number;
  /** How many components are kept. */
  readonly kept: number;
  /** (columns) */
  readonly mean: Float64Array;
  /** Variances along all components, descending; sample covariance (n - 1), never negative. */
  readonly variances: Float64Array;
  /** Row-major (kept, columns), unit vectors. */
  readonly components: Float64Array;
}

/** Either a number of components, or the least that carry the given share of the variance. */
export type Kept = { readonly components: number } | { readonly varianceShare: number };

/** Values (rows, columns), row-major. Throws VedetteError DATA_INSUFFICIENT for fewer than 2 rows. */
export function fitPca(values: Float32Array | Float64Array, rows: number, columns: number, kept: Kept): Pca {
  if (values.length !== rows * columns) throw new RangeError(`${values.length} values are no ${rows} x ${columns} matrix`);
  if (rows < 2) throw new VedetteError('DATA_INSUFFICIENT', `principal components need at least 2 rows, not ${rows}`);
  const mean = columnMeans(values, rows, columns);
  const { values: eigenvalues, vectors } = symmetricEigen(covariance(values, rows, columns, mean), columns);
  const variances = eigenvalues.map((variance) => Math.max(0, variance));
  const count = 'components' in kept ? Math.min(columns, kept.components) : componentsFor(variances, kept.varianceShare);
  return { columns, kept: count, mean, variances, components: vectors.slice(0, count * columns) };
}

/**
 * Squared prediction error Q of each row: the squared distance from the space of the kept components (rows). 0 is perfectly
 * normal. Jackson & Mudholkar 1979.
 */
export function squaredPredictionErrors(pca: Pca, values: Float32Array | Float64Array, rows: number): Float64Array {
  const { columns, kept, mean, components } = pca;
  if (values.length !== rows * columns) {
    throw new VedetteError('MODEL_MISMATCH', `${values.length} values are no ${rows} rows of the ${columns} columns learnt`);
  }
  const residual = new Float64Array(columns);
  return Float64Array.from({ length: rows }, (_, row) => {
    for (let j = 0; j < columns; j++) residual[j] = (values[row * columns + j] as number) - (mean[j] as number);
    for (let k = 0; k < kept; k++) {
      let projection = 0;
      for (let j = 0; j < columns; j++) projection += (residual[j] as number) * (components[k * columns + j] as number);
      for (let j = 0; j < columns; j++) residual[j] = (residual[j] as number) - projection * (components[k * columns + j] as number);
    }
    let error = 0;
    for (let j = 0; j < columns; j++) error += (residual[j] as number) ** 2;
    return error;
  });
}

/**
 * Threshold of Q that normal rows exceed with the given probability, if they are Gaussian: Jackson & Mudholkar 1979, eq. 3.3,
 * with the one-sided normal quantile. 0 when the kept components carry everything; NaN where the approximation breaks down.
 */
export function jacksonMudholkarThreshold(pca: Pca, falseAlarmRate: number): number {
  const [theta1, theta2, theta3] = [1, 2, 3].map((power) =>
    pca.variances.subarray(pca.kept).reduce((sum, variance) => sum + variance ** power, 0),
  ) as [number, number, number];
  if (theta2 === 0) return 0;
  const h = 1 - (2 * theta1 * theta3) / (3 * theta2 * theta2);
  const deviate = normalQuantile(1 - falseAlarmRate) * Math.sign(h);
  const base = (deviate * Math.sqrt(2 * theta2 * h * h)) / theta1 + 1 + (theta2 * h * (h - 1)) / (theta1 * theta1);
  return theta1 * base ** (1 / h);
}

/** Weights ln((1 + rows) / (1 + rows with the column)) + 0.001: rare columns count more, ubiquitous ones hardly. (columns) */
export function inverseDocumentFrequency(counts: Float32Array | Float64Array, rows: number, columns: number): Float64Array {
  const present = new Float64Array(columns);
  for (let i = 0; i < rows * columns; i++) if (counts[i] !== 0) present[i % columns] = (present[i % columns] as number) + 1;
  return present.map((frequency) => Math.log((1 + rows) / (1 + frequency)) + 0.001);
}

/** Counts (rows, columns) times the weight of their column, as a new array. */
export function weightColumns(counts: Float32Array | Float64Array, weights: Float64Array): Float64Array {
  return Float64Array.from(counts, (count, i) => count * (weights[i % weights.length] as number));
}

function componentsFor(variances: Float64Array, share: number): number {
  const total = variances.reduce((sum, variance) => sum + variance, 0);
  let carried = 0;
  for (const [k, variance] of variances.entries()) {
    if (carried >= share * total) return k;
    carried += variance;
  }
  return variances.length;
}

function columnMeans(values: Float32Array | Float64Array, rows: number, columns: number): Float64Array {
  const mean = new Float64Array(columns);
  for (let i = 0; i < values.length; i++) mean[i % columns] = (mean[i % columns] as number) + (values[i] as number);
  return mean.map((sum) => sum / rows);
}

/** Skips zeros of the centred row, which count vectors are full of once a column is constant. */
function covariance(values: Float32Array | Float64Array, rows: number, columns: number, mean: Float64Array): Float64Array {
  const matrix = new Float64Array(columns * columns);
  const centred = new Float64Array(columns);
  for (let row = 0; row < rows; row++) {
    for (let j = 0; j < columns; j++) centred[j] = (values[row * columns + j] as number) - (mean[j] as number);
    for (let i = 0; i < columns; i++) {
      const factor = centred[i] as number;
      if (factor === 0) continue;
      for (let j = 0; j <= i; j++) matrix[i * columns + j] = (matrix[i * columns + j] as number) + factor * (centred[j] as number);
    }
  }
  return matrix.map((sum) => sum / (rows - 1));
}
