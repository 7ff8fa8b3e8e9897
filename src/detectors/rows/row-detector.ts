import { z } from 'zod';
import {
  type Detector,
  type Explanation,
  type FitProgress,
  type FitSummary,
  type LabelledRow,
  type PackedArray,
  pack,
  type RowBatch,
  type ScoreBatch,
  seededRandom,
  type Unpacked,
  unpack,
  VedetteError,
} from '../../core/index.ts';
import { fitScaler, HALF_A_FLAG, type Scaler } from '../../ml/index.ts';
import { explainRow } from './explain-row.ts';
import { describeValues, RowLabels } from './row-labels.ts';

/** What a detector of fixed rows learns; the rest is `RowDetector`'s. Values are row-major and may be NaN. */
export interface RowAlgorithm<Model> {
  readonly name: string;
  /** In plain words, what a high score means; ends a sentence. */
  readonly meaning: string;
  fit(batch: RowBatch, seed: number, progress: FitProgress): Promise<Model>;
  /** Scores of at least 0, higher is more abnormal, for any number of rows. */
  score(model: Model, batch: RowBatch): Promise<ScoreBatch>;
  /** Rows whose scores calibrate: those `fit` was not given. */
  held(batch: RowBatch, row: number): boolean;
  pack(model: Model): { header: Record<string, unknown>; arrays: Record<string, PackedArray> };
  /** As an ONNX model: input `values` float32 (rows, columns) as they are, output `score`, or of classifiers `class` and `probabilities`. */
  onnx(model: Model): Uint8Array;
  /** Throws VedetteError for what `pack` did not write. */
  unpack(header: Record<string, unknown>, packed: Unpacked): Model;
}

interface Learnt<Model> {
  readonly model: Model;
  readonly columns: readonly string[];
  readonly scaler: Scaler;
  readonly rows: number;
}

const header = z.strictObject({
  kind: z.string(),
  version: z.literal(1),
  columns: z.array(z.string()),
  rows: z.number(),
  model: z.record(z.string(), z.unknown()),
});

const LEAST_ROWS = 10;

/** A detector of fixed rows around one algorithm: fits on four fifths of the rows, calibrates on the rest. */
export class RowDetector<Model> implements Detector<RowBatch> {
  readonly shape = 'rows';
  readonly #algorithm: RowAlgorithm<Model>;
  readonly #seed: number;
  #learnt: Learnt<Model> | undefined;
  #labels: readonly LabelledRow[] = [];
  #overlay = new RowLabels([]);

  constructor(algorithm: RowAlgorithm<Model>, random: () => number) {
    this.#algorithm = algorithm;
    this.#seed = Math.floor(random() * 2 ** 31);
  }

