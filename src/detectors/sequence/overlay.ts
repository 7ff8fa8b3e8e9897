import { type LabelledRow, type SequenceBatch, sequenceAt } from '../../core/index.ts';
import type { Arm } from './config.ts';
import { type CountedRow, countRow, keyOf } from './counted-row.ts';
import { readDescription } from './description.ts';
import { CommonSubsequence } from './indel-neighbours.ts';
import { LabelledNeighbour, LIKE_COUNTS } from './labelled-neighbour.ts';
import type { SequenceModel } from './model.ts';
import { reasonsOf, withoutReasons } from './reasons.ts';
import { RowMemo } from './row-memo.ts';
import type { NormalTail } from './tail.ts';
import { Vocabulary } from './vocabulary.ts';

/** Labelled rows a row is compared with, the latest; the reasons of all count. */
const MAX_NEIGHBOURS = 500;
/** -ln p of the count arm beyond which no label but one on a like count vector makes a row harmless. */
const COUNT_GATE = 4;

export type RowScores = Record<Arm, number>;

/** Of a row with the very events, in the order, of one that was called harmless. */
const HARMLESS: RowScores = { 'count-vector': 0, 'language-model': 0, 'language-model-rms': 0, indel: 0 };

/** What an analyst's labels change about one row. */
export interface Adjustment {
  /** Arm scores with what was called harmless taken out; undefined: unchanged. */
  readonly arms: RowScores | undefined;
  /** A like row was called a true positive: the score is at least that row's. */
  readonly atLeast: RowScores | undefined;
}

interface Prepared {
  readonly vocabulary: Vocabulary;
  readonly falsePositives: readonly LabelledNeighbour[];
  readonly benign: ReadonlyMap<string, readonly LabelledNeighbour[]>;
  readonly truePositives: readonly LabelledNeighbour[];
}

/**
 * The labels in force as a layer over a model that it never changes. A false positive makes harmless, in every row: count
 * vectors and orders near its own, and the surprising transitions (event after event) it has. The last only where the row's
 * counts are not themselves abnormal: that keeps true positives. Benign does the same for one entity. A row nearer to a true
 * positive than to any of these is left as it is, and one much like it is raised to its score.
 */
export class LabelOverlay {
  readonly #labels: readonly LabelledRow[];
  #prepared: Prepared | undefined;

  constructor(labels: readonly LabelledRow[]) {
    this.#labels = labels;
  }

  get empty(): boolean {
    return this.#labels.length === 0;
  }

