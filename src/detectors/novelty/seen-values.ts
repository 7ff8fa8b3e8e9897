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

/**
 * The values of one pair by name. The one longest unused is found through a list of all in order of use, made anew when it has
 * run out: those used since stand in it with an older number and are passed over, so nothing has to be moved at each use.
 */
export class SeenValues {
  private readonly byName = new Map<string, SeenValue>();
  private oldest: Candidate[] = [];
  private next = 0;

  get size(): number {
    return this.byName.size;
  }

  get(name: string): SeenValue | undefined {
    return this.byName.get(name);
  }

  put(value: SeenValue, journal: Journal): void {
    this.byName.set(value.name, value);
    journal.note(() => {
      value.held = false;
      this.byName.delete(value.name);
    });
  }

  forgetOldest(journal: Journal): void {
    const value = this.leastUsed();
    value.held = false;
    this.byName.delete(value.name);
    journal.note(() => {
      value.held = true;
      this.byName.set(value.name, value);
      this.oldest = [];
    });
  }

  /** Longest unused first. */
  inOrder(): SeenValue[] {
    return [...this.byName.values()].sort((a, b) => a.used - b.used);
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
