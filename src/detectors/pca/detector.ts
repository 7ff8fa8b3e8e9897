import { z } from 'zod';
import {
  type Detector,
  distinctSequences,
  type Explanation,
  type FitSummary,
  type FoundRow,
  type LabelledRow,
  pack,
  type ScoreBatch,
  type SequenceBatch,
  unpack,
  VedetteError,
} from '../../core/index.ts';
import { jacksonMudholkarThreshold, type Pca } from '../../ml/index.ts';
import { blocks } from '../sequence/calibration.ts';
import { keyOf } from '../sequence/counted-row.ts';
import { describedBatch } from '../sequence/described-batch.ts';
import { describeRow } from '../sequence/description.ts';
import { RowMemo } from '../sequence/row-memo.ts';
import type { PcaConfig } from './config.ts';
import { CountColumns } from './count-columns.ts';
import { explainResidual } from './explain.ts';
import { LabelledDeviations } from './labelled-deviations.ts';
import { Moments } from './moments.ts';
import { residualOf, squaredLength } from './residual.ts';

interface Learnt {
  readonly columns: CountColumns;
  readonly moments: Moments;
  readonly weights: Float64Array;
  readonly pca: Pca;
}

const header = z.strictObject({ kind: z.literal('pca'), version: z.literal(1), ids: z.array(z.string()), rows: z.number() });

/** Event counts of a sequence against the directions in which normal ones vary: the score is what those leave unexplained. */
export class PcaDetector implements Detector<SequenceBatch> {
  readonly shape = 'sequences';
  readonly #config: PcaConfig;
  #learnt: Learnt | undefined;
  #labels: readonly LabelledRow[] = [];
  #deviations: LabelledDeviations | undefined;

  constructor(config: PcaConfig) {
    this.#config = config;
  }

