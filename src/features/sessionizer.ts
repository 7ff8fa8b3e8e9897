import { decodeUtf8, formatMicros, type LogBatch, type Micros, type SequenceBatch, type Template } from '../core/index.ts';
import type { SessionOptions } from './definition.ts';
import { EventArena } from './event-arena.ts';
import { type KeyReader, keyReader } from './key-reader.ts';
import { KeyTable } from './key-table.ts';
import { numberAt } from './numbers.ts';
import { SequenceBuilder } from './sequence-builder.ts';
import { isEntity, isReusable, type SessionKey } from './session-key.ts';
import { OpenSnapshot, UNWRITTEN } from './snapshot.ts';
import { Vocabulary } from './vocabulary.ts';
import { EventTime } from './watermark.ts';

const NONE = -1;

/** What became of lines that are in no session or whose session was cut short. */
export interface SessionCounters {
  events: number;
  withoutKey: number;
  opened: number;
  closedByIdle: number;
  closedByEnd: number;
  /** Closed early because a bound was reached (open sessions, open events). */
  evicted: number;
  /** Parts cut off because a session held `maxEvents`. */
  split: number;
}

/**
 * Groups log lines into sessions by a key, in bounded memory. A session closes when its key was silent for `idle`, at its end
 * event, at a bound, or at the end of input; time is the source's own event time, taken line by line, so that results do not
 * depend on where batches end. A line that names several keys counts for each.
 */
export class Sessionizer {
  readonly key: SessionKey;
  readonly counters: SessionCounters = { events: 0, withoutKey: 0, opened: 0, closedByIdle: 0, closedByEnd: 0, evicted: 0, split: 0 };
  private readonly options: SessionOptions;
  private readonly read: KeyReader;
  private readonly reusable: boolean;
  private readonly entityIsKey: boolean;
  private readonly ends: RegExp | undefined;
  private readonly table: KeyTable;
  private readonly arena: EventArena;
  private readonly vocabulary = new Vocabulary();
  private readonly inputs: string[] = [];
  private readonly inputIndex = new Map<string, number>();
  private readonly builder: SequenceBuilder;
  private readonly clock = new EventTime();
  private readonly endsByCode: (boolean | undefined)[] = [];
  // Per slot of the table:
  private readonly head: number[] = [];
  private readonly tail: number[] = [];
  private readonly count: number[] = [];
  private readonly part: number[] = [];
  private readonly first: number[] = [];
  private readonly start: number[] = [];
  private readonly last: number[] = [];
  private readonly entity: string[] = [];
  private readonly serial: number[] = [];
  private readonly used: number[] = [];
  private readonly written: number[] = [];
  private nextSerial = 0;
  private uses = 0;
  private readonly parts: OpenSnapshot;

  constructor(key: SessionKey, options: SessionOptions) {
    this.key = key;
    this.options = options;
    this.read = keyReader(key);
    this.reusable = isReusable(key);
    this.entityIsKey = isEntity(key);
    this.ends = options.end === undefined ? undefined : new RegExp(options.end, 'u');
    this.table = new KeyTable(options.seed);
    this.arena = new EventArena(options.maxOpenEvents, options.numbers, this.vocabulary);
    this.builder = new SequenceBuilder(this.arena, this.vocabulary, this.inputs);
    this.parts = new OpenSnapshot(this.arena, this.vocabulary);
  }

  add(batch: LogBatch, templates: readonly Template[]): void {
    const input = this.inputCode(batch.origin.input);
    for (let row = 0; row < batch.rows; row++) {
      const time = this.clock.take(batch.time[row] as number);
      this.expire(this.clock.latest);
      const keys = this.read(batch, row, templates);
      this.counters.events++;
      if (keys.count === 0) {
        this.counters.withoutKey++;
        continue;
      }
      const code = this.vocabulary.codeOf(batch.template[row] as number, templates);
      for (let i = 0; i < keys.count; i++) {
        const slot = this.slotFor(keys.bytes, keys.start[i] as number, keys.end[i] as number, time, batch, row);
        this.append(slot, batch, row, code, time, input);
        if (this.ends !== undefined && this.isEnd(code)) {
          this.counters.closedByEnd++;
          this.close(slot);
        }
      }
    }
  }

