import type { Explanation } from './contracts.ts';
import type { Micros } from './time.ts';

/** The forecast of a value ahead. */
export interface ForecastPoint {
  readonly time: Micros;
  readonly expected: number;
  readonly lower: number;
  readonly upper: number;
}

/** What a detector knows of one series now. */
export interface SeriesView {
  readonly lastTime: Micros;
  readonly lastValue: number;
  /** Usual distance of its readings. */
  readonly step: Micros;
  readonly readings: number;
  /** Readings from which on it is judged, and when that will be. */
  readonly needed: number;
  readonly readyAt: Micros;
  /** Score of the last reading, minus ln of a tail probability. */
  readonly abnormal: number;
  readonly expected: number;
  readonly lower: number;
  readonly upper: number;
  /** What forecasts, in words. */
  readonly method: string;
  /** Of series that have a network, or collect readings for one. */
  readonly network?: SeriesNetwork;
}

/** How far the network of a series is. */
export interface SeriesNetwork {
  /** `used`: it takes part in forecasts; `not better`: level and hour erred no more on readings held back; `failed`: see `reason`. */
  readonly state: 'collecting' | 'training' | 'used' | 'not better' | 'failed';
  readonly readings: number;
  readonly needed: number;
  /** Kind of network, and the series of the entity that share it. */
  readonly algorithm: string;
  readonly channels: number;
  /** When the next one takes effect, at the earliest. */
  readonly readyAt: Micros;
  /** Mean absolute errors on readings held back. */
  readonly errors?: { readonly network: number; readonly profile: number };
  readonly reason?: string;
}

/** A limit that will be crossed. */
export interface LimitWarning {
  readonly series: string;
  readonly entity: string;
  readonly at: Micros;
  readonly crossingAt: Micros;
  readonly limit: number;
  readonly direction: 'above' | 'below';
  /** That it is crossed within the horizon, 0..1. */
  readonly probability: number;
  readonly explanation: Explanation;
}

/** Networks of all series of a model. */
export interface NetworkCounts {
  /** Networks that take part in forecasts. */
  readonly used: number;
  /** Series that have none yet. */
  readonly learning: number;
  /** Trainings that ended in time, and those that were not ready when they were to take effect. */
  readonly trained: number;
  readonly missed: number;
  /** When the next of those that learn takes effect, at the earliest. */
  readonly readyAt: Micros | undefined;
}

/** Beside the detector contract: series that can be looked at and looked ahead. */
export interface SeriesModel {
  view(series: string): SeriesView | undefined;
  forecast(series: string, steps: number): readonly ForecastPoint[];
  /** Crossings of limits that the last observations made probable; each is given once. */
  takeWarnings(): readonly LimitWarning[];
  networks(): NetworkCounts;
}

export function isSeriesModel(detector: object): detector is SeriesModel {
  return 'view' in detector && 'forecast' in detector && 'takeWarnings' in detector;
}
