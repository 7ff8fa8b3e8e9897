import type { DeadLetter } from '../../core/index.ts';
import type { Page } from './page.ts';

/** Bad records, bounded by bytes: the oldest go and are counted. */
export interface DeadLetterStore {
  append(letters: readonly DeadLetter[]): Promise<void>;
  /** Newest first. */
  list(query?: { source?: string; limit?: number; cursor?: string }): Promise<Page<StoredDeadLetter>>;
  /** Those of the ids that are kept. */
  get(ids: readonly number[]): Promise<readonly StoredDeadLetter[]>;
  /** Kept letters of each source. */
  countsBySource(): Promise<Readonly<Record<string, number>>>;
  /** Takes the letters out for another attempt: they are removed and returned. */
  take(ids: readonly number[]): Promise<readonly StoredDeadLetter[]>;
  counts(): Promise<{ kept: number; bytes: number; dropped: number; byReason: Readonly<Record<string, number>> }>;
}

export interface StoredDeadLetter extends DeadLetter {
  readonly id: number;
}
