import { type FitProgress, seededRandom, shuffle, VedetteError } from '../../core/index.ts';
import { binRows } from './bins.ts';
import { flatten, normalise, outputsOf, type TreeEnsemble, treeProbabilities } from './ensemble.ts';
import { type Tree, TreeGrower } from './grow.ts';
import { MOST_ROWS } from './histogram.ts';
import { type BoostingOptions, type CompleteBoostingOptions, completeOptions } from './options.ts';

/** What to learn from. */
export interface LabelledRows {
  readonly rows: number;
  readonly columns: number;
  /** Row-major (rows, columns); NaN is a missing value. */
  readonly values: Float32Array;
  /** Index into `classes` per row. */
  readonly labels: Int32Array;
  readonly classes: readonly string[];
}

export interface BoostingResult {
  readonly ensemble: TreeEnsemble;
  /** Rounds kept. */
  readonly rounds: number;
  /** Mean log loss of the validation rows after each round; empty without any. */
  readonly validation: readonly number[];
}

/**
 * Gradient-boosted trees on histograms: softmax over more than two classes, logistic for two (Friedman 2001; leaf-wise growth
 * as LightGBM, Ke et al. 2017). Same rows, options and seed: same bytes. Throws MODEL_MISMATCH for arrays that do not fit,
 * DATA_INSUFFICIENT for no row, LIMIT_EXCEEDED for more than 8 million.
 */
export function boostTrees(data: LabelledRows, given: BoostingOptions = {}, progress: FitProgress = () => {}): BoostingResult {
  const options = completeOptions(given);
  check(data);
  const { training, held } = divide(data, options);
  const classes = data.classes.length;
  const outputs = outputsOf(classes);
  const { rows, labels } = training;
  const weights = weightsOf(training, options);
  const base = baseOf(training, weights);
  const binned = binRows(training.values, rows, data.columns, options.bins);
  const grower = new TreeGrower(binned, options);
  const scores = new Float64Array(rows * outputs);
  for (let row = 0; row < rows; row++)
    for (let k = 0; k < outputs; k++) scores[row * outputs + k] = base[k + (classes - outputs)] as number;
  const probability = new Float64Array(rows * classes);
  const g = new Float64Array(rows);
  const h = new Float64Array(rows);
  const trees: Tree[] = [];
  const watch = held === undefined ? undefined : new Watch(held, base);
  const losses: number[] = [];
  let best = options.rounds;
  let lowest = Number.POSITIVE_INFINITY;
  for (let round = 0; round < options.rounds && classes > 1; round++) {
    for (let row = 0; row < rows; row++) {
      normalise(scores.subarray(row * outputs, (row + 1) * outputs), probability, row * classes, classes);
    }
    const grown: Tree[] = [];
    for (let k = 0; k < outputs; k++) {
      const wanted = classes === 2 ? 1 : k;
      derivatives(probability, labels, weights, classes, wanted, g, h);
      const tree = grower.grow(g, h, round * outputs + k + options.seed);
      grower.add(tree, scores, outputs, k);
      grown.push(tree);
    }
    trees.push(...grown);
    if (watch !== undefined) {
      const loss = watch.add(flatten(grown, binned, data.classes, new Float64Array(classes)));
      losses.push(loss);
      if (loss < lowest) {
        lowest = loss;
        best = round + 1;
      } else if (round + 1 - best >= options.patience) break;
    }
    progress((round + 1) / options.rounds, losses.at(-1) ?? meanLoss(probability, labels, classes));
    if (grown.every((tree) => tree.column.length === 0)) break;
  }
  const kept = Number.isFinite(options.patience) && watch !== undefined ? trees.slice(0, best * outputs) : trees;
  return {
    ensemble: flatten(kept, binned, data.classes, base),
    rounds: kept.length / outputs,
    validation: losses,
  };
}

/** g = w (p - y), h = w p (1 - p), times K / (K - 1) for the redundant score of a softmax (Friedman 2001, as LightGBM). */
function derivatives(
  probability: Float64Array,
  labels: Int32Array,
  weights: Float64Array,
  classes: number,
  wanted: number,
  g: Float64Array,
  h: Float64Array,
): void {
  const factor = classes === 2 ? 1 : classes / (classes - 1);
  for (let row = 0; row < labels.length; row++) {
    const p = probability[row * classes + wanted] as number;
    const weight = weights[labels[row] as number] as number;
    g[row] = weight * (p - (labels[row] === wanted ? 1 : 0));
    h[row] = weight * factor * p * (1 - p);
  }
}

/** Validation rows and their scores so far. */
class Watch {
  readonly #rows: LabelledRows;
  readonly #logits: Float64Array;

  constructor(rows: LabelledRows, base: Float64Array) {
    this.#rows = rows;
    const classes = rows.classes.length;
    this.#logits = Float64Array.from({ length: rows.rows * classes }, (_, i) => base[i % classes] as number);
  }

