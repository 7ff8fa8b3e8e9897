import { formatMicros, type LogBatch, type Micros, type SequenceBatch, type Template } from '../core/index.ts';
import type { WindowConfig } from './definition.ts';
import { EventArena } from './event-arena.ts';
import { SequenceBuilder } from './sequence-builder.ts';
import { OpenSnapshot, UNWRITTEN } from './snapshot.ts';
import { Vocabulary } from './vocabulary.ts';
import { EventTime } from './watermark.ts';

const NONE = -1;

interface OpenWindow {
  readonly group: string;
  readonly entity: string;
  readonly index: number;
  head: number;
  tail: number;
  count: number;
  part: number;
  /** False once it was handed over and nothing came since. */
  changed: boolean;
  /** Its number, a new one after each split, and the part of the snapshot that tells of it. */
  serial: number;
  written: number;
}

export interface WindowCounters {
  events: number;
  /** Came after `lateness`: counted, in no window. */
  late: number;
  /** Windows handed over again because a late event came. */
  reopened: number;
  /** Closed early because a bound was reached. */
  evicted: number;
}

/**
 * Event-time windows [k * slide, k * slide + size) per host and component of one source. A window is handed over when event time
 * passes its end, and again, whole, when an event comes within `lateness`.
 */
export class Windower {
  readonly counters: WindowCounters = { events: 0, late: 0, reopened: 0, evicted: 0 };
  private readonly config: WindowConfig;
  private readonly size: number;
  private readonly slide: number;
  private readonly arena: EventArena;
  private readonly vocabulary = new Vocabulary();
  private readonly inputs: string[] = [];
  private readonly inputIndex = new Map<string, number>();
  private readonly builder: SequenceBuilder;
  private readonly clock = new EventTime();
  /** Window number -> group -> window; few numbers are open at a time. */
  private readonly windows = new Map<number, Map<string, OpenWindow>>();
  private open = 0;
  /** Nothing closes before event time reaches this. */
  private nextDue = Number.POSITIVE_INFINITY;
  private nextSerial = 0;
  private emitted = 0;
  private readonly parts: OpenSnapshot;

  constructor(config: WindowConfig) {
    this.config = config;
    this.size = config.size;
    this.slide = config.slide ?? config.size;
    this.arena = new EventArena(config.maxOpenEvents, config.numbers, this.vocabulary);
    this.builder = new SequenceBuilder(this.arena, this.vocabulary, this.inputs);
    this.parts = new OpenSnapshot(this.arena, this.vocabulary);
  }

  add(batch: LogBatch, templates: readonly Template[]): void {
    const input = this.inputCode(batch.origin.input);
    const groupOf = this.groupReader(batch);
    for (let row = 0; row < batch.rows; row++) {
      this.counters.events++;
      const time = this.clock.take(batch.time[row] as number);
      if (this.clock.latest >= this.nextDue) this.advance(this.clock.latest);
      while (this.arena.full) this.evict();
      const code = this.vocabulary.codeOf(batch.template[row] as number, templates);
      const group = groupOf(row);
      const last = Math.floor(time / this.slide);
      let placed = false;
      for (let index = Math.floor((time - this.size) / this.slide) + 1; index <= last; index++) {
        if (index * this.slide + this.size + this.config.lateness <= this.clock.latest) continue;
        placed = true;
        this.append(this.windowFor(index, group, batch, row), batch, row, code, time, input);
      }
      if (!placed) this.counters.late++;
    }
  }

  /** Hands over what ended before the watermark, in order of time, then of group. */
  advance(watermark: Micros): void {
    let due = Number.POSITIVE_INFINITY;
    for (const index of [...this.windows.keys()].sort((a, b) => a - b)) {
      const end = index * this.slide + this.size;
      if (end > watermark) {
        due = Math.min(due, end);
        continue;
      }
      this.emitIndex(index);
      if (end + this.config.lateness <= watermark) this.dropIndex(index);
      else due = Math.min(due, end + this.config.lateness);
    }
    this.nextDue = due;
  }

  /**
   * `whole`: without windows that the input, which ended, covers less than half of, where there are others: their sequences are none like the others.
   * The oldest until `events` of them are to be taken; true when none is open any more.
   */
  finish(whole = false, events = Number.POSITIVE_INFINITY): boolean {
    const { latest } = this.clock;
    for (const index of [...this.windows.keys()].sort((a, b) => a - b)) {
      if (this.builder.size >= events) return false;
      const covered = latest - index * this.slide;
      if (!whole || covered >= this.size / 2 || this.emitted === 0) this.emitIndex(index);
      this.dropIndex(index);
    }
    return true;
  }

  take(): SequenceBatch | undefined {
    const batch = this.builder.take();
    this.vocabulary.sweep();
    return batch;
  }

  /** Everything open, in parts: those that changed since the last call, an empty one is gone; call `take` first. */
  snapshot(): Readonly<Record<string, Uint8Array>> {
    const windows = [...this.windows.keys()].sort((a, b) => a - b).flatMap((index) => this.ordered(index));
    const at = (slot: number) => windows[slot] as OpenWindow;
    const open = {
      slots: windows.map((_, slot) => slot),
      serial: (slot: number) => at(slot).serial,
      head: (slot: number) => at(slot).head,
      count: (slot: number) => at(slot).count,
      written: (slot: number) => at(slot).written,
      wrote: (slot: number, part: number) => {
        at(slot).written = part;
      },
      describe: (slot: number) => {
        const { serial, group, entity, part, index, changed } = at(slot);
        return { serial, key: group, entity, part, first: index, start: changed ? 1 : 0, last: 0, used: 0 };
      },
    };
    return this.parts.write(open, { clock: this.clock.state(), counters: { ...this.counters } }, this.nextSerial, this.inputs);
  }

