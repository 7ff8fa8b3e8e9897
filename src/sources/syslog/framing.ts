import { concatBytes } from '../bytes/chunks.ts';

const LF = 10;
const CR = 13;
const SPACE = 32;
const MAX_LENGTH_DIGITS = 10;

export interface FramingCounters {
  oversized: number;
  skipped_bytes: number;
}

/**
 * Messages of one syslog stream (RFC 6587): octet counting (`12 <13>hello…`) when its first frame begins with a length, else
 * lines. A message beyond the limit is cut there and its rest skipped, whatever length it claims.
 */
export class SyslogFramer {
  readonly #maxBytes: number;
  readonly #counters: FramingCounters;
  #mode: 'unknown' | 'octets' | 'lines' = 'unknown';
  #held: Uint8Array[] = [];
  #heldBytes = 0;
  #skip = 0;
  #skipLine = false;

  constructor(maxBytes: number, counters: FramingCounters) {
    this.#maxBytes = maxBytes;
    this.#counters = counters;
  }

  *push(chunk: Uint8Array): Generator<Uint8Array> {
    let data = this.#heldBytes === 0 ? chunk : this.#join(chunk);
    while (data.length > 0) {
      if (this.#skip > 0 || this.#skipLine) {
        data = this.#skipRest(data);
        continue;
      }
      if (this.#mode === 'unknown') this.#mode = isDigit(data[0]) && data[0] !== 48 ? 'octets' : 'lines';
      const step = this.#mode === 'octets' ? this.#octets(data) : this.#line(data);
      if (step === undefined) {
        this.#held = [data.slice()];
        this.#heldBytes = data.length;
        return;
      }
      if (step.message !== undefined && step.message.length > 0) yield step.message.slice();
      data = data.subarray(step.used);
    }
  }

  /** What is left when the stream closes. */
  *finish(): Generator<Uint8Array> {
    if (this.#heldBytes > 0 && this.#mode === 'lines') yield concatBytes(this.#held);
    this.#held = [];
    this.#heldBytes = 0;
  }

  #join(chunk: Uint8Array): Uint8Array {
    const data = concatBytes([...this.#held, chunk]);
    this.#held = [];
    this.#heldBytes = 0;
    return data;
  }

  #skipRest(data: Uint8Array): Uint8Array {
    let used: number;
    if (this.#skipLine) {
      const end = data.indexOf(LF);
      used = end === -1 ? data.length : end + 1;
      if (end !== -1) this.#skipLine = false;
    } else {
      used = Math.min(this.#skip, data.length);
      this.#skip -= used;
    }
    this.#counters.skipped_bytes += used;
    return data.subarray(used);
  }

  #line(data: Uint8Array): { used: number; message?: Uint8Array } | undefined {
    const end = data.indexOf(LF);
    if (end === -1 && data.length <= this.#maxBytes) return undefined;
    if (end === -1 || end > this.#maxBytes) {
      this.#counters.oversized++;
      this.#skipLine = true;
      return { used: this.#maxBytes, message: data.subarray(0, this.#maxBytes) };
    }
    return { used: end + 1, message: data.subarray(0, data[end - 1] === CR ? end - 1 : end) };
  }

  #octets(data: Uint8Array): { used: number; message?: Uint8Array } | undefined {
    let at = 0;
    // Some senders end a counted message with a line break that they did not count.
    while (at < data.length && (data[at] === LF || data[at] === CR)) at++;
    const digits = at;
    let length = 0;
    while (at < data.length && isDigit(data[at]) && at - digits < MAX_LENGTH_DIGITS) length = length * 10 + (data[at++] as number) - 48;
    if (at === data.length && at - digits < MAX_LENGTH_DIGITS) return at === digits ? { used: at } : undefined;
    if (at === digits || data[at] !== SPACE) {
      // No length where one must be: the stream is read by lines from here on.
      this.#mode = 'lines';
      return { used: digits };
    }
    const start = at + 1;
    if (length > this.#maxBytes) {
      if (data.length - start < this.#maxBytes) return undefined;
      this.#counters.oversized++;
      this.#skip = length - this.#maxBytes;
      return { used: start + this.#maxBytes, message: data.subarray(start, start + this.#maxBytes) };
    }
    if (data.length - start < length) return undefined;
    let end = start + length;
    while (end > start && (data[end - 1] === LF || data[end - 1] === CR)) end--;
    return { used: start + length, message: data.subarray(start, end) };
  }
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 48 && byte <= 57;
}
