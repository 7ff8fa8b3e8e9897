import { isFailedLevel, type LogBatch } from '../core/index.ts';

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

/** Which lines report an error: by HTTP status where a line has one, else by level. Classes are indexes into `ERROR_CLASSES`. */
export class ErrorClasses {
  readonly #batch: LogBatch;
  readonly #levels: Int8Array;

  constructor(batch: LogBatch) {
    this.#batch = batch;
    // Per level: -1 = none, 0 = one that reports no error, 1 = one that does.
    this.#levels = Int8Array.from(batch.level.values, (level) => (level === '' ? -1 : Number(isFailedLevel(level))));
  }

  /** Index into `CLASSES_BY`; -1 where a line says nothing of its outcome. */
  toldBy(row: number): number {
    if ((this.#batch.fields?.Status?.start[row] ?? -1) >= 0) return BY_STATUS;
    return (this.#levels[this.#batch.level.codes[row] as number] ?? -1) < 0 ? -1 : BY_LEVEL;
  }

  /** Class of a line whose outcome is told by `by`; -1 for one that reports no error. */
  of(row: number, by: number): number {
    if (by === BY_LEVEL) return this.#levels[this.#batch.level.codes[row] as number] === 1 ? LEVEL : -1;
    const status = this.#batch.fields?.Status;
    if (by < 0 || status === undefined) return -1;
    const start = status.start[row] as number;
    if ((status.end[row] as number) - start !== STATUS_LENGTH) return -1;
    const first = status.bytes[start];
    return first === DIGIT_5 ? FAILED : first === DIGIT_4 ? REFUSED : -1;
  }
}
