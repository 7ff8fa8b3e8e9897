import { seededRandom, shuffle } from '../../core/index.ts';
import { boostTrees, treeProbabilities } from '../../ml/index.ts';
import { type ClassReport, classReport } from './class-report.ts';
import type { Cleaned } from './clean.ts';
import { encodeValues, fitEncoding } from './encode.ts';
import type { FlowTable } from './flow-table.ts';

export interface CrossValidated {
  readonly parts: number;
  /** Fewest rows that a fit learnt from. */
  readonly learnt: number;
  /** Of every row, by the fit that had not seen it. */
  readonly trees: ClassReport;
}

/** Rows in parts at random: boosted trees with their defaults learn from all parts but one, and name the rows of that one. */
export async function crossValidated(table: FlowTable, cleaned: Cleaned, parts: number, seed = 1): Promise<CrossValidated> {
  const { labels } = cleaned;
  const rows = shuffle(Array.from(cleaned.rows), seededRandom(seed));
  const classes = [...new Set(rows.map((row) => labels[row] as string))].sort();
  const code = new Map(classes.map((name, k) => [name, k]));
  const codes = (of: readonly number[]) => Int32Array.from(of, (row) => code.get(labels[row] as string) as number);
  const K = classes.length;
  const named: number[] = [];
  const probability = new Float64Array(rows.length * K);
  let learnt = rows.length;
  for (let part = 0; part < parts; part++) {
    const known = rows.filter((_, i) => i % parts !== part);
    const unseen = rows.filter((_, i) => i % parts === part);
    const encoding = fitEncoding(table, known);
    const columns = encoding.features.length;
    const data = { rows: known.length, columns, values: encodeValues(table, encoding, known), labels: codes(known), classes };
    const { ensemble } = boostTrees(data);
    probability.set(treeProbabilities(ensemble, encodeValues(table, encoding, unseen), unseen.length), named.length * K);
    named.push(...unseen);
    learnt = Math.min(learnt, known.length);
  }
  return { parts, learnt, trees: classReport(probability, codes(named), classes, code.get(cleaned.benign) ?? 0) };
}
