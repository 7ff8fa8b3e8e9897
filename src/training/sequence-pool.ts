import { type FileHandle, mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { concatSequences, isSystemError, type SequenceBatch, selectSequences, VedetteError } from '../core/index.ts';
import { packSequences, unpackSequences } from './packed-sequences.ts';

/** Memory for the sequences of an input, where nothing else is said: bytes. */
export const SEQUENCE_MEMORY = 512 << 20;
/** What learning from an event takes at most, its columns with the copies made of them, and what a sequence takes besides: bytes. */
const EVENT_BYTES = 256;
const SEQUENCE_BYTES = 2048;

/** Sequences that are not in a sample: on disk. */
export interface SequenceRest {
  readonly rows: number;
  /** In the order in which they were added, some at a time. */
  read(): AsyncGenerator<SequenceBatch>;
  close(): Promise<void>;
}

/**
 * Sequences, however many, in bounded memory: all of them while they fit; of more, an even sample, drawn by their keys alone, so that it depends
 * neither on their order nor on how they come in batches. The others wait in a temporary file that has no name, or are left out.
 */
export class SequencePool {
  /** What the sample has at most. */
  readonly most: { readonly rows: number; readonly events: number };
  readonly #keepsRest: boolean;
  #held: SequenceBatch[] = [];
  #rows = 0;
  #events = 0;
  /** One in 2 ** #halvings sequences is in the sample. */
  #halvings = 0;
  #file: SpillFile | undefined;
  /** Of all that was added. */
  rows = 0;

  constructor(memory: number, keepsRest: boolean) {
    this.most = { rows: Math.max(2, Math.floor(memory / SEQUENCE_BYTES)), events: Math.max(2, Math.floor(memory / EVENT_BYTES)) };
    this.#keepsRest = keepsRest;
  }

  async add(batch: SequenceBatch): Promise<void> {
    this.rows += batch.rows;
    await this.#file?.write(batch);
    this.#hold(this.#halvings === 0 ? batch : sampled(batch, this.#halvings));
    while (!this.#fits) {
      const fewer = this.#held.map((held) => sampled(held, this.#halvings + 1)).filter(({ rows }) => rows > 0);
      // However large they are, something is learnt from.
      if (fewer.length === 0) return;
      if (this.#keepsRest && this.#file === undefined) {
        this.#file = await SpillFile.open();
        for (const held of this.#held) await this.#file.write(held);
      }
      this.#halvings++;
      this.#held = [];
      this.#rows = 0;
      this.#events = 0;
      for (const held of fewer) this.#hold(held);
    }
  }

  /** What is learnt from; undefined without any sequence. Memory is given away: ask once. */
  sample(): SequenceBatch | undefined {
    const held = this.#held;
    this.#held = [];
    return held.length === 0 ? undefined : concatSequences(held);
  }

  /** Undefined where the sample is everything, or the rest is left out. */
  rest(): SequenceRest | undefined {
    const file = this.#file;
    if (file === undefined) return undefined;
    const halvings = this.#halvings;
    return {
      rows: this.rows - this.#rows,
      close: () => file.close(),
      async *read() {
        for await (const batch of file.read()) {
          const others = sampled(batch, halvings, false);
          if (others.rows > 0) yield others;
        }
      },
    };
  }

  async close(): Promise<void> {
    await this.#file?.close();
  }

  get #fits(): boolean {
    // One sequence that is larger than all the memory is learnt from nevertheless.
    return this.#rows <= 1 || (this.#rows <= this.most.rows && this.#events <= this.most.events) || this.#halvings >= 31;
  }

  #hold(batch: SequenceBatch): void {
    if (batch.rows === 0) return;
    this.#held.push(batch);
    this.#rows += batch.rows;
    this.#events += batch.codes.length;
  }
}

/** The rows that are in the sample, or those that are not. */
function sampled(batch: SequenceBatch, halvings: number, inside = true): SequenceBatch {
  const rows: number[] = [];
  for (let row = 0; row < batch.rows; row++) {
    if ((hashOf(batch.keys[row] as string, batch.start[row] as number) >>> (32 - halvings) === 0) === inside) rows.push(row);
  }
  return rows.length === batch.rows ? batch : selectSequences(batch, rows);
}

/** 32 bits; the first ones are as even as the last (finaliser of MurmurHash3, Appleby). */
function hashOf(key: string, start: number): number {
  let hash = Math.imul(start / 0x1_0000_0000, 0x85ebca6b) ^ (start % 0x1_0000_0000);
  for (let i = 0; i < key.length; i++) hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}

/** Batches in a temporary file that is removed as soon as it is open, so that nothing of it stays whatever happens. */
class SpillFile {
  readonly #file: FileHandle;
  readonly #sizes: number[] = [];
  #end = 0;

  private constructor(file: FileHandle) {
    this.#file = file;
  }

  static async open(): Promise<SpillFile> {
    const folder = await mkdtemp(join(tmpdir(), 'vedette-sequences-'));
    try {
      return new SpillFile(await open(join(folder, 'sequences'), 'wx+', 0o600));
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  async write(batch: SequenceBatch): Promise<void> {
    if (batch.rows === 0) return;
    const bytes = packSequences(batch);
    try {
      for (let written = 0; written < bytes.length; ) {
        const { bytesWritten } = await this.#file.write(bytes, written, bytes.length - written, this.#end + written);
        written += bytesWritten;
      }
    } catch (cause) {
      if (!isSystemError(cause) || cause.code !== 'ENOSPC') throw cause;
      throw new VedetteError(
        'STORE_FULL',
        `sessions that do not fit in memory do not fit on the disk of temporary files (${tmpdir()}) either: ${this.#end} bytes are there`,
        { hint: 'Set TMPDIR to a folder on a larger disk, or give more memory with --memory.', cause },
      );
    }
    this.#sizes.push(bytes.length);
    this.#end += bytes.length;
  }

  async *read(): AsyncGenerator<SequenceBatch> {
    let at = 0;
    for (const size of this.#sizes) {
      const bytes = new Uint8Array(size);
      for (let read = 0; read < size; ) {
        const { bytesRead } = await this.#file.read(bytes, read, size - read, at + read);
        if (bytesRead === 0) throw new VedetteError('INTERNAL', 'the temporary file of sessions ends too early');
        read += bytesRead;
      }
      at += size;
      yield unpackSequences(bytes);
    }
  }

  async close(): Promise<void> {
    await this.#file.close();
  }
}
