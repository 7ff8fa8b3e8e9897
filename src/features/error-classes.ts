import { isFailedLevel, type LogBatch } from '../core/index.ts';
import { type HaproxyOutcome, haproxyOutcome } from './haproxy-outcome.ts';

/** What a line says of its outcome, as the name of a series begins. */
export const ERROR_CLASSES = ['status 4xx', 'status 5xx', 'errors'] as const;
const REFUSED = 0;
export const FAILED = 1;
const LEVEL = 2;

/** What tells the outcome of a line, and the classes it may then be of. */
export const BY_STATUS = 0;
const BY_LEVEL = 1;
export const CLASSES_BY = [[REFUSED, FAILED], [LEVEL]] as const;

const DIGIT_4 = 52;
const DIGIT_5 = 53;
const STATUS_LENGTH = 3;

/**
 * Which lines report an error: by HTTP status where a line has one, as those of HAProxy have in any syslog, else by level; sessions of TCP by how
 * HAProxy says that they ended. Classes are indexes into `ERROR_CLASSES`.
 */
export class ErrorClasses {
  readonly #batch: LogBatch;
  readonly #levels: Int8Array;
  /** Per component: 1 for HAProxy. */
  readonly #proxies: Uint8Array | undefined;
  #proxyRow = -1;
  #proxyOutcome: HaproxyOutcome | undefined;

  constructor(batch: LogBatch) {
    this.#batch = batch;
    // Per level: -1 = none, 0 = one that reports no error, 1 = one that does.
    this.#levels = Int8Array.from(batch.level.values, (level) => (level === '' ? -1 : Number(isFailedLevel(level))));
    const proxies = Uint8Array.from(batch.component.values, (component) => Number(component.toLowerCase() === 'haproxy'));
    this.#proxies = proxies.includes(1) ? proxies : undefined;
  }

  /** Index into `CLASSES_BY`; -1 where a line says nothing of its outcome. */
  toldBy(row: number): number {
    if ((this.#batch.fields?.Status?.start[row] ?? -1) >= 0) return BY_STATUS;
    const proxied = this.#proxied(row);
    if (proxied !== undefined) return 'statusAt' in proxied ? BY_STATUS : BY_LEVEL;
    return (this.#levels[this.#batch.level.codes[row] as number] ?? -1) < 0 ? -1 : BY_LEVEL;
  }

  /** Class of a line whose outcome is told by `by`; -1 for one that reports no error. */
  of(row: number, by: number): number {
    if (by < 0) return -1;
    const { fields, level, message } = this.#batch;
    const status = fields?.Status;
    const start = status?.start[row] ?? -1;
    if (by === BY_STATUS && status !== undefined && start >= 0)
      return (status.end[row] as number) - start === STATUS_LENGTH ? classOf(status.bytes[start]) : -1;
    const proxied = this.#proxied(row);
    if (proxied === undefined) return by === BY_LEVEL && this.#levels[level.codes[row] as number] === 1 ? LEVEL : -1;
    if ('statusAt' in proxied) return by === BY_STATUS ? classOf(message.bytes[proxied.statusAt]) : -1;
    return by === BY_LEVEL && proxied.failed ? LEVEL : -1;
  }

  #proxied(row: number): HaproxyOutcome | undefined {
    const { component, message } = this.#batch;
    if (this.#proxies === undefined || this.#proxies[component.codes[row] as number] !== 1) return undefined;
    if (row !== this.#proxyRow) {
      this.#proxyRow = row;
      this.#proxyOutcome = haproxyOutcome(message.bytes, message.start[row] as number, message.end[row] as number);
    }
    return this.#proxyOutcome;
  }
}

function classOf(first: number | undefined): number {
  return first === DIGIT_5 ? FAILED : first === DIGIT_4 ? REFUSED : -1;
}
