/** Encodings that text is read from; names as `TextDecoder` has them. */
export type TextEncoding = 'utf-8' | 'utf-16le' | 'utf-16be' | 'windows-1252' | 'shift_jis' | 'euc-jp';

/** What bytes without a byte order mark are: text in an encoding, `unknown` text (some 8-bit encoding that they do not show), or no text. */
export type GuessedEncoding = TextEncoding | 'unknown' | 'binary';

const CONTROL = new Set([...Array(32).keys(), 127].filter((byte) => ![0, 7, 8, 9, 10, 11, 12, 13, 26, 27].includes(byte)));
/** Share of control characters from which bytes are no text; and from which they are none where much is no UTF-8 either. */
const MOST_CONTROL = 0.05;
const SOME_CONTROL = 0.01;
const MOST_WRONG = 0.2;
/** Of the bytes of one parity that are 0, and of the other, in UTF-16 of mostly Latin text. */
const UTF16_ZEROS = 0.4;
const UTF16_OTHERS = 0.02;
const LEAST_UTF16_BYTES = 16;
/** Share of the bytes above 127 that are letters of Latin-1 with an ASCII letter beside them. */
const LEAST_LATIN = 0.8;
const KANA = /[\u3041-\u3096\u30a1-\u30fa]/g;
/** Kana by characters that are not ASCII, in Japanese text. */
const LEAST_KANA = 0.1;

const MAGIC: readonly (readonly [name: string, bytes: readonly number[]])[] = [
  ['a database of SQLite', [...'SQLite format 3\0'].map(code)],
  ['a picture (PNG)', [0x89, 0x50, 0x4e, 0x47]],
  ['a picture (JPEG)', [0xff, 0xd8, 0xff]],
  ['a picture (GIF)', [...'GIF8'].map(code)],
  ['a document (PDF)', [...'%PDF-'].map(code)],
  ['a program (ELF)', [0x7f, 0x45, 0x4c, 0x46]],
  ['a program (Windows)', [0x4d, 0x5a, 0x90, 0x00]],
  ['a file of the journal', [...'LPKSHHRH'].map(code)],
];

function code(character: string): number {
  return character.charCodeAt(0);
}

/** What a file is by its first bytes, in words; undefined for text and what is not known. */
export function knownBinary(head: Uint8Array): string | undefined {
  return MAGIC.find(([, magic]) => magic.every((byte, i) => head[i] === byte))?.[0];
}

/** Bytes that an encoding is guessed from. */
export const GUESSED_BYTES = 64 << 10;

/** Guesses from the first bytes of a text. */
export function guessEncoding(head: Uint8Array): GuessedEncoding {
  if (knownBinary(head) !== undefined) return 'binary';
  const wide = guessUtf16(head);
  if (wide !== undefined) return wide;
  const { control, zeros, wrong } = countsOf(head);
  const shown = head.length - zeros;
  if (control > MOST_CONTROL * shown || (control > SOME_CONTROL * shown && wrong > MOST_WRONG * shown)) return 'binary';
  return wrong === 0 ? 'utf-8' : guessBytes(head);
}

function guessUtf16(head: Uint8Array): 'utf-16le' | 'utf-16be' | undefined {
  if (head.length < LEAST_UTF16_BYTES) return undefined;
  const zeros = [0, 0];
  for (let i = 0; i < head.length; i++) if (head[i] === 0) zeros[i & 1] = (zeros[i & 1] as number) + 1;
  const [even = 0, odd = 0] = zeros.map((count) => count / (head.length / 2));
  if (odd >= UTF16_ZEROS && even <= UTF16_OTHERS) return 'utf-16le';
  return even >= UTF16_ZEROS && odd <= UTF16_OTHERS ? 'utf-16be' : undefined;
}

/** `wrong`: bytes above 127 that belong to no character of UTF-8; a character cut at the end counts as right. */
function countsOf(bytes: Uint8Array): { control: number; zeros: number; wrong: number } {
  let [control, zeros, wrong] = [0, 0, 0];
  for (let at = 0; at < bytes.length; ) {
    const byte = bytes[at] as number;
    if (byte === 0) zeros++;
    else if (CONTROL.has(byte)) control++;
    if (byte < 128) {
      at++;
      continue;
    }
    const length = byte >= 0xc2 && byte < 0xe0 ? 2 : byte >= 0xe0 && byte < 0xf0 ? 3 : byte >= 0xf0 && byte < 0xf5 ? 4 : 0;
    let right = length > 0;
    for (let i = 1; i < length && at + i < bytes.length; i++) right &&= ((bytes[at + i] as number) & 0xc0) === 0x80;
    if (!right) wrong++;
    at += right ? length : 1;
  }
  return { control, zeros, wrong };
}

function guessBytes(head: Uint8Array): TextEncoding | 'unknown' {
  for (const encoding of ['euc-jp', 'shift_jis'] as const) if (isJapanese(head, encoding)) return encoding;
  let [high, latin] = [0, 0];
  for (let at = 0; at < head.length; at++) {
    const byte = head[at] as number;
    if (byte < 128) continue;
    high++;
    const isLetterHere = byte >= 0xc0 && byte !== 0xd7 && byte !== 0xf7;
    const isMark = (byte >= 0x91 && byte <= 0x97) || (byte >= 0xa0 && byte <= 0xbf) || byte === 0x80 || byte === 0x85;
    const [before = 32, after = 32] = [head[at - 1], head[at + 1]];
    if (isLetterHere ? isLetter(before) || isLetter(after) : isMark && before < 128 && after < 128) latin++;
  }
  return latin >= LEAST_LATIN * high ? 'windows-1252' : 'unknown';
}

/** The whole decodes, but for a character cut at the end, and a fair part of it are kana. */
function isJapanese(head: Uint8Array, encoding: 'shift_jis' | 'euc-jp'): boolean {
  const end = head.lastIndexOf(10);
  let text: string;
  try {
    text = new TextDecoder(encoding, { fatal: true }).decode(end > 0 ? head.subarray(0, end) : head);
  } catch {
    return false;
  }
  const wide = text.match(/[\u0080-\uffff]/g)?.length ?? 0;
  return (text.match(KANA)?.length ?? 0) >= LEAST_KANA * wide && wide > 0;
}

function isLetter(byte: number): boolean {
  return (byte | 32) >= 97 && (byte | 32) <= 122;
}
