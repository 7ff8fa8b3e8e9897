import type { Expression } from '../../expression/expression.ts';
import type { BatchColumns } from '../batch-columns.ts';
import type { Accumulator } from './accumulator.ts';

/** An accumulator whose whole state is in the state row. */
abstract class NumericAccumulator implements Accumulator {
  abstract readonly width: number;
  offset = 0;
  abstract bind(columns: BatchColumns): void;
  begin(state: Float64Array, base: number): void {
    state.fill(0, base + this.offset, base + this.offset + this.width);
  }
  abstract add(state: Float64Array, base: number, slot: number, row: number, time: number): void;
  abstract merge(state: Float64Array, base: number, slot: number, otherBase: number): void;
  abstract value(state: Float64Array, base: number): number;
  release(): void {}
}

const NOTHING: Float64Array = new Float64Array(0);

export class CountAccumulator extends NumericAccumulator {
  readonly width = 1;
  readonly #condition: Expression | undefined;
  #holds: Uint8Array | undefined;

  constructor(condition: Expression | undefined) {
    super();
    this.#condition = condition;
  }

  bind(columns: BatchColumns): void {
    this.#holds = this.#condition === undefined ? undefined : columns.booleans(this.#condition);
  }

  add(state: Float64Array, base: number, _slot: number, row: number): void {
    if (this.#holds !== undefined && this.#holds[row] !== 1) return;
    const at = base + this.offset;
    state[at] = (state[at] as number) + 1;
  }

  merge(state: Float64Array, base: number, _slot: number, otherBase: number): void {
    const at = base + this.offset;
    state[at] = (state[at] as number) + (state[otherBase + this.offset] as number);
  }

  value(state: Float64Array, base: number): number {
    return state[base + this.offset] as number;
  }
}

export class SumAccumulator extends NumericAccumulator {
  readonly width = 1;
  readonly #operand: Expression;
  #values: Float64Array = NOTHING;

  constructor(operand: Expression) {
    super();
    this.#operand = operand;
  }

  bind(columns: BatchColumns): void {
    this.#values = columns.numbers(this.#operand);
  }

  add(state: Float64Array, base: number, _slot: number, row: number): void {
    const value = this.#values[row] as number;
    if (Number.isNaN(value)) return;
    const at = base + this.offset;
    state[at] = (state[at] as number) + value;
  }

  merge(state: Float64Array, base: number, _slot: number, otherBase: number): void {
    const at = base + this.offset;
    state[at] = (state[at] as number) + (state[otherBase + this.offset] as number);
  }

  value(state: Float64Array, base: number): number {
    return state[base + this.offset] as number;
  }
}

/** Mean and standard deviation of the sample by Welford's recurrence: count, mean, squared distances. */
export class MomentsAccumulator extends NumericAccumulator {
  readonly width = 3;
  readonly #operand: Expression;
  readonly #deviation: boolean;
  #values: Float64Array = NOTHING;

  constructor(operand: Expression, deviation: boolean) {
    super();
    this.#operand = operand;
    this.#deviation = deviation;
  }

  bind(columns: BatchColumns): void {
    this.#values = columns.numbers(this.#operand);
  }

  add(state: Float64Array, base: number, _slot: number, row: number): void {
    const value = this.#values[row] as number;
    if (!Number.isNaN(value)) addMoment(state, base + this.offset, value);
  }

  /** Chan, Golub, LeVeque (1979). */
  merge(state: Float64Array, base: number, _slot: number, otherBase: number): void {
    const at = base + this.offset;
    const from = otherBase + this.offset;
    const [n, m] = [state[at] as number, state[from] as number];
    if (m === 0) return;
    const difference = (state[from + 1] as number) - (state[at + 1] as number);
    state[at] = n + m;
    state[at + 1] = (state[at + 1] as number) + (difference * m) / (n + m);
    state[at + 2] = (state[at + 2] as number) + (state[from + 2] as number) + (difference * difference * n * m) / (n + m);
  }

  value(state: Float64Array, base: number): number {
    const at = base + this.offset;
    const count = state[at] as number;
    if (!this.#deviation) return count === 0 ? Number.NaN : (state[at + 1] as number);
    return count < 2 ? Number.NaN : Math.sqrt((state[at + 2] as number) / (count - 1));
  }
}

/** Takes `value` into count, mean and squared distances at `at`. */
export function addMoment(state: Float64Array, at: number, value: number): void {
  const count = (state[at] as number) + 1;
  const difference = value - (state[at + 1] as number);
  state[at] = count;
  state[at + 1] = (state[at + 1] as number) + difference / count;
  state[at + 2] = (state[at + 2] as number) + difference * (value - (state[at + 1] as number));
}

export class ExtremeAccumulator extends NumericAccumulator {
  readonly width = 1;
  readonly #operand: Expression;
  readonly #least: boolean;
  #values: Float64Array = NOTHING;

  constructor(operand: Expression, least: boolean) {
    super();
    this.#operand = operand;
    this.#least = least;
  }

  bind(columns: BatchColumns): void {
    this.#values = columns.numbers(this.#operand);
  }

  override begin(state: Float64Array, base: number): void {
    state[base + this.offset] = Number.NaN;
  }

  add(state: Float64Array, base: number, _slot: number, row: number): void {
    this.#take(state, base, this.#values[row] as number);
  }

  merge(state: Float64Array, base: number, _slot: number, otherBase: number): void {
    this.#take(state, base, state[otherBase + this.offset] as number);
  }

  value(state: Float64Array, base: number): number {
    return state[base + this.offset] as number;
  }

  #take(state: Float64Array, base: number, value: number): void {
    if (Number.isNaN(value)) return;
    const at = base + this.offset;
    const known = state[at] as number;
    if (Number.isNaN(known) || (this.#least ? value < known : value > known)) state[at] = value;
  }
}

/** Share of events for which a condition holds, or the ratio of two sums: numerator and denominator. */
export class RatioAccumulator extends NumericAccumulator {
  readonly width = 2;
  readonly #operands: readonly Expression[];
  #holds: Uint8Array | undefined;
  #numerator: Float64Array = NOTHING;
  #denominator: Float64Array = NOTHING;

  constructor(operands: readonly Expression[]) {
    super();
    this.#operands = operands;
  }

  bind(columns: BatchColumns): void {
    const [first, second] = this.#operands as readonly [Expression, Expression | undefined];
    if (second === undefined) this.#holds = columns.booleans(first);
    else [this.#numerator, this.#denominator] = [columns.numbers(first), columns.numbers(second)];
  }

  add(state: Float64Array, base: number, _slot: number, row: number): void {
    const at = base + this.offset;
    if (this.#holds !== undefined) {
      const holds = this.#holds[row] as number;
      if (holds > 1) return;
      state[at] = (state[at] as number) + holds;
      state[at + 1] = (state[at + 1] as number) + 1;
      return;
    }
    const [a, b] = [this.#numerator[row] as number, this.#denominator[row] as number];
    if (!Number.isNaN(a)) state[at] = (state[at] as number) + a;
    if (!Number.isNaN(b)) state[at + 1] = (state[at + 1] as number) + b;
  }

  merge(state: Float64Array, base: number, _slot: number, otherBase: number): void {
    const at = base + this.offset;
    const from = otherBase + this.offset;
    state[at] = (state[at] as number) + (state[from] as number);
    state[at + 1] = (state[at + 1] as number) + (state[from + 1] as number);
  }

  value(state: Float64Array, base: number): number {
    const below = state[base + this.offset + 1] as number;
    return below === 0 ? Number.NaN : (state[base + this.offset] as number) / below;
  }
}
