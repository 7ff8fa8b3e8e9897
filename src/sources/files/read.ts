import { createHash, type Hash } from 'node:crypto';
import { open } from 'node:fs/promises';
import {
  type Micros,
  type Position,
  type RecordBatch,
  type Source,
  type SourceState,
  systemClock,
  VedetteError,
} from '../../core/index.ts';
import { type Chunks, fileChunks, headOf, unreadable } from '../bytes/chunks.ts';
import { compressionOf, contentOf } from '../bytes/content.ts';
import { GUESSED_BYTES } from '../bytes/encoding.ts';
import { DEFAULT_EXPANSION, Expansion, type ExpansionLimit } from '../bytes/expansion.ts';
import { DamagedStream } from '../bytes/gzip.ts';
import { Pace } from '../bytes/pace.ts';
import { skipBytes } from '../bytes/skip.ts';
import { asGuessedText, encodingOf } from '../bytes/text.ts';
import { zipMemberChunks } from '../bytes/zip.ts';
import { isEventXml } from '../evtx/event-xml.ts';
import { isEvtx } from '../evtx/lines.ts';
import { isJournalExport } from '../journald/export.ts';
import { type Framing, framingOf, holdsAwsRecords } from '../records/framing.ts';
import { JsonAssembler } from '../records/json.ts';
import { DEFAULT_LIMITS, LineAssembler, type LineLimits } from '../records/lines.ts';
import { PieceAssembler } from '../records/pieces.ts';
import { expanded } from './bytes.ts';
import { formatGeneration, generationOf } from './generation.ts';
import { type FileInput, type InputOptions, listInputs } from './inputs.ts';

/** Damage in one input; what could be read before it was yielded. */
export interface InputProblem {
  readonly input: string;
  readonly kind: 'truncated' | 'corrupt' | 'record';
  readonly reason: string;
}

export interface ReadOptions extends InputOptions, Partial<LineLimits> {
  /** These of `listInputs` instead of what the paths hold. */
  readonly inputs?: readonly FileInput[];
  readonly framing?: Framing | 'auto';
  readonly expansion?: ExpansionLimit;
  /** Stored bytes per second at most. */
  readonly readRate?: number;
  /** Also compute the SHA-256 of each input's stored bytes (of a zip member: its uncompressed bytes). */
  readonly digest?: boolean;
  readonly now?: () => Micros;
  readonly onProblem?: (problem: InputProblem) => void;
}

/** A finite set of inputs, read once from beginning to end or resumed. */
export interface FileSet extends Source {
  /** What will be read, sorted by name. Throws VedetteError when there is nothing. */
  inputs(): Promise<readonly FileInput[]>;
  /** Hex SHA-256 of an input that was read to its end with `digest` on. */
  digest(name: string): string | undefined;
  /** Encoding of an input that was recognised from its bytes, `unknown` where they are neither UTF-8 nor show what they are; undefined for UTF-8 and what has a mark. */
  encoding(name: string): string | undefined;
  /** Stored bytes read so far, to compare with the sum of `inputs()` for progress. */
  bytesRead(): number;
}

/** Files, folders, globs, gzip, zstd and zip as batches of whole records, in constant memory. */
export function readFiles(paths: readonly string[], options: ReadOptions = {}): FileSet {
  return new Files(paths, options);
}

class Files implements FileSet {
  readonly replayable = true;
  readonly #paths: readonly string[];
  readonly #options: ReadOptions;
  readonly #limits: LineLimits;
  readonly #pace: Pace;
  readonly #counters = { oversized: 0, skipped_bytes: 0, truncated_inputs: 0, corrupt_inputs: 0, empty_inputs: 0, bad_records: 0 };
  readonly #encodings = new Map<string, string>();
  readonly #digests = new Map<string, string>();
  #inputs: Promise<readonly FileInput[]> | undefined;
  /** The first damaged input. */
  #damage: { readonly input: string; readonly reason: string } | undefined;
  #bytesRead = 0;
  #closed = false;

