import { deserialize, serialize } from 'node:v8';
import type { Micros } from '../../core/index.ts';

interface Stretch {
  readonly from: number;
  to: number;
  at: Micros;
}

const MOST = 1_000;

/** Stretches of a source's segment log that its alerts need in order to be replayed. */
export class HeldSegments {
  #stretches: Stretch[] = [];
  #changed = false;

  /** An alert was found at `at` in the entries from..to. */
  hold(from: number, to: number, at: Micros): void {
    this.#changed = true;
    const last = this.#stretches.at(-1);
    if (last !== undefined && from <= last.to + 1) {
      last.to = Math.max(last.to, to);
      last.at = Math.max(last.at, at);
    } else this.#stretches.push({ from, to, at });
    if (this.#stretches.length > MOST) this.#stretches.shift();
  }

  /** What is to be kept, of alerts not older than `since`. */
  keep(since: Micros): readonly (readonly [number, number])[] {
    const young = this.#stretches.filter(({ at }) => at >= since);
    this.#changed ||= young.length < this.#stretches.length;
    this.#stretches = young;
    return young.map(({ from, to }) => [from, to]);
  }

  /** undefined where nothing changed since the last call. */
  snapshot(): Uint8Array | undefined {
    if (!this.#changed) return undefined;
    this.#changed = false;
    return new Uint8Array(serialize(this.#stretches));
  }

  restore(snapshot: Uint8Array | undefined): void {
    if (snapshot !== undefined) this.#stretches = deserialize(snapshot) as Stretch[];
  }
}
