import type { SequenceBatch } from '../core/index.ts';
import { type EventArena, widen } from './event-arena.ts';
import type { Vocabulary } from './vocabulary.ts';

/** One closed session or window whose events are the list head ... in the arena. */
export interface ClosedSequence {
  readonly key: string;
  readonly entity: string;
  readonly head: number;
  readonly count: number;
  readonly start: number;
  readonly end: number;
}

/** Collects closed sessions into a SequenceBatch whose vocabulary holds only the events that occur in it. */
export class SequenceBuilder {
  private readonly arena: EventArena;
  private readonly vocabulary: Vocabulary;
  private readonly inputs: readonly string[];
  private keys: string[] = [];
  private entities: string[] = [];
  private starts: number[] = [];
  private ends: number[] = [];
  private offsets: number[] = [0];
  private events = 0;
  private code = new Int32Array(256);
  private input = new Int32Array(256);
  private length = new Int32Array(256);
  private time = new Float64Array(256);
  private line = new Float64Array(256);
  private offset = new Float64Array(256);
  private numbers: Float64Array;

  constructor(arena: EventArena, vocabulary: Vocabulary, inputs: readonly string[]) {
    this.arena = arena;
    this.vocabulary = vocabulary;
    this.inputs = inputs;
    this.numbers = new Float64Array(256 * arena.slots);
  }

  get rows(): number {
    return this.keys.length;
  }

  /** Events that are to be taken. */
  get size(): number {
    return this.events;
  }

  /** So many events more are about to be appended. */
  reserve(events: number): void {
    if (this.events + events > this.code.length) this.grow(this.events + events);
  }

  append(closed: ClosedSequence): void {
    const { arena } = this;
    const { slots } = arena;
    if (this.events + closed.count > this.code.length) this.grow(Math.max(this.code.length * 2, this.events + closed.count));
    let cell = closed.head;
    for (let i = 0; i < closed.count; i++) {
      const to = this.events++;
      this.code[to] = arena.code(cell);
      this.input[to] = arena.input(cell);
      this.length[to] = arena.length(cell);
      this.time[to] = arena.time(cell);
      this.line[to] = arena.line(cell);
      this.offset[to] = arena.offset(cell);
      for (let s = 0; s < slots; s++) this.numbers[to * slots + s] = arena.number(cell, s);
      cell = arena.next(cell);
    }
    this.keys.push(closed.key);
    this.entities.push(closed.entity);
    this.starts.push(closed.start);
    this.ends.push(closed.end);
    this.offsets.push(this.events);
  }

  /** Everything appended since the last call, or undefined when that is nothing. */
  take(): SequenceBatch | undefined {
    if (this.keys.length === 0) return undefined;
    const { events } = this;
    const slots = this.arena.slots;
    const words = compact(whole(this.code, events));
    const inputs = compact(whole(this.input, events));
    const first = new Int32Array(events + 1);
    for (let i = 0; i <= events; i++) first[i] = i * slots;
    const batch: SequenceBatch = {
      shape: 'sequences',
      rows: this.keys.length,
      keys: this.keys,
      entities: this.entities,
      codes: words.codes,
      offsets: Int32Array.from(this.offsets),
      vocabulary: words.used.map((code) => this.vocabulary.id(code)),
      eventText: words.used.map((code) => this.vocabulary.text(code)),
      times: whole(this.time, events),
      paramFirst: first,
      paramValues: whole(this.numbers, events * slots),
      inputs: inputs.used.map((code) => this.inputs[code] as string),
      eventInput: inputs.codes,
      eventLine: whole(this.line, events),
      eventOffset: whole(this.offset, events),
      eventLength: whole(this.length, events),
      start: Float64Array.from(this.starts),
      end: Float64Array.from(this.ends),
    };
    this.keys = [];
    this.entities = [];
    this.starts = [];
    this.ends = [];
    this.offsets = [0];
    this.events = 0;
    if (this.code.length === events) this.renew();
    return batch;
  }

  /** The columns were given away. */
  private renew(): void {
    this.code = new Int32Array(256);
    this.input = new Int32Array(256);
    this.length = new Int32Array(256);
    this.time = new Float64Array(256);
    this.line = new Float64Array(256);
    this.offset = new Float64Array(256);
    this.numbers = new Float64Array(256 * this.arena.slots);
  }

  private grow(capacity: number): void {
    this.code = widen(this.code, new Int32Array(capacity));
    this.input = widen(this.input, new Int32Array(capacity));
    this.length = widen(this.length, new Int32Array(capacity));
    this.time = widen(this.time, new Float64Array(capacity));
    this.line = widen(this.line, new Float64Array(capacity));
    this.offset = widen(this.offset, new Float64Array(capacity));
    this.numbers = widen(this.numbers, new Float64Array(capacity * this.arena.slots));
  }
}

/** The first `length` values of a column: the column itself where it holds no more, as after `reserve`. */
function whole<A extends Int32Array | Float64Array>(column: A, length: number): A {
  return column.length === length ? column : (column.slice(0, length) as A);
}

/** Renumbers codes by first occurrence. */
function compact(codes: Int32Array): { codes: Int32Array; used: number[] } {
  const used: number[] = [];
  let most = 0;
  for (const code of codes) if (code > most) most = code;
  const index = new Int32Array(most + 1).fill(-1);
  for (let i = 0; i < codes.length; i++) {
    const code = codes[i] as number;
    if (index[code] === -1) index[code] = used.push(code) - 1;
    codes[i] = index[code] as number;
  }
  return { codes, used };
}
