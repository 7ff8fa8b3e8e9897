import { z } from 'zod';
import {
  type Detector,
  type Explanation,
  type FitSummary,
  type FoundRow,
  type LabelledRow,
  type ObservationBatch,
  pack,
  type ScoreBatch,
  unpack,
  VedetteError,
} from '../../core/index.ts';
import { hashOf } from './bounded-table.ts';
import type { NoveltyConfig } from './config.ts';
import { explainOccurrence } from './explain.ts';
import { NoveltyMemory, type Occurrence } from './memory.ts';
import { News } from './news.ts';
import { type DescribedObservation, describeObservation, LabelOverlay, readObservation } from './overlay.ts';
import type { PairMemory } from './pair-memory.ts';
import { BatchSlots } from './slots.ts';
import { NONE } from './value-pool.ts';

const seen = z.tuple([z.string(), z.int(), z.number()]);
const pairRow = z.tuple([z.string(), z.number(), z.int(), z.int(), z.int(), z.number(), z.number(), z.array(seen)]);
const header = z.strictObject({
  kind: z.literal('novelty'),
  version: z.literal(2),
  pairs: z.array(pairRow),
  known: z.array(z.tuple([z.string(), z.number(), z.int(), z.number()])),
});

/**
 * First occurrences, rated by how rare they are: minus ln of the probability that this entity shows a new value in this field
 * (Good-Turing: the share of values seen once, or the recent share of new ones where that is larger), more when no entity ever showed it, less when many others do. A known value
 * scores 0. Every row is rated as if the rows before it had been observed, so a value is new once.
 */
export class NoveltyDetector implements Detector<ObservationBatch> {
  readonly shape = 'observations';
  readonly #config: NoveltyConfig;
  #memory: NoveltyMemory;
  #overlay = new LabelOverlay([]);
  /** The batch scored last, whose rows are in the memory until its journal takes them back, and what was new in it. */
  #scored: { readonly batch: ObservationBatch; readonly news: News } | undefined;
  #slots: BatchSlots | undefined;

  constructor(config: NoveltyConfig) {
    this.#config = config;
    this.#memory = new NoveltyMemory(config);
  }

  /** Each row's score is made before the row is known, so the scores are their own calibration. */
  async fit(batch: ObservationBatch, progress: (share: number) => void = () => {}): Promise<FitSummary> {
    this.#renew(new NoveltyMemory(this.#config));
    const score = new Float64Array(batch.rows);
    this.#pass(batch, score);
    progress(1);
    let from = Number.POSITIVE_INFINITY;
    let to = Number.NEGATIVE_INFINITY;
    for (const time of batch.time) {
      from = Math.min(from, time);
      to = Math.max(to, time);
    }
    const calibration = score.filter((value) => !Number.isNaN(value));
    const news = calibration.filter((value) => value > 0).length;
    return { rows: batch.rows, from, to, calibration, metrics: { observations: batch.rows, rated: calibration.length, new_values: news } };
  }

  async score(batch: ObservationBatch): Promise<ScoreBatch> {
    this.#takeBack();
    this.#memory.begin();
    const news = new News();
    const score = new Float64Array(batch.rows);
    const learnt = new Float64Array(batch.rows);
    this.#pass(batch, score, learnt, news);
    this.#scored = { batch, news };
    return { score, arms: { learnt } };
  }

  observe(batch: ObservationBatch): void {
    if (this.#scored?.batch === batch) {
      this.#memory.keep();
      this.#scored = undefined;
      return;
    }
    this.#takeBack();
    this.#slotsFor(batch).add(batch.rows);
  }

  /** All it knows is what it observed. */
  async learn(_batch: ObservationBatch): Promise<void> {}

  async explain(batch: ObservationBatch, row: number): Promise<Explanation> {
    const known = this.#scored?.batch === batch ? this.#scored.news.at(row) : undefined;
    const occurrence = known ?? this.#occurrenceAt(batch, row);
    return explainOccurrence(batch, row, rowOf(batch, row), occurrence, probabilityOfNew(occurrence, 0));
  }

