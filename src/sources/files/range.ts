import { VedetteError } from '../../core/index.ts';
import { concatBytes, fileChunks } from '../bytes/chunks.ts';
import { contentOf } from '../bytes/content.ts';
import { DEFAULT_EXPANSION, Expansion, type ExpansionLimit } from '../bytes/expansion.ts';
import { zipMemberChunks } from '../bytes/zip.ts';
import type { FileInput } from './inputs.ts';

/**
 * Bytes [offset, offset + length) of an input's uncompressed text, as record batches count them; fewer at its end. A plain file
 * is read there directly, anything else is decoded up to there.
 */
export async function readRange(
  input: FileInput,
  offset: number,
  length: number,
  limit: ExpansionLimit = DEFAULT_EXPANSION,
): Promise<Uint8Array> {
  if (length > 64 << 20) {
    throw new VedetteError('LIMIT_EXCEEDED', `${length} bytes of ${input.name} were asked for at once`, { hint: 'ask for at most 64 MiB' });
  }
  const stored = () =>
    input.member === undefined
      ? fileChunks(input.path)
      : zipMemberChunks(input.path, input.name, input.member, new Expansion(input.name, limit));
  const content = await contentOf(stored(), input.name, limit, undefined, undefined, true);
  const chunks = content.chunks[Symbol.asyncIterator]();
  try {
    if (content.plain && input.member === undefined) return await slice(fileChunks(input.path, offset, offset + length), 0, length);
    return await slice({ [Symbol.asyncIterator]: () => chunks }, offset - content.offset, length);
  } finally {
    await chunks.return?.(undefined);
  }
}

async function slice(chunks: AsyncIterable<Uint8Array>, skip: number, length: number): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let at = 0;
  let wanted = length;
  for await (const chunk of chunks) {
    const part = chunk.subarray(Math.max(0, skip - at), Math.max(0, skip - at) + wanted);
    at += chunk.length;
    if (part.length > 0) parts.push(part);
    wanted -= part.length;
    if (wanted === 0) break;
  }
  return concatBytes(parts);
}
