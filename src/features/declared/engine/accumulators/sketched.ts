import { DistinctCount, QuantileSketch, type ValueCounts, valueCounts } from '../../../../ml/index.ts';
import type { Expression } from '../../expression/expression.ts';
import type { HashedVector } from '../../expression/hash.ts';
import type { Vector } from '../../expression/vector.ts';
import type { BatchColumns } from '../batch-columns.ts';
import type { Accumulator } from './accumulator.ts';

/** An accumulator with one sketch for each slot, made when the first value comes. */
abstract class SketchAccumulator<Sketch> implements Accumulator {
  readonly width: number = 0;
  offset = 0;
  protected readonly operand: Expression;
  readonly #sketches: (Sketch | undefined)[] = [];

  constructor(operand: Expression) {
    this.operand = operand;
  }

  abstract bind(columns: BatchColumns): void;
  abstract add(state: Float64Array, base: number, slot: number, row: number): void;
  abstract value(state: Float64Array, base: number, slot: number): number;
  protected abstract make(): Sketch;
  protected abstract join(into: Sketch, from: Sketch): void;
  protected abstract toNumbers(sketch: Sketch): Float64Array;
  protected abstract fromNumbers(numbers: Float64Array): Sketch;

  protected sketch(slot: number): Sketch {
    let sketch = this.#sketches[slot];
    if (sketch === undefined) {
      sketch = this.make();
      this.#sketches[slot] = sketch;
    }
    return sketch;
  }

  protected known(slot: number): Sketch | undefined {
    return this.#sketches[slot];
  }

  begin(state: Float64Array, base: number, slot: number): void {
    state.fill(0, base + this.offset, base + this.offset + this.width);
    this.#sketches[slot] = undefined;
  }

  merge(_state: Float64Array, _base: number, slot: number, _otherBase: number, other: number): void {
    const from = this.#sketches[other];
    if (from !== undefined) this.join(this.sketch(slot), from);
  }

  release(slot: number): void {
    this.#sketches[slot] = undefined;
  }

  save(slot: number): Float64Array {
    const sketch = this.#sketches[slot];
    return sketch === undefined ? new Float64Array(0) : this.toNumbers(sketch);
  }

  load(slot: number, numbers: Float64Array): void {
    this.#sketches[slot] = numbers.length === 0 ? undefined : this.fromNumbers(numbers);
  }
}

/** Different values; with `lengths`, their characters together, estimated by the mean length beyond the bound. */
export class DistinctAccumulator extends SketchAccumulator<DistinctCount> {
  override readonly width: number;
  readonly #bound: number;
  readonly #lengths: boolean;
  #hashed: HashedVector | undefined;
  #texts: (Vector & { type: 'text' }) | undefined;

  constructor(operand: Expression, bound: number, lengths: boolean) {
    super(operand);
    this.#bound = bound;
    this.#lengths = lengths;
    this.width = lengths ? 1 : 0;
  }

  bind(columns: BatchColumns): void {
    this.#hashed = columns.hashed(this.operand);
    if (this.#lengths) this.#texts = columns.vector(this.operand) as Vector & { type: 'text' };
  }

  add(state: Float64Array, base: number, slot: number, row: number): void {
    const { high, low, present } = this.#hashed as HashedVector;
    if (present[row] === 0) return;
    const isNew = this.sketch(slot).add(high[row] as number, low[row] as number);
    if (!isNew || this.#texts === undefined) return;
    const at = base + this.offset;
    state[at] = (state[at] as number) + [...(this.#texts.values[this.#texts.codes[row] as number] as string)].length;
  }

  value(state: Float64Array, base: number, slot: number): number {
    const sketch = this.known(slot);
    const count = sketch?.count() ?? 0;
    if (!this.#lengths) return count;
    const length = state[base + this.offset] as number;
    return sketch === undefined || sketch.exact ? length : (length / this.#bound) * count;
  }

  protected make(): DistinctCount {
    return new DistinctCount(this.#bound);
  }

  protected join(into: DistinctCount, from: DistinctCount): void {
    into.merge(from);
  }

  protected toNumbers(sketch: DistinctCount): Float64Array {
    return sketch.toNumbers();
  }

  protected fromNumbers(numbers: Float64Array): DistinctCount {
    return DistinctCount.fromNumbers(numbers, this.#bound);
  }
}

export class EntropyAccumulator extends SketchAccumulator<ValueCounts> {
  readonly #bound: number;
  #hashed: HashedVector | undefined;

  constructor(operand: Expression, bound: number) {
    super(operand);
    this.#bound = bound;
  }

  bind(columns: BatchColumns): void {
    this.#hashed = columns.hashed(this.operand);
  }

  add(_state: Float64Array, _base: number, slot: number, row: number): void {
    const { high, low, present } = this.#hashed as HashedVector;
    if (present[row] === 1) this.sketch(slot).add(printOf(high[row] as number, low[row] as number));
  }

  value(_state: Float64Array, _base: number, slot: number): number {
    return this.known(slot)?.entropy() ?? Number.NaN;
  }

  protected make(): ValueCounts {
    return valueCounts(this.#bound);
  }

  protected join(into: ValueCounts, from: ValueCounts): void {
    into.merge(from);
  }

  protected toNumbers(sketch: ValueCounts): Float64Array {
    return sketch.toNumbers();
  }

  protected fromNumbers(numbers: Float64Array): ValueCounts {
    return valueCounts(this.#bound, numbers);
  }
}

export class QuantileAccumulator extends SketchAccumulator<QuantileSketch> {
  readonly #share: number;
  #values: Float64Array = new Float64Array(0);

  constructor(operand: Expression, share: number) {
    super(operand);
    this.#share = share;
  }

  bind(columns: BatchColumns): void {
    this.#values = columns.numbers(this.operand);
  }

  add(_state: Float64Array, _base: number, slot: number, row: number): void {
    const value = this.#values[row] as number;
    if (!Number.isNaN(value)) this.sketch(slot).add(value);
  }

  value(_state: Float64Array, _base: number, slot: number): number {
    return this.known(slot)?.quantile(this.#share) ?? Number.NaN;
  }

  protected make(): QuantileSketch {
    return new QuantileSketch();
  }

  protected join(into: QuantileSketch, from: QuantileSketch): void {
    into.merge(from);
  }

  protected toNumbers(sketch: QuantileSketch): Float64Array {
    return sketch.toNumbers();
  }

  protected fromNumbers(numbers: Float64Array): QuantileSketch {
    return QuantileSketch.fromNumbers(numbers);
  }
}

/** 53 bits of a hash, never 0. */
export function printOf(high: number, low: number): number {
  return (high >>> 0) * 2_097_152 + (low >>> 11) || 1;
}
