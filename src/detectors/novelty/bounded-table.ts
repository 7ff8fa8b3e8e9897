const WAYS = 8;

interface Entry<T> {
  readonly key: string;
  value: T;
  seen: number;
}

/** A key with the bucket it belongs in, worked out once for many look-ups. */
export interface Place {
  readonly key: string;
  readonly bucket: number;
}

/**
 * Keyed state in bounded memory: buckets by hash, `WAYS` entries each; in a full bucket the entry longest unseen gives way. What
 * gives way depends on the keys and times alone, and a fork can be written without touching its origin: one bucket is copied at a time.
 */
export class BoundedTable<T> {
  readonly capacity: number;
  private readonly buckets = new Map<number, Entry<T>[]>();
  private readonly count: number;
  private readonly copy: (value: T) => T;
  private readonly origin: BoundedTable<T> | undefined;

  constructor(capacity: number, copy: (value: T) => T, origin?: BoundedTable<T>) {
    this.capacity = capacity;
    this.count = Math.max(1, Math.ceil(capacity / WAYS));
    this.copy = copy;
    this.origin = origin;
  }

  /** Reads through to this table, writes to itself only. */
  fork(): BoundedTable<T> {
    return new BoundedTable(this.capacity, this.copy, this);
  }

  /** Takes over everything a fork of this table wrote; the table must not have been written since. */
  adopt(fork: BoundedTable<T>): void {
    for (const [bucket, entries] of fork.buckets) this.buckets.set(bucket, entries);
  }

  placeOf(key: string): Place {
    return { key, bucket: bucketOf(key) % this.count };
  }

  /** What a fork wrote becomes its origin's; the fork is not used afterwards. */
  commit(): void {
    for (const [bucket, entries] of this.buckets) this.origin?.buckets.set(bucket, entries);
  }

  /** The value of a key, to look at only. */
  peek({ key, bucket }: Place): T | undefined {
    const entries = this.buckets.get(bucket) ?? this.origin?.buckets.get(bucket);
    return entries === undefined ? undefined : find(entries, key)?.value;
  }

  /** The value of a key, to change; made by `create` when there is none. */
  take({ key, bucket }: Place, time: number, create: () => T): T {
    const entries = this.own(bucket);
    const known = find(entries, key);
    if (known !== undefined) {
      known.seen = Math.max(known.seen, time);
      return known.value;
    }
    const entry = { key, value: create(), seen: time };
    if (entries.length < WAYS) entries.push(entry);
    else {
      let oldest = 0;
      for (let i = 1; i < WAYS; i++) if ((entries[i] as Entry<T>).seen < (entries[oldest] as Entry<T>).seen) oldest = i;
      entries[oldest] = entry;
    }
    return entry.value;
  }

  /** Everything, in an order that depends on the keys and their history alone. */
  *entries(): Generator<readonly [string, number, T]> {
    for (const bucket of [...this.buckets.keys()].sort((a, b) => a - b)) {
      for (const { key, seen, value } of this.buckets.get(bucket) ?? []) yield [key, seen, value];
    }
  }

  private own(bucket: number): Entry<T>[] {
    const known = this.buckets.get(bucket);
    if (known !== undefined) return known;
    const inherited = this.origin?.buckets.get(bucket) ?? [];
    const entries = inherited.map(({ key, value, seen }) => ({ key, value: this.copy(value), seen }));
    this.buckets.set(bucket, entries);
    return entries;
  }
}

function find<T>(entries: readonly Entry<T>[], key: string): Entry<T> | undefined {
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