  async fit(batch: RowBatch, progress: FitProgress = () => {}): Promise<FitSummary> {
    const { name } = this.#algorithm;
    if (batch.rows < LEAST_ROWS) {
      throw new VedetteError('DATA_INSUFFICIENT', `${name} needs at least ${LEAST_ROWS} rows, got ${batch.rows}`, {
        hint: 'give it more data, or a longer baseline',
      });
    }
    const held = Array.from({ length: batch.rows }, (_, row) => row).filter((row) => row % 5 === 4);
    const training = selectBatch(
      batch,
      Array.from({ length: batch.rows }, (_, row) => row).filter((row) => row % 5 !== 4),
    );
    const model = await this.#algorithm.fit(training, this.#seed, (share, loss) => progress(share * 0.9, loss));
    const calibrating = selectBatch(
      batch,
      held.filter((row) => this.#algorithm.held(batch, row)),
    );
    const { score } = await this.#algorithm.score(model, calibrating);
    this.#set({
      model,
      columns: batch.columns,
      scaler: fitScaler(training.values, training.rows, batch.columns.length, HALF_A_FLAG),
      rows: training.rows,
    });
    progress(1);
    return {
      rows: batch.rows,
      from: batch.start.reduce((low, time) => Math.min(low, time), Number.POSITIVE_INFINITY),
      to: batch.end.reduce((high, time) => Math.max(high, time), Number.NEGATIVE_INFINITY),
      calibration: score,
      metrics: { columns: batch.columns.length, training_rows: training.rows },
    };
  }

  async score(batch: RowBatch): Promise<ScoreBatch> {
    const learnt = this.#learnt;
    if (learnt === undefined) return { score: new Float64Array(batch.rows).fill(Number.NaN) };
    this.#check(learnt, batch);
    const scored = await this.#algorithm.score(learnt.model, batch);
    return { ...scored, score: this.#overlay.adjust(learnt.scaler, batch, scored.score) };
  }

  observe(_batch: RowBatch): void {}

  /** Learns once; further rows need a new training, which a champion is replaced by. */
  async learn(batch: RowBatch): Promise<void> {
    if (this.#learnt === undefined && batch.rows >= LEAST_ROWS) await this.fit(batch);
  }

  async explain(batch: RowBatch, row: number): Promise<Explanation> {
    const learnt = this.#required();
    this.#check(learnt, batch);
    const { classes, probabilities } = await this.#algorithm.score(learnt.model, selectBatch(batch, [row]));
    return explainRow(learnt, this.#algorithm.meaning, batch, row, classes, probabilities);
  }

  describe(batch: RowBatch, row: number): Uint8Array {
    return describeValues(batch, row);
  }

  applyLabels(labels: readonly LabelledRow[]): void {
    this.#labels = labels;
    this.#overlay = new RowLabels(this.#labels);
  }

  async snapshot(): Promise<Uint8Array> {
    const { model, columns, scaler, rows } = this.#required();
    const packed = this.#algorithm.pack(model);
    const arrays = { ...packed.arrays, scalerMean: scaler.mean, scalerInverse: scaler.inverse };
    return pack({ kind: this.#algorithm.name, version: 1, columns, rows, model: packed.header }, arrays);
  }

  async restore(snapshot: Uint8Array): Promise<void> {
    const packed = unpack(snapshot);
    const parsed = header.safeParse(packed.header);
    if (!parsed.success || parsed.data.kind !== this.#algorithm.name) {
      throw new VedetteError('MODEL_MISMATCH', `the snapshot is not of a ${this.#algorithm.name} detector of this version`, {
        hint: 'train the model again',
      });
    }
    const { columns, rows } = parsed.data;
    const model = this.#algorithm.unpack(parsed.data.model, packed);
    this.#set({ model, columns, rows, scaler: { mean: packed.float64('scalerMean'), inverse: packed.float64('scalerInverse') } });
  }

  /** The model learnt, for exports. */
  get model(): Model {
    return this.#required().model;
  }

  /** What it has learnt, for any ONNX runtime; scores agree to the rounding of float32. */
  onnx(): Uint8Array {
    return this.#algorithm.onnx(this.#required().model);
  }

  /** The same rows learnt, with another model of them. */
  replace(model: Model): void {
    this.#set({ ...this.#required(), model });
  }

  #set(learnt: Learnt<Model>): void {
    this.#learnt = learnt;
    this.applyLabels(this.#labels);
  }

  #check(learnt: Learnt<Model>, batch: RowBatch): void {
    if (learnt.columns.length === batch.columns.length && learnt.columns.every((name, i) => name === batch.columns[i])) return;
    throw new VedetteError(
      'MODEL_MISMATCH',
      `the model knows ${learnt.columns.length} columns, the rows have others (${batch.columns.length})`,
      {
        hint: 'score data of the kind the model was trained on',
      },
    );
  }

  #required(): Learnt<Model> {
    if (this.#learnt !== undefined) return this.#learnt;
    throw new VedetteError('MODEL_MISSING', `the ${this.#algorithm.name} detector has learnt nothing yet`, {
      hint: 'train it or restore a version first',
    });
  }
}

/** The rows chosen, in the order given. */
export function selectBatch(batch: RowBatch, rows: readonly number[]): RowBatch {
  const width = batch.columns.length;
  const values = new Float32Array(rows.length * width);
  for (const [i, row] of rows.entries()) values.set(batch.values.subarray(row * width, (row + 1) * width), i * width);
  return {
    ...batch,
    rows: rows.length,
    values,
    keys: rows.map((row) => batch.keys[row] as string),
    entities: rows.map((row) => batch.entities[row] as string),
    start: Float64Array.from(rows, (row) => batch.start[row] as number),
    end: Float64Array.from(rows, (row) => batch.end[row] as number),
    ...(batch.labels && { labels: rows.map((row) => batch.labels?.[row] as string) }),
  };
}

export function randomOf(seed: number): () => number {
  return seededRandom(seed);
}
