import type { FeatureReached, FeatureWatch, Micros, OriginColumns, WindowBatch } from '../../../core/index.ts';
import { EventTime } from '../../watermark.ts';
import { finish, type HashedVector } from '../expression/hash.ts';
import type { EventRows, Vector } from '../expression/vector.ts';
import type { FeaturePlan } from '../plan/plan.ts';
import { WINDOW } from './accumulators/accumulator.ts';
import { printOf } from './accumulators/sketched.ts';
import { Agenda } from './agenda.ts';
import { SharedColumns } from './batch-columns.ts';
import { readSnapshot, writeSnapshot } from './snapshot.ts';
import { noteOrigin, withWindow } from './window-identity.ts';
import { WindowOutput } from './window-output.ts';
import { WindowStore } from './window-store.ts';

export interface FeatureEngineOptions {
  /** Seed of the hashes; results do not depend on it but for sketches within their error. */
  readonly seed: number;
  /** At most 31. */
  readonly watches?: readonly FeatureWatch[];
  readonly onReached?: (reached: FeatureReached) => void;
  /** Of engines with the same seed that take the same batches. */
  readonly columns?: SharedColumns;
}

export interface FeatureCounters {
  /** Events of the feature's kind, whether they counted or not. */
  events: number;
  /** Without a time or a key: in no window. */
  incomplete: number;
  /** Came after `lateness`: in no window. */
  late: number;
  /** Windows scored again because events came late. */
  reopened: number;
  /** Windows closed early because a bound was reached. */
  evicted: number;
}

type SessionWindow = FeaturePlan['window'] & { readonly type: 'session' };

const NONE = -1;
/** Sessions are looked at sixteen times an idle time at most. */
const SESSION_CHECKS = 16;

/**
 * Runs one planned feature over column batches. Everything is decided row by row, by event time, so that batches of any size give
 * the same windows. A window is handed over when event time passes its end, and once more after `lateness` if events came late.
 */
export class FeatureEngine {
  readonly plan: FeaturePlan;
  readonly counters: FeatureCounters = { events: 0, incomplete: 0, late: 0, reopened: 0, evicted: 0 };
  readonly #options: FeatureEngineOptions;
  readonly #clock = new EventTime();
  readonly #store: WindowStore;
  readonly #agenda = new Agenda();
  readonly #output: WindowOutput;
  readonly #columns: SharedColumns;
  /** Indices of the aggregates of each watch. */
  readonly #watched: readonly (readonly number[])[];
  readonly #levels: (readonly (readonly number[])[])[] = [];
  /** Open sessions by the print of their key. */
  readonly #sessions = new Map<number, number[]>();
  #keyVectors: readonly Vector[] = [];