  async fit(batch: SequenceBatch, progress: (share: number) => void = () => {}): Promise<FitSummary> {
    if (batch.rows < 2) {
      throw new VedetteError('DATA_INSUFFICIENT', `principal components need at least 2 normal sequences, got ${batch.rows}`, {
        hint: 'give it more normal data, or a longer baseline',
      });
    }
    const columns = CountColumns.mostFrequent(batch, this.#config.maxColumns);
    const edges = blocks(batch.rows, this.#config.folds);
    const parts = edges.slice(1).map((to, fold) => momentsOf(columns, batch, edges[fold] as number, to));
    const calibration = new Float64Array(batch.rows);
    for (const [fold, part] of parts.entries()) {
      const others = Moments.sum(
        columns.size,
        parts.filter((other) => other !== part),
      );
      const from = edges[fold] as number;
      calibration.set(scoresOf(learn(columns, others, this.#config), batch, from, edges[fold + 1] as number), from);
      progress((fold + 1) / edges.length);
    }
    const learnt = learn(columns, Moments.sum(columns.size, parts), this.#config);
    this.#set(learnt);
    progress(1);
    const gaussian = jacksonMudholkarThreshold(learnt.pca, 0.001);
    return {
      rows: batch.rows,
      from: batch.start.reduce((least, time) => Math.min(least, time), Number.POSITIVE_INFINITY),
      to: batch.end.reduce((most, time) => Math.max(most, time), Number.NEGATIVE_INFINITY),
      calibration,
      metrics: {
        columns: columns.size,
        components: learnt.pca.kept,
        ...(Number.isFinite(gaussian) ? { jackson_mudholkar_threshold_0_001: gaussian } : {}),
      },
    };
  }

  async score(batch: SequenceBatch): Promise<ScoreBatch> {
    const learnt = this.#learnt;
    if (learnt === undefined) return { score: new Float64Array(batch.rows).fill(Number.NaN) };
    return { score: scoresOf(learnt, batch, 0, batch.rows, this.#deviations) };
  }

  observe(_batch: SequenceBatch): void {}

  async learn(batch: SequenceBatch): Promise<void> {
    const learnt = this.#learnt;
    if (learnt === undefined) {
      if (batch.rows > 1) await this.fit(batch);
      return;
    }
    const columns = new CountColumns(learnt.columns.ids);
    columns.grow(batch, this.#config.maxColumns);
    const moments = Moments.sum(columns.size, [learnt.moments, momentsOf(columns, batch, 0, batch.rows)]);
    this.#set(learn(columns, moments, this.#config));
  }

  async explain(batch: SequenceBatch, row: number): Promise<Explanation> {
    const learnt = this.#required();
    const column = learnt.columns.of(batch);
    const counts = new Float64Array(learnt.columns.size);
    learnt.columns.count(batch, row, column, counts);
    return explainResidual(learnt, residualOf(learnt.pca, learnt.weights, counts), counts, column, batch, row);
  }

  describe(batch: SequenceBatch, row: number): Uint8Array {
    return describeRow(batch, row);
  }

  applyLabels(labels: readonly LabelledRow[]): void {
    this.#labels = labels;
    this.#deviations = this.#learnt === undefined ? undefined : deviationsOf(this.#learnt, labels);
  }

  async rescore(found: readonly FoundRow[], labels: readonly LabelledRow[]): Promise<Float64Array> {
    const learnt = this.#required();
    return scoresOf(learnt, describedBatch(found), 0, found.length, deviationsOf(learnt, labels));
  }

  async snapshot(): Promise<Uint8Array> {
    const { columns, moments } = this.#required();
    const { present, sums, products, rows } = moments;
    return pack({ kind: 'pca', version: 1, ids: columns.ids, rows }, { present, sums, products });
  }

  async restore(snapshot: Uint8Array): Promise<void> {
    const packed = unpack(snapshot);
    const parsed = header.safeParse(packed.header);
    if (!parsed.success) {
      throw new VedetteError('MODEL_MISMATCH', 'the snapshot is not of a pca detector of this version', {
        hint: 'train the model again',
        cause: parsed.error,
      });
    }
    const columns = new CountColumns(parsed.data.ids);
    const moments = new Moments(columns.size);
    moments.rows = parsed.data.rows;
    moments.present.set(packed.float64('present'));
    moments.sums.set(packed.float64('sums'));
    moments.products.set(packed.float64('products'));
    this.#set(learn(columns, moments, this.#config));
  }

  #set(learnt: Learnt): void {
    this.#learnt = learnt;
    this.applyLabels(this.#labels);
  }

  #required(): Learnt {
    if (this.#learnt !== undefined) return this.#learnt;
    throw new VedetteError('MODEL_MISSING', 'the pca detector has learnt nothing yet', { hint: 'train it or restore a version first' });
  }
}

/** Vectors of distinct rows that are kept while rows are added up, in numbers. */
const MOST_KEPT = 1 << 20;

function momentsOf(columns: CountColumns, batch: SequenceBatch, from: number, to: number): Moments {
  const moments = new Moments(columns.size);
  const column = columns.of(batch);
  const counts = new Float64Array(columns.size);
  const { ids, rows } = distinctSequences(batch, from, to);
  const vectors: Float64Array[] = [];
  for (let row = from; row < to; row++) {
    const id = ids[row - from] as number;
    let vector = vectors[id];
    if (vector === undefined) {
      columns.count(batch, rows[id] as number, column, counts);
      vector = counts.map(Math.log1p);
      if ((id + 1) * columns.size <= MOST_KEPT) vectors[id] = vector;
    }
    moments.add(vector);
  }
  return moments;
}

function learn(columns: CountColumns, moments: Moments, config: PcaConfig): Learnt {
  const weights = moments.weights();
  return { columns, moments, weights, pca: moments.components(weights, config.varianceShare) };
}

/** Rows with the same counts have the same score, which is worked out once, unless labels make it depend on the entity. */
function scoresOf(learnt: Learnt, batch: SequenceBatch, from: number, to: number, deviations?: LabelledDeviations): Float64Array {
  const column = learnt.columns.of(batch);
  const counts = new Float64Array(learnt.columns.size);
  const scores = new Float64Array(to - from);
  if (deviations !== undefined) {
    for (let row = from; row < to; row++) {
      learnt.columns.count(batch, row, column, counts);
      const residual = residualOf(learnt.pca, learnt.weights, counts);
      scores[row - from] = deviations.adjust(batch.entities[row] as string, residual, squaredLength(residual));
    }
    return scores;
  }
  const { ids, rows } = distinctSequences(batch, from, to);
  const known = new RowMemo<number>();
  const byId = new Float64Array(rows.length);
  for (let id = 0; id < rows.length; id++) {
    learnt.columns.count(batch, rows[id] as number, column, counts);
    byId[id] = known.of(keyOf(presentIn(counts)), () => squaredLength(residualOf(learnt.pca, learnt.weights, counts)));
  }
  for (let i = 0; i < scores.length; i++) scores[i] = byId[ids[i] as number] as number;
  return scores;
}

/** Columns that are not zero, each followed by its count. */
function presentIn(counts: Float64Array): Int32Array {
  const present: number[] = [];
  for (let at = 0; at < counts.length; at++) if (counts[at] !== 0) present.push(at, counts[at] as number);
  return Int32Array.from(present);
}

function deviationsOf({ columns, pca, weights }: Learnt, labels: readonly LabelledRow[]): LabelledDeviations | undefined {
  if (labels.length === 0) return undefined;
  return new LabelledDeviations(labels, (counts) => residualOf(pca, weights, columns.countIds(counts)));
}
