import type { LogBatch, ShapeColumn, SpansColumn } from '../core/index.ts';
import { isBetween, SEARCHED_BYTES } from './key-reader.ts';
import { ShapePlans } from './shape-plans.ts';
import { classify, isHexDigit, isLetterOrDigit, isPunctuation, isTokenByte, type Token, TokenKind } from './token.ts';

const [NONE, DOT, COLON, OTHER] = [0, 1, 2, 3];
const CLASSES = Uint8Array.from({ length: 256 }, (_, byte) => {
  if (!isTokenByte(byte)) return NONE;
  if (byte === 46) return DOT;
  return byte === 58 ? COLON : OTHER;
});

const NO_PARAMETERS = new Int32Array(0);
/** `1.2.3.4` */
const SHORTEST_ADDRESS = 7;

/**
 * The first user (`user root`, `user=root`) and the first IP address that a message names, both in one pass over its bytes; of messages
 * that read alike but for numbers, only the numbers that can be an address are looked at.
 */
export class NamedParties {
  bytes: Uint8Array = new Uint8Array(0);
  /** -1 = none. */
  userStart = -1;
  userEnd = 0;
  addressStart = -1;
  addressEnd = 0;
  /** The address is a dotted quad without leading zeros, whose 32 bits are `quad`. */
  isQuad = false;
  quad = 0;
  /** Which parameters of messages that read alike can be an address. */
  private readonly plans = new ShapePlans((shape, code) => this.addressesOf(shape, code));
  private readonly token: Token = { start: 0, end: 0, kind: 0, prefixEnd: 0, digits: 0 };

  read(batch: LogBatch, row: number): void {
    const { message, parameters } = batch;
    this.bytes = message.bytes;
    this.userStart = -1;
    this.addressStart = -1;
    const plan = this.plans.of(batch, row);
    if (plan === undefined) {
      const start = message.start[row] as number;
      this.readText(start, start < 0 ? -1 : Math.min(message.end[row] as number, start + SEARCHED_BYTES));
      return;
    }
    const first = parameters.first[row] as number;
    for (let i = 0; i < plan.length && this.addressStart < 0; i++) {
      const at = first + (plan[i] as number);
      const start = parameters.start[at] as number;
      const end = parameters.end[at] as number;
      if (end - start >= SHORTEST_ADDRESS) this.readAddress(this.bytes, start, end);
    }
  }

  /** Which parameters of a shape's messages can be an address; undefined where that does not depend on single numbers alone, or where a user is named. */
  private addressesOf({ text, masks, parameter }: ShapeColumn, code: number): Int32Array | undefined {
    const { bytes } = text;
    const end = text.end[code] as number;
    const last = masks.first[code + 1] as number;
    let mask = masks.first[code] as number;
    const found: number[] = [];
    for (let at = text.start[code] as number; at < end; ) {
      if (CLASSES[bytes[at] as number] === NONE) {
        at++;
        continue;
      }
      const from = at;
      while (at < end && CLASSES[bytes[at] as number] !== NONE) at++;
      const first = mask;
      while (mask < last && (masks.start[mask] as number) < at) mask++;
      if (((bytes[from] as number) | 32) === 117) {
        this.readUser(bytes, from, end);
        if (this.userStart >= 0) {
          this.userStart = -1;
          return undefined;
        }
      }
      if (first === mask) {
        if (classify(bytes, from, at, this.token) && this.token.kind === TokenKind.ip) return undefined;
        continue;
      }
      // What stands around the numbers of a word: punctuation is cut off an address, with a letter beyond f it is none.
      const around = aroundMasks(bytes, from, at, masks, first, mask);
      if (around === 'letters') continue;
      if (around !== 'punctuation' || mask - first > 1 || parameter[first] === -1) return undefined;
      found.push(parameter[first] as number);
    }
    return found.length === 0 ? NO_PARAMETERS : Int32Array.from(found);
  }

