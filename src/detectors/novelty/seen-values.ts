import type { Journal } from './journal.ts';

/** A value that an entity showed in a field. */
export interface SeenValue {
  readonly name: string;
  count: number;
  last: number;
  /** Order of last use. */
  used: number;
  /** Batch of the journal that noted it last. */
  noted: number;
  /** False once it was forgotten. */
  held: boolean;
}

const NO_CANDIDATES: readonly SeenValue[] = [];

const NEVER = new Float64Array(0);

const remember = (values: unknown, value: unknown): void => (values as SeenValues).putBack(value as SeenValue);

/**
 * The values of one pair by name. The one longest unused is found through a list of all in order of use, made anew when it has
 * run out: those used since stand in it with an older number and are passed over, so nothing has to be moved at each use.
 */
export class SeenValues {
  /** A pair's only value stands alone: most pairs of a hostile stream never have a second one. */
  private only: SeenValue | undefined;
  private byName: Map<string, SeenValue> | undefined;
  private oldest: readonly SeenValue[] = NO_CANDIDATES;
  /** When each of `oldest` was used last, as of when the list was made. */
  private oldestUsed: Float64Array = NEVER;
  private next = 0;

  get size(): number {
    return this.byName?.size ?? (this.only === undefined ? 0 : 1);
  }

  get(name: string): SeenValue | undefined {
    if (this.byName !== undefined) return this.byName.get(name);
    return this.only?.name === name ? this.only : undefined;
  }

  /** Undoes `forgetOldest`. */
  putBack(value: SeenValue): void {
    value.held = true;
    this.put(value);
    this.oldest = NO_CANDIDATES;
  }

  put(value: SeenValue): void {
    if (this.byName !== undefined) this.byName.set(value.name, value);
    else if (this.only === undefined) this.only = value;
    else {
      this.byName = new Map([this.only, value].map((one) => [one.name, one]));
      this.only = undefined;
    }
  }

  remove(value: SeenValue): void {
    value.held = false;
    if (this.byName === undefined) this.only = undefined;
    else this.byName.delete(value.name);
  }

  forgetOldest(journal: Journal): void {
    const value = this.leastUsed();
    this.remove(value);
    journal.note(remember, this, value, 0);
  }

  /** Longest unused first. */
  inOrder(): SeenValue[] {
    const values = this.byName === undefined ? [] : [...this.byName.values()];
    if (this.only !== undefined) values.push(this.only);
    return byUse(values).map((at) => values[at] as SeenValue);
  }

  private leastUsed(): SeenValue {
    for (;;) {
      if (this.next >= this.oldest.length) {
        this.oldest = this.inOrder();
        this.oldestUsed = Float64Array.from(this.oldest, ({ used }) => used);
        this.next = 0;
      }
      const value = this.oldest[this.next] as SeenValue;
      const used = this.oldestUsed[this.next++];
      if (value.held && value.used === used) return value;
    }
  }
}

/** Indices in order of last use; a typed array of numbers is sorted several times faster than objects are. */
function byUse(values: readonly SeenValue[]): number[] {
  let first = Number.POSITIVE_INFINITY;
  for (const { used } of values) if (used < first) first = used;
  const keys = new Float64Array(values.length);
  for (let i = 0; i < keys.length; i++) keys[i] = ((values[i] as SeenValue).used - first) * keys.length + i;
  keys.sort();
  return Array.from(keys, (key) => key % keys.length);
}
