/** Exponential mean; what is not finite counts as 0. */
export function smoothed(values: Float64Array, share: number): Float64Array {
  let mean = Number.NaN;
  return values.map((value) => {
    const finite = Number.isFinite(value) ? value : 0;
    mean = Number.isNaN(mean) ? finite : mean + share * (finite - mean);
    return mean;
  });
}

/** Mean of the last `length` finite values. */
export function trailingMean(values: Float64Array, length: number): Float64Array {
  const recent: number[] = [];
  let sum = 0;
  return values.map((value) => {
    if (Number.isFinite(value)) {
      recent.push(value);
      sum += value;
      if (recent.length > length) sum -= recent.shift() as number;
    }
    return recent.length === 0 ? 0 : sum / recent.length;
  });
}