  /** To be called when the model has changed. */
  renewed(): LabelOverlay {
    return new LabelOverlay(this.#labels);
  }

  /** A function of (row, base arm scores); equal rows of one entity are worked out once. */
  over(model: SequenceModel, tails: ReadonlyMap<Arm, NormalTail>, batch: SequenceBatch): (row: number, base: RowScores) => Adjustment {
    this.#prepared ??= prepare(model, this.#labels);
    const { vocabulary, falsePositives, benign, truePositives } = this.#prepared;
    const rows = vocabulary.encode(batch, 0, batch.rows, false);
    const memo = new RowMemo<Adjustment>();
    const none = unionOf(falsePositives);
    const reasonsOfEntity = new Map([...benign].map(([entity, rows]) => [entity, unionOf([...falsePositives, ...rows])]));
    return (row, base) => {
      const symbols = rows.symbols.subarray(rows.offsets[row] as number, rows.offsets[row + 1] as number);
      const own = benign.get(batch.entities[row] as string);
      const key = `${own === undefined ? '' : batch.entities[row]}|${keyOf(symbols)}|${unknownsOf(batch, row, symbols)}`;
      return memo.of(key, () => {
        const harmless = own === undefined ? falsePositives : [...falsePositives, ...own];
        const reasons = (own === undefined ? undefined : reasonsOfEntity.get(batch.entities[row] as string)) ?? none;
        return adjust(model, tails, symbols, base, { harmless, reasons, truePositives });
      });
    };
  }
}

interface InForce {
  readonly harmless: readonly LabelledNeighbour[];
  /** Transitions that some harmless row has. */
  readonly reasons: ReadonlySet<string>;
  readonly truePositives: readonly LabelledNeighbour[];
}

function unionOf(neighbours: readonly LabelledNeighbour[]): Set<string> {
  return new Set(neighbours.flatMap((neighbour) => [...neighbour.reasons]));
}

function adjust(
  model: SequenceModel,
  tails: ReadonlyMap<Arm, NormalTail>,
  symbols: Int32Array,
  base: RowScores,
  { harmless, reasons, truePositives }: InForce,
): Adjustment {
  const counted = countRow(symbols);
  const order = new CommonSubsequence(symbols.subarray(0, model.indel.events));
  const length = Math.min(symbols.length, model.indel.events);
  const near = nearest(model, counted, order, length, harmless);
  const bad = nearest(model, counted, order, length, truePositives);
  const atLeast = bad.like ? bad.scores : undefined;
  if (harmless.length === 0 || bad.counts + bad.order < near.counts + near.order) return { arms: undefined, atLeast };
  if (near.counts === 0 && near.order === 0) return { arms: HARMLESS, atLeast };
  const counts = Math.min(base['count-vector'], near.counts);
  const gate = tails.get('count-vector');
  if (gate !== undefined && counts > LIKE_COUNTS && -gate.logP(counts) > COUNT_GATE) return { arms: undefined, atLeast };
  const { mean, rms, explained } = withoutReasons(model.language, symbols, reasons);
  const arms = {
    'count-vector': counts,
    indel: Math.min(base.indel * (1 - explained), near.order),
    'language-model': Math.min(base['language-model'], mean),
    'language-model-rms': Math.min(base['language-model-rms'], rms),
  };
  return { arms, atLeast };
}

function nearest(
  model: SequenceModel,
  counted: CountedRow,
  order: CommonSubsequence,
  length: number,
  neighbours: readonly LabelledNeighbour[],
) {
  let counts = Number.POSITIVE_INFINITY;
  let indel = Number.POSITIVE_INFINITY;
  let scores: RowScores | undefined;
  for (const neighbour of neighbours.slice(-MAX_NEIGHBOURS)) {
    const countDistance = neighbour.countDistance(model.vectors, counted);
    const orderDistance = neighbour.orderDistance(order, length);
    if (neighbour.isLike(countDistance, orderDistance)) scores ??= neighbour.scores;
    counts = Math.min(counts, countDistance);
    indel = Math.min(indel, orderDistance);
  }
  return { counts, order: indel, like: scores !== undefined, scores };
}

function prepare(model: SequenceModel, labels: readonly LabelledRow[]): Prepared {
  const vocabulary = new Vocabulary(model.config.maxVocabulary * 2, model.vocabulary.ids);
  const score = model.scorer();
  const falsePositives: LabelledNeighbour[] = [];
  const truePositives: LabelledNeighbour[] = [];
  const benign = new Map<string, LabelledNeighbour[]>();
  for (const label of labels) {
    const description = readDescription(label.row, label.alertId);
    const symbols = vocabulary.grow(description.events);
    const counted = countedOf(vocabulary, description.counts);
    const neighbour = new LabelledNeighbour(
      symbols.subarray(0, model.indel.events),
      counted,
      reasonsOf(model.language, symbols),
      score(symbols),
    );
    if (label.verdict === 'false-positive') falsePositives.push(neighbour);
    else if (label.verdict === 'true-positive') truePositives.push(neighbour);
    else benign.set(label.entity, [...(benign.get(label.entity) ?? []), neighbour]);
  }
  return { vocabulary, falsePositives, benign, truePositives };
}

function countedOf(vocabulary: Vocabulary, counts: readonly (readonly [string, number])[]): CountedRow {
  const symbols = vocabulary.grow(counts.map(([id]) => id));
  const pairs = counts.map(([, count], i) => [symbols[i] as number, count] as const).sort((a, b) => a[0] - b[0]);
  return { symbols: Int32Array.from(pairs, ([symbol]) => symbol), counts: Int32Array.from(pairs, ([, count]) => count) };
}

/** Rows that differ only in events nobody knows are different rows. */
function unknownsOf(batch: SequenceBatch, row: number, symbols: Int32Array): string {
  if (!symbols.includes(0)) return '';
  const codes = sequenceAt(batch, row);
  return codes.filter((_, i) => symbols[i] === 0).join();
}
