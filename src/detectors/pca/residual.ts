import type { Pca } from '../../ml/index.ts';

/** What the kept components leave of a row's weighted sublinear counts. (columns) */
export function residualOf(pca: Pca, weights: Float64Array, counts: Float64Array): Float64Array {
  const { columns, kept, mean, components } = pca;
  const residual = new Float64Array(columns);
  for (let j = 0; j < columns; j++) residual[j] = Math.log1p(counts[j] as number) * (weights[j] as number) - (mean[j] as number);
  for (let k = 0; k < kept; k++) {
    let projection = 0;
    for (let j = 0; j < columns; j++) projection += (residual[j] as number) * (components[k * columns + j] as number);
    for (let j = 0; j < columns; j++) residual[j] = (residual[j] as number) - projection * (components[k * columns + j] as number);
  }
  return residual;
}

/** Q, the squared prediction error (Jackson & Mudholkar 1979). Rounding noise is 0, so that equal rows tie. */
export function squaredLength(residual: Float64Array): number {
  let sum = 0;
  for (const value of residual) sum += value * value;
  return sum < 1e-12 ? 0 : sum;
}

export function cosine(a: Float64Array, b: Float64Array): number {
  let product = 0;
  for (let j = 0; j < a.length; j++) product += (a[j] as number) * (b[j] as number);
  const lengths = Math.sqrt(squaredLength(a) * squaredLength(b));
  return lengths === 0 ? 0 : product / lengths;
}
