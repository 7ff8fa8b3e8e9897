import type { Micros, Position, RecordBatch } from '../../core/index.ts';
import { concatBytes } from '../bytes/chunks.ts';
import type { LineCounters, LineLimits } from './lines.ts';
import { sourceValue } from './source-value.ts';

const LF = 10;
const SPACE = 32;
const QUOTE = 34;
const COMMA = 44;
const COLON = 58;
const OPEN_LIST = 91;
const BACKSLASH = 92;
const CLOSE_LIST = 93;
const OPEN = 123;
const CLOSE = 125;

/**
 * Splits JSON text into one record per document: concatenated or newline-separated documents, the elements of a top-level
 * array, and the hits of an Elasticsearch answer (`{"hits":{"hits":[{"_source":…}]}}`), unwrapped to their `_source`; where told so also
 * the elements of `{"Records":[…]}`.
 * What lies between documents becomes spaces in front of the next, line breaks inside one become spaces: every byte keeps
 * its offset. Text that is no document is a record too, so nothing is lost; a line break inside a string ends a broken one.
 */
export class JsonAssembler {
  readonly counters: LineCounters;
  readonly #limits: LineLimits;
  readonly #now: () => Micros;
  readonly #from: Position;
  readonly #records: boolean;
  #offset: number;
  #record = 1;
  #parts: Uint8Array[] = [];
  #length = 0;
  #ends: number[] = [];
  /** Start of the document in progress, relative to what is held; -1 between documents. */
  #start = -1;
  #depth = 0;
  #base = 0;
  #inString = false;
  #escaped = false;
  #previous = 0;
  #afterBreak = false;
  #key = '';
  #readingKey = false;
  #path: string[] = [];

  /** The stream is pushed from its beginning, which lies at `offset` (behind a byte order mark); records that end at or before `from.offset` are not given again. */
  constructor(from: Position, limits: LineLimits, now: () => Micros, counters: LineCounters, offset = 0, records = false) {
    this.#records = records;
    this.#offset = offset;
    this.#from = from;
    this.#limits = limits;
    this.#now = now;
    this.counters = counters;
  }

