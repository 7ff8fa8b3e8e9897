import { decodeUtf8, type LogBatch, MICROS_PER_DAY, MICROS_PER_SECOND, type Micros } from '../core/index.ts';
import { keyReader } from './key-reader.ts';
import type { SessionKey } from './session-key.ts';

/** A session is over when it was silent for so many times the longest pause that sessions ordinarily have. */
const SAFETY = 10;
const QUANTILE = 0.999;
const FEWEST_PAUSES = 200;
const MOST_KEYS = 100_000;
const SHORTEST = 120 * MICROS_PER_SECOND;

/**
 * How long to wait in a running stream before a session counts as over, from the pauses within the sessions of a sample:
 * without it an identifier that is never given twice would have to be waited for a day. Undefined where the sample has too few.
 */
export function observedIdle(sample: readonly LogBatch[], key: SessionKey): Micros | undefined {
  const read = keyReader(key);
  const last = new Map<string, Micros>();
  const pauses: Micros[] = [];
  for (const batch of sample) {
    for (let row = 0; row < batch.rows; row++) {
      const time = batch.time[row] as number;
      if (Number.isNaN(time)) continue;
      const found = read(batch, row, []);
      for (let i = 0; i < found.count; i++) {
        const name = decodeUtf8(found.bytes, found.start[i] as number, found.end[i] as number);
        const before = last.get(name);
        if (before !== undefined) pauses.push(Math.max(0, time - before));
        if (before !== undefined || last.size < MOST_KEYS) last.set(name, time);
      }
    }
  }
  return idleOf(pauses);
}

/** The silence that ends sessions with such pauses: many times the longest ordinary one, 2 minutes at least, a day at most. Undefined where they are too few. */
export function idleOf(pauses: readonly Micros[]): Micros | undefined {
  if (pauses.length < FEWEST_PAUSES) return undefined;
  const sorted = Float64Array.from(pauses).sort();
  const longest = sorted[Math.floor(QUANTILE * (sorted.length - 1))] as number;
  const seconds = Math.ceil((SAFETY * longest) / MICROS_PER_SECOND) * MICROS_PER_SECOND;
  return Math.min(MICROS_PER_DAY, Math.max(SHORTEST, seconds));
}
