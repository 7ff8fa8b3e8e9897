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

interface Candidate {
  readonly value: SeenValue;
  readonly used: number;
}

const NO_CANDIDATES: readonly Candidate[] = [];

const remember = (values: unknown, value: unknown): void => (values as SeenValues).putBack(value as SeenValue);

/**
 * The values of one pair by name. The one longest unused is found through a list of all in order of use, made anew when it has
 * run out: those used since stand in it with an older number and are passed over, so nothing has to be moved at each use.
 */
export class SeenValues {
  /** A pair's only value stands alone: most pairs of a hostile stream never have a second one. */
  private only: SeenValue | undefined;
  private byName: Map<string, SeenValue> | undefined;
  private oldest: readonly Candidate[] = NO_CANDIDATES;
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
    return values.sort((a, b) => a.used - b.used);
  }

  private leastUsed(): SeenValue {
    for (;;) {
      if (this.next >= this.oldest.length) {
        this.oldest = this.inOrder().map((value) => ({ value, used: value.used }));
        this.next = 0;
      }
      const { value, used } = this.oldest[this.next++] as Candidate;
      if (value.held && value.used === used) return value;
    }
  }
}
