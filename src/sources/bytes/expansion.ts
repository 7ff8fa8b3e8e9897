import { VedetteError } from '../../core/index.ts';

export interface ExpansionLimit {
  /** Largest allowed ratio of uncompressed to compressed bytes. */
  readonly ratio: number;
  /** Largest allowed uncompressed size of one input in bytes. */
  readonly bytes: number;
}

/** Ordinary logs compress 5 to 60 times; a gzip of zeros 1,030 times. */
export const DEFAULT_EXPANSION: ExpansionLimit = { ratio: 400, bytes: 2 ** 40 };

/** Below this much output no ratio is a danger, and small files of one repeated line stay readable. */
const HARMLESS_BYTES = 64 * 2 ** 20;

/** Counts bytes in and out of one decompression and refuses a bomb. */
export class Expansion {
  compressed = 0;
  uncompressed = 0;
  readonly #input: string;
  readonly #limit: ExpansionLimit;

  constructor(input: string, limit: ExpansionLimit) {
    this.#input = input;
    this.#limit = limit;
  }

  add(uncompressed: number): void {
    this.uncompressed += uncompressed;
    const tooLarge = this.uncompressed > this.#limit.bytes;
    const tooDense = this.uncompressed > HARMLESS_BYTES && this.uncompressed > this.#limit.ratio * this.compressed;
    if (!tooLarge && !tooDense) return;
    const limit = tooLarge ? `${this.#limit.bytes} bytes` : `${this.#limit.ratio} times its compressed size`;
    throw new VedetteError(
      'LIMIT_EXCEEDED',
      `${this.#input} expands beyond ${limit} (${this.compressed} compressed bytes gave ${this.uncompressed}): it may be a decompression bomb`,
      { hint: 'if the file is trusted, decompress it yourself or raise the expansion limit' },
    );
  }
}
