import {
  type Explanation,
  frameRows,
  type LabelledRow,
  pack,
  type ScoreBatch,
  type SeriesBatch,
  type SeriesFrame,
} from '../../core/index.ts';
import { describeVolume, LabelOverlay } from '../../detectors/rate/overlay.ts';
import { fillGaps, learnTail, TAIL_SIZE, tailScore, VarResidual } from '../../ml/index.ts';
import { formatReading, type ReadingRater } from './reading-rater.ts';

const LAGS = 4;
/** More channels than this make more regressors than rows can tell apart. */
const MOST_CHANNELS = 200;
/** Rows for each regressor that the learning needs. */
const ROWS_EACH = 3;
/** Share of a new row in the running mean of the residuals. */
const SHARE = 0.1;
/** The latest fifth of the rows learnt from is held back: what is usual is told by a model that has not seen it. */
const HELD_BACK = 0.2;
/** Rows so many usual distances apart are no neighbours: no row is told by what came before such a gap. */
const GAP = 5;
const UPPER = 0.02;
const BODY = -Math.log(UPPER);
/** Channels named in an explanation. */
const NAMED = 5;

export const ALL_CHANNELS = 'all channels';

/** Rates rows of many channels by the residual of a vector autoregression over all of them: what breaks how they belong together. */
export class VarRater implements ReadingRater {
  readonly #model: VarResidual;
  readonly #frame: SeriesFrame;
  readonly #overlay: LabelOverlay;
  readonly #rowOf: ReadonlyMap<number, number>;
  /** (rows) */
  readonly residual: Float64Array;
  readonly #score: Float64Array;

  private constructor(model: VarResidual, frame: SeriesFrame, labels: readonly LabelledRow[], residual: Float64Array, score: Float64Array) {
    this.#model = model;
    this.#frame = frame;
    this.#overlay = new LabelOverlay(labels);
    this.#rowOf = new Map(Array.from(frame.times, (time, row) => [time, row]));
    this.residual = residual;
    this.#score = score;
  }

  /**
   * undefined for one channel, too many of them, or too few rows to learn from. `isFaulty`: readings that are a fault of their channel
   * alone; they count, as missing ones do, as what the others made likely.
   */
  static open(
    normal: SeriesFrame,
    whole: SeriesFrame,
    labels: readonly LabelledRow[],
    isFaulty: (channel: number, row: number) => boolean = () => false,
  ): VarRater | undefined {
    const channels = normal.channels.length;
    const learnt = Math.floor(normal.rows * (1 - HELD_BACK));
    if (channels < 2 || channels > MOST_CHANNELS || learnt < ROWS_EACH * (1 + LAGS * channels)) return undefined;
    const before = fillGaps(normal);
    const first = new VarResidual({ lags: LAGS });
    first.fit(frameRows(before, 0, learnt));
    const usual = smoothed(unbroken(first.score(before), normal))
      .slice(learnt)
      .sort();
    const model = new VarResidual({ lags: LAGS });
    model.fit(before);
    const isMissing = (channel: number, row: number) => !Number.isFinite((whole.values[channel] as Float64Array)[row] as number);
    const frame = model.impute(fillGaps(whole), (channel, row) => isMissing(channel, row) || isFaulty(channel, row));
    const residual = smoothed(unbroken(model.score(frame), whole));
    return new VarRater(model, frame, labels, residual, tailScores(residual, usual));
  }

