import type { LogBatch, TextColumn } from '../../core/index.ts';
import type { Prefilter } from './prefilter.ts';

const PERCENT = 37;
const BACKSLASH = 92;
/** Fields that tell neither a request's method nor its target. */
const BESIDES: ReadonlySet<string> = new Set(['Client', 'Identity', 'User', 'Time', 'Status', 'Bytes', 'Referer', 'UserAgent']);
/** Fields of an event that are made of the request line. */
export const OF_THE_REQUEST: ReadonlySet<string> = new Set(['cs-method', 'c-uri', 'cs-uri-stem', 'cs-uri-query']);
/** Fields further apart than this are not looked at as one text. */
const MOST_BYTES = 65_536;

/**
 * Whether lines of web servers, whose fields stand in the line itself, can hold a literal of the prefilter. All that rules see of such a line
 * is in its bytes, unless something is percent-encoded, escaped or beyond ASCII.
 */
export class AccessLines {
  readonly #request: Prefilter;
  readonly #elsewhere: Prefilter;
  #batch: LogBatch | undefined;
  #columns: readonly TextColumn[] = [];
  #requests: readonly TextColumn[] = [];
  /** By host code: whether a literal is in its name. */
  #hosts: (boolean | undefined)[] = [];

  /** `request`: what rules look for; `elsewhere`: without what they look for in the request line alone. */
  constructor(request: Prefilter, elsewhere: Prefilter) {
    this.#request = request;
    this.#elsewhere = elsewhere;
  }

  canTouch(batch: LogBatch, row: number): boolean {
    if (batch !== this.#batch) {
      this.#batch = batch;
      const { Request: request, ...others } = batch.fields ?? {};
      this.#columns = [batch.message, ...Object.values(batch.fields ?? {})];
      const only = request !== undefined && Object.keys(others).every((name) => BESIDES.has(name));
      this.#requests = only ? [batch.message, request] : this.#columns;
      this.#hosts = [];
    }
    if ((batch.component.codes[row] as number) >= 0 || (batch.level.codes[row] as number) >= 0 || (batch.pid[row] as number) >= 0)
      return true;
    if (this.#isHostTouched(batch.host.codes[row] as number)) return true;
    let from = Number.POSITIVE_INFINITY;
    let to = 0;
    const { bytes } = batch.message;
    for (const column of this.#columns) {
      const start = column.start[row] as number;
      const end = column.end[row] as number;
      if (start < 0) continue;
      if (column.bytes !== bytes) return true;
      if (start < from) from = start;
      if (end > to) to = end;
    }
    if (to - from > MOST_BYTES) return true;
    for (let at = from; at < to; at++) {
      const byte = bytes[at] as number;
      if (byte === PERCENT || byte === BACKSLASH || byte > 127) return true;
    }
    if (this.#elsewhere.touches(bytes, from, to)) return true;
    return this.#requests.some(
      ({ start, end }) => (start[row] as number) >= 0 && this.#request.touches(bytes, start[row] as number, end[row] as number),
    );
  }

  #isHostTouched(code: number): boolean {
    if (code < 0) return false;
    let touched = this.#hosts[code];
    if (touched === undefined) {
      const name = Buffer.from((this.#batch as LogBatch).host.values[code] as string);
      touched = name.some((byte) => byte > 127) || this.#elsewhere.touches(name, 0, name.length);
      this.#hosts[code] = touched;
    }
    return touched;
  }
}
