import { type Columns, evaluate } from '../expression/evaluate.ts';
import type { Expression } from '../expression/expression.ts';
import { type HashedVector, hashVector } from '../expression/hash.ts';
import type { EventRows, Vector } from '../expression/vector.ts';

const NAMES = new WeakMap<Expression, string>();

/** The expressions of features over one batch, parts of them included, each computed once however often it is used. */
export class BatchColumns implements Columns {
  readonly batch: EventRows;
  readonly #seed: number;
  readonly #vectors = new Map<string, Vector>();
  readonly #hashes = new Map<string, HashedVector>();

  constructor(batch: EventRows, seed: number) {
    this.batch = batch;
    this.#seed = seed;
  }

  vector(expression: Expression): Vector {
    const name = nameOf(expression);
    let vector = this.#vectors.get(name);
    if (vector === undefined) {
      vector = evaluate(expression, this);
      this.#vectors.set(name, vector);
    }
    return vector;
  }

  numbers(expression: Expression): Float64Array {
    return (this.vector(expression) as Vector & { type: 'number' }).values;
  }

  booleans(expression: Expression): Uint8Array {
    return (this.vector(expression) as Vector & { type: 'boolean' }).values;
  }

  hashed(expression: Expression): HashedVector {
    const name = nameOf(expression);
    let hashed = this.#hashes.get(name);
    if (hashed === undefined) {
      hashed = hashVector(this.vector(expression), this.batch.rows, this.#seed);
      this.#hashes.set(name, hashed);
    }
    return hashed;
  }
}

/** The columns of the latest batch, for all features of a group that take it. */
export class SharedColumns {
  readonly #seed: number;
  #columns: BatchColumns | undefined;

  constructor(seed: number) {
    this.#seed = seed;
  }

  of(batch: EventRows): BatchColumns {
    if (this.#columns?.batch !== batch) this.#columns = new BatchColumns(batch, this.#seed);
    return this.#columns;
  }
}

function nameOf(expression: Expression): string {
  let name = NAMES.get(expression);
  if (name === undefined) {
    name = JSON.stringify(expression);
    NAMES.set(expression, name);
  }
  return name;
}
