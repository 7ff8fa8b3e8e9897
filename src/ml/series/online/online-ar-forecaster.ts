import { z } from 'zod';
import type { Micros, SeriesFrame } from '../../../core/index.ts';
import type { FitOptions, ForecasterArrays, SavedForecaster, StorableForecaster } from '../forecaster.ts';
import { FORECASTER_SIZE, OnlineForecaster } from './online-forecaster.ts';

/** Rows before a first forecast, when it knows nothing yet. */
const HISTORY = 48;

const plain = z.object({ trainedTo: z.number() });

/**
 * The forecaster of live series on a frame: level, hour, autoregression and rhythm of the week of each channel, learnt value by value. Rows later than
 * those it was fitted on go on where they ended; a frame that begins before that is learnt from its first row. Either way a
 * forecast has read the rows up to its origin only.
 */
export class OnlineArForecaster implements StorableForecaster {
  readonly name = 'online-ar';
  readonly history = HISTORY;
  #steps = 1;
  #trainedTo: Micros = Number.NEGATIVE_INFINITY;
  /** (channels, FORECASTER_SIZE) */
  #state: Float64Array = new Float64Array();

  async fit(frame: SeriesFrame, { steps }: FitOptions): Promise<void> {
    this.#steps = steps;
    this.#state = new Float64Array(frame.values.length * FORECASTER_SIZE);
    for (const [c, column] of frame.values.entries()) {
      const forecaster = new OnlineForecaster(this.#state, c * FORECASTER_SIZE);
      for (let row = 0; row < frame.rows; row++) forecaster.push(frame.times[row] as number, column[row] as number);
    }
    this.#trainedTo = frame.times[frame.rows - 1] as number;
  }

  async forecast(frame: SeriesFrame, origins: Int32Array): Promise<Float64Array> {
    const channels = frame.values.length;
    const steps = this.#steps;
    const state = (frame.times[0] as number) > this.#trainedTo ? this.#state.slice() : new Float64Array(this.#state.length);
    const order = Array.from(origins, (_, i) => i).sort((a, b) => (origins[a] as number) - (origins[b] as number));
    const out = new Float64Array(origins.length * steps * channels);
    for (const [c, column] of frame.values.entries()) {
      const forecaster = new OnlineForecaster(state, c * FORECASTER_SIZE);
      let row = 0;
      for (const i of order) {
        for (; row <= (origins[i] as number); row++) forecaster.push(frame.times[row] as number, column[row] as number);
        const outlook = forecaster.outlook((frame.times[row - 1] as number) + frame.step, frame.step, steps);
        for (const [k, { expected }] of outlook.entries()) out[(i * steps + k) * channels + c] = expected;
      }
    }
    return out;
  }

  save(): SavedForecaster {
    return { plain: { trainedTo: this.#trainedTo }, arrays: { state: this.#state } };
  }

  load(steps: number, saved: unknown, arrays: ForecasterArrays): void {
    this.#steps = steps;
    this.#trainedTo = plain.parse(saved).trainedTo;
    this.#state = arrays.float64('state');
  }
}
