/** Full case folding over the canonical decomposition: `JÜRGEN`, `Jürgen` and `u` with a combining mark are one. */
export function folded(text: string): string {
  // In lower case a sigma at the end of a word is another letter.
  return text.normalize('NFD').toUpperCase().toLowerCase().normalize('NFD').replaceAll('ς', 'σ');
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** The characters of bytes that are given as Latin-1: UTF-8 where they are that, else Latin-1. */
function charactersOf(bytes: string): string {
  if (isAscii(bytes)) return bytes;
  try {
    return utf8.decode(Buffer.from(bytes, 'latin1'));
  } catch {
    return bytes;
  }
}

/** The other way: UTF-8 as Latin-1 characters. */
export function bytesOf(characters: string): string {
  return Buffer.from(characters, 'utf8').toString('latin1');
}

/** What equal names have in common, as bytes. */
export function canonicalName(bytes: string): string {
  // The letters of ASCII only, as long as there are no others: what was replaced before keeps its pseudonym.
  return (isAscii(bytes) ? bytes : bytesOf(folded(charactersOf(bytes)).normalize('NFC'))).toLowerCase();
}

function isAscii(text: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: every byte of ASCII
  return /^[\x00-\x7f]*$/.test(text);
}

/** Characters of a text with the case folded, and where in the bytes each came from. */
export interface FoldedText {
  readonly text: string;
  /** Offset of the bytes of each UTF-16 unit of `text`, and the end of the last; undefined where they are the same. */
  readonly starts: readonly number[] | undefined;
}

/** `bytes`: as Latin-1 characters. */
export function foldedText(bytes: string): FoldedText {
  if (isAscii(bytes)) return { text: bytes.toLowerCase(), starts: undefined };
  const characters = charactersOf(bytes);
  const isUtf8 = characters !== bytes;
  const starts: number[] = [];
  let text = '';
  let at = 0;
  for (const character of characters) {
    const part = character.length === 1 && character < '\x80' ? character.toLowerCase() : folded(character);
    for (let i = 0; i < part.length; i++) starts.push(at);
    text += part;
    at += isUtf8 ? Buffer.byteLength(character) : character.length;
  }
  starts.push(at);
  return { text, starts };
}