  /** The rows from..to as readings of one series: the residual. */
  readings(entity: string, from: number): SeriesBatch {
    const rows = this.#frame.rows - from;
    const start = this.#frame.times.slice(from);
    return {
      ...{ shape: 'series', rows, series: [ALL_CHANNELS], entities: [entity], code: new Int32Array(rows), start },
      value: this.residual.slice(from),
      end: start.map((time) => time + this.#frame.step),
    };
  }

  async score(batch: SeriesBatch): Promise<ScoreBatch> {
    return {
      score: Float64Array.from({ length: batch.rows }, (_, i) => {
        const score = this.#score[this.#row(batch, i)] as number;
        return this.#overlay.adjust(score, ALL_CHANNELS, batch.entities[0] as string, batch.value[i] as number, 0);
      }),
    };
  }

  async explain(batch: SeriesBatch, i: number): Promise<Explanation> {
    const row = this.#row(batch, i);
    const { expected, errors } = this.#model.explain(this.#frame, row);
    const order = Array.from(errors.keys()).sort((a, b) => (errors[b] as number) - (errors[a] as number));
    const total = errors.reduce((sum, error) => sum + error * error, 0);
    const contributions = order.slice(0, NAMED).map((c) => ({
      subject: this.#frame.channels[c] as string,
      observed: formatReading((this.#frame.values[c] as Float64Array)[row] as number),
      expected: formatReading(expected[c] as number),
      share: (errors[c] as number) ** 2 / Math.max(total, 1e-12),
      seenBefore: 0,
    }));
    const names = contributions.slice(0, 3).map(({ subject }) => subject);
    return {
      what: `The channels together do not fit what their last values made likely, ${names.join(', ')} least of all.`,
      why: `The mean squared error of a vector autoregression over all ${errors.length} channels is ${formatReading(batch.value[i] as number)}, where about 1 is usual.`,
      harmless: [
        'A planned change of load or of the device, maintenance, calibration.',
        'A state of the device that was not among what was learnt from.',
      ],
      next: [
        'Look at the channels named first, and at what usually makes them change.',
        'See whether they belong together again afterwards.',
      ],
      contributions,
      evidence: [],
    };
  }

  describe(batch: SeriesBatch, i: number): Uint8Array {
    return describeVolume(ALL_CHANNELS, batch.value[i] as number, batch.start[i] as number);
  }

  observe(): void {}

  async snapshot(): Promise<Uint8Array> {
    return pack({ kind: 'var', channels: this.#frame.channels }, this.#model.parameters());
  }

  #row(batch: SeriesBatch, i: number): number {
    return this.#rowOf.get(batch.start[i] as number) ?? -1;
  }
}

/** NaN where nothing was reported, or a gap lies among the rows that a score rests on. */
function unbroken(scores: Float64Array, { times, values, step }: SeriesFrame): Float64Array {
  let last = Number.NEGATIVE_INFINITY;
  let broken = 0;
  return scores.map((score, row) => {
    const time = times[row] as number;
    const reported = values.some((column) => Number.isFinite(column[row] as number));
    if (time - last > GAP * step) broken = LAGS + 1;
    if (!reported) return Number.NaN;
    last = time;
    if (broken === 0) return score;
    broken--;
    return Number.NaN;
  });
}

function smoothed(scores: Float64Array): Float64Array {
  let mean = Number.NaN;
  return scores.map((score) => {
    if (Number.isNaN(score)) return mean;
    mean = Number.isNaN(mean) ? score : mean + SHARE * (score - mean);
    return mean;
  });
}

/** -ln of a tail probability, that of the residuals held back to begin with, then following what comes. */
function tailScores(residual: Float64Array, usual: Float64Array): Float64Array {
  const above = Math.max(2, Math.round(usual.length * UPPER));
  const threshold = Math.max(usual[usual.length - above - 1] as number, 1e-9);
  const excess = usual.subarray(usual.length - above).reduce((sum, value) => sum + value - threshold, 0) / above;
  const tail = new Float64Array(TAIL_SIZE);
  tail[0] = BODY;
  tail[1] = Math.max(0.3, (excess * BODY) / threshold);
  return residual.map((value) => {
    const raw = (value * BODY) / threshold;
    if (!Number.isFinite(raw)) return Number.NaN;
    const score = tailScore(tail, 0, raw);
    learnTail(tail, 0, raw);
    return score;
  });
}