  /** Event time from outside (another source's watermark, an idle time-out): closes what was silent for `idle` before it. */
  advance(watermark: Micros): void {
    this.expire(watermark);
  }

  /** End of input: closes every session. */
  finish(): void {
    while (this.table.oldest !== NONE) this.close(this.table.oldest);
  }

  /** Sessions closed since the last call, in the order they closed. */
  take(): SequenceBatch | undefined {
    const batch = this.builder.take();
    this.vocabulary.sweep((code) => {
      this.endsByCode[code] = undefined;
    });
    return batch;
  }

  get open(): number {
    return this.table.size;
  }

  /** Everything open, in parts: those that changed since the last call, an empty one is gone; call `take` first. */
  snapshot(): Readonly<Record<string, Uint8Array>> {
    const slots: number[] = [];
    for (let slot = this.table.oldest; slot !== NONE; slot = this.table.after(slot)) slots.push(slot);
    const open = {
      slots,
      serial: (slot: number) => this.serial[slot] as number,
      head: (slot: number) => this.head[slot] as number,
      count: (slot: number) => this.count[slot] as number,
      written: (slot: number) => this.written[slot] as number,
      wrote: (slot: number, part: number) => {
        this.written[slot] = part;
      },
      describe: (slot: number) => ({
        serial: this.serial[slot] as number,
        key: Buffer.from(this.table.key(slot)).toString('latin1'),
        entity: this.entity[slot] as string,
        part: this.part[slot] as number,
        first: this.first[slot] as number,
        start: this.start[slot] as number,
        last: this.last[slot] as number,
        used: this.used[slot] as number,
      }),
    };
    return this.parts.write(open, { clock: this.clock.state(), counters: { ...this.counters } }, this.nextSerial, this.inputs);
  }

  /** All parts of a snapshot, each as it was given last. */
  restore(snapshot: Readonly<Record<string, Uint8Array>>): void {
    while (this.table.oldest !== NONE) this.drop(this.table.oldest);
    this.take();
    this.inputs.length = 0;
    this.inputIndex.clear();
    const state = this.parts.read(snapshot, (input) => this.inputCode(input));
    this.clock.restore(state.clock);
    Object.assign(this.counters, state.counters);
    this.nextSerial = state.nextSerial;
    for (const session of state.sequences) {
      const bytes = Buffer.from(session.key, 'latin1');
      const slot = this.table.insert(bytes, 0, bytes.length);
      this.head[slot] = session.head;
      this.tail[slot] = session.tail;
      this.count[slot] = session.count;
      this.part[slot] = session.part;
      this.first[slot] = session.first;
      this.start[slot] = session.start;
      this.last[slot] = session.last;
      this.entity[slot] = session.entity;
      this.serial[slot] = session.serial;
      this.used[slot] = session.used;
      this.written[slot] = session.written;
      this.uses = Math.max(this.uses, session.used + 1);
    }
  }

  private slotFor(bytes: Uint8Array, start: number, end: number, time: Micros, batch: LogBatch, row: number): number {
    const known = this.table.find(bytes, start, end);
    if (known !== NONE) {
      if (time - (this.last[known] as number) <= this.options.idle) {
        this.table.touch(known);
        this.used[known] = this.uses++;
        return known;
      }
      this.counters.closedByIdle++;
      this.close(known);
    }
    if (this.table.size >= this.options.maxOpen) this.evict();
    const slot = this.table.insert(bytes, start, end);
    this.counters.opened++;
    this.serial[slot] = this.nextSerial++;
    this.used[slot] = this.uses++;
    this.written[slot] = UNWRITTEN;
    this.head[slot] = NONE;
    this.tail[slot] = NONE;
    this.count[slot] = 0;
    this.part[slot] = 1;
    this.first[slot] = time;
    this.start[slot] = time;
    this.last[slot] = time;
    this.entity[slot] = this.entityIsKey ? '' : (batch.host.values[batch.host.codes[row] as number] ?? batch.source);
    return slot;
  }

