/**
 * Tokens of a log message and what kind of identifier each one is, read from bytes without making strings. A token is a run of
 * letters, digits and `_ - . : @ $`; paths, `key=value` and brackets fall apart into their pieces.
 */
export const TokenKind = { word: 0, number: 1, prefixed: 2, ip: 3, uuid: 4, hex: 5, pointer: 6, mac: 7 } as const;

const LETTER = 1;
const DIGIT = 2;
const JOINER = 4;
const HEX = 8;

const CLASS = new Uint8Array(256);
for (let c = 0; c < 256; c++) {
  const ch = String.fromCharCode(c);
  if (/[A-Za-z]/.test(ch)) CLASS[c] = LETTER;
  if (/[0-9]/.test(ch)) CLASS[c] = DIGIT | HEX;
  if (/[A-Fa-f]/.test(ch)) CLASS[c] = LETTER | HEX;
  if (/[-_.:@$]/.test(ch) || c >= 128) CLASS[c] = JOINER;
}

const DASH = 45;
const DOT = 46;
const COLON = 58;
const UNDERSCORE = 95;

export const isTokenByte = (byte: number): boolean => CLASS[byte] !== 0;
export const isHexDigit = (byte: number): boolean => ((CLASS[byte] as number) & HEX) !== 0;
export const isLetterOrDigit = (byte: number): boolean => ((CLASS[byte] as number) & (LETTER | DIGIT)) !== 0;

/** One token; reused by the walker, so read it inside the callback only. */
export interface Token {
  start: number;
  end: number;
  kind: number;
  /** `prefixed`, `uuid`: end of the literal prefix; otherwise `start`. */
  prefixEnd: number;
  digits: number;
}

/** Calls `visit` for every token of bytes[start, end). */
export function eachToken(bytes: Uint8Array, start: number, end: number, token: Token, visit: (token: Token) => void): void {
  let at = start;
  while (at < end) {
    while (at < end && CLASS[bytes[at] as number] === 0) at++;
    if (at >= end) return;
    const from = at;
    while (at < end && CLASS[bytes[at] as number] !== 0) at++;
    if (classify(bytes, from, at, token)) visit(token);
  }
}

/** Fills `token` for bytes[from, to) without its closing punctuation; false when nothing is left. */
export function classify(bytes: Uint8Array, from: number, to: number, token: Token): boolean {
  let start = from;
  let end = to;
  while (start < end && isPunctuation(bytes[start] as number)) start++;
  while (end > start && isPunctuation(bytes[end - 1] as number)) end--;
  if (start >= end) return false;
  let digits = 0;
  let letters = 0;
  let nonHex = 0;
  let dots = 0;
  let colons = 0;
  let dashes = 0;
  let firstDigit = -1;
  for (let i = start; i < end; i++) {
    const byte = bytes[i] as number;
    const group = CLASS[byte] as number;
    if ((group & DIGIT) !== 0) {
      if (digits++ === 0) firstDigit = i;
    } else if ((group & LETTER) !== 0) {
      letters++;
      if ((group & HEX) === 0) nonHex++;
    } else if (byte === DOT) dots++;
    else if (byte === COLON) colons++;
    else if (byte === DASH) dashes++;
  }
  token.start = start;
  token.end = end;
  token.prefixEnd = start;
  token.digits = digits;
  token.kind = TokenKind.word;
  if (dashes >= 4 && end - start >= 36 && isUuid(bytes, end - 36) && isPrefix(bytes, start, end - 36)) {
    token.kind = TokenKind.uuid;
    token.prefixEnd = end - 36;
    return true;
  }
  if (digits === 0) return true;
  if (dots === 3 && letters === 0 && dashes === 0) {
    const address = ipv4End(bytes, start, end);
    if (address > 0) {
      token.kind = TokenKind.ip;
      token.end = address;
      return true;
    }
  }
  if (colons >= 2 && nonHex === 0 && dots === 0 && dashes === 0) {
    if (colons === 5 && end - start === 17) token.kind = TokenKind.mac;
    else if (colons === 7 || (letters > 0 && hasDoubleColon(bytes, start, end))) token.kind = TokenKind.ip;
    else token.kind = TokenKind.number;
    return true;
  }
  if (letters === 0) token.kind = TokenKind.number;
  else if (end - start > 2 && bytes[start] === 48 && bytes[start + 1] === 120) token.kind = TokenKind.pointer;
  else if (nonHex === 0 && letters + digits === end - start && end - start >= 8) token.kind = TokenKind.hex;
  else {
    let prefixEnd = firstDigit;
    if (prefixEnd - 2 >= start && bytes[prefixEnd - 1] === DASH && bytes[prefixEnd - 2] === UNDERSCORE) prefixEnd--;
    if (prefixEnd - start >= 2 && prefixEnd - start <= 32 && isPrefix(bytes, start, prefixEnd)) {
      token.kind = TokenKind.prefixed;
      token.prefixEnd = prefixEnd;
    }
  }
  return true;
}

export function isPunctuation(byte: number): boolean {
  return byte === DOT || byte === COLON || byte === DASH || byte === UNDERSCORE;
}

function isPrefix(bytes: Uint8Array, start: number, end: number): boolean {
  for (let i = start; i < end; i++) {
    const byte = bytes[i] as number;
    if (((CLASS[byte] as number) & LETTER) === 0 && byte !== DASH && byte !== UNDERSCORE) return false;
  }
  return true;
}

function isUuid(bytes: Uint8Array, start: number): boolean {
  for (let i = 0; i < 36; i++) {
    const byte = bytes[start + i] as number;
    const dash = i === 8 || i === 13 || i === 18 || i === 23;
    if (dash ? byte !== DASH : ((CLASS[byte] as number) & HEX) === 0) return false;
  }
  return true;
}

/** End of a dotted quad at `start` that fills the token up to an optional `:port`, else 0. */
function ipv4End(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  for (let part = 0; part < 4; part++) {
    let value = 0;
    const from = at;
    while (at < end && ((CLASS[bytes[at] as number] as number) & DIGIT) !== 0 && at - from < 4)
      value = value * 10 + (bytes[at++] as number) - 48;
    if (at === from || value > 255) return 0;
    if (part < 3 && bytes[at++] !== DOT) return 0;
  }
  return at === end || bytes[at] === COLON ? at : 0;
}

function hasDoubleColon(bytes: Uint8Array, start: number, end: number): boolean {
  for (let i = start; i + 1 < end; i++) if (bytes[i] === COLON && bytes[i + 1] === COLON) return true;
  return false;
}
