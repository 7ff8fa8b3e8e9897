/**
 * A queue between two stages, bounded by weight (bytes). `put` waits while it is full: that is the back-pressure. One item is
 * always let in, so an item above the bound passes alone.
 */
export class BoundedQueue<T> {
  private readonly items: { readonly item: T; readonly weight: number }[] = [];
  private readonly bound: number;
  private held = 0;
  private ended = false;
  private room: (() => void)[] = [];
  private waiting: (() => void)[] = [];

  constructor(bound: number) {
    this.bound = bound;
  }

  get weight(): number {
    return this.held;
  }

  get length(): number {
    return this.items.length;
  }

  /** Resolves once the item is in; false when the queue was closed before. */
  async put(item: T, weight: number): Promise<boolean> {
    while (!this.ended && this.items.length > 0 && this.held + weight > this.bound) {
      await new Promise<void>((resolve) => this.room.push(resolve));
    }
    if (this.ended) return false;
    this.items.push({ item, weight });
    this.held += weight;
    wake(this.waiting);
    return true;
  }

  /** The oldest item; undefined once the queue is closed and empty. */
  async take(): Promise<T | undefined> {
    for (;;) {
      const first = this.items.shift();
      if (first !== undefined) {
        this.held -= first.weight;
        wake(this.room);
        return first.item;
      }
      if (this.ended) return undefined;
      await new Promise<void>((resolve) => this.waiting.push(resolve));
    }
  }

  /** No more puts; what is in can still be taken. */
  close(): void {
    this.ended = true;
    wake(this.room);
    wake(this.waiting);
  }
}

function wake(waiters: (() => void)[]): void {
  for (const resolve of waiters.splice(0)) resolve();
}