  /** Mean log loss with the trees of one more round; `round` has no base of its own. */
  add(round: TreeEnsemble): number {
    const { rows, labels, values, classes } = this.#rows;
    const K = classes.length;
    const part = treeProbabilities(round, values, rows);
    const out = new Float64Array(K);
    const own = new Float64Array(K);
    let loss = 0;
    for (let row = 0; row < rows; row++) {
      for (let k = 0; k < K; k++) {
        const at = row * K + k;
        // a softmax is its scores up to a constant, which a further softmax does not see
        this.#logits[at] = (this.#logits[at] as number) + Math.log(Math.max(part[at] as number, 1e-300));
        own[k] = this.#logits[at] as number;
      }
      if (K === 2) own[0] = (own[1] as number) - (own[0] as number);
      normalise(own, out, 0, K);
      loss -= Math.log(Math.max(out[labels[row] as number] as number, 1e-15));
    }
    return loss / rows;
  }
}

function baseOf({ labels, classes }: LabelledRows, weights: Float64Array): Float64Array {
  const mass = new Float64Array(classes.length);
  for (const label of labels) mass[label] = (mass[label] as number) + (weights[label] as number);
  const total = mass.reduce((sum, one) => sum + one, 0);
  const share = (k: number) => Math.min(1 - 1e-6, Math.max(1e-6, (mass[k] as number) / total));
  if (classes.length === 2) return Float64Array.of(0, Math.fround(Math.log(share(1) / (1 - share(1)))));
  return Float64Array.from(mass, (_, k) => Math.fround(Math.log(share(k))));
}

function weightsOf({ labels, classes, rows }: LabelledRows, { classWeights }: CompleteBoostingOptions): Float64Array {
  const counts = new Float64Array(classes.length);
  for (const label of labels) counts[label] = (counts[label] as number) + 1;
  if (classWeights === 'none') return counts.fill(1);
  if (classWeights === 'balanced') return counts.map((count) => (count === 0 ? 1 : rows / (classes.length * count)));
  if (classWeights.length === classes.length && classWeights.every((weight) => weight > 0 && Number.isFinite(weight))) {
    return Float64Array.from(classWeights);
  }
  throw new VedetteError('CONFIG_INVALID', `classWeights needs ${classes.length} positive numbers, got ${classWeights.join(', ')}`);
}

function divide(data: LabelledRows, options: CompleteBoostingOptions): { training: LabelledRows; held: LabelledRows | undefined } {
  const heldRows = Math.floor(data.rows * options.validationShare);
  if (heldRows === 0) return { training: data, held: undefined };
  const order = shuffle(
    Int32Array.from({ length: data.rows }, (_, row) => row),
    seededRandom(options.seed),
  );
  return { training: rowsOf(data, order.subarray(heldRows).sort()), held: rowsOf(data, order.subarray(0, heldRows).sort()) };
}

/** The rows chosen, in the order given. */
export function rowsOf(data: LabelledRows, rows: ArrayLike<number>): LabelledRows {
  const { columns } = data;
  const values = new Float32Array(rows.length * columns);
  const labels = new Int32Array(rows.length);
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i] as number;
    values.set(data.values.subarray(row * columns, (row + 1) * columns), i * columns);
    labels[i] = data.labels[row] as number;
  }
  return { ...data, rows: rows.length, values, labels };
}

function check({ rows, columns, values, labels, classes }: LabelledRows): void {
  if (rows < 1 || classes.length < 1) {
    throw new VedetteError('DATA_INSUFFICIENT', `nothing to learn from: ${rows} rows of ${classes.length} classes`, {
      hint: 'give it labelled rows',
    });
  }
  if (rows > MOST_ROWS) {
    throw new VedetteError('LIMIT_EXCEEDED', `${rows} rows are more than the ${MOST_ROWS} that trees are trained on`, {
      hint: 'sample the rows',
    });
  }
  if (values.length !== rows * columns || labels.length !== rows) {
    throw new VedetteError(
      'MODEL_MISMATCH',
      `${values.length} values and ${labels.length} labels are not ${rows} rows of ${columns} columns`,
    );
  }
  const wrong = labels.find((label) => !(label >= 0 && label < classes.length));
  if (wrong !== undefined) throw new VedetteError('MODEL_MISMATCH', `label ${wrong} is none of ${classes.length} classes`);
}

/** Mean cross-entropy of the training rows before the round's trees. */
function meanLoss(probability: Float64Array, labels: ArrayLike<number>, classes: number): number {
  let sum = 0;
  for (let row = 0; row < labels.length; row++)
    sum -= Math.log(Math.max(1e-12, probability[row * classes + (labels[row] as number)] as number));
  return sum / Math.max(1, labels.length);
}
