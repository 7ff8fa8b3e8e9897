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
import { describeVolume, LabelOverlay } from './overlay.ts';
import { newSeries, observe, type Rating, rate, readyAt } from './series-state.ts';
import { SeriesTable } from './series-table.ts';

const numbers = z.array(z.number());
const seriesRow = z.strictObject({
  count: z.int(),
  first: z.number(),
  level: z.number(),
  dispersion: z.number(),
  hourSum: numbers.length(24),
  hourCount: numbers.length(24),
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
const header = z.strictObject({ kind: z.literal('rate'), version: z.literal(3), series: z.array(z.tuple([z.string(), seriesRow])) });

/**
 * Volume per series against its own level, hours and weekdays: the tail probability of an over-dispersed count (negative
 * binomial), both sides, silence included. Every row is rated as if the rows before it had been observed.
 */
export class RateDetector implements Detector<SeriesBatch> {
  readonly shape = 'series';
  readonly #config: RateConfig;
  #series: SeriesTable;
  #overlay = new LabelOverlay([]);
  /** What the batch scored last would make of the series, as long as those have not changed since. */
  #scored: { readonly batch: SeriesBatch; readonly series: SeriesTable } | undefined;

  constructor(config: RateConfig) {
    this.#config = config;
    this.#series = new SeriesTable(config.maxSeries);
  }

  /** Each row's score is made before the row is known, so the scores are their own calibration. */
  async fit(batch: SeriesBatch, progress: (share: number) => void = () => {}): Promise<FitSummary> {
    this.#series = new SeriesTable(this.#config.maxSeries);
    this.#scored = undefined;
    const score = this.#pass(this.#series, batch);
    progress(1);
    let from = Number.POSITIVE_INFINITY;
    let to = Number.NEGATIVE_INFINITY;
    for (let row = 0; row < batch.rows; row++) {
      from = Math.min(from, batch.start[row] as number);
      to = Math.max(to, batch.end[row] as number);
    }
    let ready = from;
    for (const [, state] of this.#series.entries()) ready = Math.max(ready, readyAt(state));
    const calibration = score.filter((value) => !Number.isNaN(value));
    return { rows: batch.rows, from, to, calibration, metrics: { series: this.#series.size, rated: calibration.length, ready_at: ready } };
  }

  async score(batch: SeriesBatch): Promise<ScoreBatch> {
    const series = this.#series.fork();
    const ratings = new Array<Rating | undefined>(batch.rows);
    const score = this.#pass(series, batch, ratings);
    this.#scored = { batch, series };
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
      this.#series.adopt(scored.series);
      return;
    }
    this.#advance(this.#series, batch, batch.rows);
  }

  /** All it knows is what it observed. */
  async learn(_batch: SeriesBatch): Promise<void> {}

  async explain(batch: SeriesBatch, row: number): Promise<Explanation> {
    const states = this.#series.fork();
    this.#advance(states, batch, row);
    const series = seriesNameOf(batch, row);
    const start = batch.start[row] as number;
    const value = batch.value[row] as number;
    const state = states.take(series, () => newSeries(start)) ?? newSeries(start);
    return explainInterval({ series, value, start, end: batch.end[row] as number }, state, rate(state, this.#config, value, start));
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
    return pack({ kind: 'rate', version: 3, series: this.#series.entries() }, {});
  }

  async restore(snapshot: Uint8Array): Promise<void> {
    const parsed = header.safeParse(unpack(snapshot).header);
    if (!parsed.success) {
      throw new VedetteError('MODEL_MISMATCH', 'the snapshot is not of a rate detector of this version', {
        hint: 'let it learn again',
        cause: parsed.error,
      });
    }
    const series = new SeriesTable(this.#config.maxSeries);
    for (const [name, state] of parsed.data.series) series.take(name, () => state);
    this.#series = series;
    this.#scored = undefined;
  }

  #pass(states: SeriesTable, batch: SeriesBatch, ratings?: (Rating | undefined)[]): Float64Array {
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

  #advance(states: SeriesTable, batch: SeriesBatch, rows: number, rated?: (row: number, rating: Rating | undefined) => void): void {
    for (let row = 0; row < rows; row++) {
      const name = seriesNameOf(batch, row);
      const start = batch.start[row] as number;
      const value = batch.value[row] as number;
      const state = Number.isFinite(value) && value >= 0 ? states.take(name, () => newSeries(start)) : undefined;
      const rating = state === undefined || rated === undefined ? undefined : rate(state, this.#config, value, start);
      rated?.(row, rating);
      if (state !== undefined) observe(state, this.#config, value, start, rating);
    }
  }
}
