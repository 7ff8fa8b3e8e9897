import { decodeUtf8, formatMicros, type LogBatch, type Micros, type SequenceBatch, type Template } from '../core/index.ts';
import type { SessionOptions } from './definition.ts';
import { EventArena, widen } from './event-arena.ts';
import { type KeyReader, keyReader } from './key-reader.ts';
import { KeyTable } from './key-table.ts';
import { SequenceBuilder } from './sequence-builder.ts';
import { isEntity, isReusable, type SessionKey } from './session-key.ts';
import { OpenSnapshot, UNWRITTEN } from './snapshot.ts';
import { Vocabulary } from './vocabulary.ts';
import { EventTime } from './watermark.ts';

const NONE = -1;

// Of each open session side by side: its list of events, the part that it is, its times, when it began and was used last, the part of the snapshot.
const [HEAD, TAIL, COUNT, NUMBER, FIRST, START, LAST, SERIAL, USED, WRITTEN] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
const FIELDS = 10;

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
  private readonly endIds: ReadonlySet<string>;
  private readonly table: KeyTable;
  private readonly arena: EventArena;
  private readonly vocabulary = new Vocabulary();
  private readonly inputs: string[] = [];
  private readonly inputIndex = new Map<string, number>();
  private readonly builder: SequenceBuilder;
  private readonly clock = new EventTime();
  private readonly endsByCode: (boolean | undefined)[] = [];
  /** Per slot of the table. */
  private sessions = new Float64Array(256 * FIELDS);
  private readonly entity: string[] = [];
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
    this.endIds = new Set(options.ends);
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
        if (this.isEnd(code)) {
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

  /** End of input: closes every session, or the oldest until `events` of them are to be taken; true when none is open any more. */
  finish(_whole = false, events = Number.POSITIVE_INFINITY): boolean {
    this.builder.reserve(Math.min(this.arena.size, events));
    while (this.table.oldest !== NONE && this.builder.size < events) this.close(this.table.oldest);
    return this.table.oldest === NONE;
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
      serial: (slot: number) => this.get(slot, SERIAL),
      head: (slot: number) => this.get(slot, HEAD),
      count: (slot: number) => this.get(slot, COUNT),
      written: (slot: number) => this.get(slot, WRITTEN),
      wrote: (slot: number, part: number) => {
        this.set(slot, WRITTEN, part);
      },
      describe: (slot: number) => ({
        serial: this.get(slot, SERIAL),
        key: this.table.key(slot),
        entity: this.entity[slot] as string,
        part: this.get(slot, NUMBER),
        first: this.get(slot, FIRST),
        start: this.get(slot, START),
        last: this.get(slot, LAST),
        used: this.get(slot, USED),
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
      const slot = this.insert(bytes, 0, bytes.length);
      this.set(slot, HEAD, session.head);
      this.set(slot, TAIL, session.tail);
      this.set(slot, COUNT, session.count);
      this.set(slot, NUMBER, session.part);
      this.set(slot, FIRST, session.first);
      this.set(slot, START, session.start);
      this.set(slot, LAST, session.last);
      this.entity[slot] = session.entity;
      this.set(slot, SERIAL, session.serial);
      this.set(slot, USED, session.used);
      this.set(slot, WRITTEN, session.written);
      this.uses = Math.max(this.uses, session.used + 1);
    }
  }

  private slotFor(bytes: Uint8Array, start: number, end: number, time: Micros, batch: LogBatch, row: number): number {
    const known = this.table.find(bytes, start, end);
    if (known !== NONE) {
      if (time - this.get(known, LAST) <= this.options.idle) {
        this.table.touch(known);
        this.set(known, USED, this.uses++);
        return known;
      }
      this.counters.closedByIdle++;
      this.close(known);
    }
    if (this.table.size >= this.options.maxOpen) this.evict();
    const slot = this.insert(bytes, start, end);
    this.counters.opened++;
    this.set(slot, SERIAL, this.nextSerial++);
    this.set(slot, USED, this.uses++);
    this.set(slot, WRITTEN, UNWRITTEN);
    this.set(slot, HEAD, NONE);
    this.set(slot, TAIL, NONE);
    this.set(slot, COUNT, 0);
    this.set(slot, NUMBER, 1);
    this.set(slot, FIRST, time);
    this.set(slot, START, time);
    this.set(slot, LAST, time);
    this.entity[slot] = this.entityIsKey ? '' : (batch.host.values[batch.host.codes[row] as number] ?? batch.source);
    return slot;
  }

  private insert(bytes: Uint8Array, start: number, end: number): number {
    const slot = this.table.insert(bytes, start, end);
    if (slot * FIELDS >= this.sessions.length) this.sessions = widen(this.sessions, new Float64Array(this.sessions.length * 2));
    return slot;
  }

  private get(slot: number, field: number): number {
    return this.sessions[slot * FIELDS + field] as number;
  }

  private set(slot: number, field: number, value: number): void {
    this.sessions[slot * FIELDS + field] = value;
  }

  private append(slot: number, batch: LogBatch, row: number, code: number, time: Micros, input: number): void {
    while (this.arena.full && this.table.oldest !== slot) this.evict();
    if (this.get(slot, COUNT) >= this.options.maxEvents || this.arena.full) this.split(slot, time);
    this.changed(slot);
    const { arena } = this;
    const cell = arena.add(batch, row, code, time, input);
    if (this.get(slot, HEAD) === NONE) this.set(slot, HEAD, cell);
    else arena.link(this.get(slot, TAIL), cell);
    this.set(slot, TAIL, cell);
    this.set(slot, COUNT, this.get(slot, COUNT) + 1);
    if (time > this.get(slot, LAST)) this.set(slot, LAST, time);
    if (time < this.get(slot, START)) this.set(slot, START, time);
  }

  private expire(watermark: Micros): void {
    const before = watermark - this.options.lateness - this.options.idle;
    while (this.table.oldest !== NONE && this.get(this.table.oldest, LAST) < before) {
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
    this.arena.release(this.get(slot, HEAD), this.get(slot, TAIL), this.get(slot, COUNT));
    this.changed(slot);
    this.table.remove(slot);
  }

  /** What the snapshot tells of the session is no longer so. */
  private changed(slot: number): void {
    const part = this.get(slot, WRITTEN);
    if (part === UNWRITTEN) return;
    this.parts.release(part);
    this.set(slot, WRITTEN, UNWRITTEN);
  }

  private split(slot: number, time: Micros): void {
    this.counters.split++;
    this.emit(slot);
    this.arena.release(this.get(slot, HEAD), this.get(slot, TAIL), this.get(slot, COUNT));
    this.set(slot, HEAD, NONE);
    this.set(slot, TAIL, NONE);
    this.set(slot, COUNT, 0);
    this.set(slot, NUMBER, this.get(slot, NUMBER) + 1);
    this.set(slot, START, time);
    // Its events so far are in parts of the snapshot under the old number.
    this.set(slot, SERIAL, this.nextSerial++);
    this.changed(slot);
  }

  private emit(slot: number): void {
    const name = textOf(this.table.key(slot));
    const since = this.reusable ? `@${formatMicros(this.get(slot, FIRST))}` : '';
    const part = this.get(slot, NUMBER) > 1 ? `#${this.get(slot, NUMBER)}` : '';
    this.builder.append({
      key: `${name}${since}${part}`,
      entity: this.entityIsKey ? name : (this.entity[slot] as string),
      head: this.get(slot, HEAD),
      count: this.get(slot, COUNT),
      start: this.get(slot, START),
      end: this.get(slot, LAST) + 1,
    });
  }

  private isEnd(code: number): boolean {
    const known = this.endsByCode[code];
    if (known !== undefined) return known;
    const ends = this.endIds.has(this.vocabulary.id(code)) || (this.ends?.test(this.vocabulary.text(code)) ?? false);
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

/** The text whose bytes the characters of a key are. */
function textOf(key: string): string {
  for (let i = 0; i < key.length; i++) if (key.charCodeAt(i) > 127) return decodeUtf8(Buffer.from(key, 'latin1'), 0, key.length);
  return key;
}