  /** All parts of a snapshot, each as it was given last. */
  restore(snapshot: Readonly<Record<string, Uint8Array>>): void {
    for (const index of [...this.windows.keys()]) this.dropIndex(index);
    this.take();
    this.inputs.length = 0;
    this.inputIndex.clear();
    const state = this.parts.read(snapshot, (input) => this.inputCode(input));
    this.clock.restore(state.clock);
    Object.assign(this.counters, state.counters);
    this.nextSerial = state.nextSerial;
    for (const { key, entity, part, first, start, head, tail, count, serial, written } of state.sequences) {
      this.put({ group: key, entity, index: first, head, tail, count, part, changed: start === 1, serial, written });
    }
    this.nextDue = Number.NEGATIVE_INFINITY;
  }

  private append(window: OpenWindow, batch: LogBatch, row: number, code: number, time: Micros, input: number): void {
    if (window.count >= this.config.maxEvents) this.split(window);
    this.unwrite(window);
    const { arena } = this;
    const cell = arena.add(batch, row, code, time, input);
    if (window.head === NONE) window.head = cell;
    else arena.link(window.tail, cell);
    window.tail = cell;
    window.count++;
    if (!window.changed) this.counters.reopened++;
    window.changed = true;
    const end = window.index * this.slide + this.size;
    if (end < this.nextDue) this.nextDue = end;
  }

  private windowFor(index: number, group: string, batch: LogBatch, row: number): OpenWindow {
    const known = this.windows.get(index)?.get(group);
    if (known !== undefined) return known;
    while (this.open >= this.config.maxOpen) this.evict();
    const entity = batch.host.values[batch.host.codes[row] as number] ?? batch.source;
    const serial = this.nextSerial++;
    return this.put({ group, entity, index, head: NONE, tail: NONE, count: 0, part: 1, changed: true, serial, written: UNWRITTEN });
  }

  /** What the snapshot tells of the window is no longer so. */
  private unwrite(window: OpenWindow): void {
    if (window.written !== UNWRITTEN) this.parts.release(window.written);
    window.written = UNWRITTEN;
  }

  private put(window: OpenWindow): OpenWindow {
    const groups = this.windows.get(window.index) ?? new Map<string, OpenWindow>();
    this.windows.set(window.index, groups);
    groups.set(window.group, window);
    this.open++;
    return window;
  }

  /** Full: the oldest window number is handed over and forgotten, however little time has passed. */
  private evict(): void {
    const oldest = Math.min(...this.windows.keys());
    this.counters.evicted += this.windows.get(oldest)?.size ?? 0;
    this.emitIndex(oldest);
    this.dropIndex(oldest);
  }

  private split(window: OpenWindow): void {
    this.emit(window);
    this.arena.release(window.head, window.tail, window.count);
    window.head = NONE;
    window.tail = NONE;
    window.count = 0;
    window.part++;
    // Its events so far are in parts of the snapshot under the old number.
    window.serial = this.nextSerial++;
    this.unwrite(window);
  }

  private emitIndex(index: number): void {
    for (const window of this.ordered(index)) if (window.changed) this.emit(window);
  }

  private ordered(index: number): OpenWindow[] {
    return [...(this.windows.get(index)?.values() ?? [])].sort((a, b) => (a.group < b.group ? -1 : 1));
  }

  private dropIndex(index: number): void {
    const groups = this.windows.get(index);
    if (groups === undefined) return;
    for (const window of groups.values()) {
      this.arena.release(window.head, window.tail, window.count);
      this.unwrite(window);
    }
    this.open -= groups.size;
    this.windows.delete(index);
  }

  private emit(window: OpenWindow): void {
    if (window.changed) this.unwrite(window);
    window.changed = false;
    if (window.count === 0) return;
    this.emitted++;
    const start = window.index * this.slide;
    const part = window.part > 1 ? `#${window.part}` : '';
    this.builder.append({
      key: `${window.group}@${formatMicros(start)}${part}`,
      entity: window.entity,
      head: window.head,
      count: window.count,
      start,
      end: start + this.size,
    });
  }

  /** The group of a row as text, made once per pair of dictionary codes. */
  private groupReader(batch: LogBatch): (row: number) => string {
    const names = new Map<number, string>();
    const byHost = this.config.by.includes('host');
    const byComponent = this.config.by.includes('component');
    const width = batch.component.values.length + 1;
    return (row) => {
      const host = byHost ? (batch.host.codes[row] as number) : -1;
      const component = byComponent ? (batch.component.codes[row] as number) : -1;
      const pair = (host + 1) * width + component + 1;
      let name = names.get(pair);
      if (name === undefined) {
        name = [batch.host.values[host], batch.component.values[component]].filter((part) => part !== undefined && part !== '').join('/');
        if (name === '') name = batch.source;
        names.set(pair, name);
      }
      return name;
    };
  }

  private inputCode(input: string): number {
    const known = this.inputIndex.get(input);
    if (known !== undefined) return known;
    const code = this.inputs.push(input) - 1;
    this.inputIndex.set(input, code);
    return code;
  }
}
