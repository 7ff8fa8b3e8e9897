import { sha256Hex } from '../../core/index.ts';
import { isNormal, isPlaceholder } from '../data.ts';
import type { FlowTable } from './flow-table.ts';

export interface CleanOptions {
  /** "X - Attempted": `keep` as a class of its own, or `benign`, as the authors of the labels advise. Default benign. */
  readonly attempted?: 'keep' | 'benign';
  /** Exact duplicates: default `drop`. */
  readonly duplicates?: 'keep' | 'drop';
}

export interface Cleaned {
  readonly rows: Int32Array;
  /** By row of the table. */
  readonly labels: readonly string[];
  readonly duplicates: number;
  readonly infinite: number;
  readonly attempted: number;
  /** Rows of a labelled table that have no label themselves; they are left out. */
  readonly unlabelled: number;
  /** The class of harmless rows. */
  readonly benign: string;
}

const ATTEMPTED = / - attempted$/i;

/** Rows without exact duplicates (all cells but identifiers), and their classes; infinite values are counted and become missing. */
export function cleanFlows(table: FlowTable, options: CleanOptions = {}): Cleaned {
  const given = table.labels ?? new Array<string>(table.rows).fill('');
  const benign = given.find(isNormal) ?? 'BENIGN';
  let attempted = 0;
  const labels = given.map((label) => {
    const trimmed = label.trim();
    if (ATTEMPTED.test(trimmed)) {
      attempted++;
      return options.attempted === 'keep' ? trimmed : benign;
    }
    return isNormal(trimmed) ? benign : trimmed;
  });
  let infinite = 0;
  for (const column of table.columns) {
    if (column.kind === 'number') for (const value of column.values) if (Math.abs(value) === Number.POSITIVE_INFINITY) infinite++;
  }
  const columns = table.columns.filter(({ name }) => name.toLowerCase() !== 'id');
  const seen = new Set<string>();
  const rows: number[] = [];
  let duplicates = 0;
  let unlabelled = 0;
  for (let row = 0; row < table.rows; row++) {
    if (table.labels !== undefined && isPlaceholder(given[row] as string)) {
      unlabelled++;
      continue;
    }
    let key = labels[row] as string;
    for (const { values } of columns) key += `\u0000${values[row]}`;
    const digest = sha256Hex(key).slice(0, 24);
    const known = seen.has(digest);
    if (known) duplicates++;
    if (known && options.duplicates !== 'keep') continue;
    seen.add(digest);
    rows.push(row);
  }
  return { rows: Int32Array.from(rows), labels, duplicates, infinite, attempted, unlabelled, benign };
}
