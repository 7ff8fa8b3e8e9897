import { setTimeout as sleep } from 'node:timers/promises';

/** Longest single wait, so that an abort is noticed soon. */
const LONGEST_WAIT_MS = 1000;

/** Holds a reader to a number of bytes a second, so that the disk stays free for others. */
export class Pace {
  readonly #bytesPerMs: number | undefined;
  #free = 0;

  constructor(bytesPerSecond: number | undefined) {
    this.#bytesPerMs = bytesPerSecond === undefined ? undefined : bytesPerSecond / 1000;
  }

  /** Waits until these bytes are paid for. */
  async spend(bytes: number): Promise<void> {
    if (this.#bytesPerMs === undefined) return;
    const now = performance.now();
    this.#free = Math.max(this.#free, now) + bytes / this.#bytesPerMs;
    const ahead = this.#free - now;
    if (ahead > 1) await sleep(Math.min(ahead, LONGEST_WAIT_MS));
  }
}
