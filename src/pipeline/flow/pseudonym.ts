import type { DictColumn, LogBatch, SpansColumn, TextColumn } from '../../core/index.ts';
import { holdsPseudonym, isPseudonym, isWithinPseudonym, type KeyedHash } from '../../parsers/index.ts';

const encoder = new TextEncoder();
const latin = new TextDecoder('latin1');

export interface ParameterPseudonyms {
  /** Every variable part of a message; attributes and extra fields are dropped because they hold the same values in clear. */
  readonly parameters: boolean;
  readonly hosts: boolean;
}

/** Replaces what mining found to vary in messages by a keyed hash, unless it is a pseudonym already: equal values stay equal, nothing can be read back without the key. */
export class Pseudonymiser {
  private readonly hash: KeyedHash;
  private readonly what: ParameterPseudonyms;

  constructor(hash: KeyedHash, what: ParameterPseudonyms) {
    this.hash = hash;
    this.what = what;
  }

  apply(batch: LogBatch): LogBatch {
    const host = this.what.hosts ? this.hostNames(batch.host) : batch.host;
    if (!this.what.parameters) return { ...batch, host };
    const { attributes: _attributes, fields: _fields, shape: _shape, ...kept } = batch;
    const { message, parameters } = this.replace(batch.message, batch.parameters, batch.rows);
    return { ...kept, message, parameters, host };
  }

  private pseudonym(value: Uint8Array): Uint8Array {
    const text = latin.decode(value);
    return holdsPseudonym(text) ? value : encoder.encode(this.hash.parameter(text));
  }

  private hostNames(column: DictColumn): DictColumn {
    return { codes: column.codes, values: column.values.map((value) => (isPseudonym(value) ? value : this.hash.host(value))) };
  }

  /** New message bytes with each parameter's span replaced; parameters outside the message are replaced on their own. */
  private replace(message: TextColumn, parameters: SpansColumn, rows: number): { message: TextColumn; parameters: SpansColumn } {
    const out = new ByteWriter(message.bytes.length + 64);
    const start = new Int32Array(rows).fill(-1);
    const end = new Int32Array(rows);
    const spanStart = new Int32Array(parameters.start.length).fill(-1);
    const spanEnd = new Int32Array(parameters.end.length);
    const shared = message.bytes === parameters.bytes;
    for (let row = 0; row < rows; row++) {
      let at = message.start[row] as number;
      const stop = message.end[row] as number;
      const first = parameters.first[row] as number;
      const last = parameters.first[row + 1] as number;
      const outside: number[] = [];
      if (at >= 0) start[row] = out.length;
      for (let span = first; span < last; span++) {
        const from = parameters.start[span] as number;
        const to = parameters.end[span] as number;
        if (from < 0) continue;
        if (!shared || at < 0 || from < at || to > stop) {
          outside.push(span);
          continue;
        }
        out.write(message.bytes.subarray(at, from));
        spanStart[span] = out.length;
        const value = message.bytes.subarray(from, to);
        out.write(isPartOfPseudonym(message.bytes, message.start[row] as number, stop, from, to) ? value : this.pseudonym(value));
        spanEnd[span] = out.length;
        at = to;
      }
      if (at >= 0) {
        out.write(message.bytes.subarray(at, stop));
        end[row] = out.length;
      }
      for (const span of outside) {
        spanStart[span] = out.length;
        out.write(this.pseudonym(parameters.bytes.subarray(parameters.start[span] as number, parameters.end[span] as number)));
        spanEnd[span] = out.length;
      }
    }
    const bytes = out.finish();
    return { message: { bytes, start, end }, parameters: { bytes, first: parameters.first, start: spanStart, end: spanEnd } };
  }
}

/** Longest pseudonym: of a mail address. */
const LONGEST = 80;

/** Whether a span is what mining leaves of a pseudonym: the hash of user_0123456789ab, a group of 2001:db8:…. */
function isPartOfPseudonym(bytes: Uint8Array, start: number, end: number, from: number, to: number): boolean {
  const [first, last] = [Math.max(start, from - LONGEST), Math.min(end, to + LONGEST)];
  return isWithinPseudonym(latin.decode(bytes.subarray(first, last)), from - first, to - first);
}

class ByteWriter {
  private bytes: Uint8Array<ArrayBuffer>;
  length = 0;

  constructor(capacity: number) {
    this.bytes = new Uint8Array(capacity);
  }

  write(part: Uint8Array): void {
    const needed = this.length + part.length;
    if (needed > this.bytes.length) {
      const grown = new Uint8Array(Math.max(needed, this.bytes.length * 2));
      grown.set(this.bytes);
      this.bytes = grown;
    }
    this.bytes.set(part, this.length);
    this.length = needed;
  }

  finish(): Uint8Array {
    return this.bytes.subarray(0, this.length);
  }
}
