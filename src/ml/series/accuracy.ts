/** Symmetric mean absolute percentage error in %, 0..200: mean of 2 |F - A| / (|F| + |A|), a pair of zeros counting 0. */
export function smape(actual: ArrayLike<number>, forecast: ArrayLike<number>): number {
  let sum = 0;
  let count = 0;
  for (let i = 0; i < actual.length; i++) {
    const a = actual[i] as number;
    const f = forecast[i] as number;
    if (!Number.isFinite(a) || !Number.isFinite(f)) continue;
    const scale = Math.abs(a) + Math.abs(f);
    if (scale > 0) sum += (2 * Math.abs(f - a)) / scale;
    count++;
  }
  return (100 * sum) / count;
}

/** Mean absolute error over that of the in-sample forecast of the value `season` rows before (Hyndman & Koehler 2006). */
export function mase(actual: ArrayLike<number>, forecast: ArrayLike<number>, training: ArrayLike<number>, season = 1): number {
  let error = 0;
  for (let i = 0; i < actual.length; i++) error += Math.abs((actual[i] as number) - (forecast[i] as number));
  let naive = 0;
  for (let i = season; i < training.length; i++) naive += Math.abs((training[i] as number) - (training[i - season] as number));
  return error / actual.length / (naive / (training.length - season));
}