  constructor(paths: readonly string[], options: ReadOptions) {
    this.#paths = paths;
    this.#options = options;
    this.#pace = new Pace(options.readRate);
    this.#limits = {
      batchBytes: options.batchBytes ?? DEFAULT_LIMITS.batchBytes,
      maxRecordBytes: options.maxRecordBytes ?? DEFAULT_LIMITS.maxRecordBytes,
    };
  }

  inputs(): Promise<readonly FileInput[]> {
    this.#inputs ??= this.#options.inputs === undefined ? listInputs(this.#paths, this.#options) : Promise.resolve(this.#options.inputs);
    return this.#inputs;
  }

  digest(name: string): string | undefined {
    return this.#digests.get(name);
  }

  encoding(name: string): string | undefined {
    return this.#encodings.get(name);
  }

  bytesRead(): number {
    return this.#bytesRead;
  }

  counters(): Readonly<Record<string, number>> {
    return { ...this.#counters };
  }

  async close(): Promise<void> {
    this.#closed = true;
  }

  async *read(resume: SourceState = { positions: [] }, signal?: AbortSignal): AsyncGenerator<RecordBatch> {
    const inputs = await this.inputs();
    const resumed = new Map(resume.positions.map((position) => [position.input, position]));
    let records = 0;
    for (const input of inputs) {
      for await (const batch of this.#readInput(input, resumed.get(input.name))) {
        if (signal?.aborted === true || this.#closed) return;
        records += batch.bytes.length;
        yield batch;
      }
      if (signal?.aborted === true || this.#closed) return;
    }
    if (records === 0 && resume.positions.length === 0) {
      if (this.#damage !== undefined) {
        throw new VedetteError('INPUT_UNREADABLE', `nothing of ${this.#damage.input} can be read: ${this.#damage.reason}`, {
          hint: 'it is cut off or damaged: fetch or make it anew',
        });
      }
      throw new VedetteError('INPUT_EMPTY', `${this.#paths.join(', ')} holds no record`, {
        hint: 'check that the program that writes it has written something',
      });
    }
  }

  async *#readInput(input: FileInput, resume: Position | undefined): AsyncGenerator<RecordBatch> {
    const generation = await generationName(input);
    const from: Position = resume?.generation === generation ? resume : { input: input.name, generation, offset: 0, line: 1 };
    const before = this.#counters.truncated_inputs + this.#counters.corrupt_inputs;
    let given = 0;
    for await (const batch of this.#records(input, from)) {
      given += batch.bytes.length;
      yield batch;
    }
    const whole = before === this.#counters.truncated_inputs + this.#counters.corrupt_inputs;
    if (given === 0 && from.offset === 0 && whole) this.#counters.empty_inputs++;
  }

  async *#records(input: FileInput, from: Position): AsyncGenerator<RecordBatch> {
    const hash = this.#options.digest === true ? createHash('sha256') : undefined;
    const jump = hash === undefined && input.member === undefined && from.offset > 0 && (await isPlain(input.path));
    const now = this.#options.now ?? systemClock.now;
    const framing = this.#options.framing ?? 'auto';
    if (framing === 'pieces') {
      yield* this.#pieces(input, from, hash, now);
      if (hash !== undefined) this.#digests.set(input.name, hash.digest('hex'));
      return;
    }
    if (jump && (framing === 'lines' || framingOf(input.name, await headOf(input.path, 64 << 10)) === 'lines')) {
      const chunks = this.#metered(fileChunks(input.path, from.offset - 1), undefined);
      yield* this.#lines(input, chunks, from, from.offset - 1, now);
      return;
    }
    const expansion = this.#options.expansion ?? DEFAULT_EXPANSION;
    const stored = this.#stored(input);
    const bad = (reason: string): void => {
      this.#counters.bad_records++;
      this.#options.onProblem?.({ input: input.name, kind: 'record', reason });
    };
    const content = await contentOf(this.#metered(stored, hash), input.name, expansion, bad, undefined, true);
    if (content.guessed) this.#encodings.set(input.name, content.encoding);
    const chosen = framing === 'auto' ? framingOf(input.name, content.head) : framing;
    if (chosen === 'json')
      yield* this.#guarded(
        input,
        content.chunks,
        new JsonAssembler(from, this.#limits, now, this.#counters, content.offset, holdsAwsRecords(content.head)),
      );
    else yield* this.#lines(input, content.chunks, from, content.offset, now);
    if (hash !== undefined) this.#digests.set(input.name, hash.digest('hex'));
  }

  #stored(input: FileInput): Chunks {
    if (input.member === undefined) return fileChunks(input.path);
    const limit = new Expansion(input.name, this.#options.expansion ?? DEFAULT_EXPANSION);
    return zipMemberChunks(input.path, input.name, input.member, limit);
  }

  async *#pieces(input: FileInput, from: Position, hash: Hash | undefined, now: () => Micros): AsyncGenerator<RecordBatch> {
    const chunks = expanded(input, this.#metered(this.#stored(input), hash), this.#options.expansion);
    const rest = from.offset === 0 ? chunks : (await skipBytes(chunks, from.offset)).rest;
    yield* this.#guarded(input, rest, new PieceAssembler(from, now));
  }

  /** `offset`: of the first byte of `chunks`. Reads to one byte before the position, to see whether it begins a line. */
  async *#lines(
    input: FileInput,
    chunks: AsyncIterable<Uint8Array>,
    from: Position,
    offset: number,
    now: () => Micros,
  ): AsyncGenerator<RecordBatch> {
    const skip = Math.max(0, from.offset - 1 - offset);
    const start = from.offset > offset ? from : { ...from, offset };
    if (from.offset <= offset) {
      yield* this.#guarded(input, chunks, new LineAssembler(start, this.#limits, now, this.#counters));
      return;
    }
    const { last, rest } = await skipBytes(chunks, skip);
    yield* this.#guarded(input, rest, new LineAssembler(start, this.#limits, now, this.#counters, last !== 10));
  }

  /** Yields what comes before damage, then counts the damage; the input still ends with its last batch. */
  async *#guarded(
    input: FileInput,
    chunks: AsyncIterable<Uint8Array>,
    assembler: LineAssembler | JsonAssembler | PieceAssembler,
  ): AsyncGenerator<RecordBatch> {
    try {
      for await (const chunk of chunks) yield* assembler.push(chunk);
    } catch (error) {
      if (!(error instanceof DamagedStream)) throw error;
      this.#counters[error.kind === 'truncated' ? 'truncated_inputs' : 'corrupt_inputs']++;
      this.#damage ??= { input: input.name, reason: error.message };
      this.#options.onProblem?.({ input: input.name, kind: error.kind, reason: error.message });
    }
    yield* assembler.finish();
  }

  async *#metered(chunks: Chunks, hash: Hash | undefined): AsyncGenerator<Uint8Array> {
    for await (const chunk of chunks) {
      this.#bytesRead += chunk.length;
      hash?.update(chunk);
      yield chunk;
      await this.#pace.spend(chunk.length);
    }
  }
}

async function generationName(input: FileInput): Promise<string> {
  const handle = await open(input.path, 'r').catch((error: unknown) => {
    throw unreadable(input.path, error);
  });
  try {
    const info = await handle.stat();
    if (!info.isFile()) return `${info.dev}:${info.ino}:0:stream`;
    return formatGeneration(await generationOf(handle));
  } finally {
    await handle.close();
  }
}

/** Whether the records of an input are lines that stand in its file as they are: what is at an offset can be read from there. */
export async function holdsPlainLines({ path, name, member }: FileInput): Promise<boolean> {
  return member === undefined && (await isPlain(path)) && framingOf(name, await headOf(path, 64 << 10)) === 'lines';
}

async function isPlain(path: string): Promise<boolean> {
  const head = await headOf(path, 16);
  if (compressionOf(head) !== undefined || isEvtx(head) || isJournalExport(head) || encodingOf(head).encoding !== 'utf-8') return false;
  const begin = await headOf(path, GUESSED_BYTES);
  if (isEventXml(begin)) return false;
  const { encoding, verbatim } = await asGuessedText([begin], path);
  return verbatim && (encoding === 'utf-8' || encoding === 'unknown');
}
