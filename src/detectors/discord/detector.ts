import { z } from 'zod';
import {
  concatFloats,
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
import { Discord, type DiscordRating, likelihoodSize, SUBSEQUENCE_LENGTHS } from '../../ml/index.ts';
import { describeReading, FaultLabels } from '../device-faults/fault-labels.ts';
import type { DiscordConfig } from './config.ts';
import { explainDiscord } from './explain.ts';

const header = z.strictObject({
  kind: z.literal('discord'),
  version: z.literal(1),
  short: z.int(),
  memory: z.int(),
  /** Name, and values remembered. */
  series: z.array(z.tuple([z.string(), z.int().min(0)])),
});

/**
 * Readings that run unlike any stretch of their series before. Learns as it goes; every reading is rated by those before it.
 * Score: minus ln of the chance that a Laplace distribution leaves to a deviation as large, a nominal one.
 */
export class DiscordDetector implements Detector<SeriesBatch> {
  readonly shape = 'series';
  readonly #config: DiscordConfig;
  #series = new Map<string, Discord>();
  #labels = new FaultLabels([]);
  /** What the last `score` made of its batch: `explain` and `observe` of the same batch need not search again. */
  #scored:
    | { readonly batch: SeriesBatch; readonly series: Map<string, Discord>; readonly ratings: readonly (DiscordRating | undefined)[] }
    | undefined;

  constructor(config: DiscordConfig) {
    this.#config = config;
  }

  /** All rows are learnt from, each rated before it is known, so the scores are their own calibration. */
  async fit(batch: SeriesBatch, progress: (share: number) => void = () => {}): Promise<FitSummary> {
    this.#series = new Map();
    this.#scored = undefined;
    const calibration: number[] = [];
    let from = Number.POSITIVE_INFINITY;
    let to = Number.NEGATIVE_INFINITY;
    this.#advance(this.#series, batch, batch.rows, (row, { deviation }) => {
      if (!Number.isNaN(deviation)) calibration.push(scoreOf(deviation));
      from = Math.min(from, batch.start[row] as number);
      to = Math.max(to, batch.end[row] as number);
    });
    progress(1);
    return { rows: batch.rows, from, to, calibration: Float64Array.from(calibration), metrics: { series: this.#series.size } };
  }

  /** Arms: the deviation of each length of subsequence; `learnt`: readings that it rests on. */
  async score(batch: SeriesBatch): Promise<ScoreBatch> {
    const score = new Float64Array(batch.rows).fill(Number.NaN);
    const arms = SUBSEQUENCE_LENGTHS.map(() => score.slice());
    const learnt = score.slice();
    const series = this.#fork(batch);
    const ratings: (DiscordRating | undefined)[] = [];
    this.#advance(series, batch, batch.rows, (row, rating) => {
      ratings[row] = rating;
      const { deviation, deviations } = rating;
      if (Number.isNaN(deviation)) return;
      const entity = batch.entities[batch.code[row] as number] as string;
      score[row] = this.#labels.adjust(scoreOf(deviation), seriesNameOf(batch, row), entity, batch.value[row] as number);
      learnt[row] = rating.known;
      for (const [i, arm] of arms.entries()) arm[row] = deviations[i] as number;
    });
    this.#scored = { batch, series, ratings };
    const named = SUBSEQUENCE_LENGTHS.map((length, i) => [`${length} readings`, arms[i] as Float64Array] as const);
    return { score, arms: { ...Object.fromEntries(named), learnt } };
  }

  observe(batch: SeriesBatch): void {
    if (this.#scored?.batch === batch) for (const [name, state] of this.#scored.series) this.#series.set(name, state);
    else this.#advance(this.#series, batch, batch.rows);
    this.#scored = undefined;
  }

  /** All it knows is what it observed. */
  async learn(_batch: SeriesBatch): Promise<void> {}

  async explain(batch: SeriesBatch, row: number): Promise<Explanation> {
    let found = this.#scored?.batch === batch ? this.#scored.ratings[row] : undefined;
    if (found === undefined) {
      this.#advance(this.#fork(batch), batch, row + 1, (at, rating) => {
        if (at === row) found = rating;
      });
    }
    return explainDiscord(seriesNameOf(batch, row), batch.value[row] as number, batch.start[row] as number, found);
  }

  describe(batch: SeriesBatch, row: number): Uint8Array {
    return describeReading(seriesNameOf(batch, row), batch.value[row] as number, batch.start[row] as number);
  }

  applyLabels(labels: readonly LabelledRow[]): void {
    this.#labels = new FaultLabels(labels);
  }

  async rescore(found: readonly FoundRow[], labels: readonly LabelledRow[]): Promise<Float64Array> {
    const own = new FaultLabels(labels);
    return Float64Array.from(found, (one) => own.rescored(one));
  }

  async snapshot(): Promise<Uint8Array> {
    const { short, memory } = this.#config;
    const names = [...this.#series.keys()].sort();
    const saved = names.map((name) => (this.#series.get(name) as Discord).save());
    return pack(
      { kind: 'discord', version: 1, short, memory, series: names.map((name, i) => [name, saved[i]?.values.length]) },
      { values: concatFloats(saved.map(({ values }) => values)), likelihoods: concatFloats(saved.map(({ likelihoods }) => likelihoods)) },
    );
  }

  async restore(snapshot: Uint8Array): Promise<void> {
    const { short, memory } = this.#config;
    const packed = unpack(snapshot);
    const parsed = header.safeParse(packed.header);
    const series = parsed.success && parsed.data.short === short && parsed.data.memory === memory ? parsed.data.series : undefined;
    if (series === undefined) throw mismatch(parsed.error);
    const size = SUBSEQUENCE_LENGTHS.length * likelihoodSize(short);
    const [values, likelihoods] = [packed.float64('values'), packed.float64('likelihoods')];
    const known = series.reduce((sum, [, length]) => sum + length, 0);
    if (values.length !== known || likelihoods.length !== series.length * size || series.some(([, length]) => length > memory)) {
      throw mismatch();
    }
    let at = 0;
    this.#scored = undefined;
    this.#series = new Map(
      series.map(([name, length], i) => {
        const own = { values: values.slice(at, at + length), likelihoods: likelihoods.slice(i * size, (i + 1) * size) };
        at += length;
        return [name, new Discord(this.#config, own)];
      }),
    );
  }

  /** Copies of the series that the batch touches. */
  #fork(batch: SeriesBatch): Map<string, Discord> {
    const forked = new Map<string, Discord>();
    for (const name of batch.series) {
      const known = this.#series.get(name);
      if (known !== undefined) forked.set(name, known.copy());
    }
    return forked;
  }

  #advance(states: Map<string, Discord>, batch: SeriesBatch, rows: number, rated?: (row: number, rating: DiscordRating) => void): void {
    let room = this.#config.maxSeries - this.#series.size;
    for (let row = 0; row < rows; row++) {
      const value = batch.value[row] as number;
      if (!Number.isFinite(value)) continue;
      const name = seriesNameOf(batch, row);
      let state = states.get(name);
      if (state === undefined) {
        if (room-- <= 0) continue;
        state = new Discord(this.#config);
        states.set(name, state);
      }
      const rating = state.push(value);
      rated?.(row, rating);
    }
  }
}

function scoreOf(deviation: number): number {
  return Math.SQRT2 * deviation;
}

function mismatch(cause?: unknown): VedetteError {
  return new VedetteError('MODEL_MISMATCH', 'the snapshot is not of a discord detector of this version and configuration', {
    hint: 'let it learn again, or keep short and memory as they were',
    cause,
  });
}
