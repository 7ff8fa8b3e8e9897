import { z } from 'zod';
import {
  type Detector,
  type Explanation,
  type FitSummary,
  type LabelledRow,
  pack,
  type ScoreBatch,
  type SeriesBatch,
  unpack,
  VedetteError,
} from '../../core/index.ts';
import { describeVolume, LabelOverlay } from '../rate/overlay.ts';
import type { ForecastConfig } from './config.ts';
import { explainReading } from './explain.ts';
import { type ReadingRating, ReadingState, readingSchema } from './reading-state.ts';

const header = z.strictObject({
  kind: z.literal('forecast'),
  version: z.literal(1),
  series: z.array(z.tuple([z.string(), readingSchema])),
});

/**
 * Readings against the forecast of their own level and profile, and the faults of a device: stuck, out of range. Alive after
 * a few readings; every row is rated as if the rows before it had been observed.
 */
export class ForecastDetector implements Detector<SeriesBatch> {
  readonly shape = 'series';
  readonly #config: ForecastConfig;
  #series = new Map<string, ReadingState>();
  #overlay = new LabelOverlay([]);

  constructor(config: ForecastConfig) {
    this.#config = config;
  }

  /** Each score is made before its row is known, so the scores are their own calibration. */
  async fit(batch: SeriesBatch, progress: (share: number) => void = () => {}): Promise<FitSummary> {
    this.#series = new Map();
    const calibration: number[] = [];
    let from = Number.POSITIVE_INFINITY;
    let to = Number.NEGATIVE_INFINITY;
    this.#advance(this.#series, batch, batch.rows, (row, rating) => {
      if (rating !== undefined && !Number.isNaN(rating.score) && rating.seen >= this.#config.warmUp) calibration.push(rating.score);
      from = Math.min(from, batch.start[row] as number);
      to = Math.max(to, batch.end[row] as number);
    });
    progress(1);
    return { rows: batch.rows, from, to, calibration: Float64Array.from(calibration), metrics: { series: this.#series.size } };
  }

  async score(batch: SeriesBatch): Promise<ScoreBatch> {
    const score = new Float64Array(batch.rows).fill(Number.NaN);
    const arms = { residual: score.slice(), stuck: score.slice(), range: score.slice() };
    this.#advance(this.#fork(batch), batch, batch.rows, (row, rating) => {
      if (rating === undefined) return;
      const entity = batch.entities[batch.entities.length === batch.rows ? row : (batch.code[row] as number)] as string;
      score[row] = this.#overlay.adjust(rating.score, nameOf(batch, row), entity, batch.value[row] as number, rating.expected);
      arms.residual[row] = rating.residual;
      arms.stuck[row] = rating.stuck;
      arms.range[row] = rating.range;
    });
    return { score, arms };
  }

  observe(batch: SeriesBatch): void {
    this.#advance(this.#series, batch, batch.rows);
  }

  /** All it knows is what it observed. */
  async learn(_batch: SeriesBatch): Promise<void> {}

  async explain(batch: SeriesBatch, row: number): Promise<Explanation> {
    let found: ReadingRating | undefined;
    this.#advance(this.#fork(batch), batch, row + 1, (at, rating) => {
      if (at === row) found = rating;
    });
    return explainReading(nameOf(batch, row), batch.value[row] as number, batch.start[row] as number, found);
  }

  describe(batch: SeriesBatch, row: number): Uint8Array {
    return describeVolume(nameOf(batch, row), batch.value[row] as number, batch.start[row] as number);
  }

  applyLabels(labels: readonly LabelledRow[]): void {
    this.#overlay = new LabelOverlay(labels);
  }

  async snapshot(): Promise<Uint8Array> {
    const series = [...this.#series].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, state]) => [name, state.save()]);
    return pack({ kind: 'forecast', version: 1, series }, {});
  }

  async restore(snapshot: Uint8Array): Promise<void> {
    const parsed = header.safeParse(unpack(snapshot).header);
    if (!parsed.success) {
      throw new VedetteError('MODEL_MISMATCH', 'the snapshot is not of a forecast detector of this version', {
        hint: 'let it learn again',
        cause: parsed.error,
      });
    }
    this.#series = new Map(parsed.data.series.map(([name, saved]) => [name, ReadingState.from(saved)]));
  }

  /** Copies of the states that the batch touches. */
  #fork(batch: SeriesBatch): Map<string, ReadingState> {
    const forked = new Map<string, ReadingState>();
    for (const name of batch.series) {
      const state = this.#series.get(name);
      if (state !== undefined) forked.set(name, state.copy());
    }
    return forked;
  }

  #advance(
    states: Map<string, ReadingState>,
    batch: SeriesBatch,
    rows: number,
    rated?: (row: number, rating: ReadingRating | undefined) => void,
  ): void {
    const full = (name: string) => !this.#series.has(name) && states.size >= this.#config.maxSeries;
    for (let row = 0; row < rows; row++) {
      const name = nameOf(batch, row);
      const value = batch.value[row] as number;
      let state = states.get(name);
      if (!Number.isFinite(value) || (state === undefined && full(name))) {
        rated?.(row, undefined);
        continue;
      }
      if (state === undefined) {
        state = new ReadingState();
        states.set(name, state);
      }
      const rating = state.push(batch.start[row] as number, value, this.#config);
      rated?.(row, rating);
    }
  }
}

function nameOf(batch: SeriesBatch, row: number): string {
  return batch.series[batch.code[row] as number] as string;
}