  *push(chunk: Uint8Array): Generator<RecordBatch> {
    const bytes = chunk.slice();
    let begin = 0;
    for (let i = 0; i < bytes.length; i++) {
      const byte = bytes[i] as number;
      const at = this.#length + i - begin;
      this.#step(bytes, i, byte, at);
      if (this.#start >= 0 && at + 1 - this.#start > this.#limits.maxRecordBytes) {
        this.#hold(bytes.subarray(begin, i + 1));
        begin = i + 1;
        this.#start = -1;
        this.counters.oversized++;
        const whole = this.#ends.length;
        yield* this.#cutOversized(whole);
      }
    }
    this.#hold(bytes.subarray(begin));
    if (this.#start < 0 && this.#ends.length === 0 && this.#length > this.#limits.batchBytes) this.#dropPadding();
    if ((this.#ends[this.#ends.length - 1] ?? 0) >= this.#limits.batchBytes) yield* this.flush();
  }

  *flush(): Generator<RecordBatch> {
    const end = this.#ends[this.#ends.length - 1];
    if (end !== undefined) yield* this.#batch(end, this.#ends, false, false);
  }

  *finish(): Generator<RecordBatch> {
    if (this.#start >= 0 && this.#length > this.#start) this.#ends.push(this.#length);
    if (this.#ends.length > 0) yield* this.flush();
    this.#offset += this.#length;
    const at = Math.max(this.#offset, this.#from.offset);
    yield this.#make(at, Math.max(this.#record, this.#from.line), new Uint8Array(0), new Uint32Array(0), true);
  }

  #step(bytes: Uint8Array, i: number, byte: number, at: number): void {
    if (this.#inString) {
      this.#stepString(bytes, i, byte, at);
      return;
    }
    if (byte === SPACE || byte === LF || byte === 13 || byte === 9) {
      if (byte === LF && this.#start >= 0 && this.#depth === this.#base) this.#end(at);
      bytes[i] = SPACE;
      if (byte === LF) this.#afterBreak = true;
      return;
    }
    const broken = this.#afterBreak && byte === OPEN && this.#depth > this.#base && !expectsValue(this.#previous);
    this.#afterBreak = false;
    if (broken) {
      this.#end(at);
      this.#depth = this.#base;
    }
    if (this.#start < 0 && this.#depth === this.#base) {
      const structural = byte === COMMA || byte === CLOSE_LIST || byte === CLOSE || (byte === OPEN_LIST && this.#base === 0);
      if (structural) {
        if (byte === OPEN_LIST) this.#base = this.#depth = 1;
        else if (byte === CLOSE_LIST && this.#base > 0) this.#leaveList();
        bytes[i] = SPACE;
        this.#previous = byte;
        return;
      }
      this.#start = at;
    } else if (this.#depth === this.#base && (byte === COMMA || byte === CLOSE_LIST) && this.#base > 0) {
      this.#end(at);
      bytes[i] = SPACE;
      if (byte === CLOSE_LIST) this.#leaveList();
      this.#previous = byte;
      return;
    }
    const ended = this.#ends.length;
    this.#structure(bytes, i, byte, at);
    if (this.#start < 0 && this.#ends.length === ended) bytes[i] = SPACE;
    this.#previous = byte;
  }

  #stepString(bytes: Uint8Array, i: number, byte: number, at: number): void {
    if (this.#start < 0) bytes[i] = SPACE;
    if (byte === LF) {
      bytes[i] = SPACE;
      this.#inString = false;
      this.#escaped = false;
      this.#readingKey = false;
      this.#depth = this.#base;
      this.#end(at);
      this.#afterBreak = true;
    } else if (this.#escaped) this.#escaped = false;
    else if (byte === BACKSLASH) this.#escaped = true;
    else if (byte === QUOTE) {
      this.#inString = false;
      this.#readingKey = false;
      this.#previous = QUOTE;
    } else if (this.#readingKey && this.#key.length < 8) this.#key += String.fromCharCode(byte);
  }

  #structure(bytes: Uint8Array, i: number, byte: number, at: number): void {
    if (byte === QUOTE) {
      this.#inString = true;
      this.#readingKey = this.#depth <= 2;
      if (this.#readingKey) this.#key = '';
    } else if (byte === COLON) {
      if (this.#depth === 1 || this.#depth === 2) this.#path[this.#depth] = this.#key;
    } else if (byte === OPEN) {
      this.#depth++;
      if (this.#depth === 1) this.#path = [];
    } else if (byte === OPEN_LIST) {
      if (this.#base === 0 && this.#isWrapper()) {
        this.#base = ++this.#depth;
        if (this.#start >= 0) this.#blank(bytes, i, at);
        this.#start = -1;
      } else this.#depth++;
    } else if (byte === CLOSE || byte === CLOSE_LIST) {
      if (this.#depth > this.#base) this.#depth--;
      if (this.#depth === this.#base) this.#end(at + 1);
    }
  }

  /** Whether the list that begins holds the records of a wrapper. */
  #isWrapper(): boolean {
    if (this.#depth === 2) return this.#path[1] === 'hits' && this.#path[2] === 'hits';
    return this.#records && this.#depth === 1 && this.#path[1] === 'Records' && this.#previous === COLON;
  }

  #end(at: number): void {
    if (this.#start < 0) return;
    this.#ends.push(at);
    this.#start = -1;
  }

  /** Behind the last hit only the wrapper's own closing text follows; it is skipped as padding. */
  #leaveList(): void {
    this.#depth = this.#base - 1;
    this.#base = 0;
  }

  /** Turns the wrapper in front of the first hit into padding. */
  #blank(bytes: Uint8Array, i: number, at: number): void {
    let from = this.#start;
    let position = 0;
    for (const part of this.#parts) {
      if (position + part.length > from) part.fill(SPACE, Math.max(0, from - position));
      position += part.length;
    }
    from = Math.max(from, this.#length);
    bytes.fill(SPACE, i - (at - from), i + 1);
  }

  #hold(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.#parts.push(bytes);
    this.#length += bytes.length;
  }

  #dropPadding(): void {
    this.#offset += this.#length;
    this.#parts = [];
    this.#length = 0;
  }

  *#cutOversized(whole: number): Generator<RecordBatch> {
    if (whole > 0) yield* this.flush();
    yield* this.#batch(this.#length, [this.#length], false, true);
  }

  *#batch(length: number, ends: readonly number[], last: boolean, truncated: boolean): Generator<RecordBatch> {
    const held = concatBytes(this.#parts, this.#length);
    const offset = this.#offset;
    const record = this.#record;
    this.#parts = held.length > length ? [held.slice(length)] : [];
    this.#length -= length;
    this.#offset += length;
    this.#record += ends.length;
    if (this.#start >= 0) this.#start -= length;
    this.#ends = [];
    const known = ends.filter((end) => offset + end <= this.#from.offset).length;
    if (known === ends.length) return;
    const begin = known === 0 ? 0 : (ends[known - 1] as number);
    unwrap(held, begin, ends.slice(known));
    const bytes = held.slice(begin, length);
    const batch = this.#make(
      offset + begin,
      record + known,
      bytes,
      Uint32Array.from(ends.slice(known), (end) => end - begin),
      last,
    );
    yield truncated ? { ...batch, truncated } : batch;
  }

  #make(offset: number, line: number, bytes: Uint8Array, ends: Uint32Array, last: boolean): RecordBatch {
    const { input, generation } = this.#from;
    return { input, generation, offset, line, bytes, ends, arrival: this.#now(), last };
  }
}

/** True behind a byte after which JSON wants a value. */
function expectsValue(previous: number): boolean {
  return previous === COMMA || previous === COLON || previous === OPEN_LIST || previous === OPEN;
}

/** Leaves only the `_source` of Elasticsearch hits, the rest as spaces. */
function unwrap(bytes: Uint8Array, from: number, ends: readonly number[]): void {
  let start = from;
  for (const end of ends) {
    const inner = sourceValue(bytes, start, end);
    if (inner !== undefined) {
      bytes.fill(SPACE, start, inner.start);
      bytes.fill(SPACE, inner.end, end);
    }
    start = end;
  }
}
