import { deserialize, serialize } from 'node:v8';
import {
  dictAt,
  type EvidenceLine,
  type MetricBatch,
  type Micros,
  READING_TYPES,
  type SeriesBatch,
  usualDistance,
} from '../../core/index.ts';
import type { SeriesConfig } from './config.ts';
import { counterStep } from './counter.ts';
import { type DeviceSlot, type SeriesSlot, SeriesTable } from './series-table.ts';
import { FAMILIAR, LONGER, notePause } from './silence-rule.ts';

/** Readings that were not taken as they came, by reason. */
export interface SeriesCounters {
  duplicates: number;
  outOfOrder: number;
  resets: number;
  wraps: number;
  gaps: number;
  silences: number;
}

/** Event time of one input: a sender or a file. */
interface InputTime {
  clock: Micros;
  /** Start of the step that the clock is in. */
  step: Micros;
  arrival: Micros;
  arrivals: number;
  /** Longest usual distance of two arrivals: a sender may gather for long. */
  pause: Micros;
  /** Earliest time at which a device of the input may count as silent. */
  due: Micros;
  readonly open: Set<number>;
}

interface State {
  readonly slots: readonly Omit<SeriesSlot, 'device'>[];
  readonly devices: readonly DeviceSlot[];
  readonly inputs: readonly (readonly [string, Omit<InputTime, 'open'> & { readonly open: readonly number[] }])[];
  readonly refused: { readonly readings: number; readonly names: readonly string[] };
  readonly counters: SeriesCounters;
  /** Absent in states of before it was kept. */
  readonly now?: Micros;
}

interface Row {
  readonly code: number;
  readonly value: number;
  readonly start: Micros;
  readonly end: Micros;
  /** The last reading of the step. */
  readonly reading: EvidenceLine;
}

/** A device that stopped reporting; told once more when it reports again. */
export interface Silence {
  readonly entity: string;
  readonly input: string;
  /** Its last report, and when it was late enough to be told of. */
  readonly since: Micros;
  readonly at: Micros;
  /** Usual distance of its reports. */
  readonly usual: Micros;
  /** Reports that it had made. */
  readonly reports: number;
  /** When it reported again; absent = it is silent still. */
  readonly again?: Micros;
}

const GAUGE = READING_TYPES.indexOf('gauge');
const COUNTER = READING_TYPES.indexOf('counter');
const MAX_INPUTS = 4096;
/** An input whose readings are as old as this when they arrive is history: its silence is none. */
const LIVE: Micros = 60_000_000;
/** Wall-clock time for which a silent input may only be slow, beside two of its usual pauses; its rhythm is known after so many arrivals. */
const SLOW: Micros = 2_000_000;
const RHYTHM = 3;
/** The lane's clock goes on at least this often; what passes beyond is a standstill of this process. */
const TICK: Micros = 2_000_000;
/** A series whose readings are this many steps apart has one a step: its row needs not wait for the end of the step. */
const SPARSE = 1.5;

/**
 * `metric` events -> rows at fixed event-time steps: the mean of a gauge, the rate per second of a counter or of counts. A step
 * without readings gives no row; a device that stops reporting gives one row that says so. A step is handed over when its input's
 * time leaves it, or at once where the series has one reading a step, record by record: batches do not matter.
 */
export class SeriesStepper {
  readonly counters: SeriesCounters = { duplicates: 0, outOfOrder: 0, resets: 0, wraps: 0, gaps: 0, silences: 0 };
  readonly table: SeriesTable;
  private readonly config: SeriesConfig;
  private readonly inputs = new Map<string, InputTime>();
  private out: Row[] = [];
  private silent: Silence[] = [];
  /** Silences that were known before the reading that is being taken. */
  private before = 0;
  /** Wall-clock time that was reached, once it goes on by itself; a standstill shows as a jump. */
  private now: Micros = Number.NaN;

  constructor(config: SeriesConfig) {
    this.config = config;
    this.table = new SeriesTable(config.maxSeries);
  }

  /** Events of one input that arrived together; `keep` leaves out rows marked 0. */
  add(batch: MetricBatch, arrival: Micros, keep?: Uint8Array): void {
    if (!Number.isNaN(this.now)) this.reach(arrival);
    this.pass(arrival);
    const { input: name } = batch.origin;
    const input = this.inputOf(name);
    arrive(input, arrival);
    const cached = new Map<number, number>();
    for (let row = 0; row < batch.rows; row++) {
      if (keep?.[row] === 0) continue;
      const pair = (batch.entity.codes[row] as number) * 0x1000000 + (batch.series.codes[row] as number);
      let code = cached.get(pair);
      if (code === undefined) {
        code = this.table.code(dictAt(batch.entity, row) ?? '', dictAt(batch.series, row) ?? '', batch.type[row] as number, name);
        if (code >= 0) cached.set(pair, code);
      }
      const time = batch.time[row] as number;
      this.before = this.silent.length;
      this.advance(input, name, time);
      if (code >= 0) this.take(input, name, code, time, batch, row);
    }
  }

