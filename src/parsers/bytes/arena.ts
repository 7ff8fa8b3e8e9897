const encoder = new TextEncoder();

/**
 * The bytes that a batch's spans point into: the input's own bytes as they are and, once a format had to decode something
 * (JSON escapes), a copy of them followed by the decoded text.
 */
export class TextArena {
  bytes: Uint8Array;
  length: number;
  private owned = false;
  private readonly constants = new Map<string, number>();

  constructor(input: Uint8Array) {
    this.bytes = input;
    this.length = input.length;
  }

  /** Appends `text` as UTF-8 and returns where it starts; it ends at `length`. */
  put(text: string): number {
    const start = this.length;
    const most = text.length * 3;
    if (!this.owned || this.bytes.length - start < most) this.grow(start + most);
    this.length += encoder.encodeInto(text, this.bytes.subarray(start)).written;
    return start;
  }

  /** Like `put` for one of a few fixed texts, which are appended once. */
  constant(text: string): number {
    let start = this.constants.get(text);
    if (start === undefined) {
      start = this.put(text);
      this.constants.set(text, start);
    }
    return start;
  }

  private grow(needed: number): void {
    const grown = new Uint8Array(Math.max(needed, this.length * 2, 4096));
    grown.set(this.bytes.subarray(0, this.length));
    this.bytes = grown;
    this.owned = true;
  }
}
