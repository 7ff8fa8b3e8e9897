import { SeenSet } from '../../../../ml/index.ts';
import type { Expression } from '../../expression/expression.ts';
import { finish, type HashedVector } from '../../expression/hash.ts';
import type { BatchColumns } from '../batch-columns.ts';
import { CountAccumulator } from './numeric.ts';
import { printOf } from './sketched.ts';

/** Values that the key shows for the first time ever, as far as the memory reaches. */
export class FirstSeenAccumulator extends CountAccumulator {
  readonly memory: SeenSet;
  readonly #operand: Expression;
  #hashed: HashedVector | undefined;
  #row = -1;
  #isNew = false;

  constructor(operand: Expression, memory: number) {
    super(undefined);
    this.#operand = operand;
    this.memory = new SeenSet(memory);
  }

  override bind(columns: BatchColumns): void {
    this.#hashed = columns.hashed(this.#operand);
    this.#row = -1;
  }

  /** Once for each row, before it is added to its windows. */
  note(row: number, keyHigh: number, keyLow: number): void {
    const { high, low, present } = this.#hashed as HashedVector;
    this.#row = row;
    const [a, b] = [(high[row] as number) ^ Math.imul(keyHigh, 0x9e3779b1), (low[row] as number) ^ Math.imul(keyLow, 0x85ebca6b)];
    this.#isNew = present[row] === 1 && this.memory.add(printOf(finish(a, 0xc2b2ae35), finish(b ^ a, 0x27d4eb2f)));
  }

  override add(state: Float64Array, base: number, slot: number, row: number): void {
    if (row === this.#row && this.#isNew) super.add(state, base, slot, row);
  }
}