  constructor(plan: FeaturePlan, options: FeatureEngineOptions) {
    this.plan = plan;
    this.#options = options;
    this.#store = new WindowStore(plan);
    this.#output = new WindowOutput(plan);
    this.#columns = options.columns ?? new SharedColumns(options.seed);
    this.#watched = (options.watches ?? []).map(({ columns }) =>
      columns.map((name) => plan.aggregates.findIndex(({ column }) => column === name)),
    );
  }

  add(batch: EventRows): void {
    if (batch.kind !== this.plan.from || batch.rows === 0) return;
    const columns = this.#columns.of(batch);
    const { firstSeen } = this.#store;
    const times = columns.numbers(this.plan.time);
    const where = this.plan.where === undefined ? undefined : columns.booleans(this.plan.where);
    const parts = this.plan.key.map(({ expression }) => columns.hashed(expression));
    this.#keyVectors = this.plan.key.map(({ expression }) => columns.vector(expression));
    this.#store.bind(columns);
    const input = this.#store.inputCode(batch.origin.input);
    const [one] = parts;
    for (let row = 0; row < batch.rows; row++) {
      this.counters.events++;
      const time = times[row] as number;
      if (Number.isNaN(time)) {
        this.counters.incomplete++;
        continue;
      }
      this.#clock.take(time);
      if (this.#clock.latest >= this.#agenda.next) this.#advance(this.#clock.latest);
      if (where !== undefined && where[row] !== 1) continue;
      if (!isWhole(parts, row)) {
        this.counters.incomplete++;
        continue;
      }
      let high = one?.high[row] as number;
      let low = one?.low[row] as number;
      for (let i = 1; i < parts.length; i++) {
        // The order of the parts counts: A to B is not B to A.
        high = finish(Math.imul(high, 0x9e3779b1) ^ (parts[i]?.high[row] as number), 0xc2b2ae35);
        low = finish(Math.imul(low, 0x85ebca6b) + (parts[i]?.low[row] as number), 0x27d4eb2f);
      }
      for (const memory of firstSeen) memory.note(row, high, low);
      this.#place(batch.origin, row, input, time, high, low);
    }
  }

  /** Event time has reached `time` although no event says so (an idle source). */
  advance(time: Micros): void {
    if (time > this.#clock.latest) this.#clock.take(time);
    if (this.#clock.latest >= this.#agenda.next) this.#advance(this.#clock.latest);
  }

  /** Ends every window: the input holds nothing more. */
  finish(): void {
    this.#advance(Number.POSITIVE_INFINITY);
  }

  take(): WindowBatch | undefined {
    return this.#output.take();
  }

  /** Windows held. */
  get open(): number {
    return this.#store.table.size;
  }

  snapshot(): Uint8Array {
    return writeSnapshot(this.plan.hash, this.#store, this.#clock.state(), this.counters);
  }

  restore(bytes: Uint8Array): void {
    const { clock, counters, slots } = readSnapshot(bytes, this.plan.hash, this.#store);
    this.#clock.restore(clock);
    Object.assign(this.counters, counters);
    for (const slot of slots) {
      this.#agenda.add(this.#due(slot), slot, this.#store.generation[slot] as number);
      this.#askLevels(slot);
      if (this.plan.window.type !== 'session') continue;
      const print = printOf(this.#store.keyHigh[slot] as number, this.#store.keyLow[slot] as number);
      this.#sessions.set(print, [...(this.#sessions.get(print) ?? []), slot]);
    }
  }

  #place(origin: OriginColumns, row: number, input: number, time: number, high: number, low: number): void {
    const { window } = this.plan;
    if (window.type === 'session') {
      this.#session(origin, row, input, time, high, low, window);
      return;
    }
    const { size, lateness } = window;
    const slide = window.type === 'sliding' ? window.slide : size;
    const last = Math.floor(time / slide);
    let placed = false;
    for (let index = Math.floor((time - size) / slide) + 1; index <= last; index++) {
      const start = index * slide;
      if (start + size + lateness <= this.#clock.latest) continue;
      placed = true;
      const slot = this.#windowSlot(start, size, high, low, row);
      this.#accumulate(slot, origin, row, input, time);
    }
    if (!placed) this.counters.late++;
  }

  #windowSlot(start: number, size: number, high: number, low: number, row: number): number {
    const { table, keys } = this.#store;
    const [windowHigh, windowLow] = withWindow(high, low, start);
    const known = table.find(windowHigh, windowLow);
    if (known !== NONE) {
      table.touch(known);
      return known;
    }
    const slot = this.#open(windowHigh, windowLow, high, low, start, start + size);
    keys.take(slot, this.#keyVectors, row);
    this.#askLevels(slot);
    return slot;
  }

  #open(high: number, low: number, keyHigh: number, keyLow: number, start: number, end: number): number {
    if (this.#store.table.full) this.#evict();
    const slot = this.#store.open(high, low, keyHigh, keyLow, start, end);
    this.#agenda.add(this.#due(slot), slot, this.#store.generation[slot] as number);
    return slot;
  }

  #evict(): void {
    this.counters.evicted++;
    const slot = this.#store.table.oldest;
    this.#handOver(slot, 0);
    this.#free(slot);
  }

  #accumulate(slot: number, origin: OriginColumns, row: number, input: number, time: number): void {
    const { state, width, accumulators } = this.#store;
    const base = slot * width;
    const events = (state[base + WINDOW.events] as number) + 1;
    state[base + WINDOW.events] = events;
    if (events === 1 || time < (state[base + WINDOW.first] as number))
      noteOrigin(state, base, WINDOW.first, WINDOW.firstOrigin, origin, row, input, time);
    if (events === 1 || time >= (state[base + WINDOW.last] as number))
      noteOrigin(state, base, WINDOW.last, WINDOW.lastOrigin, origin, row, input, time);
    for (let i = 0; i < accumulators.length; i++) accumulators[i]?.add(state, base, slot, row, time);
    if (state[base + WINDOW.phase] === 1 && state[base + WINDOW.changed] === 0) this.counters.reopened++;
    state[base + WINDOW.changed] = 1;
    if (this.#options.watches !== undefined) this.#watch(slot, base, time);
  }

  #watch(slot: number, base: number, time: number): void {
    const { watches = [], onReached } = this.#options;
    const { state, accumulators } = this.#store;
    for (let i = 0; i < watches.length; i++) {
      const fired = state[base + WINDOW.fired] as number;
      if (((fired >> i) & 1) === 1) continue;
      const columns = this.#watched[i] as readonly number[];
      const { levels } = watches[i] as FeatureWatch;
      const own = this.#levels[slot]?.[i] ?? levels;
      let reached = true;
      for (let k = 0; reached && k < columns.length; k++) {
        reached = (accumulators[columns[k] as number]?.value(state, base, slot) as number) >= (own[k] as number);
      }
      if (!reached) continue;
      state[base + WINDOW.fired] = fired | (1 << i);
      onReached?.({
        watch: i,
        keys: this.#store.keys.texts(slot),
        values: this.#store.values(slot),
        start: state[base + WINDOW.start] as number,
        end: state[base + WINDOW.end] as number,
        time,
        evidence: this.#store.evidence(slot),
      });
    }
  }

  /** Levels of the slot's own key, where a watch has such. */
  #askLevels(slot: number): void {
    const { watches } = this.#options;
    if (watches?.some(({ levelsOf }) => levelsOf !== undefined) !== true) return;
    const keys = this.#store.keys.texts(slot);
    const start = this.#store.state[slot * this.#store.width + WINDOW.start] as number;
    this.#levels[slot] = watches.map((watch) => watch.levelsOf?.(keys, start) ?? watch.levels);
  }

  #session(origin: OriginColumns, row: number, input: number, time: number, high: number, low: number, window: SessionWindow): void {
    if (time + window.idle + window.lateness < this.#clock.latest) {
      this.counters.late++;
      return;
    }
    const store = this.#store;
    const print = printOf(high, low);
    const near = (this.#sessions.get(print) ?? []).filter((slot) => {
      const base = slot * store.width;
      return (
        time >= (store.state[base + WINDOW.start] as number) - window.idle &&
        time <= (store.state[base + WINDOW.last] as number) + window.idle
      );
    });
    const slot = near[0] ?? this.#openSession(print, high, low, time, row);
    for (const other of near.slice(1)) this.#join(slot, other);
    store.table.touch(slot);
    const base = slot * store.width;
    store.state[base + WINDOW.start] = Math.min(store.state[base + WINDOW.start] as number, time);
    this.#accumulate(slot, origin, row, input, time);
    store.state[base + WINDOW.end] = store.state[base + WINDOW.last] as number;
  }

  #openSession(print: number, high: number, low: number, time: number, row: number): number {
    const [windowHigh, windowLow] = withWindow(high, low, this.#store.serial);
    const slot = this.#open(windowHigh, windowLow, high, low, time, time);
    this.#store.keys.take(slot, this.#keyVectors, row);
    this.#askLevels(slot);
    const known = this.#sessions.get(print);
    if (known === undefined) this.#sessions.set(print, [slot]);
    else known.push(slot);
    return slot;
  }

  /** An event between two sessions of a key makes them one. */
  #join(slot: number, other: number): void {
    const { state, width, accumulators } = this.#store;
    const [base, from] = [slot * width, other * width];
    state[base + WINDOW.events] = (state[base + WINDOW.events] as number) + (state[from + WINDOW.events] as number);
    state[base + WINDOW.start] = Math.min(state[base + WINDOW.start] as number, state[from + WINDOW.start] as number);
    for (const [time, origin, earlier] of [
      [WINDOW.first, WINDOW.firstOrigin, true],
      [WINDOW.last, WINDOW.lastOrigin, false],
    ] as const) {
      const [own, theirs] = [state[base + time] as number, state[from + time] as number];
      if (earlier ? theirs >= own : theirs <= own) continue;
      state[base + time] = theirs;
      state.copyWithin(base + origin, from + origin, from + origin + 4);
    }
    for (const accumulator of accumulators) accumulator.merge(state, base, slot, from, other);
    this.#free(other);
  }

  /** When the slot is to be looked at next. */
  #due(slot: number): number {
    const { state, width } = this.#store;
    const base = slot * width;
    const { window } = this.plan;
    const late = state[base + WINDOW.phase] === 1 ? window.lateness : 0;
    if (window.type !== 'session') return (state[base + WINDOW.end] as number) + late;
    const ends = (state[base + WINDOW.end] as number) + window.idle + 1 + late;
    const step = Math.max(1, Math.floor(window.idle / SESSION_CHECKS));
    return Math.ceil(ends / step) * step;
  }

  #advance(now: Micros): void {
    while (this.#agenda.next <= now && this.#agenda.next !== Number.POSITIVE_INFINITY) {
      const taken = this.#agenda.take();
      const slots: number[] = [];
      for (let i = 0; i < taken.length; i += 2)
        if (this.#store.generation[taken[i] as number] === taken[i + 1]) slots.push(taken[i] as number);
      const serialOf = (slot: number): number => this.#store.state[slot * this.#store.width + WINDOW.serial] as number;
      slots.sort((a, b) => serialOf(a) - serialOf(b));
      for (const slot of slots) this.#reach(slot, now);
    }
  }

  /** Closes an open window, ends a closed one, or looks again later at a session that has gone on. */
  #reach(slot: number, now: Micros): void {
    const { state, width, generation } = this.#store;
    const due = this.#due(slot);
    if (due > now) {
      this.#agenda.add(due, slot, generation[slot] as number);
      return;
    }
    const base = slot * width;
    if (state[base + WINDOW.phase] === 1) {
      if (state[base + WINDOW.changed] === 1) this.#handOver(slot, 1);
      this.#free(slot);
      return;
    }
    const silent = state[base + WINDOW.events] === 0;
    if (!silent || now !== Number.POSITIVE_INFINITY) this.#handOver(slot, 0);
    if (now !== Number.POSITIVE_INFINITY) this.#carryOn(slot, silent);
    this.#store.state[base + WINDOW.phase] = 1;
    this.#store.state[base + WINDOW.changed] = 0;
    this.#agenda.add(this.#due(slot), slot, generation[slot] as number);
  }

  /** A key that has just been seen is expected in the next window too. */
  #carryOn(slot: number, silent: boolean): void {
    const { window } = this.plan;
    if (window.type !== 'tumbling' || window.empty === 0) return;
    const store = this.#store;
    const base = slot * store.width;
    const run = silent ? (store.state[base + WINDOW.emptyRun] as number) : 0;
    if (run >= window.empty) return;
    const start = store.state[base + WINDOW.end] as number;
    const [keyHigh, keyLow] = [store.keyHigh[slot] as number, store.keyLow[slot] as number];
    const [high, low] = withWindow(keyHigh, keyLow, start);
    if (store.table.find(high, low) !== NONE || store.table.full) return;
    const next = this.#open(high, low, keyHigh, keyLow, start, start + window.size);
    store.keys.copy(next, slot);
    store.state[next * store.width + WINDOW.emptyRun] = run + 1;
    this.#askLevels(next);
  }

  #handOver(slot: number, revision: 0 | 1): void {
    const store = this.#store;
    const base = slot * store.width;
    this.#output.add({
      keys: store.keys.texts(slot),
      values: store.values(slot),
      start: store.state[base + WINDOW.start] as number,
      end: store.state[base + WINDOW.end] as number,
      events: store.state[base + WINDOW.events] as number,
      revision,
      evidence: store.evidence(slot),
    });
  }

  #free(slot: number): void {
    if (this.plan.window.type === 'session') {
      const print = printOf(this.#store.keyHigh[slot] as number, this.#store.keyLow[slot] as number);
      const left = (this.#sessions.get(print) ?? []).filter((one) => one !== slot);
      if (left.length === 0) this.#sessions.delete(print);
      else this.#sessions.set(print, left);
    }
    this.#store.free(slot);
  }
}

/** Whether every part of the key is there. */
function isWhole(parts: readonly HashedVector[], row: number): boolean {
  for (let i = 0; i < parts.length; i++) if ((parts[i] as HashedVector).present[row] === 0) return false;
  return true;
}
