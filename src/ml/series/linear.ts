/**
 * Ridge regressions on one matrix x (rows, columns), row-major, whose column 0 is the constant and is not penalised: the
 * normal equations in float64, factored once for any number of targets.
 */
export class RidgeSystem {
  readonly rows: number;
  readonly columns: number;
  readonly #x: Float64Array;
  readonly #factor: Float64Array;

  /** `penalty` is relative to each column's mean square, so it has no unit. */
  constructor(x: Float64Array, rows: number, columns: number, penalty: number) {
    this.#x = x;
    this.rows = rows;
    this.columns = columns;
    const gram = new Float64Array(columns * columns);
    for (let r = 0; r < rows; r++) {
      const at = r * columns;
      for (let i = 0; i < columns; i++) {
        const value = x[at + i] as number;
        const row = i * columns;
        for (let j = 0; j <= i; j++) gram[row + j] = (gram[row + j] as number) + value * (x[at + j] as number);
      }
    }
    penalise(gram, columns, rows, penalty);
    this.#factor = cholesky(gram, columns);
  }

  /** Weights (columns, targets) for y (rows, targets). */
  solve(y: Float64Array, targets: number): Float64Array {
    const { rows, columns } = this;
    const weights = new Float64Array(columns * targets);
    for (let r = 0; r < rows; r++) {
      for (let j = 0; j < columns; j++) {
        const value = this.#x[r * columns + j] as number;
        for (let k = 0; k < targets; k++) {
          weights[j * targets + k] = (weights[j * targets + k] as number) + value * (y[r * targets + k] as number);
        }
      }
    }
    for (let k = 0; k < targets; k++) substitute(this.#factor, weights, columns, targets, k);
    return weights;
  }

  /** y - x weights. */
  residuals(y: Float64Array, targets: number, weights: Float64Array): Float64Array {
    const { rows, columns } = this;
    const out = y.slice();
    for (let r = 0; r < rows; r++) {
      for (let j = 0; j < columns; j++) {
        const value = this.#x[r * columns + j] as number;
        for (let k = 0; k < targets; k++) {
          out[r * targets + k] = (out[r * targets + k] as number) - value * (weights[j * targets + k] as number);
        }
      }
    }
    return out;
  }
}

/**
 * Ridge weights (columns) from sums of products over rows: lower triangle of (columns + 1, columns + 1), the constant first, the
 * target last. The penalty is relative to each column's mean square.
 */
export function solveRidge(sums: Float64Array, columns: number, penalty: number): Float64Array {
  const size = columns + 1;
  const gram = new Float64Array(columns * columns);
  for (let i = 0; i < columns; i++) gram.set(sums.subarray(i * size, i * size + i + 1), i * columns);
  penalise(gram, columns, sums[0] as number, penalty);
  const weights = sums.slice(columns * size, columns * size + columns);
  substitute(cholesky(gram, columns), weights, columns, 1, 0);
  return weights;
}

/** Adds to the diagonal; a column without a value gets a trace, so that its weight is 0. */
function penalise(gram: Float64Array, columns: number, rows: number, penalty: number): void {
  for (let i = 0; i < columns; i++) {
    const diagonal = gram[i * columns + i] as number;
    gram[i * columns + i] = diagonal + (i === 0 ? 1e-9 : penalty * Math.max(diagonal, Math.max(1, rows) * 1e-9));
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
