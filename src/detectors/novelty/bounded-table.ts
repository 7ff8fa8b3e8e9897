import type { Journal } from './journal.ts';

const WAYS = 8;

/** What a table holds of a key. */
export interface Kept {
  readonly key: string;
  /** Of the key, as `hashOf` makes it. */
  readonly hash: number;
  /** The caller's to move on. */
  seen: number;
  /** False once another key took its place. */
  held: boolean;
}

/**
 * Keyed state in bounded memory: buckets by hash, `WAYS` entries each; in a full bucket the entry longest unseen gives way. What
 * gives way depends on the keys and times alone.
 */
export class BoundedTable<T extends Kept> {
  readonly capacity: number;
  private readonly buckets: (T[] | undefined)[];
  private readonly journal: Journal;
  private readonly onReplaced: ((value: T) => void) | undefined;

  constructor(capacity: number, journal: Journal, onReplaced?: (value: T) => void) {
    this.capacity = capacity;
    this.buckets = new Array(Math.max(1, Math.ceil(capacity / WAYS))).fill(undefined);
    this.journal = journal;
    this.onReplaced = onReplaced;
  }

  /** The entry of a key; `hash` is the key's. */
  find(key: string, hash: number): T | undefined {
    const entries = this.buckets[(hash >>> 0) % this.buckets.length];
    if (entries === undefined) return undefined;
    for (let i = 0; i < entries.length; i++) {
      const entry = entries[i] as T;
      if (entry.hash === hash && entry.key === key) return entry;
    }
    return undefined;
  }

  /** Holds an entry of a key that has none. */
  insert(entry: T): void {
    const bucket = (entry.hash >>> 0) % this.buckets.length;
    const entries = this.buckets[bucket];
    if (entries === undefined) {
      this.buckets[bucket] = [entry];
      this.journal.note(emptyBucket, this.buckets, undefined, bucket);
    } else if (entries.length < WAYS) {
      entries.push(entry);
      this.journal.note(dropLast, entries, undefined, 0);
    } else {
      const replaced = replaceOldest(entries, entry, this.journal);
      this.onReplaced?.(replaced);
    }
  }

  /** Everything, in an order that depends on the keys and their history alone. */
  *entries(): Generator<T> {
    for (const entries of this.buckets) yield* entries ?? [];
  }
}

const emptyBucket = (buckets: unknown, _: unknown, bucket: number): void => {
  const [only] = (buckets as Kept[][])[bucket] as Kept[];
  (only as Kept).held = false;
  (buckets as unknown[])[bucket] = undefined;
};

const dropLast = (entries: unknown): void => {
  ((entries as Kept[]).pop() as Kept).held = false;
};

const putBack = (entries: unknown, before: unknown, at: number): void => {
  ((entries as Kept[])[at] as Kept).held = false;
  (before as Kept).held = true;
  (entries as unknown[])[at] = before;
};

/** The entry that gave way. */
function replaceOldest<T extends Kept>(entries: T[], entry: T, journal: Journal): T {
  let at = 0;
  for (let i = 1; i < entries.length; i++) if ((entries[i] as T).seen < (entries[at] as T).seen) at = i;
  const before = entries[at] as T;
  before.held = false;
  entries[at] = entry;
  journal.note(putBack, entries, before, at);
  return before;
}

/** 32-bit FNV-1a over the key's UTF-16 units. */
export function hashOf(key: string): number {
  let hash = 0x811c9dc5 | 0;
  for (let i = 0; i < key.length; i++) hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193);
  return hash;
}
