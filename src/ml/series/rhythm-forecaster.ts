import { z } from 'zod';
import type { Micros, SeriesFrame } from '../../core/index.ts';
import { type FitOptions, type ForecasterArrays, fittedPart, type SavedForecaster, type StorableForecaster } from './forecaster.ts';
import { between, HOURS_OF_KINDS, slotOf } from './online/week-rhythm.ts';
import { RidgeForecaster } from './ridge-forecaster.ts';

/** Values count at most so many median deviations from the median of their hour. */
const WINSOR = 4;

const saved = z.strictObject({ step: z.number(), ridge: z.unknown() });

/**
 * The usual value of each hour, weekdays and weekend apart, and a ridge regression of what that leaves: for loads whose nights and
 * weekends are no smaller days, which sums of sines for day and week do not describe.
 */
export class RhythmForecaster implements StorableForecaster {
  readonly name = 'rhythm';
  readonly #ridge: RidgeForecaster;
  /** (channels, hours of both kinds of day) */
  #usual: readonly Float64Array[] | undefined;
  #step: Micros = 0;
  #steps = 1;

  constructor(lags?: number) {
    this.#ridge = new RidgeForecaster({ ...(lags && { lags }) });
  }

  get history(): number {
    return this.#ridge.history;
  }

  async fit(frame: SeriesFrame, options: FitOptions): Promise<void> {
    this.#steps = options.steps;
    this.#step = frame.step;
    this.#usual = frame.values.map((column) => usualHours(frame.times, column));
    await this.#ridge.fit(this.#left(frame), options);
  }

  async forecast(frame: SeriesFrame, origins: Int32Array): Promise<Float64Array> {
    const usual = fittedPart(this.#usual);
    const out = await this.#ridge.forecast(this.#left(frame), origins);
    for (const [i, origin] of origins.entries()) {
      for (let k = 0; k < this.#steps; k++) {
        const time = (frame.times[origin] as number) + (k + 1) * frame.step;
        for (const [c, hours] of usual.entries()) {
          const at = (i * this.#steps + k) * usual.length + c;
          out[at] = (out[at] as number) + this.#at(hours, time);
        }
      }
    }
    return out;
  }

  save(): SavedForecaster {
    const ridge = this.#ridge.save();
    return {
      plain: { step: this.#step, ridge: ridge.plain },
      arrays: { ...ridge.arrays, usual: Float64Array.from(fittedPart(this.#usual).flatMap((hours) => [...hours])) },
    };
  }

  load(steps: number, plain: unknown, arrays: ForecasterArrays): void {
    const { step, ridge } = saved.parse(plain);
    this.#steps = steps;
    this.#step = step;
    this.#ridge.load(steps, ridge, arrays);
    const usual = arrays.float64('usual');
    this.#usual = Array.from({ length: usual.length / HOURS_OF_KINDS }, (_, c) =>
      usual.slice(c * HOURS_OF_KINDS, (c + 1) * HOURS_OF_KINDS),
    );
  }

  #left(frame: SeriesFrame): SeriesFrame {
    const usual = fittedPart(this.#usual);
    return {
      ...frame,
      values: frame.values.map((column, c) =>
        column.map((value, row) => value - this.#at(usual[c] as Float64Array, frame.times[row] as number)),
      ),
    };
  }

  #at(hours: Float64Array, time: Micros): number {
    return between(time, this.#step, (slot) => hours[slot] as number);
  }
}

/** Mean of each hour, values far from its median held; of an hour without values that of the same hour of the other kind of day, else of all. */
function usualHours(times: Float64Array, column: Float64Array): Float64Array {
  const values = Array.from({ length: HOURS_OF_KINDS }, (): number[] => []);
  for (const [row, value] of column.entries()) (values[slotOf(times[row] as number)] as number[]).push(value);
  const all = heldMean([...column]);
  const half = HOURS_OF_KINDS / 2;
  return Float64Array.from(values, (own, slot) => {
    const known = own.length > 0 ? own : (values[(slot + half) % HOURS_OF_KINDS] as number[]);
    return known.length > 0 ? heldMean(known) : all;
  });
}

function heldMean(values: number[]): number {
  const middle = medianOf(values);
  const most = WINSOR * medianOf(values.map((value) => Math.abs(value - middle)));
  return middle + values.reduce((sum, value) => sum + Math.min(most, Math.max(-most, value - middle)), 0) / values.length;
}

function medianOf(values: readonly number[]): number {
  const sorted = Float64Array.from(values).sort();
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? (sorted[half] as number) : ((sorted[half - 1] as number) + (sorted[half] as number)) / 2;
}
