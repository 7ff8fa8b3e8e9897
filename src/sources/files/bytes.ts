import { createHash } from 'node:crypto';
import { type Chunks, concatBytes, fileChunks } from '../bytes/chunks.ts';
import { compressionOf, peek } from '../bytes/content.ts';
import { GUESSED_BYTES, guessEncoding } from '../bytes/encoding.ts';
import { DEFAULT_EXPANSION, Expansion, type ExpansionLimit } from '../bytes/expansion.ts';
import { DamagedStream, gunzip } from '../bytes/gzip.ts';
import { encodingOf } from '../bytes/text.ts';
import { zipMemberChunks } from '../bytes/zip.ts';
import { unzstd } from '../bytes/zstd.ts';
import { isEvtx } from '../evtx/lines.ts';
import { isJournalExport } from '../journald/export.ts';
import type { FileInput } from './inputs.ts';
import type { InputProblem } from './read.ts';

export interface ByteOptions {
  readonly expansion?: ExpansionLimit;
  /** Called with the stored bytes read so far. */
  readonly onBytes?: (stored: number) => void;
  readonly onProblem?: (problem: InputProblem) => void;
}

/** An input's own bytes, decompressed by their magic number. */
export interface ByteStream {
  readonly chunks: AsyncIterable<Uint8Array>;
  /** Hex SHA-256 of the stored bytes read; complete once `chunks` has ended. */
  digest(): string;
}

/** Raw bytes of one input: gzip, zstd and zip members undone, nothing recoded. Damage ends the stream and is reported. */
export function readBytes(input: FileInput, options: ByteOptions = {}): ByteStream {
  const hash = createHash('sha256');
  let hex: string | undefined;
  let stored = 0;
  async function* metered(chunks: Chunks): AsyncGenerator<Uint8Array> {
    for await (const chunk of chunks) {
      hash.update(chunk);
      stored += chunk.length;
      options.onBytes?.(stored);
      yield chunk;
    }
  }
  async function* chunks(): AsyncGenerator<Uint8Array> {
    try {
      yield* expanded(input, metered(storedChunks(input, options.expansion)), options.expansion);
    } catch (error) {
      if (!(error instanceof DamagedStream)) throw error;
      options.onProblem?.({ input: input.name, kind: error.kind, reason: error.message });
    }
  }
  return {
    chunks: chunks(),
    digest: () => {
      hex ??= hash.digest('hex');
      return hex;
    },
  };
}

/** The first bytes of an input, decompressed; fewer where it is shorter or damaged. */
export async function headBytes(input: FileInput, length: number): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let have = 0;
  for await (const chunk of readBytes(input).chunks) {
    parts.push(chunk);
    have += chunk.length;
    if (have >= length) break;
  }
  return concatBytes(parts).subarray(0, length);
}

/** Those of `records` that are text. Where none of `all` inputs is anything else, all stay, so that whoever reads them says what they are. */
export async function withoutBinary(
  records: readonly FileInput[],
  all: number,
  leftOut: (name: string) => void,
): Promise<readonly FileInput[]> {
  const binary = new Set<FileInput>();
  for (const input of records) if (await isBinary(input)) binary.add(input);
  if (binary.size === all) return records;
  for (const { name } of binary) leftOut(name);
  return records.filter((input) => !binary.has(input));
}

async function isBinary(input: FileInput): Promise<boolean> {
  if (input.bytes === 0) return false;
  // What cannot be opened is told by whoever reads it.
  const head = await headBytes(input, GUESSED_BYTES).catch(() => undefined);
  if (head === undefined || isEvtx(head) || isJournalExport(head) || encodingOf(head).markBytes > 0) return false;
  return guessEncoding(head) === 'binary';
}

function storedChunks(input: FileInput, limit: ExpansionLimit = DEFAULT_EXPANSION): Chunks {
  if (input.member === undefined) return fileChunks(input.path);
  return zipMemberChunks(input.path, input.name, input.member, new Expansion(input.name, limit));
}

/** Stored bytes of an input, decompressed by their magic number. */
export async function* expanded(
  input: FileInput,
  stored: AsyncGenerator<Uint8Array>,
  limit: ExpansionLimit = DEFAULT_EXPANSION,
): AsyncGenerator<Uint8Array> {
  const { head, chunks } = await peek(stored, 16);
  const compression = compressionOf(head);
  const expansion = new Expansion(input.name, limit);
  if (compression === 'gzip') yield* gunzip(chunks, expansion);
  else if (compression === 'zstd') yield* unzstd(chunks, input.name, expansion);
  else yield* chunks;
}
