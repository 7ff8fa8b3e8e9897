import type { Chunks } from './chunks.ts';
import { concatBytes } from './chunks.ts';

export type TextEncoding = 'utf-8' | 'utf-16le' | 'utf-16be';

/** Encoding by byte order mark; without one the bytes pass as they are. */
export function encodingOf(head: Uint8Array): { encoding: TextEncoding; markBytes: number } {
  if (head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf) return { encoding: 'utf-8', markBytes: 3 };
  if (head[0] === 0xff && head[1] === 0xfe) return { encoding: 'utf-16le', markBytes: 2 };
  if (head[0] === 0xfe && head[1] === 0xff) return { encoding: 'utf-16be', markBytes: 2 };
  return { encoding: 'utf-8', markBytes: 0 };
}

export interface Text {
  readonly chunks: AsyncIterable<Uint8Array>;
  /** Offset of the first byte that `chunks` yields: 3 behind a UTF-8 mark, else 0. */
  readonly offset: number;
  readonly encoding: TextEncoding;
}

/**
 * UTF-8 without its mark; UTF-16 with a mark becomes UTF-8 (lone surrogates U+FFFD), and offsets then count the UTF-8 bytes.
 * Other bytes, valid UTF-8 or not, pass unchanged.
 */
export async function asText(chunks: Chunks): Promise<Text> {
  const iterator = iterate(chunks);
  const parts: Uint8Array[] = [];
  let length = 0;
  let failure: { error: unknown } | undefined;
  while (length < 3 && failure === undefined) {
    try {
      const next = await iterator.next();
      if (next.done === true) break;
      parts.push(next.value);
      length += next.value.length;
    } catch (error) {
      // Damage is met again by whoever reads on.
      failure = { error };
    }
  }
  const first = parts.length === 1 ? (parts[0] as Uint8Array) : concatBytes(parts);
  const { encoding, markBytes } = encodingOf(first);
  const rest = resume(first.subarray(markBytes), iterator, failure);
  if (encoding === 'utf-8') return { chunks: rest, offset: markBytes, encoding };
  return { chunks: recode(rest, encoding), offset: 0, encoding };
}

async function* recode(chunks: Chunks, encoding: TextEncoding): AsyncGenerator<Uint8Array> {
  const decoder = new TextDecoder(encoding);
  const encoder = new TextEncoder();
  for await (const chunk of chunks) yield encoder.encode(decoder.decode(chunk, { stream: true }));
  yield encoder.encode(decoder.decode());
}

async function* resume(
  first: Uint8Array,
  iterator: AsyncGenerator<Uint8Array>,
  failure: { error: unknown } | undefined,
): AsyncGenerator<Uint8Array> {
  try {
    if (first.length > 0) yield first;
    if (failure !== undefined) throw failure.error;
    yield* iterator;
  } finally {
    await iterator.return(undefined);
  }
}

async function* iterate(chunks: Chunks): AsyncGenerator<Uint8Array> {
  yield* chunks;
}
