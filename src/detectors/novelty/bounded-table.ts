import type { Journal } from './journal.ts';

const WAYS = 8;

export interface Entry<T> {
  readonly key: string;
  readonly value: T;
  seen: number;
  /** False once another key took its place. */
  held: boolean;
}

/** A key with the bucket it belongs in, worked out once for many look-ups. */
export interface Place {
  readonly key: string;
  readonly bucket: number;
}

/**
 * Keyed state in bounded memory: buckets by hash, `WAYS` entries each; in a full bucket the entry longest unseen gives way. What
 * gives way depends on the keys and times alone.
 */
export class BoundedTable<T> {
  readonly capacity: number;
  private readonly buckets = new Map<number, Entry<T>[]>();
  private readonly count: number;
  private readonly journal: Journal;
  private readonly onReplaced: ((value: T) => void) | undefined;

  constructor(capacity: number, journal: Journal, onReplaced?: (value: T) => void) {
    this.capacity = capacity;
    this.count = Math.max(1, Math.ceil(capacity / WAYS));
    this.journal = journal;
    this.onReplaced = onReplaced;
  }

  placeOf(key: string): Place {
    return { key, bucket: bucketOf(key) % this.count };
  }

  /** The value of a key, to look at only. */
  peek({ key, bucket }: Place): T | undefined {
    return find(this.buckets.get(bucket), key)?.value;
  }

  /** The entry of a key, made by `create` when there is none. Its `seen` is the caller's to move on. */
  take({ key, bucket }: Place, time: number, create: () => T): Entry<T> {
    const entries = this.buckets.get(bucket);
    const known = find(entries, key);
    if (known !== undefined) return known;
    const entry: Entry<T> = { key, value: create(), seen: time, held: true };
    if (entries === undefined) {
      this.buckets.set(bucket, [entry]);
      this.journal.note(() => this.buckets.delete(bucket));
    } else if (entries.length < WAYS) {
      entries.push(entry);
      this.journal.note(() => entries.pop());
    } else this.onReplaced?.(replaceOldest(entries, entry, this.journal));
    return entry;
  }

  /** Everything, in an order that depends on the keys and their history alone. */
  *entries(): Generator<readonly [string, number, T]> {
    for (const bucket of [...this.buckets.keys()].sort((a, b) => a - b)) {
      for (const { key, seen, value } of this.buckets.get(bucket) ?? []) yield [key, seen, value];
    }
  }
}

/** The value of the entry that gave way. */
function replaceOldest<T>(entries: Entry<T>[], entry: Entry<T>, journal: Journal): T {
  let at = 0;
  for (let i = 1; i < entries.length; i++) if ((entries[i] as Entry<T>).seen < (entries[at] as Entry<T>).seen) at = i;
  const before = entries[at] as Entry<T>;
  before.held = false;
  entries[at] = entry;
  journal.note(() => {
    before.held = true;
    entries[at] = before;
  });
  return before.value;
}

function find<T>(entries: readonly Entry<T>[] | undefined, key: string): Entry<T> | undefined {
  if (entries === undefined) return undefined;
  for (let i = 0; i < entries.length; i++) {
    const entry = entries[i] as Entry<T>;
    if (entry.key === key) return entry;
  }
  return undefined;
}

/** 32-bit FNV-1a over the key's UTF-16 units. */
function bucketOf(key: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < key.length; i++) hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}
