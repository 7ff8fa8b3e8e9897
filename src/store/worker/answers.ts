interface Waiting {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

/** Calls whose answer is due, by number. */
export class Answers {
  private readonly waiting = new Map<number, Waiting>();
  private lost: Error | undefined;
  private nextId = 0;

  get due(): number {
    return this.waiting.size;
  }

  /** Sends a call under a new number; resolves with its answer. */
  ask(send: (id: number) => void): Promise<unknown> {
    if (this.lost !== undefined) return Promise.reject(this.lost);
    const id = this.nextId++;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
      try {
        send(id);
      } catch (error) {
        this.waiting.delete(id);
        reject(error);
      }
    });
  }

  settle(id: number, answer: { readonly value: unknown } | { readonly error: Error }): void {
    const waiting = this.waiting.get(id);
    this.waiting.delete(id);
    if ('error' in answer) waiting?.reject(answer.error);
    else waiting?.resolve(answer.value);
  }

  /** No answer comes any more, to these calls or later ones. */
  lose(error: Error): void {
    this.lost ??= error;
    for (const waiting of this.waiting.values()) waiting.reject(this.lost);
    this.waiting.clear();
  }
}
