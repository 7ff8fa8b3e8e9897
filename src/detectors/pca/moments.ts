import { type Pca, symmetricEigen } from '../../ml/index.ts';

/**
 * Sums over rows of sublinear counts x = ln(1 + count): enough to weigh the columns and find the components, and rows can be
 * added or taken away later. Column 0 is of all events without a column.
 */
export class Moments {
  readonly columns: number;
  rows = 0;
  /** Rows with a count in each column; sums (columns); sums of products (columns, columns), lower triangle. */
  readonly present: Float64Array;
  readonly sums: Float64Array;
  readonly products: Float64Array;

  constructor(columns: number) {
    this.columns = columns;
    this.present = new Float64Array(columns);
    this.sums = new Float64Array(columns);
    this.products = new Float64Array(columns * columns);
  }

  add(x: Float64Array): void {
    this.rows++;
    for (let i = 0; i < this.columns; i++) {
      const value = x[i] as number;
      if (value === 0) continue;
      this.present[i] = (this.present[i] as number) + 1;
      this.sums[i] = (this.sums[i] as number) + value;
      for (let j = 0; j <= i; j++) {
        const at = i * this.columns + j;
        this.products[at] = (this.products[at] as number) + value * (x[j] as number);
      }
    }
  }

  /** The sum of moments over the same columns. */
  static sum(columns: number, parts: readonly Moments[]): Moments {
    const total = new Moments(columns);
    for (const part of parts) {
      total.rows += part.rows;
      addTo(total.present, part.present);
      addTo(total.sums, part.sums);
      for (let i = 0; i < part.columns; i++) {
        for (let j = 0; j <= i; j++) {
          const at = i * columns + j;
          total.products[at] = (total.products[at] as number) + (part.products[i * part.columns + j] as number);
        }
      }
    }
    return total;
  }

  /** idf = ln((1 + rows) / (1 + rows with the event)) + 1, so that what every row has still counts when it is missing. */
  weights(): Float64Array {
    return this.present.map((present) => Math.log((1 + this.rows) / (1 + present)) + 1);
  }

  /** Components of the weighted rows that carry the share of the variance. */
  components(weights: Float64Array, varianceShare: number): Pca {
    const { columns, rows } = this;
    const mean = this.sums.map((sum, j) => (sum * (weights[j] as number)) / rows);
    const covariance = new Float64Array(columns * columns);
    for (let i = 0; i < columns; i++) {
      for (let j = 0; j <= i; j++) {
        const product = (this.products[i * columns + j] as number) * (weights[i] as number) * (weights[j] as number);
        const value = (product - rows * (mean[i] as number) * (mean[j] as number)) / Math.max(1, rows - 1);
        covariance[i * columns + j] = Math.abs(value) < 1e-12 ? 0 : value;
      }
    }
    const { values, vectors } = symmetricEigen(covariance, columns);
    const variances = values.map((value) => Math.max(0, value));
    const total = variances.reduce((sum, variance) => sum + variance, 0);
    let kept = 0;
    for (let carried = 0; kept < columns && carried < varianceShare * total; kept++) carried += variances[kept] as number;
    return { columns, kept, mean, variances, components: vectors.slice(0, kept * columns) };
  }
}

function addTo(total: Float64Array, part: Float64Array): void {
  for (let i = 0; i < part.length; i++) total[i] = (total[i] as number) + (part[i] as number);
}