  /** Wall-clock time passed: inputs that were live and say nothing any more go on with it. Called at least every two seconds. */
  elapse(now: Micros): void {
    this.reach(now);
    this.pass(now);
  }

  /** While this process stood still, or did not run, nothing could be taken from live inputs: that is no silence of their devices. */
  private reach(now: Micros): void {
    const still = now - this.now - TICK;
    if (!(now <= this.now)) this.now = now;
    if (!(still > 0)) return;
    for (const device of this.table.devices.values()) {
      const input = this.inputs.get(device.input);
      if (input !== undefined && !device.silent && input.arrival - input.clock <= LIVE) device.stalled += still;
    }
  }

  private pass(now: Micros): void {
    for (const [name, input] of this.inputs) {
      const silent = now - input.arrival - SLOW - 2 * input.pause;
      if (silent <= 0 || input.arrivals < RHYTHM || input.arrival - input.clock > LIVE) continue;
      this.advance(input, name, input.clock + silent, false);
    }
  }

  /** An input holds nothing more: what is open in it is handed over, and its silence means nothing. */
  finishInput(name: string): void {
    const input = this.inputs.get(name);
    if (input === undefined) return;
    this.close(input, Number.POSITIVE_INFINITY);
    this.inputs.delete(name);
  }

  finish(): void {
    for (const name of [...this.inputs.keys()]) this.finishInput(name);
  }

  /** Rows that closed since the last call. */
  rows(): SeriesBatch | undefined {
    const { out, table } = this;
    if (out.length === 0) return undefined;
    this.out = [];
    const local = new Map<number, number>();
    const code = Int32Array.from(out, (row) => {
      const known = local.get(row.code);
      if (known !== undefined) return known;
      local.set(row.code, local.size);
      return local.size - 1;
    });
    const codes = [...local.keys()];
    return {
      shape: 'series',
      rows: out.length,
      series: codes.map((one) => table.nameOf(one)),
      entities: codes.map((one) => (table.slots[one] as SeriesSlot).entity),
      code,
      value: Float64Array.from(out, ({ value }) => value),
      start: Float64Array.from(out, ({ start }) => start),
      end: Float64Array.from(out, ({ end }) => end),
      evidence: out.map(({ reading }) => [reading]),
    };
  }

  /** Devices that became silent, or reported again, since the last call. */
  silences(): readonly Silence[] {
    const { silent } = this;
    this.silent = [];
    return silent;
  }

  snapshot(): Uint8Array {
    const state: State = {
      slots: this.table.slots.map(({ device: _device, ...slot }) => slot),
      devices: [...this.table.devices.values()],
      inputs: [...this.inputs].map(([name, input]) => [name, { ...input, open: [...input.open] }]),
      refused: this.table.refused,
      counters: this.counters,
      now: this.now,
    };
    return new Uint8Array(serialize(state));
  }

  restore(snapshot: Uint8Array): void {
    const state = deserialize(snapshot) as State;
    this.table.restore(state.slots, state.devices);
    Object.assign(this.table.refused, { readings: state.refused.readings, names: [...state.refused.names] });
    this.inputs.clear();
    for (const [name, input] of state.inputs) this.inputs.set(name, { ...input, open: new Set(input.open) });
    Object.assign(this.counters, state.counters);
    this.now = state.now ?? Number.NaN;
  }

  private take(input: InputTime, name: string, code: number, time: Micros, batch: MetricBatch, row: number): void {
    const { origin } = batch;
    const value = batch.value[row] as number;
    const slot = this.table.slots[code] as SeriesSlot;
    if (time === slot.lastTime) {
      this.counters.duplicates++;
      return;
    }
    const start = Math.floor(time / this.config.step) * this.config.step;
    if (time < slot.lastTime) {
      const fits = slot.type === GAUGE && start === slot.stepStart;
      if (!fits) this.counters.outOfOrder++;
      else this.addTo(slot, value);
      return;
    }
    if (start !== slot.stepStart && !Number.isNaN(slot.stepStart)) this.hand(code, slot);
    if (start <= slot.handedOver) {
      this.counters.outOfOrder++;
      return;
    }
    this.report(slot.device, name, input, time);
    if (Number.isNaN(slot.stepStart)) {
      slot.stepStart = start;
      slot.sum = 0;
      slot.count = 0;
      slot.increase = 0;
      slot.fromTime = slot.lastTime;
      input.open.add(code);
    }
    if (slot.type === GAUGE) this.addTo(slot, value);
    else this.rise(slot, time, value);
    if (!Number.isNaN(slot.lastTime)) slot.usual = usualDistance(slot.usual, time - slot.lastTime);
    slot.lastTime = time;
    slot.lastValue = value;
    slot.lastOrigin = [origin.offset[row] as number, origin.line[row] as number, origin.length[row] as number];
    if (slot.usual >= SPARSE * this.config.step) this.hand(code, slot);
  }

  private addTo(slot: SeriesSlot, value: number): void {
    slot.sum += value;
    slot.count++;
  }

