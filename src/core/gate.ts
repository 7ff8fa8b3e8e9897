/** Lets so many pieces of work run at once; the others wait, in the order asked. */
export class Gate {
  private readonly most: number;
  private running = 0;
  private readonly waiting: (() => void)[] = [];

  constructor(most: number) {
    this.most = most;
  }

  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.running < this.most) this.running++;
    else await new Promise<void>((resolve) => this.waiting.push(resolve));
    try {
      return await work();
    } finally {
      // Its place goes to the next one, if any.
      const next = this.waiting.shift();
      if (next === undefined) this.running--;
      else next();
    }
  }
}
