import { distinctSequences, type SequenceBatch, sequenceAt } from '../core/index.ts';

/** What makes up at least this share of the sessions isn't called abnormal when an input is learnt from itself. */
export const COMMON_SHARE = 0.01;
/** Where the common patterns cover less than this, sessions are too diverse for patterns to tell what is common. */
const COVERED_SHARE = 0.8;
const FEWEST_ROWS = 200;

export interface CoreRows {
  /** Rows to learn from. */
  readonly core: readonly number[];
  /** Rows whose pattern is rare; scored against the core. */
  readonly rest: readonly number[];
}

/**
 * Splits unlabelled sessions into those whose pattern (how often each event occurs, order aside) is common, and the rest.
 * Without it a fault that repeats identically fifty times would be its own evidence of being normal.
 */
export function coreRows(batch: SequenceBatch): CoreRows {
  const all = Array.from({ length: batch.rows }, (_, row) => row);
  if (batch.rows < FEWEST_ROWS) return { core: all, rest: [] };
  // By distinct sequence: its pattern, and how many sessions have that.
  const { ids, rows } = distinctSequences(batch, 0, batch.rows);
  const patternIds = new Map<string, number>();
  const patterns = Array.from(rows, (row) => {
    const pattern = patternOf(sequenceAt(batch, row));
    const known = patternIds.get(pattern) ?? patternIds.size;
    patternIds.set(pattern, known);
    return known;
  });
  const counts = new Int32Array(patternIds.size);
  const of = (row: number): number => patterns[ids[row] as number] as number;
  for (const row of all) counts[of(row)] = (counts[of(row)] as number) + 1;
  const fewest = COMMON_SHARE * batch.rows;
  const common = (row: number): boolean => (counts[of(row)] as number) >= fewest;
  const core = all.filter(common);
  if (core.length < COVERED_SHARE * batch.rows) return { core: all, rest: [] };
  return { core, rest: all.filter((row) => !common(row)) };
}

const CODES_COMPARED = 4096;

function patternOf(codes: Int32Array): string {
  return codes.slice(0, CODES_COMPARED).sort().join(' ');
}
