import { Tiers } from './tiers.ts';
import type { Vocabulary } from './vocabulary.ts';

/** What is kept of an event while its session is open. `numbers` are slots of the template's first parameters, NaN = no number. */
export interface EventRecord {
  code: number;
  time: number;
  input: number;
  line: number;
  offset: number;
  length: number;
}

const NONE = -1;

/**
 * Events of all open sessions in shared columns, linked into one list per session, so that a million open events are a few
 * typed arrays. Grows by doubling up to `limit` events. The templates of its events are held in the vocabulary.
 */
export class EventArena {
  readonly slots: number;
  private readonly limit: number;
  private readonly vocabulary: Vocabulary;
  private used = 0;
  private free = NONE;
  size = 0;
  code = new Int32Array(1024);
  input = new Int32Array(1024);
  length = new Int32Array(1024);
  next = new Int32Array(1024);
  /** Part of the snapshot that holds the event, -1 = none yet. */
  part = new Int32Array(1024).fill(NONE);
  /** Events that are in no part of the snapshot. */
  unwritten = 0;
  /** Parts of the snapshot. */
  readonly tiers = new Tiers();
  time = new Float64Array(1024);
  line = new Float64Array(1024);
  offset = new Float64Array(1024);
  numbers: Float64Array;

  constructor(limit: number, slots: number, vocabulary: Vocabulary) {
    this.limit = limit;
    this.vocabulary = vocabulary;
    this.slots = slots;
    this.numbers = new Float64Array(1024 * slots);
  }

  /** No room for a further event, or for one of a further template. */
  get full(): boolean {
    return this.size >= this.limit || this.vocabulary.full;
  }

  /** Index of a fresh cell for an event of `code`; the caller fills the other columns and `numbers` (index * slots ...) and links it. */
  allocate(code: number): number {
    this.vocabulary.hold(code);
    const cell = this.cell();
    this.code[cell] = code;
    this.part[cell] = NONE;
    this.unwritten++;
    return cell;
  }

  /** The event is held by `part` of the snapshot from here on. */
  write(cell: number, part: number): void {
    if (this.part[cell] === NONE) this.unwritten--;
    this.part[cell] = part;
  }

  private cell(): number {
    this.size++;
    const recycled = this.free;
    if (recycled !== NONE) {
      this.free = this.next[recycled] as number;
      this.next[recycled] = NONE;
      return recycled;
    }
    if (this.used === this.code.length) this.grow();
    this.next[this.used] = NONE;
    return this.used++;
  }

  /** Frees the list head ... tail of `count` cells. */
  release(head: number, tail: number, count: number): void {
    if (head === NONE) return;
    for (let cell = head, left = count; left > 0; left--, cell = this.next[cell] as number) {
      this.vocabulary.release(this.code[cell] as number);
      const part = this.part[cell] as number;
      if (part === NONE) this.unwritten--;
      else this.tiers.release(part);
    }
    this.next[tail] = this.free;
    this.free = head;
    this.size -= count;
  }

  private grow(): void {
    const capacity = Math.min(this.code.length * 2, Math.max(this.limit, this.code.length + 1));
    this.code = widen(this.code, new Int32Array(capacity));
    this.input = widen(this.input, new Int32Array(capacity));
    this.length = widen(this.length, new Int32Array(capacity));
    this.next = widen(this.next, new Int32Array(capacity));
    this.part = widen(this.part, new Int32Array(capacity));
    this.time = widen(this.time, new Float64Array(capacity));
    this.line = widen(this.line, new Float64Array(capacity));
    this.offset = widen(this.offset, new Float64Array(capacity));
    this.numbers = widen(this.numbers, new Float64Array(capacity * this.slots));
  }
}

export function widen<A extends Int32Array | Float64Array | Uint8Array>(from: A, into: A): A {
  into.set(from);
  return into;
}
