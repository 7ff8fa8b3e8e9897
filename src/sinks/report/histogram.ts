import type { ReportedHistogram } from './report.ts';

const BINS = 48;

/**
 * Equal bins from the smallest score to a little beyond the threshold or, when this is further, the 99th percentile, but at most
 * three times as far as the threshold; what lies beyond is one number, so that huge scores do not squeeze the rest into one
 * bar. Null without finite scores.
 */
export function histogramOf(scores: Float64Array, threshold: number): ReportedHistogram | null {
  const sorted = scores.filter(Number.isFinite).sort();
  const low = sorted[0];
  const last = sorted.at(-1);
  if (low === undefined || last === undefined) return null;
  const common = sorted[Math.floor((sorted.length - 1) * 0.99)] as number;
  const below = Math.max(0, threshold - low);
  const reach = Number.isFinite(threshold) ? Math.min(Math.max(common, threshold + 0.25 * below), threshold + 2 * below) : common;
  let high = Math.min(last, reach);
  if (Number.isFinite(threshold)) high = Math.max(high, threshold);
  if (!(high > low)) high = low + Math.max(1, Math.abs(low) * 1e-6);
  const counts = new Array<number>(BINS).fill(0);
  let beyond = 0;
  for (const score of sorted) {
    if (score > high) beyond++;
    else {
      const bin = Math.min(BINS - 1, Math.floor(((score - low) / (high - low)) * BINS));
      counts[bin] = (counts[bin] as number) + 1;
    }
  }
  return { low, high, counts, beyond };
}
