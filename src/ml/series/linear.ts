/**
 * Ridge regression by the normal equations. Rows are added one at a time into X'X and X'Y (float64), so the memory is that of
 * the columns, never of the rows. Column 0 is the constant and is not penalised.
 */
export class RidgeSums {
  readonly columns: number;
  readonly targets: number;
  /** Lower triangle, row-major (columns, columns). */
  readonly #gram: Float64Array;
  /** (columns, targets) */
  readonly #cross: Float64Array;
  rows = 0;

  constructor(columns: number, targets: number) {
    this.columns = columns;
    this.targets = targets;
    this.#gram = new Float64Array(columns * columns);
    this.#cross = new Float64Array(columns * targets);
  }

  add(x: Float64Array, y: Float64Array): void {
    const { columns, targets } = this;
    for (let i = 0; i < columns; i++) {
      const value = x[i] as number;
      if (value === 0) continue;
      const row = i * columns;
      for (let j = 0; j <= i; j++) this.#gram[row + j] = (this.#gram[row + j] as number) + value * (x[j] as number);
      const cross = i * targets;
      for (let k = 0; k < targets; k++) this.#cross[cross + k] = (this.#cross[cross + k] as number) + value * (y[k] as number);
    }
    this.rows++;
  }

  /** Weights (columns, targets) for a penalty relative to each column's mean square: unit-free. */
  solve(penalty: number): Float64Array {
    const { columns, targets } = this;
    const matrix = this.#gram.slice();
    const rows = Math.max(1, this.rows);
    for (let i = 0; i < columns; i++) {
      const diagonal = matrix[i * columns + i] as number;
      matrix[i * columns + i] = diagonal + (i === 0 ? 1e-9 : penalty * Math.max(diagonal, rows * 1e-9));
    }
    const factor = cholesky(matrix, columns);
    const weights = this.#cross.slice();
    for (let k = 0; k < targets; k++) substitute(factor, weights, columns, targets, k);
    return weights;
  }
}

/** Lower Cholesky factor in place of the lower triangle; a pivot lost to rounding is lifted to a tiny share of the diagonal. */
function cholesky(a: Float64Array, n: number): Float64Array {
  for (let j = 0; j < n; j++) {
    const diagonal = a[j * n + j] as number;
    let pivot = diagonal;
    for (let k = 0; k < j; k++) pivot -= (a[j * n + k] as number) ** 2;
    const root = Math.sqrt(Math.max(pivot, Math.abs(diagonal) * 1e-12, 1e-300));
    a[j * n + j] = root;
    for (let i = j + 1; i < n; i++) {
      let value = a[i * n + j] as number;
      for (let k = 0; k < j; k++) value -= (a[i * n + k] as number) * (a[j * n + k] as number);
      a[i * n + j] = value / root;
    }
  }
  return a;
}

/** Solves L L' x = b for column k of b, in place. */
function substitute(l: Float64Array, b: Float64Array, n: number, width: number, k: number): void {
  for (let i = 0; i < n; i++) {
    let value = b[i * width + k] as number;
    for (let j = 0; j < i; j++) value -= (l[i * n + j] as number) * (b[j * width + k] as number);
    b[i * width + k] = value / (l[i * n + i] as number);
  }
  for (let i = n - 1; i >= 0; i--) {
    let value = b[i * width + k] as number;
    for (let j = i + 1; j < n; j++) value -= (l[j * n + i] as number) * (b[j * width + k] as number);
    b[i * width + k] = value / (l[i * n + i] as number);
  }
}
