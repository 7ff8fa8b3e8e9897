import type { LogBatch } from '../core/index.ts';
import { isBetween, SEARCHED_BYTES } from './key-reader.ts';
import { classify, isLetterOrDigit, isTokenByte, type Token, TokenKind } from './token.ts';

const [NONE, DOT, COLON, OTHER] = [0, 1, 2, 3];
const CLASSES = Uint8Array.from({ length: 256 }, (_, byte) => {
  if (!isTokenByte(byte)) return NONE;
  if (byte === 46) return DOT;
  return byte === 58 ? COLON : OTHER;
});

/** The first user (`user root`, `user=root`) and the first IP address that a message names, both in one pass over its bytes. */
export class NamedParties {
  bytes: Uint8Array = new Uint8Array(0);
  /** -1 = none. */
  userStart = -1;
  userEnd = 0;
  addressStart = -1;
  addressEnd = 0;
  private readonly token: Token = { start: 0, end: 0, kind: 0, prefixEnd: 0, digits: 0 };

  read(batch: LogBatch, row: number): void {
    const { message } = batch;
    const { bytes } = message;
    const start = message.start[row] as number;
    const end = start < 0 ? -1 : Math.min(message.end[row] as number, start + SEARCHED_BYTES);
    this.bytes = bytes;
    this.userStart = -1;
    this.addressStart = -1;
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

  private readAddress(bytes: Uint8Array, start: number, end: number): void {
    const { token } = this;
    if (!classify(bytes, start, end, token) || token.kind !== TokenKind.ip) return;
    this.addressStart = token.start;
    this.addressEnd = token.end;
  }
}
