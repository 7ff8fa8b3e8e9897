import { type WallClockTimes, wallClockTimes } from './zone.ts';

/**
 * Times of wall clocks as UTC, those of each input in their order. Of an hour that a clock shows twice the first is meant until its
 * times run back; a time that it never shows is none.
 */
export class WallClock {
  readonly zone: string;
  /** Times of an hour that the clock showed twice, and times that it never showed. */
  repeated = 0;
  skipped = 0;
  readonly #times: WallClockTimes;

  constructor(zone: string) {
    this.zone = zone;
    this.#times = wallClockTimes(zone);
  }

  /** `last`: the UTC time read before from the same input. NaN for a time that the clock never showed. */
  read(local: number, last: number): number {
    const [first, second] = this.#times(local);
    if (first === undefined) {
      this.skipped++;
      return Number.NaN;
    }
    if (second === undefined) return first;
    this.repeated++;
    return first >= last ? first : second;
  }
}
