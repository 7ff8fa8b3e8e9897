import { type Micros, type Position, type RecordBatch, recordCount } from '../../core/index.ts';
import { freshBytes } from '../bytes/chunks.ts';

const LF = 10;

export interface LineLimits {
  /** Records are gathered until a batch holds at least this many bytes. */
  readonly batchBytes: number;
  readonly maxRecordBytes: number;
}

export const DEFAULT_LIMITS: LineLimits = { batchBytes: 1 << 20, maxRecordBytes: 16 << 20 };

export interface LineCounters {
  /** Records longer than the limit, cut there. */
  oversized: number;
  /** Bytes of them that were skipped. */
  skipped_bytes: number;
}

/**
 * Gathers bytes into batches of whole lines. A line longer than `maxRecordBytes` comes as a batch of its own marked
 * `truncated`, cut at the limit; its rest is skipped and counted, so offsets stay true and memory bounded.
 */
export class LineAssembler {
  readonly counters: LineCounters;
  readonly #limits: LineLimits;
  readonly #now: () => Micros;
  readonly #input: string;
  readonly #generation: string;
  #offset: number;
  #line: number;
  #parts: Uint8Array[] = [];
  #length = 0;
  /** Bytes at the end of what is held that belong to a line not yet complete. */
  #partial = 0;
  #skipping: boolean;

  /** `insideLine`: the position lies inside a line (one that was cut), whose rest is skipped. */
  constructor(from: Position, limits: LineLimits, now: () => Micros, counters: LineCounters, insideLine = false) {
    this.#input = from.input;
    this.#generation = from.generation;
    this.#offset = from.offset;
    this.#line = from.line;
    this.#limits = limits;
    this.#now = now;
    this.counters = counters;
    this.#skipping = insideLine;
  }

  /** Bytes held back because their line is not complete. */
  get partialBytes(): number {
    return this.#partial;
  }

  /** Offset behind everything pushed so far. */
  get readOffset(): number {
    return this.#offset + this.#length;
  }

  /** Offset and line of the first record not yet given out. */
  get position(): Position {
    return { input: this.#input, generation: this.#generation, offset: this.#offset, line: this.#line };
  }

  *push(chunk: Uint8Array): Generator<RecordBatch> {
    let rest = chunk;
    if (this.#skipping) {
      const end = rest.indexOf(LF);
      const skipped = end === -1 ? rest.length : end + 1;
      this.counters.skipped_bytes += skipped;
      this.#offset += skipped;
      if (end === -1) return;
      this.#skipping = false;
      rest = rest.subarray(skipped);
    }
    while (rest.length > 0) {
      const room = this.#limits.maxRecordBytes - this.#partial;
      const last = rest.lastIndexOf(LF);
      const first = last === -1 ? -1 : rest.indexOf(LF);
      if ((first === -1 ? rest.length : first) > room) {
        yield* this.#complete();
        yield* this.#cut(rest.subarray(0, room));
        rest = rest.subarray(room);
        const end = rest.indexOf(LF);
        const skipped = end === -1 ? rest.length : end + 1;
        this.counters.skipped_bytes += skipped;
        this.#offset += skipped;
        this.#skipping = end === -1;
        rest = rest.subarray(skipped);
        continue;
      }
      // Every line that ends inside this chunk after the first is shorter than the chunk; cut at the longest safe prefix.
      const safe = last === -1 ? rest.length : this.#safeEnd(rest, first, last);
      this.#hold(rest.subarray(0, safe), last === -1 ? undefined : safe);
      rest = rest.subarray(safe);
      if (this.#length - this.#partial >= this.#limits.batchBytes) yield* this.#complete();
    }
  }

  /** Complete lines held so far, without waiting for a full batch. */
  *flush(): Generator<RecordBatch> {
    yield* this.#complete();
  }

  /** Everything held, a last line without LF included; the final batch says that the input is finished, even when empty. */
  *finish(): Generator<RecordBatch> {
    yield this.#batch(this.#take(this.#length), true);
  }

  /** End of the last line of `rest` up to which no line is longer than allowed. */
  #safeEnd(rest: Uint8Array, first: number, last: number): number {
    if (rest.length <= this.#limits.maxRecordBytes) return last + 1;
    let end = first + 1;
    for (let next = rest.indexOf(LF, end); next !== -1; next = rest.indexOf(LF, end)) {
      if (next - end > this.#limits.maxRecordBytes) break;
      end = next + 1;
    }
    return end;
  }

  #hold(bytes: Uint8Array, linesEnd: number | undefined): void {
    this.#parts.push(bytes);
    this.#length += bytes.length;
    this.#partial = linesEnd === undefined ? this.#partial + bytes.length : bytes.length - linesEnd;
  }

  *#complete(): Generator<RecordBatch> {
    const length = this.#length - this.#partial;
    if (length > 0) yield this.#batch(this.#take(length), false);
  }

  *#cut(head: Uint8Array): Generator<RecordBatch> {
    this.#parts.push(head);
    this.#length += head.length;
    this.counters.oversized++;
    const batch = this.#batch(this.#take(this.#length), false);
    yield { ...batch, truncated: true };
  }

  /** The first `length` bytes held; the rest stays held. */
  #take(length: number): Uint8Array {
    const taken = freshBytes(length);
    const rest = freshBytes(this.#length - length);
    let at = 0;
    for (const part of this.#parts) {
      const here = Math.min(part.length, Math.max(0, length - at));
      taken.set(here === part.length ? part : part.subarray(0, here), Math.min(at, length));
      if (here < part.length) rest.set(part.subarray(here), at + here - length);
      at += part.length;
    }
    this.#parts = rest.length > 0 ? [rest] : [];
    this.#length = rest.length;
    this.#partial = rest.length;
    return taken;
  }

  #batch(bytes: Uint8Array, last: boolean): RecordBatch {
    const batch: RecordBatch = {
      input: this.#input,
      generation: this.#generation,
      offset: this.#offset,
      line: this.#line,
      bytes,
      arrival: this.#now(),
      last,
    };
    this.#offset += bytes.length;
    this.#line += recordCount(batch);
    return batch;
  }
}