  private append(slot: number, batch: LogBatch, row: number, code: number, time: Micros, input: number): void {
    while (this.arena.full && this.table.oldest !== slot) this.evict();
    if ((this.count[slot] as number) >= this.options.maxEvents || this.arena.full) this.split(slot, time);
    this.changed(slot);
    const { arena } = this;
    const cell = arena.allocate(code);
    arena.time[cell] = time;
    arena.input[cell] = input;
    arena.line[cell] = batch.origin.line[row] as number;
    arena.offset[cell] = batch.origin.offset[row] as number;
    arena.length[cell] = batch.origin.length[row] as number;
    this.fillNumbers(cell, batch, row);
    if (this.head[slot] === NONE) this.head[slot] = cell;
    else arena.next[this.tail[slot] as number] = cell;
    this.tail[slot] = cell;
    this.count[slot] = (this.count[slot] as number) + 1;
    if (time > (this.last[slot] as number)) this.last[slot] = time;
    if (time < (this.start[slot] as number)) this.start[slot] = time;
  }

  private fillNumbers(cell: number, batch: LogBatch, row: number): void {
    const { slots, numbers } = this.arena;
    const { parameters } = batch;
    const first = parameters.first[row] as number;
    const count = (parameters.first[row + 1] as number) - first;
    for (let s = 0; s < slots; s++) {
      numbers[cell * slots + s] =
        s < count ? numberAt(parameters.bytes, parameters.start[first + s] as number, parameters.end[first + s] as number) : Number.NaN;
    }
  }

  private expire(watermark: Micros): void {
    const before = watermark - this.options.lateness - this.options.idle;
    while (this.table.oldest !== NONE && (this.last[this.table.oldest] as number) < before) {
      this.counters.closedByIdle++;
      this.close(this.table.oldest);
    }
  }

  private evict(): void {
    this.counters.evicted++;
    this.close(this.table.oldest);
  }

  private close(slot: number): void {
    this.emit(slot);
    this.drop(slot);
  }

  private drop(slot: number): void {
    this.arena.release(this.head[slot] as number, this.tail[slot] as number, this.count[slot] as number);
    this.changed(slot);
    this.table.remove(slot);
  }

  /** What the snapshot tells of the session is no longer so. */
  private changed(slot: number): void {
    const part = this.written[slot] as number;
    if (part === UNWRITTEN) return;
    this.parts.release(part);
    this.written[slot] = UNWRITTEN;
  }

  private split(slot: number, time: Micros): void {
    this.counters.split++;
    this.emit(slot);
    this.arena.release(this.head[slot] as number, this.tail[slot] as number, this.count[slot] as number);
    this.head[slot] = NONE;
    this.tail[slot] = NONE;
    this.count[slot] = 0;
    this.part[slot] = (this.part[slot] as number) + 1;
    this.start[slot] = time;
    // Its events so far are in parts of the snapshot under the old number.
    this.serial[slot] = this.nextSerial++;
    this.changed(slot);
  }

  private emit(slot: number): void {
    const bytes = this.table.key(slot);
    const name = decodeUtf8(bytes, 0, bytes.length);
    const since = this.reusable ? `@${formatMicros(this.first[slot] as number)}` : '';
    const part = (this.part[slot] as number) > 1 ? `#${this.part[slot]}` : '';
    this.builder.append({
      key: `${name}${since}${part}`,
      entity: this.entityIsKey ? name : (this.entity[slot] as string),
      head: this.head[slot] as number,
      count: this.count[slot] as number,
      start: this.start[slot] as number,
      end: (this.last[slot] as number) + 1,
    });
  }

  private isEnd(code: number): boolean {
    const known = this.endsByCode[code];
    if (known !== undefined) return known;
    const ends = this.ends?.test(this.vocabulary.text(code)) ?? false;
    this.endsByCode[code] = ends;
    return ends;
  }

  private inputCode(input: string): number {
    const known = this.inputIndex.get(input);
    if (known !== undefined) return known;
    const code = this.inputs.push(input) - 1;
    this.inputIndex.set(input, code);
    return code;
  }
}
