import type { RecordBatch } from '../../core/index.ts';

export interface SegmentOptions {
  /** Total bytes kept until trimmed; default 1 GiB. */
  readonly maxBytes?: number;
  /** Bytes kept beyond that because alerts need them to be replayed; the oldest go first. Default 1 GiB. */
  readonly heldBytes?: number;
  /** Bytes of one segment file; default 16 MiB. */
  readonly segmentBytes?: number;
  /** `wait` (back-pressure) or `reject` with STORE_FULL when full. Default `wait`. */
  readonly whenFull?: 'wait' | 'reject';
}

/** A record batch with its place in the segment log: 1, 2, 3 … */
export interface SegmentEntry {
  readonly sequence: number;
  readonly batch: RecordBatch;
}

/**
 * Durable log of one source: appended, fsync'd (one fsync for all waiting appends), then acknowledged. Store `sequence` as
 * the `offset` of the source's Position; after a restart replay what comes after it; after an epoch commit trim up to it.
 */
export interface SegmentLog {
  /** Resolves with the sequence once the batch is durable; only then may the sender be answered. */
  append(batch: RecordBatch): Promise<number>;
  /** Entries after `sequence` (0 = all) that are durable now, in order. */
  replay(sequence: number): AsyncIterable<SegmentEntry>;
  /** Everything up to `sequence` is covered by a committed epoch: whole files below it go, except those that hold a sequence in `keep` (inclusive ranges that alerts need). */
  trim(sequence: number, keep?: readonly (readonly [number, number])[]): Promise<void>;
  readonly last: number;
  readonly bytes: number;
  close(): Promise<void>;
}
