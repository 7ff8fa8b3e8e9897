import type { EvidenceLine } from '../../../core/index.ts';
import type { Vector } from '../expression/vector.ts';
import type { FeaturePlan } from '../plan/plan.ts';
import { type Accumulator, WINDOW } from './accumulators/accumulator.ts';
import { FirstSeenAccumulator } from './accumulators/first-seen.ts';
import { accumulatorsOf } from './accumulators/index.ts';
import type { BatchColumns } from './batch-columns.ts';
import { KeyValues } from './key-values.ts';
import { SlotTable } from './slot-table.ts';

/** The state of open windows: one row of numbers a slot, keys and sketches beside it. */
export class WindowStore {
  readonly table: SlotTable;
  readonly keys: KeyValues;
  readonly accumulators: readonly Accumulator[];
  readonly firstSeen: readonly FirstSeenAccumulator[];
  readonly width: number;
  state: Float64Array;
  /** Raised when a slot is freed, so that what was noted about it no longer counts. */
  generation: Int32Array;
  /** Hash of the key without the window, for the next window of the same key. */
  keyHigh: Int32Array;
  keyLow: Int32Array;
  readonly inputs: string[] = [];
  readonly #inputIndex = new Map<string, number>();
  serial = 0;

  constructor(plan: FeaturePlan) {
    const { accumulators, width } = accumulatorsOf(plan);
    this.accumulators = accumulators;
    this.firstSeen = accumulators.filter((one) => one instanceof FirstSeenAccumulator);
    this.width = width;
    this.table = new SlotTable(plan.maxKeys);
    this.keys = new KeyValues(plan.key.map(({ expression }) => expression.type as Vector['type']));
    this.state = new Float64Array(0);
    this.generation = new Int32Array(0);
    this.keyHigh = new Int32Array(0);
    this.keyLow = new Int32Array(0);
  }

  bind(columns: BatchColumns): void {
    for (const accumulator of this.accumulators) accumulator.bind(columns);
  }

  /** A new window's slot; the table must not be full. */
  open(high: number, low: number, keyHigh: number, keyLow: number, start: number, end: number): number {
    const slot = this.table.insert(high, low);
    if (this.table.capacity > this.generation.length) this.#grow();
    this.keyHigh[slot] = keyHigh;
    this.keyLow[slot] = keyLow;
    const base = slot * this.width;
    this.state.fill(0, base, base + this.width);
    this.state[base + WINDOW.start] = start;
    this.state[base + WINDOW.end] = end;
    this.state[base + WINDOW.serial] = this.serial++;
    for (const accumulator of this.accumulators) accumulator.begin(this.state, base, slot);
    return slot;
  }

  free(slot: number): void {
    this.table.remove(slot);
    this.generation[slot] = (this.generation[slot] as number) + 1;
    for (const accumulator of this.accumulators) accumulator.release(slot);
  }

  values(slot: number): number[] {
    const base = slot * this.width;
    return this.accumulators.map((accumulator) => accumulator.value(this.state, base, slot));
  }

  evidence(slot: number): EvidenceLine[] {
    const base = slot * this.width;
    if (this.state[base + WINDOW.events] === 0) return [];
    const at = (origin: number, time: number): EvidenceLine => ({
      input: this.inputs[this.state[base + origin] as number] as string,
      line: this.state[base + origin + 1] as number,
      offset: this.state[base + origin + 2] as number,
      length: this.state[base + origin + 3] as number,
      time: this.state[base + time] as number,
    });
    const first = at(WINDOW.firstOrigin, WINDOW.first);
    return this.state[base + WINDOW.events] === 1 ? [first] : [first, at(WINDOW.lastOrigin, WINDOW.last)];
  }

  inputCode(input: string): number {
    let code = this.#inputIndex.get(input);
    if (code === undefined) {
      code = this.inputs.push(input) - 1;
      this.#inputIndex.set(input, code);
    }
    return code;
  }

  #grow(): void {
    const { capacity } = this.table;
    const state = new Float64Array(capacity * this.width);
    state.set(this.state);
    this.state = state;
    this.generation = widened(this.generation, capacity);
    this.keyHigh = widened(this.keyHigh, capacity);
    this.keyLow = widened(this.keyLow, capacity);
    this.keys.grow(capacity);
  }
}

function widened(from: Int32Array, length: number): Int32Array {
  const to = new Int32Array(length);
  to.set(from);
  return to;
}
