/** What is due when: slots by due time, handed out in order of time. A slot that was freed since is told by its generation. */
export class Agenda {
  /** Earliest due time; Infinity when empty. */
  next = Number.POSITIVE_INFINITY;
  readonly #entries = new Map<number, number[]>();
  /** Binary heap of the due times. */
  readonly #heap: number[] = [];

  add(due: number, slot: number, generation: number): void {
    const known = this.#entries.get(due);
    if (known !== undefined) {
      known.push(slot, generation);
      return;
    }
    this.#entries.set(due, [slot, generation]);
    this.#push(due);
    this.next = this.#heap[0] as number;
  }

  /** Slot and generation by turns of all that is due at `next`. */
  take(): readonly number[] {
    const due = this.#pop();
    const entries = this.#entries.get(due) ?? [];
    this.#entries.delete(due);
    this.next = this.#heap[0] ?? Number.POSITIVE_INFINITY;
    return entries;
  }

  #push(due: number): void {
    const heap = this.#heap;
    let at = heap.push(due) - 1;
    while (at > 0) {
      const above = (at - 1) >> 1;
      if ((heap[above] as number) <= due) break;
      heap[at] = heap[above] as number;
      at = above;
    }
    heap[at] = due;
  }

  #pop(): number {
    const heap = this.#heap;
    const first = heap[0] as number;
    const last = heap.pop() as number;
    if (heap.length === 0) return first;
    let at = 0;
    for (;;) {
      let below = 2 * at + 1;
      if (below >= heap.length) break;
      if (below + 1 < heap.length && (heap[below + 1] as number) < (heap[below] as number)) below++;
      if ((heap[below] as number) >= last) break;
      heap[at] = heap[below] as number;
      at = below;
    }
    heap[at] = last;
    return first;
  }
}
