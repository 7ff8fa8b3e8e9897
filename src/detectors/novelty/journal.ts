/** Changes to a memory since `begin`, so that they can be taken back: what a batch would teach is known before it is learnt. */
export class Journal {
  /** Number of the running batch of changes; 0 = nothing is noted. What was noted under this number need not be noted again. */
  batch = 0;
  private batches = 0;
  private undo: (() => void)[] = [];

  begin(): void {
    this.batch = ++this.batches;
  }

  /** How to take a change back that is about to be made. */
  note(undo: () => void): void {
    if (this.batch !== 0) this.undo.push(undo);
  }

  /** The changes stay. */
  keep(): void {
    this.undo = [];
    this.batch = 0;
  }

  /** The changes are taken back, last first. */
  takeBack(): void {
    for (let i = this.undo.length - 1; i >= 0; i--) this.undo[i]?.();
    this.keep();
  }
}
