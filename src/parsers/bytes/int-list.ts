import { ColumnMemory } from '../../core/index.ts';

/** A growing Int32Array. Written through `values` after `reserve`, or by `push`. */
export class IntList {
  values: Int32Array;
  length = 0;

  private readonly memory: ColumnMemory;

  constructor(capacity = 64, memory = new ColumnMemory()) {
    this.memory = memory;
    this.values = memory.ints(Math.max(capacity, 1));
  }

  push(value: number): void {
    if (this.length === this.values.length) this.reserve(1);
    this.values[this.length++] = value;
  }

  /** Makes room for `more` values. */
  reserve(more: number): void {
    const needed = this.length + more;
    if (needed <= this.values.length) return;
    const grown = this.memory.ints(Math.max(needed, this.values.length * 2));
    grown.set(this.values.subarray(0, this.length));
    this.memory.give([this.values.buffer as ArrayBuffer]);
    this.values = grown;
  }

  finish(): Int32Array {
    return this.values.subarray(0, this.length);
  }
}
