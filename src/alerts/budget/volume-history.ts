import type { Micros } from '../../core/index.ts';

const MINUTE: Micros = 60_000_000;
/** Minutes remembered before the last look. */
const KEPT = 256;

/** Minutes since 1970 and units a day; null = not known yet. */
export type VolumeHistoryState = readonly (readonly [number, number | null])[];

/**
 * Units a day as they were known when a minute of event time began. What was known at a time is the same afterwards, however much came
 * since: looked up by event time, a decision does not depend on where batches end.
 */
export class VolumeHistory {
  private known: (readonly [minute: number, unitsPerDay: number | null])[] = [];

  /** The volume at event time `at`; only the first of a minute counts, known or not. */
  note(at: Micros, unitsPerDay: () => number | undefined): void {
    const minute = Math.floor(at / MINUTE);
    const last = this.known.at(-1);
    if (!Number.isFinite(minute) || (last !== undefined && minute <= last[0])) return;
    this.known.push([minute, unitsPerDay() ?? null]);
  }

  /** What was known at a time; undefined before anything was, or where it is forgotten. */
  asOf(time: Micros): number | undefined {
    const minute = Math.floor(time / MINUTE);
    let from = 0;
    for (let to = this.known.length; from < to; ) {
      const middle = (from + to) >> 1;
      if ((this.known[middle] as readonly [number, unknown])[0] <= minute) from = middle + 1;
      else to = middle;
    }
    return this.known[from - 1]?.[1] ?? undefined;
  }

  /** What lies far back is forgotten; not while what a batch brought is still to be judged. */
  forget(): void {
    if (this.known.length > KEPT) this.known = this.known.slice(-KEPT);
  }

  snapshot(): VolumeHistoryState {
    return this.known.slice(-KEPT);
  }

  restore(state: VolumeHistoryState): void {
    this.known = [...state];
  }
}
