import type { FitProgress, SeriesFrame } from '../../core/index.ts';

/** What a forecaster is asked to learn. */
export interface FitOptions {
  /** Steps ahead 1..steps. */
  readonly steps: number;
  readonly seed: number;
  readonly progress?: FitProgress;
  readonly signal?: AbortSignal;
  /** Where an interrupted training goes on; the result is the same bytes as without the interruption. */
  readonly checkpoints?: FitCheckpoints;
}

/** Keeps what was learnt so far, by name; the last one written counts. */
export interface FitCheckpoints {
  read(name: string): Promise<Uint8Array | undefined>;
  write(name: string, bytes: Uint8Array): Promise<void>;
}

/**
 * Learns from a frame without gaps (`fillGaps`) and forecasts all channels. A forecast of origin t reads rows up to and
 * including t only.
 */
export interface Forecaster {
  readonly name: string;
  /** Rows up to the origin that a forecast needs. */
  readonly history: number;
  fit(frame: SeriesFrame, options: FitOptions): Promise<void>;
  /** (origins, steps, channels): value of channel c, k + 1 steps after origin i. Origins are row numbers >= history - 1. */
  forecast(frame: SeriesFrame, origins: Int32Array): Promise<Float64Array>;
}

/** What a fitted forecaster is made of: plain JSON, and numbers by name. */
export interface SavedForecaster {
  readonly plain: Readonly<Record<string, unknown>>;
  readonly arrays: Readonly<Record<string, Float64Array | Float32Array>>;
}

/** The numbers of a saved forecaster; throws for a name that is not there. */
export interface ForecasterArrays {
  float64(name: string): Float64Array;
  float32(name: string): Float32Array;
}

/** A forecaster that can be kept and used again. */
export interface StorableForecaster extends Forecaster {
  save(): SavedForecaster;
  /** Throws for a `plain` that `save` would not have given. */
  load(steps: number, plain: unknown, arrays: ForecasterArrays): void;
}

/** Throws RangeError before `fit` or `load`. */
export function fittedPart<T>(fitted: T | undefined): T {
  if (fitted === undefined) throw new RangeError('fit the forecaster first');
  return fitted;
}

/** NaN replaced by the last value before it (the first one after it at the beginning, 0 in an empty channel); reads no later row otherwise. */
export function fillGaps(frame: SeriesFrame): SeriesFrame {
  if (frame.values.every((column) => column.every((value) => Number.isFinite(value)))) return frame;
  const values = frame.values.map((column) => {
    let last = column.find((value) => Number.isFinite(value)) ?? 0;
    return column.map((value) => {
      if (Number.isFinite(value)) last = value;
      return last;
    });
  });
  return { ...frame, values };
}

/** Whole rows of the given time, at least 1. */
export function rowsIn(duration: number, frame: SeriesFrame): number {
  return Math.max(1, Math.round(duration / frame.step));
}
