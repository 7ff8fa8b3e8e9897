import { concatFloats, type ScoreBatch } from '../../core/index.ts';

/** Scores and arms of parts of a batch, one after the other; classes are not joined. */
export function joinScores(parts: readonly ScoreBatch[]): ScoreBatch | undefined {
  const [first] = parts;
  if (first === undefined || parts.length === 1) return first;
  const arms = Object.keys(first.arms ?? {}).map(
    (name) => [name, concatFloats(parts.map((part) => part.arms?.[name] as Float64Array))] as const,
  );
  return { score: concatFloats(parts.map(({ score }) => score)), arms: Object.fromEntries(arms) };
}
