import { lowerBound } from './conformal.ts';

/**
 * How scores changed when a detector learnt more, from rows scored before and after: each distinct score moves by the median
 * change of its rows, a score between them like the nearest one. Only upwards: rows that were learnt score lower than like rows
 * that were not, so a fall says nothing about those to come.
 */
export function scoreChange(before: Float64Array, after: Float64Array): (score: number) => number {
  const changes = new Map<number, number[]>();
  for (let row = 0; row < before.length; row++) {
    const [from, to] = [before[row] as number, after[row] as number];
    if (!Number.isFinite(from) || !Number.isFinite(to)) continue;
    const known = changes.get(from);
    if (known === undefined) changes.set(from, [to - from]);
    else known.push(to - from);
  }
  const scores = Float64Array.from(changes.keys()).sort();
  const shifts = scores.map((score) => Math.max(0, median(changes.get(score) as number[])));
  return (score) => {
    if (scores.length === 0 || !Number.isFinite(score)) return score;
    const above = Math.min(scores.length - 1, lowerBound(scores, score));
    const below = Math.max(0, above - 1);
    const nearest = score - (scores[below] as number) <= (scores[above] as number) - score ? below : above;
    return score + (shifts[nearest] as number);
  };
}

function median(values: number[]): number {
  values.sort((a, b) => a - b);
  return values[values.length >> 1] as number;
}
