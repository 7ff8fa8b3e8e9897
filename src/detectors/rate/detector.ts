import { z } from 'zod';
import {
  type Detector,
  type Explanation,
  type FitSummary,
  type FoundRow,
  type LabelledRow,
  pack,
  type ScoreBatch,
  type SeriesBatch,
  seriesNameOf,
  unpack,
  VedetteError,
} from '../../core/index.ts';
import type { RateConfig } from './config.ts';
import { explainInterval } from './explain.ts';
import { explainShare } from './explain-share.ts';
import { describeVolume, LabelOverlay } from './overlay.ts';
import { copySeries, newSeries, observe, type Rating, rate, readyAt, type SeriesState } from './series-state.ts';
import { SeriesTable } from './series-table.ts';
import { newShare, observeShare, rateShare, type ShareState } from './share.ts';

const numbers = z.array(z.number());
const seriesRow = z.strictObject({
  count: z.int(),
  first: z.number(),
  level: z.number(),
  dispersion: z.number(),
  hourSum: numbers.length(24),
  hourCount: numbers.length(24),
  /** Absent in snapshots of before it was kept. */
  hourSilent: numbers.length(24).default(() => new Array<number>(24).fill(0)),
  daySum: numbers.length(7),
  dayCount: numbers.length(7),
  run: z.int(),
  runValues: numbers,
  runScore: z.number(),
  active: z.number(),
  activeShare: z.number(),
  size: z.number(),
  sizeSquare: z.number(),
  rated: z.number(),
  excursions: z.number(),
  silence: z.number(),
});
const shareRow = z.strictObject({
  count: z.int(),
  part: z.number(),
  whole: z.number(),
  scatter: z.number(),
  scale: z.number(),
  run: z.int(),
  calm: z.int(),
  runScore: z.number(),
  rated: z.number(),
  excursions: z.number(),
});
const header = z.strictObject({
  kind: z.literal('rate'),
  version: z.literal(3),
  series: z.array(z.tuple([z.string(), seriesRow])),
  /** Absent in snapshots of before errors were counted. */
  shares: z.array(z.tuple([z.string(), shareRow])).default([]),
});

/** What is known of series of lines, and of series of a kind of lines among others. */
interface States {
  readonly series: SeriesTable<SeriesState>;
  readonly shares: SeriesTable<ShareState>;
}

/**
 * Volume per series against its own level, hours and weekdays: the tail probability of an over-dispersed count (negative
 * binomial), both sides, silence included; lines of a kind among others, such as errors, against their usual share. What an interval that was cut lacks is no volume. Every row is rated as if the rows before it had been observed.
 */
export class RateDetector implements Detector<SeriesBatch> {
  readonly shape = 'series';
  readonly #config: RateConfig;
  #states: States;
  #overlay = new LabelOverlay([]);
  /** What the batch scored last would make of the series, as long as those have not changed since. */
  #scored: { readonly batch: SeriesBatch; readonly states: States } | undefined;

  constructor(config: RateConfig) {
    this.#config = config;
    this.#states = this.#empty();
  }

