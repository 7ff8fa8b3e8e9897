import type { Occurrence } from './memory.ts';
import type { PairMemory } from './pair-memory.ts';

const NUMBERS = 7;

/** What rated the new values of a batch, by row, in columns: thousands may be new, and few are asked for. */
export class News {
  private count = 0;
  private rows = new Int32Array(64);
  private numbers = new Float64Array(64 * NUMBERS);

  /** As the pair is before the row is added; `forgotten`: when the value was seen before the horizon, else NaN. */
  add(row: number, pair: PairMemory, forgotten: number, elsewhere: number): void {
    if (this.count === this.rows.length) this.grow();
    const at = this.count * NUMBERS;
    this.rows[this.count++] = row;
    this.numbers[at] = pair.total;
    this.numbers[at + 1] = pair.singletons;
    this.numbers[at + 2] = pair.distinct;
    this.numbers[at + 3] = pair.recent;
    this.numbers[at + 4] = pair.first;
    this.numbers[at + 5] = forgotten;
    this.numbers[at + 6] = elsewhere;
  }

  at(row: number): Occurrence | undefined {
    const index = this.rows.subarray(0, this.count).indexOf(row);
    if (index < 0) return undefined;
    const number = (i: number): number => this.numbers[index * NUMBERS + i] as number;
    return {
      total: number(0),
      singletons: number(1),
      distinct: number(2),
      recent: number(3),
      first: number(4),
      count: 0,
      forgotten: Number.isNaN(number(5)) ? undefined : number(5),
      elsewhere: number(6),
    };
  }

  private grow(): void {
    const rows = new Int32Array(this.rows.length * 2);
    const numbers = new Float64Array(this.numbers.length * 2);
    rows.set(this.rows);
    numbers.set(this.numbers);
    this.rows = rows;
    this.numbers = numbers;
  }
}
