import type { LogBatch } from '../core/index.ts';
import { numberAt } from './numbers.ts';
import { Tiers } from './tiers.ts';
import type { Vocabulary } from './vocabulary.ts';

const NONE = -1;
const CELLS = 1024;

// Of each event side by side, so that following a session touches few places of memory: integers,
const [CODE, INPUT, LENGTH, NEXT, PART] = [0, 1, 2, 3, 4];
const INTEGERS = 5;
// and reals, behind which come the numbers of the first parameters, NaN = no number.
const [TIME, LINE, OFFSET, NUMBERS] = [0, 1, 2, 3];

/**
 * Events of all open sessions in shared memory, linked into one list per session, so that a million open events are two typed
 * arrays. Grows by doubling up to `limit` events. The templates of its events are held in the vocabulary.
 */
export class EventArena {
  /** Leading parameters whose numbers are kept. */
  readonly slots: number;
  private readonly limit: number;
  private readonly vocabulary: Vocabulary;
  private readonly width: number;
  private capacity = CELLS;
  private used = 0;
  private free = NONE;
  size = 0;
  private integers = new Int32Array(CELLS * INTEGERS);
  private reals: Float64Array<ArrayBuffer>;
  /** Events that are in no part of the snapshot. */
  unwritten = 0;
  /** Parts of the snapshot. */
  readonly tiers = new Tiers();

  constructor(limit: number, slots: number, vocabulary: Vocabulary) {
    this.limit = limit;
    this.vocabulary = vocabulary;
    this.slots = slots;
    this.width = NUMBERS + slots;
    this.reals = new Float64Array(CELLS * this.width);
  }

  /** No room for a further event, or for one of a further template. */
  get full(): boolean {
    return this.size >= this.limit || this.vocabulary.full;
  }

  /** Cell of a fresh event of `code`, for the caller to link and to `putNumber` into. */
  allocate(code: number, input: number, length: number, time: number, line: number, offset: number): number {
    this.vocabulary.hold(code);
    const cell = this.cell();
    this.unwritten++;
    const { integers, reals } = this;
    const i = cell * INTEGERS;
    integers[i + CODE] = code;
    integers[i + INPUT] = input;
    integers[i + LENGTH] = length;
    integers[i + NEXT] = NONE;
    integers[i + PART] = NONE;
    const r = cell * this.width;
    reals[r + TIME] = time;
    reals[r + LINE] = line;
    reals[r + OFFSET] = offset;
    return cell;
  }

  /** The event of a row, with the numbers of its first parameters. */
  add({ origin, parameters }: LogBatch, row: number, code: number, time: number, input: number): number {
    const { length, line, offset } = origin;
    const cell = this.allocate(code, input, length[row] as number, time, line[row] as number, offset[row] as number);
    const { reals, slots } = this;
    const first = parameters.first[row] as number;
    const count = (parameters.first[row + 1] as number) - first;
    const r = cell * this.width + NUMBERS;
    for (let s = 0; s < slots; s++) {
      reals[r + s] =
        s < count ? numberAt(parameters.bytes, parameters.start[first + s] as number, parameters.end[first + s] as number) : Number.NaN;
    }
    return cell;
  }

  code(cell: number): number {
    return this.integers[cell * INTEGERS + CODE] as number;
  }

  input(cell: number): number {
    return this.integers[cell * INTEGERS + INPUT] as number;
  }

  length(cell: number): number {
    return this.integers[cell * INTEGERS + LENGTH] as number;
  }

  /** The event behind in its session's list; -1 = none. */
  next(cell: number): number {
    return this.integers[cell * INTEGERS + NEXT] as number;
  }

  link(cell: number, next: number): void {
    this.integers[cell * INTEGERS + NEXT] = next;
  }

  /** Part of the snapshot that holds the event, -1 = none yet. */
  part(cell: number): number {
    return this.integers[cell * INTEGERS + PART] as number;
  }

  time(cell: number): number {
    return this.reals[cell * this.width + TIME] as number;
  }

  line(cell: number): number {
    return this.reals[cell * this.width + LINE] as number;
  }

  offset(cell: number): number {
    return this.reals[cell * this.width + OFFSET] as number;
  }

  /** Number of a leading parameter, NaN = none. */
  number(cell: number, slot: number): number {
    return this.reals[cell * this.width + NUMBERS + slot] as number;
  }

  putNumber(cell: number, slot: number, value: number): void {
    this.reals[cell * this.width + NUMBERS + slot] = value;
  }

  /** The event is held by `part` of the snapshot from here on. */
  write(cell: number, part: number): void {
    if (this.part(cell) === NONE) this.unwritten--;
    this.integers[cell * INTEGERS + PART] = part;
  }

  private cell(): number {
    this.size++;
    const recycled = this.free;
    if (recycled !== NONE) {
      this.free = this.next(recycled);
      return recycled;
    }
    if (this.used === this.capacity) this.grow();
    return this.used++;
  }

  /** Frees the list head ... tail of `count` cells. */
  release(head: number, tail: number, count: number): void {
    if (head === NONE) return;
    for (let cell = head, left = count; left > 0; left--, cell = this.next(cell)) {
      this.vocabulary.release(this.code(cell));
      const part = this.part(cell);
      if (part === NONE) this.unwritten--;
      else this.tiers.release(part);
    }
    this.link(tail, this.free);
    this.free = head;
    this.size -= count;
  }

  private grow(): void {
    this.capacity = Math.min(this.capacity * 2, Math.max(this.limit, this.capacity + 1));
    this.integers = widen(this.integers, new Int32Array(this.capacity * INTEGERS));
    this.reals = widen(this.reals, new Float64Array(this.capacity * this.width));
  }
}

export function widen<A extends Int32Array | Float64Array | Uint8Array>(from: A, into: A): A {
  into.set(from);
  return into;
}
