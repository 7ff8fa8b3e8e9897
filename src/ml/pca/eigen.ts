/** Eigenvalues in descending order with their eigenvectors. */
export interface EigenDecomposition {
  readonly values: Float64Array;
  /** Row-major (size, size): row k is the unit eigenvector of values[k]; its largest component is positive. */
  readonly vectors: Float64Array;
}

const MOST_SWEEPS = 60;

/**
 * Decomposes a symmetric matrix (size, size), row-major: Householder's reduction to tridiagonal form, then the implicit QL
 * method. Golub & Van Loan, Matrix Computations, 8.3; after EISPACK's tred2 and tql2. Only the lower triangle is read.
 */
export function symmetricEigen(matrix: Float64Array, size: number): EigenDecomposition {
  if (matrix.length !== size * size) throw new RangeError(`${matrix.length} elements are no ${size} x ${size} matrix`);
  if (matrix.some((value) => !Number.isFinite(value))) throw new RangeError('the matrix holds a value that is not finite');
  const basis = Float64Array.from(matrix);
  const diagonal = new Float64Array(size);
  const beside = new Float64Array(size);
  if (size > 0) {
    tridiagonalise(basis, diagonal, beside, size);
    transpose(basis, size);
    diagonalise(basis, diagonal, beside, size);
  }
  return ordered(basis, diagonal, size);
}

function tridiagonalise(v: Float64Array, d: Float64Array, e: Float64Array, n: number): void {
  const at = (row: number, column: number) => v[row * n + column] as number;
  for (let i = n - 1; i > 0; i--) {
    let scale = 0;
    for (let k = 0; k < i; k++) scale += Math.abs(at(i, k));
    if (i === 1 || scale === 0) {
      e[i] = at(i, i - 1);
      d[i] = 0;
      continue;
    }
    let h = 0;
    for (let k = 0; k < i; k++) {
      const value = at(i, k) / scale;
      v[i * n + k] = value;
      h += value * value;
    }
    const f = at(i, i - 1);
    const g = f >= 0 ? -Math.sqrt(h) : Math.sqrt(h);
    e[i] = scale * g;
    h -= f * g;
    v[i * n + i - 1] = f - g;
    d[i] = h;
    reflect(v, e, n, i, h);
  }
  d[0] = 0;
  e[0] = 0;
  accumulate(v, d, n);
}

/** Applies the Householder reflection of row i to the leading i x i block. */
function reflect(v: Float64Array, e: Float64Array, n: number, i: number, h: number): void {
  const row = v.subarray(i * n, i * n + i);
  let product = 0;
  for (let j = 0; j < i; j++) {
    v[j * n + i] = (row[j] as number) / h;
    let g = 0;
    for (let k = 0; k <= j; k++) g += (v[j * n + k] as number) * (row[k] as number);
    for (let k = j + 1; k < i; k++) g += (v[k * n + j] as number) * (row[k] as number);
    e[j] = g / h;
    product += (e[j] as number) * (row[j] as number);
  }
  const half = product / (h + h);
  for (let j = 0; j < i; j++) {
    const f = row[j] as number;
    const g = (e[j] as number) - half * f;
    e[j] = g;
    for (let k = 0; k <= j; k++) v[j * n + k] = (v[j * n + k] as number) - (f * (e[k] as number) + g * (row[k] as number));
  }
}

/** Multiplies the reflections into `v` and leaves the diagonal in `d`. */
function accumulate(v: Float64Array, d: Float64Array, n: number): void {
  const projection = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    if (d[i] !== 0) {
      projection.fill(0, 0, i);
      for (let k = 0; k < i; k++) {
        const weight = v[i * n + k] as number;
        for (let j = 0; j < i; j++) projection[j] = (projection[j] as number) + weight * (v[k * n + j] as number);
      }
      for (let k = 0; k < i; k++) {
        const weight = v[k * n + i] as number;
        for (let j = 0; j < i; j++) v[k * n + j] = (v[k * n + j] as number) - weight * (projection[j] as number);
      }
    }
    d[i] = v[i * n + i] as number;
    v[i * n + i] = 1;
    for (let j = 0; j < i; j++) {
      v[j * n + i] = 0;
      v[i * n + j] = 0;
    }
  }
}

/** From here on vectors lie in rows, where the rotations find their elements side by side. */
function transpose(v: Float64Array, n: number): void {
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < i; j++) {
      const held = v[i * n + j] as number;
      v[i * n + j] = v[j * n + i] as number;
      v[j * n + i] = held;
    }
  }
}

function diagonalise(v: Float64Array, d: Float64Array, e: Float64Array, n: number): void {
  e.copyWithin(0, 1);
  e[n - 1] = 0;
  for (let low = 0; low < n; low++) {
    for (let sweep = 0; ; sweep++) {
      const high = firstNegligible(d, e, low, n);
      if (high === low) break;
      if (sweep === MOST_SWEEPS) throw new RangeError(`eigenvalue ${low} did not converge`);
      qlStep(v, d, e, n, low, high);
    }
  }
}

function firstNegligible(d: Float64Array, e: Float64Array, low: number, n: number): number {
  for (let m = low; m < n - 1; m++) {
    const size = Math.abs(d[m] as number) + Math.abs(d[m + 1] as number);
    if (Math.abs(e[m] as number) <= Number.EPSILON * size) return m;
  }
  return n - 1;
}

/** One implicit QL step with Wilkinson's shift on the block low..high. */
function qlStep(v: Float64Array, d: Float64Array, e: Float64Array, n: number, low: number, high: number): void {
  const eLow = e[low] as number;
  let g = ((d[low + 1] as number) - (d[low] as number)) / (2 * eLow);
  const r0 = Math.hypot(g, 1);
  g = (d[high] as number) - (d[low] as number) + eLow / (g + (g >= 0 ? r0 : -r0));
  let sine = 1;
  let cosine = 1;
  let p = 0;
  for (let i = high - 1; i >= low; i--) {
    const f = sine * (e[i] as number);
    const b = cosine * (e[i] as number);
    const r = Math.hypot(f, g);
    e[i + 1] = r;
    if (r === 0) {
      d[i + 1] = (d[i + 1] as number) - p;
      e[high] = 0;
      return;
    }
    sine = f / r;
    cosine = g / r;
    g = (d[i + 1] as number) - p;
    const turn = ((d[i] as number) - g) * sine + 2 * cosine * b;
    p = sine * turn;
    d[i + 1] = g + p;
    g = cosine * turn - b;
    for (let at = i * n; at < (i + 1) * n; at++) {
      const next = v[at + n] as number;
      const here = v[at] as number;
      v[at + n] = sine * here + cosine * next;
      v[at] = cosine * here - sine * next;
    }
  }
  d[low] = (d[low] as number) - p;
  e[low] = g;
  e[high] = 0;
}

function ordered(basis: Float64Array, diagonal: Float64Array, size: number): EigenDecomposition {
  const order = Array.from({ length: size }, (_, k) => k).sort((a, b) => (diagonal[b] as number) - (diagonal[a] as number) || a - b);
  const vectors = new Float64Array(size * size);
  for (const [rank, row] of order.entries()) {
    const vector = basis.subarray(row * size, (row + 1) * size);
    const largest = vector.reduce((most, value) => (Math.abs(value) > Math.abs(most) ? value : most), 0);
    for (let i = 0; i < size; i++) vectors[rank * size + i] = largest < 0 ? -(vector[i] as number) : (vector[i] as number);
  }
  return { values: Float64Array.from(order, (row) => diagonal[row] as number), vectors };
}
