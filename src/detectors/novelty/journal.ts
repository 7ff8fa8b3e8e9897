/** Takes one change back; a constant function, so that noting a change makes no object. */
export type Undo = (of: unknown, value: unknown, at: number) => void;

/** Changes to a memory since `begin`, so that they can be taken back: what a batch would teach is known before it is learnt. */
export class Journal {
  /** Number of the running batch of changes; 0 = nothing is noted. What was noted under this number need not be noted again. */
  batch = 0;
  private batches = 0;
  private undo: Undo[] = [];
  private of: unknown[] = [];
  private value: unknown[] = [];
  private at: number[] = [];

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

  /** The changes stay. */
  keep(): void {
    this.undo = [];
    this.of = [];
    this.value = [];
    this.at = [];
    this.batch = 0;
  }

  /** The changes are taken back, last first. */
  takeBack(): void {
    for (let i = this.undo.length - 1; i >= 0; i--) (this.undo[i] as Undo)(this.of[i], this.value[i], this.at[i] as number);
    this.keep();
  }
}
