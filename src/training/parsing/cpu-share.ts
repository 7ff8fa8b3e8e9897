import { setTimeout as sleep } from 'node:timers/promises';

/** Longest single wait, so that an abort is noticed soon. */
const LONGEST_WAIT_MS = 1000;

/** Holds the process to a share of one CPU, averaged since it was made. */
export class CpuShare {
  readonly #share: number;
  readonly #began = performance.now();
  readonly #before = process.cpuUsage();

  constructor(share: number) {
    this.#share = share;
  }

  /** Waits until what was used is so much of the time that passed. */
  async rest(): Promise<void> {
    if (this.#share >= 1) return;
    for (;;) {
      const { user, system } = process.cpuUsage(this.#before);
      const ahead = (user + system) / 1000 / this.#share - (performance.now() - this.#began);
      if (ahead <= 1) return;
      await sleep(Math.min(ahead, LONGEST_WAIT_MS));
    }
  }
}
