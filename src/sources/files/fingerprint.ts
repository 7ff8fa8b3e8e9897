import type { RecordBatch } from '../../core/index.ts';
import { concatBytes } from '../bytes/chunks.ts';
import { HEAD_BYTES, hashOf } from './generation.ts';

/** How much of what comes before a position tells it from other places. */
const TAIL_BYTES = 1024;

/** What a position says of the uncompressed content before it, written `headBytes:headHash:tailBytes:tailHash:endedAt`. */
export interface Fingerprint {
  readonly headBytes: number;
  readonly headHash: string;
  /** Bytes directly before the offset; 0 where nothing is known of them. */
  readonly tailBytes: number;
  readonly tailHash: string;
  /** Stored size in bytes at which a whole file had been read to its end; 0 otherwise. */
  readonly endedAt: number;
}

export function parseFingerprint(text: string | undefined): Fingerprint | undefined {
  const [headBytes, headHash, tailBytes, tailHash, endedAt] = text?.split(':') ?? [];
  if (headBytes === undefined || headHash === undefined || tailBytes === undefined || tailHash === undefined) return undefined;
  return { headBytes: Number(headBytes), headHash, tailBytes: Number(tailBytes), tailHash, endedAt: Number(endedAt ?? 0) };
}

/** Follows what is read of one file, to tell where it stands. */
export class ContentTrace {
  readonly #markBytes: number;
  #head: Uint8Array;
  #headHash: string;
  #tail: string;

  /** `head`: the uncompressed beginning of the file as it is now, behind `markBytes`. `before`: fingerprint of the position that reading goes on from. */
  constructor(head: Uint8Array, markBytes: number, before: string | undefined) {
    this.#markBytes = markBytes;
    this.#head = head.slice();
    this.#headHash = hashOf(head);
    const known = parseFingerprint(before);
    this.#tail = known === undefined ? '0:' : `${known.tailBytes}:${known.tailHash}`;
  }

  get head(): Uint8Array {
    return this.#head;
  }

  /** Fingerprint at the end of the batch. `endedAt`: see `Fingerprint`. */
  after(batch: RecordBatch, endedAt = 0): string {
    const { bytes, ends, offset } = batch;
    const next = this.#markBytes + this.#head.length - offset;
    if (this.#head.length < HEAD_BYTES && next >= 0 && next < bytes.length && ends === undefined) {
      this.#head = concatBytes([this.#head, bytes.subarray(next, next + HEAD_BYTES - this.#head.length)]);
      this.#headHash = hashOf(this.#head);
    }
    // Records of JSON are not byte for byte what the file holds.
    if (ends !== undefined && bytes.length > 0) this.#tail = '0:';
    else if (bytes.length > 0) {
      const tail = bytes.subarray(Math.max(0, bytes.length - TAIL_BYTES));
      this.#tail = `${tail.length}:${hashOf(tail)}`;
    }
    return `${this.#head.length}:${this.#headHash}:${this.#tail}:${endedAt}`;
  }
}
