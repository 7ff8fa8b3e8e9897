import { seededRandom, shuffle, VedetteError } from '../../core/index.ts';
import type { FlowTable } from './flow-table.ts';

/** How rows are divided; stated with every figure. */
export type SplitBy = 'random' | 'time' | 'hash';

export interface Division {
  readonly train: Int32Array;
  readonly test: Int32Array;
  /** In words, for reports. */
  readonly how: string;
}

/**
 * `random`: a seeded shuffle within each class. `time`: the earlier share of each class trains. `hash`: by the SHA-256 of the
 * row's text, relative to the largest present, so that a sample stays divided the same way.
 */
export function divideRows(table: FlowTable, labels: readonly string[], by: SplitBy, share = 0.7, seed = 1): Division {
  const rows = Array.from({ length: table.rows }, (_, row) => row);
  if (by === 'hash') {
    const most = table.hash.reduce((high, hash) => Math.max(high, hash), 0);
    if (!table.hash.every((hash) => hash >= 0)) {
      throw new VedetteError('UNSUPPORTED', 'these rows have no text to hash', { hint: 'split by time or at random' });
    }
    const first = (row: number) => (table.hash[row] as number) < most * share;
    const how = `by SHA-256 of the row: ${(share * 100).toFixed(0)} % train`;
    return { train: Int32Array.from(rows.filter(first)), test: Int32Array.from(rows.filter((row) => !first(row))), how };
  }
  const byClass = new Map<string, number[]>();
  for (const row of rows) {
    const label = labels[row] as string;
    const list = byClass.get(label) ?? [];
    list.push(row);
    byClass.set(label, list);
  }
  if (by === 'time' && table.time.some(Number.isNaN)) {
    throw new VedetteError('UNSUPPORTED', 'these rows have no times to split by', { hint: 'split at random' });
  }
  const random = seededRandom(seed);
  const train: number[] = [];
  const test: number[] = [];
  for (const label of [...byClass.keys()].sort()) {
    const list = byClass.get(label) as number[];
    if (by === 'random') shuffle(list, random);
    else list.sort((a, b) => (table.time[a] as number) - (table.time[b] as number) || a - b);
    const cut = Math.max(1, Math.round(list.length * share));
    train.push(...list.slice(0, cut));
    test.push(...list.slice(cut));
  }
  const percent = (share * 100).toFixed(0);
  const how =
    by === 'random'
      ? `at random within each class: ${percent} % train (seed ${seed})`
      : `the first ${percent} % of each class by time train`;
  return { train: Int32Array.from(train).sort(), test: Int32Array.from(test).sort(), how };
}
