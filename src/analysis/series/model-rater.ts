import type { Explanation, LabelledRow, ScoreBatch, SeriesBatch, SeriesFrame } from '../../core/index.ts';
import { describeVolume, LabelOverlay } from '../../detectors/rate/overlay.ts';
import { fillGaps, learnTail, TAIL_SIZE, tailScore } from '../../ml/index.ts';
import { channelsOf, type ForecastModel, packForecastModel } from '../../training/series/index.ts';
import { formatReading, type ReadingRater } from './reading-rater.ts';

/** Rates readings by how far a stored forecast model missed them, one step ahead, in the error that its intervals promise. */
export class ModelRater implements ReadingRater {
  readonly #model: ForecastModel;
  readonly #overlay: LabelOverlay;
  readonly #rowOf: ReadonlyMap<number, number>;
  /** (rows) per channel of the model. */
  readonly #expected: readonly Float64Array[];
  readonly #score: readonly Float64Array[];

  private constructor(
    model: ForecastModel,
    labels: readonly LabelledRow[],
    frame: SeriesFrame,
    expected: readonly Float64Array[],
    score: readonly Float64Array[],
  ) {
    this.#model = model;
    this.#overlay = new LabelOverlay(labels);
    this.#rowOf = new Map(Array.from(frame.times, (time, row) => [time, row]));
    this.#expected = expected;
    this.#score = score;
  }

  /** Throws MODEL_MISMATCH where the frame lacks a channel or has another distance of rows. */
  static async open(model: ForecastModel, frame: SeriesFrame, labels: readonly LabelledRow[]): Promise<ModelRater> {
    const own = channelsOf(model, frame);
    const filled = fillGaps(own);
    const first = model.forecaster.history - 1;
    const origins = Int32Array.from({ length: Math.max(0, frame.rows - 1 - first) }, (_, i) => first + i);
    const forecast = origins.length === 0 ? new Float64Array(0) : await model.forecaster.forecast(filled, origins);
    const channels = model.channels.length;
    const expected = model.channels.map((_, c) => {
      const column = new Float64Array(frame.rows).fill(Number.NaN);
      for (let i = 0; i < origins.length; i++) column[first + i + 1] = forecast[i * model.steps * channels + c] as number;
      return column;
    });
    const score = expected.map((column, c) => scoresOf(own.values[c] as Float64Array, column, meanError(model, c)));
    return new ModelRater(model, labels, frame, expected, score);
  }

  async score(batch: SeriesBatch): Promise<ScoreBatch> {
    return {
      score: Float64Array.from({ length: batch.rows }, (_, i) => {
        const { channel, row, name } = this.#at(batch, i);
        if (channel < 0) return Number.NaN;
        const score = (this.#score[channel] as Float64Array)[row] as number;
        const expected = (this.#expected[channel] as Float64Array)[row] as number;
        return this.#overlay.adjust(score, name, batch.entities[batch.code[i] as number] as string, batch.value[i] as number, expected);
      }),
    };
  }

  async explain(batch: SeriesBatch, i: number): Promise<Explanation> {
    const { channel, row, name } = this.#at(batch, i);
    const value = batch.value[i] as number;
    const expected = this.#expected[channel]?.[row] ?? Number.NaN;
    const width = this.#model.widths[channel] ?? Number.NaN;
    const { algorithm, coverage } = this.#model;
    const interval = `${formatReading(expected)} (${formatReading(expected - width)} to ${formatReading(expected + width)})`;
    const times = (Math.abs(value - expected) / width).toPrecision(3);
    return {
      what: `${name} read ${formatReading(value)}, the model expected ${interval}.`,
      why: `Forecast one step ahead by ${algorithm}. It misses by ${times} times what its ${Math.round(100 * coverage)} % interval allows.`,
      harmless: [
        'A planned change of load or of the device, maintenance, calibration.',
        'The model was trained on another time of the year.',
      ],
      next: ['Look at neighbouring devices or channels at that time.', 'Train the model again if such readings are usual now.'],
      contributions: [{ subject: name, observed: formatReading(value), expected: interval, share: 1, seenBefore: 0 }],
      evidence: [],
    };
  }

  describe(batch: SeriesBatch, i: number): Uint8Array {
    return describeVolume(this.#at(batch, i).name, batch.value[i] as number, batch.start[i] as number);
  }

  observe(): void {}

  async snapshot(): Promise<Uint8Array> {
    return packForecastModel(this.#model);
  }

  #at(batch: SeriesBatch, i: number): { readonly channel: number; readonly row: number; readonly name: string } {
    const name = batch.series[batch.code[i] as number] as string;
    return { channel: this.#model.channels.indexOf(name), row: this.#rowOf.get(batch.start[i] as number) ?? -1, name };
  }
}

/** The interval's half width is that quantile of errors with a Laplace distribution of this mean. */
function meanError({ widths, coverage }: ForecastModel, channel: number): number {
  return (widths[channel] as number) / -Math.log(1 - coverage);
}

function scoresOf(values: Float64Array, expected: Float64Array, error: number): Float64Array {
  const tail = new Float64Array(TAIL_SIZE);
  return values.map((value, row) => {
    const raw = Math.abs(value - (expected[row] as number)) / Math.max(error, 1e-12);
    if (!Number.isFinite(raw)) return Number.NaN;
    const score = tailScore(tail, 0, raw);
    learnTail(tail, 0, raw);
    return score;
  });
}
