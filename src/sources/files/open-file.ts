import { type FileHandle, open } from 'node:fs/promises';
import { type ComponentContext, type Micros, type Position, type RecordBatch, VedetteError } from '../../core/index.ts';
import { freshBytes } from '../bytes/chunks.ts';
import { compressionOf } from '../bytes/content.ts';
import { Pace } from '../bytes/pace.ts';
import { encodingOf } from '../bytes/text.ts';
import { LineAssembler, type LineCounters, type LineLimits } from '../records/lines.ts';
import { PieceAssembler } from '../records/pieces.ts';
import { formatGeneration, type Generation, generationOf, grown, parseGeneration, sameHead } from './generation.ts';

export interface OpenFileOptions {
  readonly limits: LineLimits;
  readonly now: () => Micros;
  readonly counters: LineCounters;
  /** Called with the bytes just read, to hold the reading rate. */
  readonly pace: (bytes: number) => Promise<void>;
  /** Give the bytes as they come instead of whole lines. */
  readonly pieces: boolean;
}

/** What a source of files has set, for each of its files. */
export function openFileOptions(
  settings: LineLimits & { readonly readRate?: number | undefined },
  { now, records }: ComponentContext,
  counters: LineCounters,
): OpenFileOptions {
  const { batchBytes, maxRecordBytes, readRate } = settings;
  const pace = new Pace(readRate);
  return { limits: { batchBytes, maxRecordBytes }, now, counters, pace: (bytes) => pace.spend(bytes), pieces: records === 'packets' };
}

const CHUNK_BYTES = 1 << 20;

/** A growing file held open: it keeps being the same file when its name moves on. */
export class OpenFile {
  readonly handle: FileHandle;
  readonly device: string;
  readonly inode: string;
  readonly #name: string;
  readonly #options: OpenFileOptions;
  readonly #start: Position | 'beginning' | 'end';
  #generation: Generation | undefined;
  /** The same with all of the beginning that has been seen, which a file begun with a few bytes is told by. */
  #beginning: Generation | undefined;
  #assembler: LineAssembler | PieceAssembler | undefined;

  private constructor(
    handle: FileHandle,
    device: string,
    inode: string,
    name: string,
    start: Position | 'beginning' | 'end',
    options: OpenFileOptions,
  ) {
    this.handle = handle;
    this.device = device;
    this.inode = inode;
    this.#name = name;
    this.#start = start;
    this.#options = options;
  }

  /** A position must be of this file's generation, see `continues`. */
  static async open(path: string, name: string, start: Position | 'beginning' | 'end', options: OpenFileOptions): Promise<OpenFile> {
    const handle = await open(path, 'r');
    try {
      const file = await OpenFile.over(handle, name, start, options);
      if (start === 'end') await file.#begin();
      return file;
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  /** The same over a handle that is open already. */
  static async over(handle: FileHandle, name: string, start: Position | 'beginning' | 'end', options: OpenFileOptions): Promise<OpenFile> {
    const { dev, ino } = await handle.stat({ bigint: true });
    return new OpenFile(handle, String(dev), String(ino), name, start, options);
  }

  get generation(): Generation | undefined {
    return this.#generation;
  }

  /** Offset of the first record not yet given out. */
  get position(): Position | undefined {
    return this.#assembler?.position;
  }

  /** Bytes read of a line that is not complete. */
  get partialBytes(): number {
    return this.#assembler === undefined ? 0 : this.#assembler.readOffset - this.#assembler.position.offset;
  }

  /** Everything written since the last call, as whole lines; returns whether there was anything. */
  async *drain(signal: AbortSignal): AsyncGenerator<RecordBatch, boolean> {
    let grew = false;
    if (this.#assembler === undefined && (await this.handle.stat()).size > 0) await this.#begin();
    const assembler = this.#assembler;
    if (assembler === undefined) return false;
    while (!signal.aborted) {
      const bytes = freshBytes(CHUNK_BYTES);
      const { bytesRead } = await this.handle.read(bytes, 0, bytes.length, assembler.readOffset);
      if (bytesRead === 0) break;
      // Bytes behind the old offset of a file that was cut and written anew are not the next bytes of the old one.
      if (this.#beginning !== undefined) {
        const beginning = await grown(this.handle, this.#beginning);
        if (beginning === undefined) break;
        this.#beginning = beginning;
      }
      grew = true;
      yield* assembler.push(bytes.subarray(0, bytesRead));
      await this.#options.pace(bytesRead);
    }
    yield* assembler.flush();
    return grew;
  }

  /** A last line without LF, and the batch that ends this file. */
  *finish(): Generator<RecordBatch> {
    if (this.#assembler !== undefined) yield* this.#assembler.finish();
  }

  /** True when what was read is no longer there: the file was cut or written anew in place. */
  async wasTruncated(): Promise<boolean> {
    if (this.#assembler === undefined || this.#beginning === undefined) return false;
    const { size } = await this.handle.stat();
    return size < this.#assembler.readOffset || !(await sameHead(this.handle, this.#beginning));
  }

  async #begin(): Promise<void> {
    const generation = await generationOf(this.handle);
    const head = new Uint8Array(16);
    await this.handle.read(head, 0, head.length, 0);
    const { encoding, markBytes } = this.#options.pieces ? { encoding: 'utf-8', markBytes: 0 } : encodingOf(head);
    if (encoding !== 'utf-8' || compressionOf(head) !== undefined) {
      throw new VedetteError(
        'UNSUPPORTED',
        `${this.#name} is ${encoding === 'utf-8' ? 'compressed' : encoding}, which cannot be followed while it grows`,
        {
          hint: 'read it with vedette analyze, or let a directory source read it once it is complete',
        },
      );
    }
    const start = this.#start;
    if (typeof start === 'object') {
      this.#generation = parseGeneration(start.generation) ?? generation;
      this.#beginning = this.#generation;
      this.#assembler = this.#assemble(start, start.offset > markBytes && (await this.#byteAt(start.offset - 1)) !== 10);
      return;
    }
    this.#generation = generation;
    this.#beginning = generation;
    const offset = start === 'end' ? (await this.handle.stat()).size : markBytes;
    const from = { input: this.#name, generation: formatGeneration(generation), offset, line: 1 };
    this.#assembler = this.#assemble(from, start === 'end' && offset > markBytes && (await this.#byteAt(offset - 1)) !== 10);
  }

  #assemble(from: Position, insideLine: boolean): LineAssembler | PieceAssembler {
    if (this.#options.pieces) return new PieceAssembler(from, this.#options.now);
    return new LineAssembler(from, this.#options.limits, this.#options.now, this.#options.counters, insideLine);
  }

  async #byteAt(offset: number): Promise<number | undefined> {
    const byte = new Uint8Array(1);
    const { bytesRead } = await this.handle.read(byte, 0, 1, offset);
    return bytesRead === 1 ? byte[0] : undefined;
  }
}