  private readText(start: number, end: number): void {
    const { bytes } = this;
    const classes = CLASSES;
    let at = start;
    while (at < end) {
      let byte = bytes[at] as number;
      let kind = classes[byte] as number;
      if (kind === NONE) {
        at++;
        continue;
      }
      const from = at;
      if ((byte | 32) === 117 && this.userStart < 0) this.readUser(bytes, from, end);
      let dots = 0;
      let colons = 0;
      do {
        if (kind === DOT) dots++;
        else if (kind === COLON) colons++;
        if (++at >= end) break;
        byte = bytes[at] as number;
        kind = classes[byte] as number;
      } while (kind !== NONE);
      if ((dots >= 3 || colons >= 2) && this.addressStart < 0) this.readAddress(bytes, from, at);
      if (this.addressStart >= 0 && this.userStart >= 0) return;
    }
  }

  private readUser(bytes: Uint8Array, start: number, end: number): void {
    const word = start + 4;
    if (word >= end) return;
    if (((bytes[start + 1] as number) | 32) !== 115) return;
    if (((bytes[start + 2] as number) | 32) !== 101 || ((bytes[start + 3] as number) | 32) !== 114) return;
    let from = word;
    while (from < end && isBetween(bytes[from] as number)) from++;
    let to = from;
    while (to < end && isTokenByte(bytes[to] as number)) to++;
    while (to > from && !isLetterOrDigit(bytes[to - 1] as number)) to--;
    if (from === word || to === from) return;
    this.userStart = from;
    this.userEnd = to;
  }

  /** End of the dotted quad that bytes[start, end) begin with and that only a port follows, as `classify` would find it; else 0. Sets `quad`. */
  private readQuad(bytes: Uint8Array, start: number, end: number): number {
    let at = start;
    let quad = 0;
    for (let part = 0; part < 4; part++) {
      let value = digitAt(bytes, at, end);
      if (value < 0) return 0;
      for (let next = digitAt(bytes, ++at, end); next >= 0; next = digitAt(bytes, ++at, end)) {
        value = value * 10 + next;
        // A leading zero makes another text of the same bits.
        if (value < 10 || value > 255) return 0;
      }
      quad = (quad << 8) | value;
      if (part < 3 && (at >= end || bytes[at++] !== 46)) return 0;
    }
    if (portEnd(bytes, at, end) === 0) return 0;
    this.quad = quad;
    return at;
  }

  private readAddress(bytes: Uint8Array, start: number, end: number): void {
    const quadEnd = this.readQuad(bytes, start, end);
    this.isQuad = quadEnd > 0;
    if (this.isQuad) {
      this.addressStart = start;
      this.addressEnd = quadEnd;
      return;
    }
    if (!isParted(bytes, start, end)) return;
    const { token } = this;
    if (!classify(bytes, start, end, token) || token.kind !== TokenKind.ip) return;
    this.addressStart = token.start;
    this.addressEnd = token.end;
  }
}

/** Whether a dot or a colon is in it, as in every address. */
function isParted(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) {
    const kind = CLASSES[bytes[at] as number];
    if (kind === DOT || kind === COLON) return true;
  }
  return false;
}

/** The decimal digit at a place before `end`, else -1. */
function digitAt(bytes: Uint8Array, at: number, end: number): number {
  if (at >= end) return -1;
  const digit = (bytes[at] as number) ^ 48;
  return digit <= 9 ? digit : -1;
}

/** End of a port, `:50010`, that fills bytes[start, end) or of nothing; else 0. */
function portEnd(bytes: Uint8Array, start: number, end: number): number {
  if (start === end) return end;
  if (bytes[start] !== 58) return 0;
  for (let at = start + 1; at < end; at++) if (((bytes[at] as number) ^ 48) > 9) return 0;
  return end;
}

/** What the bytes of a word outside of its masked stretches [first, last) are: punctuation alone, letters beyond f among them, or else. */
function aroundMasks(
  bytes: Uint8Array,
  start: number,
  end: number,
  masks: SpansColumn,
  first: number,
  last: number,
): 'punctuation' | 'letters' | 'other' {
  let around: 'punctuation' | 'other' = 'punctuation';
  for (let at = start, mask = first; at < end; at++) {
    if (mask < last && at === masks.start[mask]) {
      at = (masks.end[mask++] as number) - 1;
      continue;
    }
    const byte = bytes[at] as number;
    if (isPunctuation(byte)) continue;
    const lower = byte | 32;
    if (lower >= 97 && lower <= 122 && !isHexDigit(byte)) return 'letters';
    around = 'other';
  }
  return around;
}
