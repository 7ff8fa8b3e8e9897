import type { FileHandle } from 'node:fs/promises';
import type { Position, RecordBatch } from '../../core/index.ts';
import { handleChunks } from '../bytes/chunks.ts';
import { contentOf } from '../bytes/content.ts';
import { DEFAULT_EXPANSION } from '../bytes/expansion.ts';
import { DamagedStream } from '../bytes/gzip.ts';
import { skipBytes } from '../bytes/skip.ts';
import { LineAssembler } from '../records/lines.ts';
import { PieceAssembler } from '../records/pieces.ts';
import { expanded } from './bytes.ts';
import { formatGeneration, generationOf } from './generation.ts';
import type { OpenFileOptions } from './open-file.ts';

/** Lines of a file that no longer grows, compressed or not, from a position or from its beginning under the name given. */
export async function* readFinished(
  handle: FileHandle,
  from: Position | string,
  options: OpenFileOptions,
  signal: AbortSignal,
): AsyncGenerator<RecordBatch> {
  if (options.pieces) {
    yield* pieces(handle, from, options, signal);
    return;
  }
  const content = await contentOf(paced(handle, options), typeof from === 'string' ? from : from.input, DEFAULT_EXPANSION);
  const start: Position =
    typeof from === 'string'
      ? { input: from, generation: formatGeneration(await generationOf(handle)), offset: content.offset, line: 1 }
      : from;
  const skipped = start.offset > content.offset;
  const { last, rest } = skipped ? await skipBytes(content.chunks, start.offset - 1 - content.offset) : { last: 10, rest: content.chunks };
  const assembler = new LineAssembler(start, options.limits, options.now, options.counters, last !== 10);
  try {
    for await (const chunk of rest) {
      if (signal.aborted) return;
      yield* assembler.push(chunk);
    }
  } catch (error) {
    if (!(error instanceof DamagedStream)) throw error;
  }
  yield* assembler.finish();
}

async function* pieces(
  handle: FileHandle,
  from: Position | string,
  options: OpenFileOptions,
  signal: AbortSignal,
): AsyncGenerator<RecordBatch> {
  const beginning = { generation: formatGeneration(await generationOf(handle)), offset: 0, line: 1 };
  const start: Position = typeof from === 'string' ? { input: from, ...beginning } : from;
  const chunks = expanded({ name: start.input, path: start.input, bytes: 0 }, paced(handle, options));
  const assembler = new PieceAssembler(start, options.now);
  for await (const chunk of start.offset === 0 ? chunks : (await skipBytes(chunks, start.offset)).rest) {
    if (signal.aborted) return;
    yield* assembler.push(chunk);
  }
  yield* assembler.finish();
}

async function* paced(handle: FileHandle, options: OpenFileOptions): AsyncGenerator<Uint8Array> {
  for await (const chunk of handleChunks(handle)) {
    yield chunk;
    await options.pace(chunk.length);
  }
}