  /** A counter or a count of what happened since the reading before. */
  private rise(slot: SeriesSlot, time: Micros, value: number): void {
    const known = !Number.isNaN(slot.lastTime);
    if (known && time - slot.lastTime > this.config.gapAfter * Math.max(slot.usual, this.config.step)) {
      this.counters.gaps++;
      slot.fromTime = time;
      slot.increase = 0;
      slot.count = 0;
      return;
    }
    if (!known) {
      slot.fromTime = time;
      return;
    }
    if (slot.type !== COUNTER) {
      slot.increase += value;
      slot.count++;
      return;
    }
    const step = counterStep(slot.lastValue, value);
    if (step.kind === 'reset') {
      this.counters.resets++;
      slot.fromTime = time;
      slot.increase = 0;
      slot.count = 0;
      return;
    }
    if (step.kind === 'wrap') this.counters.wraps++;
    slot.increase += step.increase;
    slot.count++;
  }

  private hand(code: number, slot: SeriesSlot): void {
    const start = slot.stepStart;
    slot.stepStart = Number.NaN;
    slot.handedOver = start;
    const seconds = (slot.lastTime - slot.fromTime) / 1e6;
    const value = slot.type === GAUGE ? slot.sum / slot.count : slot.increase / seconds;
    if (slot.count === 0 || !Number.isFinite(value)) return;
    const [offset, line, length] = slot.lastOrigin ?? [0, 0, 0];
    const reading = { input: slot.device.input, line, offset, length, time: slot.lastTime, value: slot.lastValue };
    this.out.push({ code, value, start, end: start + this.config.step, reading });
  }

  private report(device: DeviceSlot, name: string, input: InputTime, time: Micros): void {
    // From now on its silence counts in this input.
    if (device.input !== name || device.reports === FAMILIAR - 1 || device.silent) input.due = Number.NEGATIVE_INFINITY;
    device.input = name;
    if (device.silent) this.returned(device, time);
    if (Number.isNaN(device.lastTime) || time > device.lastTime) {
      if (!Number.isNaN(device.lastTime)) {
        const distance = time - device.lastTime - device.stalled;
        if (!device.silent) device.usual = usualDistance(device.usual, distance);
        notePause(device, distance);
      }
      device.lastTime = time;
      device.stalled = 0;
      device.reports++;
    }
    device.silent = false;
  }

  /** A silence is over. Where nothing but this reading showed it, it is told once, as over. */
  private returned(device: DeviceSlot, again: Micros): void {
    const { entity, input, lastTime: since, usual, reports } = device;
    if (again <= since) return;
    const known = this.silent.findIndex((one, i) => i >= this.before && one.entity === entity);
    if (known >= 0) this.silent.splice(known, 1);
    this.silent.push({ entity, input, since, at: since + this.limitOf(device), usual, reports, again });
  }

  /** Time after its last report from which on a device is silent: well beyond its usual distance and the pauses it has made. */
  private limitOf({ usual, second, stalled }: DeviceSlot): Micros {
    return Math.max(this.config.silentAtLeast, this.config.silentAfter * usual, LONGER * second) + stalled;
  }

  /** Moves an input's clock; where it leaves a step, what is open and past is handed over. */
  private advance(input: InputTime, name: string, time: Micros, seen = true): void {
    if (time <= input.clock) return;
    if (seen) input.clock = time;
    const step = Math.floor(time / this.config.step) * this.config.step;
    if (step > input.step) {
      input.step = step;
      this.close(input, step);
    }
    if (time >= input.due) input.due = this.silenceOf(name, time);
  }

  private close(input: InputTime, before: Micros): void {
    for (const code of input.open) {
      const slot = this.table.slots[code] as SeriesSlot;
      if (Number.isNaN(slot.stepStart)) input.open.delete(code);
      else if (slot.stepStart + this.config.step <= before) {
        this.hand(code, slot);
        input.open.delete(code);
      }
    }
  }

  /** Tells of devices of the input that have become silent, as of when they did; returns when the next one may. */
  private silenceOf(name: string, time: Micros): Micros {
    let due = Number.POSITIVE_INFINITY;
    for (const device of this.table.devices.values()) {
      if (device.input !== name || device.silent || device.reports < FAMILIAR) continue;
      const at = device.lastTime + this.limitOf(device);
      if (time < at) {
        due = Math.min(due, at);
        continue;
      }
      device.silent = true;
      this.counters.silences++;
      this.silent.push({ entity: device.entity, input: name, since: device.lastTime, at, usual: device.usual, reports: device.reports });
    }
    return due;
  }

  private inputOf(name: string): InputTime {
    const known = this.inputs.get(name);
    if (known !== undefined) return known;
    if (this.inputs.size >= MAX_INPUTS) this.finishInput(this.inputs.keys().next().value as string);
    const never = Number.NEGATIVE_INFINITY;
    const input = { clock: never, step: never, arrival: never, arrivals: 0, pause: 0, due: never, open: new Set<number>() };
    this.inputs.set(name, input);
    return input;
  }
}

function arrive(input: InputTime, arrival: Micros): void {
  const pause = arrival - input.arrival;
  if (input.arrivals > 0) input.pause = Math.max(pause, input.pause + 0.1 * (pause - input.pause));
  input.arrival = arrival;
  input.arrivals++;
}
