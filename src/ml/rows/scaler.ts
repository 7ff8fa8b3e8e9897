/** Columns as sign(x) log(1 + |x|), centred and divided by their deviation, bounded; absent values are 0. */
export interface Scaler {
  readonly mean: Float64Array;
  /** 1 / deviation; 0 for a constant column, which then says nothing, unless the scaler has a least deviation. */
  readonly inverse: Float64Array;
}

/** Scaled values lie within +- this. */
export const SCALE_BOUND = 8;

/**
 * Half of what a flag that is set adds, ln 2: the least deviation where rows are asked for what was never seen. A column that learnt
 * rows all share then tells those that differ, and flags few of them have do not outweigh all else.
 */
export const HALF_A_FLAG = Math.LN2 / 2;

/** `leastDeviation`: of columns that vary less. */
export function fitScaler(values: Float32Array, rows: number, columns: number, leastDeviation = 0): Scaler {
  const mean = new Float64Array(columns);
  const inverse = new Float64Array(columns);
  for (let c = 0; c < columns; c++) {
    let n = 0;
    let centre = 0;
    let squares = 0;
    for (let row = 0; row < rows; row++) {
      const x = signedLog(values[row * columns + c] as number);
      if (Number.isNaN(x)) continue;
      n++;
      const gap = x - centre;
      centre += gap / n;
      squares += gap * (x - centre);
    }
    mean[c] = centre;
    const deviation = Math.max(n > 1 ? Math.sqrt(squares / (n - 1)) : 0, leastDeviation);
    inverse[c] = deviation > 1e-9 ? 1 / deviation : 0;
  }
  return { mean, inverse };
}

/** Row-major like `values`. */
export function scaleRows({ mean, inverse }: Scaler, values: Float32Array): Float32Array {
  const columns = mean.length;
  const out = new Float32Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const c = i % columns;
    const x = (signedLog(values[i] as number) - (mean[c] as number)) * (inverse[c] as number);
    out[i] = Number.isNaN(x) ? 0 : Math.max(-SCALE_BOUND, Math.min(SCALE_BOUND, x));
  }
  return out;
}

function signedLog(x: number): number {
  return Math.abs(x) > 3.4e38 ? Math.sign(x) * 88.7 : Math.sign(x) * Math.log1p(Math.abs(x));
}
