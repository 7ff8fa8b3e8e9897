import type { Micros } from '../../../core/index.ts';

/** Doubles that one trend is made of. */
export const TREND_SIZE = 6;
const FORGET = 1 - 1 / 300;
/** Points that the fit must rest on. */
const LEAST = 60;

/** Where a line through the last values leads. */
export interface Trend {
  /** Change a second. */
  readonly slope: number;
  /** Slope in its standard errors. */
  readonly certainty: number;
  /** Value of the line now. */
  readonly now: number;
  /** Standard deviation of the value `seconds` from now, the line's own uncertainty included. */
  deviation(seconds: number): number;
}

/** Least squares on the last few hundred values, old ones fading. State: the weighted moments, times counted back from now in seconds. */
export function learnTrend(state: Float64Array, at: number, elapsed: Micros, value: number): void {
  const [weight, time, square, sum, cross, sumSquare] = Array.from(state.subarray(at, at + TREND_SIZE)) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const back = elapsed / 1e6;
  // Times move back by what elapsed, then the new value joins at time 0.
  state[at] = FORGET * weight + 1;
  state[at + 1] = FORGET * (time - back * weight);
  state[at + 2] = FORGET * (square - 2 * back * time + back * back * weight);
  state[at + 3] = FORGET * sum + value;
  state[at + 4] = FORGET * (cross - back * sum);
  state[at + 5] = FORGET * sumSquare + value * value;
}

export function trendOf(state: Float64Array, at: number): Trend | undefined {
  const [weight, time, square, sum, cross, sumSquare] = Array.from(state.subarray(at, at + TREND_SIZE)) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  if (weight < LEAST) return undefined;
  const meanTime = time / weight;
  const mean = sum / weight;
  const spreadTime = square - weight * meanTime * meanTime;
  if (!(spreadTime > 0)) return undefined;
  const slope = (cross - weight * meanTime * mean) / spreadTime;
  const variance = Math.max(0, (sumSquare - weight * mean * mean - slope * slope * spreadTime) / weight);
  // Values that follow each other are alike: the fit is worth a tenth of its points.
  const uncertainty = Math.sqrt((10 * variance) / spreadTime);
  return {
    slope,
    certainty: uncertainty > 0 ? Math.abs(slope) / uncertainty : slope === 0 ? 0 : Number.POSITIVE_INFINITY,
    now: mean - slope * meanTime,
    deviation: (seconds) => Math.sqrt(variance + (uncertainty * (seconds - meanTime)) ** 2 + (10 * variance) / weight),
  };
}
