import { aggregated, surprise } from '../../detectors/flow-novelty/aggregate.ts';
import { ARM_NAMES, armScores, fitNoveltyArms, logOdds, type NoveltyArms, type NoveltyOptions } from '../../detectors/flow-novelty/arms.ts';
import { boostTrees, type TreeEnsemble, treeProbabilities } from '../../ml/index.ts';

/** Encoded benign rows that are learnt from, row-major. */
export interface BenignRows {
  readonly values: Float32Array;
  readonly columns: number;
}

/** Scores of any encoded rows, one array for each thing that scores. */
export type RowScorer = (values: Float32Array) => Promise<readonly Float64Array[]>;

export interface Fitted<Model> {
  readonly model: Model;
  readonly score: RowScorer;
}

/** What was fitted on all rows, and what each row got from a fit without it. */
export interface CrossFitted<Model> {
  readonly whole: Fitted<Model>;
  /** In the order of the rows. */
  readonly unseen: readonly Float64Array[];
}

const FOLDS = 3;

/** Fits on all rows, and on two thirds of them three times to score the rest. */
export async function crossFit<Model>(
  { values, columns }: BenignRows,
  learn: (values: Float32Array) => Promise<Fitted<Model>>,
): Promise<CrossFitted<Model>> {
  const rows = values.length / columns;
  const every = Array.from({ length: rows }, (_, row) => row);
  const chosen = (of: readonly number[]) => {
    const out = new Float32Array(of.length * columns);
    for (const [i, row] of of.entries()) out.set(values.subarray(row * columns, (row + 1) * columns), i * columns);
    return out;
  };
  let unseen: Float64Array[] | undefined;
  for (let fold = 0; fold < FOLDS; fold++) {
    const own = every.filter((row) => row % FOLDS === fold);
    const { score: scorer } = await learn(chosen(every.filter((row) => row % FOLDS !== fold)));
    const scores = await scorer(chosen(own));
    unseen ??= scores.map(() => new Float64Array(rows));
    for (const [i, row] of own.entries()) {
      for (const [part, score] of scores.entries()) (unseen[part] as Float64Array)[row] = score[i] as number;
    }
  }
  return { whole: await learn(values), unseen: unseen ?? [] };
}

/** Scores of the novelty arms. */
export function noveltyScorer(
  columns: number,
  options: NoveltyOptions,
  random: () => number,
): (values: Float32Array) => Promise<Fitted<NoveltyArms>> {
  return async (values) => {
    const arms = await fitNoveltyArms(values, columns, options, random);
    return { model: arms, score: (of) => noveltyOf(arms, of, options.neighbours) };
  };
}

/** One array for each arm. */
export async function noveltyOf(arms: NoveltyArms, of: Float32Array, neighbours: number): Promise<readonly Float64Array[]> {
  const scores = await armScores(arms, of, neighbours);
  return ARM_NAMES.map((arm) => scores[arm]);
}

/** ln of the odds of being a known attack, by trees that tell benign rows from `attacks`. */
export function classifierScorer(
  columns: number,
  attacks: Float32Array,
  boosting: { readonly rounds: number; readonly bins: number },
): (values: Float32Array) => Promise<Fitted<TreeEnsemble>> {
  return async (benign) => {
    const values = new Float32Array(benign.length + attacks.length);
    values.set(benign);
    values.set(attacks, benign.length);
    const rows = values.length / columns;
    const labels = Int32Array.from({ length: rows }, (_, row) => (row * columns < benign.length ? 0 : 1));
    const { ensemble } = boostTrees({ rows, columns, values, labels, classes: ['benign', 'attack'] }, boosting);
    return { model: ensemble, score: async (of) => [attackOdds(ensemble, of)] };
  };
}

export function attackOdds(trees: TreeEnsemble, of: Float32Array): Float64Array {
  return logOdds(treeProbabilities(trees, of, of.length / trees.columns), 2, 0);
}

/** Of benign rows by fits without them, and of other rows by the whole fit. */
export interface Both {
  readonly benign: Float64Array;
  readonly others: Float64Array;
}

/** The surprise of each score among those of benign rows. */
export function surprises({ benign, others }: Both): Both {
  return { benign: surprise(benign, benign), others: surprise(benign, others) };
}

/** A (see `aggregated`) of surprises. */
export function scoreA(classifier: Both | undefined, arms: readonly Both[]): Both {
  const of = (side: keyof Both) =>
    aggregated(
      classifier?.[side],
      arms.map((arm) => arm[side]),
    );
  return { benign: of('benign'), others: of('others') };
}

/** Both sides of a cross-fitted scorer. */
export async function bothOf({ whole, unseen }: CrossFitted<unknown>, others: Float32Array): Promise<Both[]> {
  const scores = await whole.score(others);
  return unseen.map((benign, part) => ({ benign, others: scores[part] as Float64Array }));
}
