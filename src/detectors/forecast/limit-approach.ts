import type { Micros } from '../../core/index.ts';

/** Lows that later levels did not fall below again: candidates for the begin of a trend. */
const LOWS = 24;
/** Parts of the way from where a rise began to the limit; the last place counts the rises that crossed it. */
const PARTS = 20;
const HISTORY = PARTS + 1;
/** A rise has ended when so much of it is undone, or when it has not gone on for as long as it had lasted. */
const UNDONE = 0.5;
/** What counts as a rise lasted so many readings at least. */
const LEAST_READINGS = 10;
/** Share of the fitted slope that the mean slope since its begin must have. */
const STEADY = 0.75;
/** Weight of the rises so far that came no farther, each time that one joins them. */
const FORGET = 0.999;

const [COUNT, START, START_TIME, PEAK, PEAK_TIME, READINGS, LAST_TIME, WARNED] = [0, 1, 2, 3, 4, 5, 6, 7];
const PAST = 8;
const FIRST_LOW = PAST + HISTORY;

/** Doubles that the approach of one series to one limit is made of. */
export const APPROACH_SIZE = FIRST_LOW + 2 * LOWS;

/**
 * How a series goes towards one limit: since when it has, and how far earlier rises came. Distances are to the limit, above 0 on the side that is
 * allowed, so a rise is a distance that shrinks, whichever side the limit is on.
 */
export class LimitApproach {
  readonly #state: Float64Array;

  constructor(state: Float64Array = new Float64Array(APPROACH_SIZE)) {
    this.#state = state;
  }

  get state(): Float64Array {
    return this.#state;
  }

  /** Whether it was said that the limit will be crossed. */
  get warned(): boolean {
    return this.#at(WARNED) === 1;
  }

  set warned(warned: boolean) {
    this.#state[WARNED] = warned ? 1 : 0;
  }

  /** `noise`: usual size of what changes from one reading to the next. */
  push(time: Micros, distance: number, noise: number): void {
    const s = this.#state;
    if (s[READINGS] !== 0 && time <= this.#at(LAST_TIME)) return;
    s[LAST_TIME] = time;
    this.#pushLow(time, distance);
    if (s[READINGS] === 0) this.#begin(time, distance);
    s[READINGS] = this.#at(READINGS) + 1;
    if (distance <= this.#at(PEAK)) {
      s[PEAK] = distance;
      s[PEAK_TIME] = time;
    }
    const rise = this.#at(START) - this.#at(PEAK);
    const lasted = this.#at(PEAK_TIME) - this.#at(START_TIME);
    const undone = distance - this.#at(PEAK) > Math.max(UNDONE * rise, noise);
    if (undone || time - this.#at(PEAK_TIME) > lasted) {
      if (rise > noise && this.#at(READINGS) >= LEAST_READINGS) this.#ended(rise);
      this.#begin(time, distance);
    } else if (distance > this.#at(START)) this.#begin(time, distance);
  }

  /** How long it has gone towards the limit about as fast as `speed`, in seconds. */
  lasted(speed: number): number {
    const [now, distance] = this.#low(this.#at(COUNT) - 1);
    for (let i = 0; i < this.#at(COUNT) - 1; i++) {
      const [time, from] = this.#low(i);
      const seconds = (now - time) / 1e6;
      if (from - distance >= STEADY * speed * seconds) return seconds;
    }
    return 0;
  }

  /**
   * Probability that a trend which has lasted `lasted` goes on for `left` more. What is known of none is half for as long as it has lasted
   * (Gott 1993, Nature 363:315); it counts as one among the earlier rises that came as far from where this one began, of which those
   * that crossed went on.
   */
  goesOn(lasted: number, left: number): number {
    if (!(lasted > 0)) return 0;
    const s = this.#state;
    let asFar = 0;
    // Steady, it has come that share of the whole way.
    for (let part = partOf(lasted / (lasted + left)); part < HISTORY; part++) asFar += s[PAST + part] as number;
    return (lasted / (lasted + left) + (s[PAST + PARTS] as number)) / (1 + asFar);
  }

  #begin(time: Micros, distance: number): void {
    this.#state.set([distance, time, distance, time, 1], START);
  }

  #ended(rise: number): void {
    const s = this.#state;
    const own = this.#at(PEAK) <= 0 ? PARTS : this.#at(START) <= 0 ? -1 : partOf(rise / this.#at(START));
    // What came less far says nothing of those that came farther.
    for (let part = 0; part <= own; part++) s[PAST + part] = FORGET * (s[PAST + part] as number);
    if (own >= 0) s[PAST + own] = (s[PAST + own] as number) + 1;
  }

  /** Those that the level has come back to are none any more; of too many the one goes that is nearest to its neighbours for its age. */
  #pushLow(time: Micros, distance: number): void {
    const s = this.#state;
    let count = this.#at(COUNT);
    while (count > 0 && this.#low(count - 1)[1] <= distance) count--;
    if (count === LOWS) {
      let [closest, least] = [1, Number.POSITIVE_INFINITY];
      for (let i = 1; i < LOWS - 1; i++) {
        const gap = (this.#low(i + 1)[0] - this.#low(i - 1)[0]) / (time - this.#low(i)[0]);
        if (gap < least) [closest, least] = [i, gap];
      }
      s.copyWithin(FIRST_LOW + 2 * closest, FIRST_LOW + 2 * (closest + 1), FIRST_LOW + 2 * LOWS);
      count--;
    }
    s.set([time, distance], FIRST_LOW + 2 * count);
    s[COUNT] = count + 1;
  }

  #low(i: number): readonly [time: Micros, distance: number] {
    return [this.#at(FIRST_LOW + 2 * i), this.#at(FIRST_LOW + 2 * i + 1)];
  }

  #at(place: number): number {
    return this.#state[place] as number;
  }
}

/** Those in the same part came as far. */
function partOf(share: number): number {
  return Math.min(PARTS - 1, Math.floor(PARTS * share));
}
