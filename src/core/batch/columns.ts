import type { Micros } from '../time.ts';

/** Spans over shared bytes: row i is bytes[start[i], end[i]); start -1 = absent. No string is made until one is asked for. */
export interface TextColumn {
  readonly bytes: Uint8Array;
  readonly start: Int32Array;
  readonly end: Int32Array;
}

/** Ragged spans: row i owns spans first[i] .. first[i + 1] of start/end. `first` has rows + 1 entries. */
export interface SpansColumn {
  readonly bytes: Uint8Array;
  readonly first: Int32Array;
  readonly start: Int32Array;
  readonly end: Int32Array;
}

/** Dictionary-coded strings. Codes belong to this batch alone and never leave it; -1 = absent. */
export interface DictColumn {
  readonly codes: Int32Array;
  readonly values: readonly string[];
}

const decoder = new TextDecoder('utf-8');

export function textAt(column: TextColumn, row: number): string {
  const start = column.start[row] as number;
  return start < 0 ? '' : decodeUtf8(column.bytes, start, column.end[row] as number);
}

/** Longer spans are worth the decoder's call. */
const SHORT_BYTES = 128;

/** UTF-8 with invalid sequences shown as U+FFFD: encoding errors stop nothing. */
export function decodeUtf8(bytes: Uint8Array, start: number, end: number): string {
  if (end - start <= SHORT_BYTES) {
    let at = start;
    while (at < end && (bytes[at] as number) < 128) at++;
    if (at >= end) return latin1At(bytes, start, end);
  }
  return decoder.decode(bytes.subarray(start, end));
}

/** One character for each of the bytes [start, end). */
export function latin1At(bytes: Uint8Array, start: number, end: number): string {
  return Buffer.prototype.latin1Slice.call(bytes, start, end);
}

export function dictAt(column: DictColumn, row: number): string | undefined {
  return column.values[column.codes[row] as number];
}

/** Builds a dictionary column; past `cap` distinct values the rest is kept but no longer shared (bounded memory per batch). */
export class DictBuilder {
  private readonly index = new Map<string, number>();
  private readonly values: string[] = [];
  private readonly cap: number;

  constructor(cap = 65_536) {
    this.cap = cap;
  }

  code(value: string): number {
    const known = this.index.get(value);
    if (known !== undefined) return known;
    const code = this.values.push(value) - 1;
    if (this.index.size < this.cap) this.index.set(value, code);
    return code;
  }

  finish(codes: Int32Array): DictColumn {
    return { codes, values: this.values };
  }
}

/** Where each row came from; what lineage, evidence and replay are made of. */
export interface OriginColumns {
  /** Stable name of the input: a path relative to its source's root, or the source's name for streams. */
  readonly input: string;
  /** Byte offset of the record in the input's uncompressed stream. */
  readonly offset: Float64Array;
  /** 1-based number of the record's first line in the input. */
  readonly line: Float64Array;
  /** Bytes of the record including its terminator (several lines when they were joined). */
  readonly length: Int32Array;
}

/**
 * Which messages read alike: rows of one code have the same message but for its masked stretches, each of which is a number
 * (digits joined by `.` and `:`, or hex digits after `0x`), a UUID or a block id (`blk_-1`), and parameters in the same places. What does not
 * depend on those can be worked out once for all of them. Codes belong to this batch alone; two of them may stand for messages that read alike.
 */
export interface ShapeColumn {
  /** By row; -1 = not known. */
  readonly codes: Int32Array;
  /** By code: the first message of that shape, and its masked stretches in order. */
  readonly text: TextColumn;
  readonly masks: SpansColumn;
  /** By mask: which of a row's parameters it is, counted from 0; -1 where it is part of a larger one. */
  readonly parameter: Int32Array;
}

/** A batch of `log` events (see EVENT_SCHEMAS.log). All arrays have `rows` entries unless stated. */
export interface LogBatch {
  readonly kind: 'log';
  readonly rows: number;
  /** Name of the source instance the records came from. */
  readonly source: string;
  readonly origin: OriginColumns;
  readonly time: Float64Array;
  readonly host: DictColumn;
  readonly component: DictColumn;
  /** -1 = absent. */
  readonly pid: Int32Array;
  readonly level: DictColumn;
  readonly message: TextColumn;
  /** Index into `templates`; -1 before mining. */
  readonly template: Int32Array;
  readonly parameters: SpansColumn;
  readonly shape?: ShapeColumn;
  /** One JSON object per row, or absent for formats without further fields. */
  readonly attributes?: TextColumn;
  /** Further header fields by name (the loghub layouts print some), as text. */
  readonly fields?: Readonly<Record<string, TextColumn>>;
  /**
   * Name of the format that each row was read by, where they were not all read by the one of their input. `plain` rows fit none, and have the time of the row
   * before them.
   */
  readonly format?: DictColumn;
}

/** A record that could not be parsed; kept with its reason, never dropped. */
export interface DeadLetter {
  readonly source: string;
  readonly input: string;
  readonly offset: number;
  readonly line: number;
  readonly reason: string;
  readonly bytes: Uint8Array;
  readonly arrival: Micros;
}
