import type { ScoreBatch } from '../../core/index.ts';

/** Scores and arms of parts of a batch, one after the other; classes are not joined. */
export function joinScores(parts: readonly ScoreBatch[]): ScoreBatch | undefined {
  const [first] = parts;
  if (first === undefined || parts.length === 1) return first;
  const arms = Object.keys(first.arms ?? {}).map((name) => [name, concat(parts.map((part) => part.arms?.[name] as Float64Array))] as const);
  return { score: concat(parts.map(({ score }) => score)), arms: Object.fromEntries(arms) };
}

function concat(columns: readonly Float64Array[]): Float64Array {
  const out = new Float64Array(columns.reduce((rows, column) => rows + column.length, 0));
  let at = 0;
  for (const column of columns) {
    out.set(column, at);
    at += column.length;
  }
  return out;
}
