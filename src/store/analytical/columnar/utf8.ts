import { isUtf8 } from 'node:buffer';

const decoder = new TextDecoder();
const encoder = new TextEncoder();

/** Spans over bytes as valid UTF-8: what is not is replaced by U+FFFD (the raw bytes stay in the input). */
export class Utf8Spans {
  private readonly bytes: Uint8Array;
  private readonly clean: boolean;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.clean = isUtf8(bytes);
  }

  /** The bytes [start, end) where they have to be other ones; undefined where they are good as they are. */
  corrected(start: number, end: number): Uint8Array | undefined {
    const { bytes } = this;
    if (this.clean && !continues(bytes[start]) && !continues(bytes[end])) return undefined;
    const span = bytes.subarray(start, end);
    return isUtf8(span) ? undefined : encoder.encode(decoder.decode(span));
  }
}

/** Inside a character of UTF-8: a span of a valid buffer that neither starts nor ends here is valid itself. */
function continues(byte: number | undefined): boolean {
  return byte !== undefined && (byte & 0xc0) === 0x80;
}
