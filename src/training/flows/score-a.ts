import { aggregated, surprise } from '../../detectors/flow-novelty/aggregate.ts';
import { logOdds } from '../../detectors/flow-novelty/arms.ts';
import type { CrossScored, Fitted } from '../../detectors/flow-novelty/cross-fit.ts';
import { boostTrees, type TreeEnsemble, treeProbabilities } from '../../ml/index.ts';

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
    return { model: ensemble, score: async (of) => [attackOdds([ensemble], of)] };
  };
}

/** The mean over ensembles of the ln of the odds. */
export function attackOdds(ensembles: readonly TreeEnsemble[], of: Float32Array): Float64Array {
  const odds = ensembles.map((trees) => logOdds(treeProbabilities(trees, of, of.length / trees.columns), 2, 0));
  return (odds[0] as Float64Array).map((_, row) => odds.reduce((sum, one) => sum + (one[row] as number), 0) / odds.length);
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

/** The largest of several surprises of each flow. */
export function strongest(...judges: readonly Both[]): Both {
  const of = (side: keyof Both) => (judges[0] as Both)[side].map((_, row) => Math.max(...judges.map((both) => both[side][row] as number)));
  return { benign: of('benign'), others: of('others') };
}

/** Both sides of a cross-fitted scorer. */
export async function bothOf({ score, unseen }: CrossScored, others: Float32Array): Promise<Both[]> {
  const scores = await score(others);
  return unseen.map((benign, part) => ({ benign, others: scores[part] as Float64Array }));
}

/** Scores of the same flows: by each novelty arm, and by the classifier where attacks are known. */
export interface FlowScores {
  readonly arms: readonly Float64Array[];
  readonly classifier?: Float64Array;
}

/**
 * Surprises of flows by who judges their windows: A, and what A is made of, the classifier and the arms together; without a
 * classifier A is the arms. `normal`: of benign flows by fits that had not seen them.
 */
export function judgesOf(normal: FlowScores, scores: FlowScores): readonly Float64Array[] {
  const sides = (arms: readonly Float64Array[]) => arms.map((arm, i) => surprise(normal.arms[i] as Float64Array, arm));
  const [usual, own] = [sides(normal.arms), sides(scores.arms)];
  const novelty = surprise(aggregated(undefined, usual), aggregated(undefined, own));
  if (normal.classifier === undefined || scores.classifier === undefined) return [novelty];
  const [known, odds] = [surprise(normal.classifier, normal.classifier), surprise(normal.classifier, scores.classifier)];
  return [surprise(aggregated(known, usual), aggregated(odds, own)), odds, novelty];
}
