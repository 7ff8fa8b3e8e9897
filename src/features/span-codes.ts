const SLOTS = 4096;
const NONE = -1;

/** Codes of byte spans met lately, direct-mapped: a hit saves making the string, a miss costs nothing but that. */
export class SpanCodes {
  private bytes: Uint8Array | undefined;
  private readonly start = new Int32Array(SLOTS);
  private readonly end = new Int32Array(SLOTS);
  private readonly code = new Int32Array(SLOTS).fill(NONE);
  private slot = 0;

  /** Code of a span with the same bytes, or -1. */
  find(bytes: Uint8Array, start: number, end: number): number {
    if (bytes !== this.bytes) {
      this.bytes = bytes;
      this.code.fill(NONE);
    }
    let hash = end - start;
    for (let i = start; i < end; i++) hash = Math.imul(hash ^ (bytes[i] as number), 0x01000193);
    this.slot = (hash ^ (hash >>> 15)) & (SLOTS - 1);
    const code = this.code[this.slot] as number;
    const from = this.start[this.slot] as number;
    if (code === NONE || (this.end[this.slot] as number) - from !== end - start) return NONE;
    for (let i = start; i < end; i++) if (bytes[from + i - start] !== bytes[i]) return NONE;
    return code;
  }

  /** Keeps the code of the span that `find` was last asked for. */
  put(start: number, end: number, code: number): void {
    this.start[this.slot] = start;
    this.end[this.slot] = end;
    this.code[this.slot] = code;
  }
}
