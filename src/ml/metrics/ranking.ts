import { requireSameLength } from './binary.ts';

/**
 * Area under the ROC curve: the probability that a positive scores higher than a negative, ties counting half (Mann-Whitney).
 * Labels: any value but 0 is positive; higher scores are more abnormal. NaN when one class is missing or a score is NaN.
 */
export function rocAuc(labels: ArrayLike<number>, scores: ArrayLike<number>): number {
  let positivesAbove = 0;
  let pairs = 0;
  const total = forEachTie(labels, scores, (positives, negatives) => {
    pairs += negatives * (positivesAbove + positives / 2);
    positivesAbove += positives;
  });
  return total === undefined ? Number.NaN : pairs / (total.positives * total.negatives);
}

/**
 * Average precision, the step-wise area under the precision-recall curve without interpolation: sum of precision times gain
 * in recall, equal scores taken together. NaN when there is no positive or a score is NaN.
 */
export function averagePrecision(labels: ArrayLike<number>, scores: ArrayLike<number>): number {
  let found = 0;
  let raised = 0;
  let area = 0;
  const total = forEachTie(labels, scores, (positives, negatives) => {
    found += positives;
    raised += positives + negatives;
    area += positives * (found / raised);
  });
  return total === undefined ? Number.NaN : area / total.positives;
}

/** Visits groups of equal score from the highest down; undefined when a score is NaN. */
function forEachTie(labels: ArrayLike<number>, scores: ArrayLike<number>, visit: (positives: number, negatives: number) => void) {
  requireSameLength(labels, scores);
  const order = Uint32Array.from({ length: scores.length }, (_, i) => i);
  for (let i = 0; i < scores.length; i++) if (Number.isNaN(scores[i])) return undefined;
  order.sort((a, b) => compare(scores[b] as number, scores[a] as number));
  const total = { positives: 0, negatives: 0 };
  for (let from = 0; from < order.length; ) {
    const score = scores[order[from] as number];
    let positives = 0;
    let to = from;
    for (; to < order.length && scores[order[to] as number] === score; to++) if (labels[order[to] as number] !== 0) positives++;
    visit(positives, to - from - positives);
    total.positives += positives;
    total.negatives += to - from - positives;
    from = to;
  }
  return total;
}

/** Infinite scores minus one another are NaN, so subtraction will not do. */
function compare(a: number, b: number): number {
  return a < b ? -1 : Number(a > b);
}