  /** Each row's score is made before the row is known, so the scores are their own calibration. */
  async fit(batch: SeriesBatch, progress: (share: number) => void = () => {}): Promise<FitSummary> {
    this.#states = this.#empty();
    this.#scored = undefined;
    const score = this.#pass(this.#states, batch);
    progress(1);
    let from = Number.POSITIVE_INFINITY;
    let to = Number.NEGATIVE_INFINITY;
    for (let row = 0; row < batch.rows; row++) {
      from = Math.min(from, batch.start[row] as number);
      to = Math.max(to, batch.end[row] as number);
    }
    let ready = from;
    for (const [, state] of this.#states.series.entries()) ready = Math.max(ready, readyAt(state));
    const calibration = score.filter((value) => !Number.isNaN(value));
    return {
      rows: batch.rows,
      from,
      to,
      calibration,
      metrics: { series: this.#states.series.size + this.#states.shares.size, rated: calibration.length, ready_at: ready },
    };
  }

  async score(batch: SeriesBatch): Promise<ScoreBatch> {
    const states = this.#fork();
    const ratings = new Array<Rating | undefined>(batch.rows);
    const score = this.#pass(states, batch, ratings);
    this.#scored = { batch, states };
    const nothing = (): Float64Array<ArrayBuffer> => new Float64Array(batch.rows).fill(Number.NaN);
    const arms = { expected: nothing(), misfit: nothing(), learnt: nothing() };
    for (const [row, rating] of ratings.entries()) {
      if (rating === undefined) continue;
      arms.expected[row] = rating.expected;
      arms.misfit[row] = rating.misfit ? 1 : 0;
      arms.learnt[row] = rating.learnt;
    }
    return { score, arms };
  }

  observe(batch: SeriesBatch): void {
    const scored = this.#scored;
    this.#scored = undefined;
    if (scored?.batch === batch) {
      this.#states.series.adopt(scored.states.series);
      this.#states.shares.adopt(scored.states.shares);
      return;
    }
    this.#advance(this.#states, batch, batch.rows);
  }

  /** All it knows is what it observed. */
  async learn(_batch: SeriesBatch): Promise<void> {}

  async explain(batch: SeriesBatch, row: number): Promise<Explanation> {
    const states = this.#fork();
    this.#advance(states, batch, row);
    const series = seriesNameOf(batch, row);
    const start = batch.start[row] as number;
    const value = batch.value[row] as number;
    const interval = { series, value, start, end: batch.end[row] as number };
    const whole = batch.whole?.[row] ?? Number.NaN;
    if (!Number.isNaN(whole)) {
      const state = states.shares.take(series, newShare) ?? newShare();
      return explainShare(interval, whole, state, rateShare(state, this.#config, value, whole));
    }
    const state = states.series.take(series, () => newSeries(start)) ?? newSeries(start);
    return explainInterval(interval, state, rate(state, this.#config, value, start));
  }

  describe(batch: SeriesBatch, row: number): Uint8Array {
    return describeVolume(seriesNameOf(batch, row), batch.value[row] as number, batch.start[row] as number);
  }

  applyLabels(labels: readonly LabelledRow[]): void {
    this.#overlay = new LabelOverlay(labels);
  }

  /** By volumes alone: what was expected then is not kept, so one within reach of an allowed volume counts as covered. */
  async rescore(found: readonly FoundRow[], labels: readonly LabelledRow[]): Promise<Float64Array> {
    const overlay = new LabelOverlay(labels);
    return Float64Array.from(found, (one) => overlay.rescored(one));
  }

  async snapshot(): Promise<Uint8Array> {
    return pack({ kind: 'rate', version: 3, series: this.#states.series.entries(), shares: this.#states.shares.entries() }, {});
  }

  async restore(snapshot: Uint8Array): Promise<void> {
    const parsed = header.safeParse(unpack(snapshot).header);
    if (!parsed.success) {
      throw new VedetteError('MODEL_MISMATCH', 'the snapshot is not of a rate detector of this version', {
        hint: 'let it learn again',
        cause: parsed.error,
      });
    }
    const states = this.#empty();
    for (const [name, state] of parsed.data.series) states.series.take(name, () => state);
    for (const [name, state] of parsed.data.shares) states.shares.take(name, () => state);
    this.#states = states;
    this.#scored = undefined;
  }

  #empty(): States {
    const { maxSeries } = this.#config;
    return { series: new SeriesTable(maxSeries, copySeries), shares: new SeriesTable(maxSeries, (state) => ({ ...state })) };
  }

  #fork(): States {
    return { series: this.#states.series.fork(), shares: this.#states.shares.fork() };
  }

  #pass(states: States, batch: SeriesBatch, ratings?: (Rating | undefined)[]): Float64Array {
    const score = new Float64Array(batch.rows);
    this.#advance(states, batch, batch.rows, (row, rating) => {
      const entity = batch.entities[batch.entities.length === batch.rows ? row : (batch.code[row] as number)] as string;
      const value = batch.value[row] as number;
      if (ratings !== undefined) ratings[row] = rating;
      score[row] =
        rating === undefined ? Number.NaN : this.#overlay.adjust(rating.score, seriesNameOf(batch, row), entity, value, rating.expected);
    });
    return score;
  }

  #advance(states: States, batch: SeriesBatch, rows: number, rated?: (row: number, rating: Rating | undefined) => void): void {
    for (let row = 0; row < rows; row++) {
      const name = seriesNameOf(batch, row);
      const start = batch.start[row] as number;
      const value = batch.value[row] as number;
      const whole = batch.whole?.[row] ?? Number.NaN;
      const valid = Number.isFinite(value) && value >= 0;
      if (!Number.isNaN(whole)) {
        const state = valid ? states.shares.take(name, newShare) : undefined;
        rated?.(row, state === undefined ? undefined : rateShare(state, this.#config, value, whole));
        if (state !== undefined) observeShare(state, this.#config, value, whole);
        continue;
      }
      const state = valid ? states.series.take(name, () => newSeries(start)) : undefined;
      const rating = state === undefined || rated === undefined ? undefined : rate(state, this.#config, value, start);
      if (batch.cut?.[row] === 1 && !(rating !== undefined && value > rating.expected)) {
        rated?.(row, undefined);
        continue;
      }
      rated?.(row, rating);
      if (state !== undefined) observe(state, this.#config, value, start, rating);
    }
  }
}