  #occurrenceAt(batch: ObservationBatch, row: number): Occurrence {
    this.#takeBack();
    const memory = this.#memory;
    memory.begin();
    const slots = this.#slotsFor(batch);
    slots.add(row);
    const slot = slots.at(row);
    memory.time = batch.time[row] as number;
    const pair = memory.pair(slot);
    const occurrence = memory.occurrence(slot, pair, memory.seen(slot, pair));
    memory.takeBack();
    return occurrence;
  }

  describe(batch: ObservationBatch, row: number): Uint8Array {
    return describeObservation(rowOf(batch, row));
  }

  applyLabels(labels: readonly LabelledRow[]): void {
    this.#overlay = new LabelOverlay(labels);
  }

  /** What was new when it was found no longer is: only whether labels forgive it is told. */
  async rescore(found: readonly FoundRow[], labels: readonly LabelledRow[]): Promise<Float64Array> {
    const overlay = new LabelOverlay(labels);
    return Float64Array.from(found, ({ row, score }) => {
      const observation = readObservation(row);
      return observation !== undefined && overlay.forgives(observation) ? 0 : score;
    });
  }

  async snapshot(): Promise<Uint8Array> {
    this.#takeBack();
    const { values } = this.#memory;
    const pairs = [...this.#memory.pairs.entries()].map((pair) => [
      pair.key,
      pair.seen,
      pair.total,
      pair.singletons,
      pair.distinct,
      pair.recent,
      pair.first,
      Array.from(values.inOrder(pair), (value) => [values.name[value], values.count[value], values.last[value]]),
    ]);
    const known = [...this.#memory.known.entries()].map(({ key, seen, entities, last }) => [key, seen, entities, last]);
    return pack({ kind: 'novelty', version: 2, pairs, known }, {});
  }

  async restore(snapshot: Uint8Array): Promise<void> {
    const parsed = header.safeParse(unpack(snapshot).header);
    if (!parsed.success) {
      throw new VedetteError('MODEL_MISMATCH', 'the snapshot is not of a novelty detector of this version', {
        hint: 'let it learn again',
        cause: parsed.error,
      });
    }
    const memory = new NoveltyMemory(this.#config);
    for (const [key, last, total, singletons, distinct, recent, first, values] of parsed.data.pairs) {
      memory.file(key, last, { total, singletons, distinct, recent, first }, values);
    }
    for (const [key, seenAt, entities, last] of parsed.data.known)
      memory.known.insert({ key, hash: hashOf(key), seen: seenAt, held: true, entities, last, noted: 0 });
    this.#renew(memory);
  }

  #renew(memory: NoveltyMemory): void {
    this.#memory = memory;
    this.#scored = undefined;
    this.#slots = undefined;
  }

  #slotsFor(batch: ObservationBatch): BatchSlots {
    this.#slots = this.#slots?.for(batch) ?? new BatchSlots(this.#memory, batch);
    return this.#slots;
  }

  /** Scores of the rows, each as if those before it had been observed; afterwards they all have been. `score` and `learnt` hold zeros. */
  #pass(batch: ObservationBatch, score: Float64Array, learnt?: Float64Array, news?: News): void {
    const memory = this.#memory;
    const { warmUp } = this.#config;
    const slots = this.#slotsFor(batch);
    for (let row = 0; row < batch.rows; row++) {
      const slot = slots.at(row);
      memory.time = batch.time[row] as number;
      const pair = memory.pair(slot);
      const seen = memory.seen(slot, pair);
      const isNew = seen === NONE || memory.isStale(seen);
      if (isNew && learnt !== undefined) learnt[row] = pair.total;
      if (pair.total < warmUp) score[row] = Number.NaN;
      else if (isNew) {
        const elsewhere = memory.elsewhere(slot, seen);
        const rated = this.#rate(pair, elsewhere, batch, row);
        score[row] = rated;
        if (rated > 0) news?.add(row, pair, seen === NONE ? Number.NaN : (memory.values.last[seen] as number), elsewhere);
      }
      memory.add(slot, pair, seen);
    }
  }

  #rate(pair: PairMemory, elsewhere: number, batch: ObservationBatch, row: number): number {
    const labelled = this.#overlay.isEmpty ? undefined : rowOf(batch, row);
    if (labelled !== undefined && this.#overlay.forgives(labelled)) return 0;
    const own = -Math.log(probabilityOfNew(pair, labelled === undefined ? 0 : this.#overlay.pseudoNew(labelled)));
    return Math.max(0, own + (elsewhere === 0 ? NEVER_ANYWHERE : -Math.log1p(elsewhere) / 2));
  }

  #takeBack(): void {
    if (this.#scored === undefined) return;
    this.#scored = undefined;
    this.#memory.takeBack();
  }
}

/** Nats more for a value that no entity ever showed. */
const NEVER_ANYWHERE = Math.LN2;

/**
 * The chance that the next value is a new one: Good-Turing, half a singleton added so that it is never 0, and not below the recent
 * share of new values: blocks written about three times and never again leave no singletons, yet every third value is new.
 */
function probabilityOfNew(occurrence: Pick<Occurrence, 'total' | 'singletons' | 'recent'>, pseudoNew: number): number {
  const goodTuring = (occurrence.singletons + pseudoNew + 0.5) / (occurrence.total + pseudoNew + 1);
  return Math.min(1, Math.max(goodTuring, occurrence.recent));
}

function rowOf(batch: ObservationBatch, row: number): DescribedObservation {
  return {
    entity: batch.entities[batch.entity[row] as number] as string,
    field: batch.fields[batch.field[row] as number] as string,
    value: batch.values[batch.value[row] as number] as string,
  };
}
