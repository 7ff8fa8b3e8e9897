import { type Chunks, lookAhead } from './chunks.ts';

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
  const { begun, whole } = await lookAhead(chunks, 3);
  const { encoding, markBytes } = encodingOf(begun);
  const rest = whole(markBytes);
  if (encoding === 'utf-8') return { chunks: rest, offset: markBytes, encoding };
  return { chunks: recode(rest, encoding), offset: 0, encoding };
}

async function* recode(chunks: Chunks, encoding: TextEncoding): AsyncGenerator<Uint8Array> {
  const decoder = new TextDecoder(encoding);
  const encoder = new TextEncoder();
  for await (const chunk of chunks) yield encoder.encode(decoder.decode(chunk, { stream: true }));
  yield encoder.encode(decoder.decode());
}
