import { distinctSequences, type SequenceBatch, sequenceAt } from '../core/index.ts';
import { type SessionPattern, structureOf } from './session-structure.ts';

/** What makes up at least this share of the sessions isn't called abnormal when an input is learnt from itself. */
export const COMMON_SHARE = 0.01;
/** Where the common patterns cover less than this, sessions are too diverse for patterns to tell what is common. */
const COVERED_SHARE = 0.8;
const FEWEST_ROWS = 200;
/** Sessions agree less than this many times as often as by chance: independent requests, of which any combination is normal. */
const STRUCTURED = 2;

export interface CoreRows {
  /** Rows to learn from. */
  readonly core: readonly number[];
  /** Rows whose pattern is rare; scored against the core. */
  readonly rest: readonly number[];
  /** True where sessions hold events that have nothing to do with one another. */
  readonly independent: boolean;
}

interface CountedPattern extends SessionPattern {
  count: number;
}

/**
 * Splits unlabelled sessions into those whose pattern (how often each event occurs, order aside) is common, and the rest.
 * Without it a fault that repeats identically fifty times would be its own evidence of being normal. Where sessions hold
 * events that have nothing to do with one another, a rare combination of events of the core belongs to the core.
 */
export function coreRows(batch: SequenceBatch): CoreRows {
  const all = Array.from({ length: batch.rows }, (_, row) => row);
  const together = { core: all, rest: [], independent: false };
  if (batch.rows < FEWEST_ROWS) return together;
  // By distinct sequence: its pattern, and how many sessions have that.
  const { ids, rows } = distinctSequences(batch, 0, batch.rows);
  const byKey = new Map<string, CountedPattern>();
  const patterns = Array.from(rows, (row): CountedPattern => {
    const codes = sequenceAt(batch, row).slice(0, CODES_COMPARED).sort();
    const key = codes.join(' ');
    const pattern = byKey.get(key) ?? { codes, count: 0 };
    byKey.set(key, pattern);
    return pattern;
  });
  const of = (row: number): CountedPattern => patterns[ids[row] as number] as CountedPattern;
  for (const row of all) of(row).count++;
  const fewest = COMMON_SHARE * batch.rows;
  const isCommon = ({ count }: SessionPattern): boolean => count >= fewest;
  const core = all.filter((row) => isCommon(of(row)));
  if (core.length < COVERED_SHARE * batch.rows || core.length === batch.rows) return together;
  if (structureOf(byKey.values()) >= STRUCTURED) return { core, rest: all.filter((row) => !isCommon(of(row))), independent: false };
  const known = new Set([...byKey.values()].filter(isCommon).flatMap(({ codes }) => [...codes]));
  const learnt = new Set(patterns.filter(({ codes }) => codes.every((code) => known.has(code))));
  return { core: all.filter((row) => learnt.has(of(row))), rest: all.filter((row) => !learnt.has(of(row))), independent: true };
}

const CODES_COMPARED = 4096;
