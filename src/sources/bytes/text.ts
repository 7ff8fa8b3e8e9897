import { VedetteError } from '../../core/index.ts';
import { type Chunks, lookAhead } from './chunks.ts';
import { GUESSED_BYTES, type GuessedEncoding, guessEncoding, knownBinary, type TextEncoding } from './encoding.ts';

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
  /** What it was read from; `unknown`: bytes that are no UTF-8 pass as they are. */
  readonly encoding: Exclude<GuessedEncoding, 'binary'>;
  /** The encoding was recognised from the bytes, without a mark. */
  readonly guessed: boolean;
  /** Bytes are those of the file. */
  readonly verbatim: boolean;
}

const LF = 10;
const CR = 13;

/**
 * UTF-8 without its mark; UTF-16 with a mark becomes UTF-8 (lone surrogates U+FFFD), and offsets then count the UTF-8 bytes.
 * Other bytes, valid UTF-8 or not, pass unchanged.
 */
export async function asText(chunks: Chunks): Promise<Text> {
  const { begun, whole } = await lookAhead(chunks, 3);
  return textIn(whole, begun);
}

/**
 * The same of a finite text, where the encoding is guessed if no mark tells it, and lone CRs end lines when there is no LF. `input` names it where it is
 * no text: throws UNSUPPORTED.
 */
export async function asGuessedText(chunks: Chunks, input: string): Promise<Text> {
  const { begun, whole } = await lookAhead(chunks, GUESSED_BYTES);
  if (encodingOf(begun).markBytes > 0) return textIn(whole, begun);
  const sample = begun.subarray(0, GUESSED_BYTES);
  const encoding = guessEncoding(sample);
  if (encoding === 'binary') {
    const rest = whole(0);
    // A generator that was never asked for anything would end without closing the file below it.
    await rest.next();
    await rest.return(undefined);
    const what = knownBinary(begun);
    throw new VedetteError('UNSUPPORTED', `${input} is no text${what === undefined ? '' : ` but ${what}`}`, {
      hint: 'name a log, a table, a capture or an archive (gzip, zstd, zip) of them; leave this file out',
    });
  }
  if (encoding !== 'utf-8' && encoding !== 'unknown')
    return { chunks: recode(whole(0), encoding), offset: 0, encoding, guessed: true, verbatim: false };
  const returns = sample.includes(CR) && !sample.includes(LF);
  return {
    chunks: returns ? linesOfReturns(whole(0)) : whole(0),
    offset: 0,
    encoding,
    guessed: encoding !== 'utf-8',
    verbatim: !returns,
  };
}

function textIn(whole: (start: number) => AsyncGenerator<Uint8Array>, begun: Uint8Array): Text {
  const { encoding, markBytes } = encodingOf(begun);
  const rest = whole(markBytes);
  if (encoding === 'utf-8') return { chunks: rest, offset: markBytes, encoding, guessed: false, verbatim: true };
  return { chunks: recode(rest, encoding), offset: 0, encoding, guessed: false, verbatim: false };
}

async function* recode(chunks: Chunks, encoding: TextEncoding): AsyncGenerator<Uint8Array> {
  const decoder = new TextDecoder(encoding);
  const encoder = new TextEncoder();
  for await (const chunk of chunks) yield encoder.encode(decoder.decode(chunk, { stream: true }));
  yield encoder.encode(decoder.decode());
}

/** Old Mac files end lines with CR alone. */
async function* linesOfReturns(chunks: Chunks): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) yield chunk.map((byte) => (byte === CR ? LF : byte));
}
