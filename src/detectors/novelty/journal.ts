/** Takes one change back; a constant function, so that noting a change makes no object. */
export type Undo = (of: unknown, value: unknown, at: number) => void;

/** What a use of a value changes. */
interface Used {
  count: number;
  last: number;
  used: number;
}

const NUMBERS = 3;

/** Changes to a memory since `begin`, so that they can be taken back: what a batch would teach is known before it is learnt. */
export class Journal {
  /** Number of the running batch of changes; 0 = nothing is noted. What was noted under this number need not be noted again. */
  batch = 0;
  private batches = 0;
  private undo: Undo[] = [];
  private of: unknown[] = [];
  private value: unknown[] = [];
  private at: number[] = [];
  /** Values that were used again, and what was known of them before: count, last time, order of use. */
  private uses = 0;
  private used: Used[] = [];
  private before = new Float64Array(1024 * NUMBERS);

  begin(): void {
    this.batch = ++this.batches;
  }

  /** How to take a change back that is about to be made: `undo` is called with the other arguments. */
  note(undo: Undo, of: unknown, value: unknown, at: number): void {
    if (this.batch === 0) return;
    this.undo.push(undo);
    this.of.push(of);
    this.value.push(value);
    this.at.push(at);
  }

  /** Notes what a use of a value is about to change; at most once in a batch of changes. */
  noteUse(value: Used): void {
    if (this.batch === 0) return;
    const at = this.uses * NUMBERS;
    if (at === this.before.length) {
      const larger = new Float64Array(at * 2);
      larger.set(this.before);
      this.before = larger;
    }
    this.used[this.uses++] = value;
    this.before[at] = value.count;
    this.before[at + 1] = value.last;
    this.before[at + 2] = value.used;
  }

  /** The changes stay. */
  keep(): void {
    this.uses = 0;
    this.used = [];
    this.undo = [];
    this.of = [];
    this.value = [];
    this.at = [];
    this.batch = 0;
  }

  /** The changes are taken back, last first. */
  takeBack(): void {
    for (let i = this.undo.length - 1; i >= 0; i--) (this.undo[i] as Undo)(this.of[i], this.value[i], this.at[i] as number);
    for (let i = 0; i < this.uses; i++) {
      const value = this.used[i] as Used;
      value.count = this.before[i * NUMBERS] as number;
      value.last = this.before[i * NUMBERS + 1] as number;
      value.used = this.before[i * NUMBERS + 2] as number;
    }
    this.keep();
  }
}
