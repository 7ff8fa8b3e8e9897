import type { Micros } from '../../core/index.ts';
import type { DeviceFaultsConfig } from './config.ts';

/** Changes whose spread is watched for noise. */
const CHANGES = 60;
/** A reading beyond a limit widens it by this share: a fault does not become normal at once. */
const WIDENED = 0.1;
/** The same for noise, also within its limit: it lasts and grows slowly into its window. */
const WIDENED_NOISE = 0.005;
/** Readings in a row out of range after which they are the new normal. */
const SETTLED = 500;

const FIELDS = ['seen', 'last', 'run', 'longestRun', 'low', 'high', 'largestStep', 'largestNoise', 'outside'] as const;
type Field = (typeof FIELDS)[number];

const LAST_TIME = FIELDS.length + CHANGES;
const STEP = LAST_TIME + 1;
/** Mean of the readings, sum of their squared and mean of their absolute distances from it, sum of squared changes. */
const [MEAN, SQUARES, DEVIATION, CHANGED] = [STEP + 1, STEP + 2, STEP + 3, STEP + 4];
/** Side of the mean that the readings were on last (-1, 1; 0 = none yet), and how often they went over to the other one. */
const [SIDE, TURNS] = [STEP + 5, STEP + 6];
/** Equal readings up to which nothing stands still. */
const LEAST_STILL = 2;
/** Numbers of one saved state. */
export const LIMITS_LENGTH = STEP + 7;
/** Numbers of one saved state before times were kept, and before turns were; they stand last. */
export const UNTIMED_LENGTH = LAST_TIME;
export const UNTURNED_LENGTH = STEP + 1;
/** A reading is on one side of the mean from so many mean distances on. */
const ASIDE = 0.25;
/**
 * Share of the range by which a reading may leave it besides, over the number of independent readings it was learnt from: what one
 * of a normal distribution does once in 1,000 (quantiles of Student's t, less half of the expected range).
 */
const UNSURE = 7;
/** Readings so many usual distances apart are no neighbours: their difference is no jump. */
const GAP = 5;

/** What one series does by itself: how long it stands still, between which values, in what steps, how noisily. */
export class ReadingLimits {
  readonly #state: Float64Array;

  constructor(saved?: Float64Array) {
    this.#state = saved?.slice() ?? new Float64Array(LIMITS_LENGTH);
  }

  save(): Float64Array {
    return this.#state;
  }

  get seen(): number {
    return this.#get('seen');
  }

  get run(): number {
    return this.#get('run');
  }

  /**
   * Readings without memory that would have shown as much of the range: as many as there are where one says nothing of the next, few
   * where they move slowly, two for each time they went from one side of their mean to the other.
   */
  get independent(): number {
    const seen = this.#get('seen');
    const [squares, changed] = [this.#state[SQUARES] as number, this.#state[CHANGED] as number];
    // By the autocorrelation r of neighbours: (1 - r) / (1 + r), of what is as variable as it is changeable all.
    const share = squares === 0 ? 1 : Math.min(1, changed / Math.max(4 * squares - changed, changed));
    return Math.min(seen, Math.max(2 * (this.#state[TURNS] as number), share * seen));
  }

  /** Of a state from before turns were kept: takes its readings for independent ones. */
  takeAsKnown(): void {
    this.#state[TURNS] = this.#get('seen') / 2;
    this.#state[MEAN] = (this.#get('low') + this.#get('high')) / 2;
  }

  /** Whether it has never, when it worked, shown the same so many times in a row. */
  get still(): boolean {
    return this.#get('run') > Math.max(LEAST_STILL, this.#get('longestRun'));
  }

  get range(): readonly [number, number] {
    return [this.#get('low'), this.#get('high')];
  }

  /** Rates the reading by what came before it, then learns it; a limit that it exceeds gives way only a little unless `learning`. */
  push(
    value: number,
    time: Micros,
    learning: boolean,
    options: DeviceFaultsConfig,
  ): { stuck: number; range: number; jump: number; noise: number } {
    if (this.#get('seen') === 0) {
      this.#set('low', value);
      this.#set('high', value);
      this.#set('longestRun', 1);
    }
    const first = this.#get('seen') === 0;
    const stuck = this.#pushRun(value, first, learning, options);
    const range = this.#pushRange(value, learning, options.rangeMargin);
    if (learning || range <= 1) this.#pushTurns(value, first);
    const change = this.#follows(time) ? value - this.#get('last') : 0;
    const jump = this.#limit('largestStep', Math.abs(change), options.jumpFactor, learning ? 1 : WIDENED);
    this.#state[FIELDS.length + (this.#get('seen') % CHANGES)] = change;
    this.#set('seen', this.#get('seen') + 1);
    const noise = this.#pushNoise(learning, options.noiseFactor);
    this.#set('last', value);
    return { stuck, range, jump, noise };
  }

  /** Whether the reading comes soon after the one before. */
  #follows(time: Micros): boolean {
    const first = this.#get('seen') === 0;
    const distance = time - (this.#state[LAST_TIME] as number);
    const timed = !first && (this.#state[LAST_TIME] as number) > 0 && distance > 0;
    const step = this.#state[STEP] as number;
    if (timed) this.#state[STEP] = step === 0 ? distance : step + 0.1 * (Math.min(distance, GAP * step) - step);
    this.#state[LAST_TIME] = time;
    return !first && !(timed && step > 0 && distance > GAP * step);
  }

  #pushRun(value: number, first: boolean, learning: boolean, { stuckFactor, stuckAtLeast }: DeviceFaultsConfig): number {
    const ended = this.#get('run');
    const run = !first && value === this.#get('last') ? ended + 1 : 1;
    const limit = Math.max(stuckFactor * this.#get('longestRun'), stuckAtLeast);
    this.#set('run', run);
    // A run counts as usual at once while learning, else once it has ended, and in part when it was a fault.
    if (learning) this.#set('longestRun', Math.max(run, this.#get('longestRun')));
    else if (run === 1 && ended > this.#get('longestRun')) {
      const usual = ended <= limit ? 1 : WIDENED;
      this.#set('longestRun', this.#get('longestRun') + usual * (ended - this.#get('longestRun')));
    }
    // What has never changed is not stuck.
    const [low, high] = this.range;
    return low === high ? 0 : run / limit;
  }

  #pushTurns(value: number, first: boolean): void {
    const state = this.#state;
    const count = this.#get('seen') + 1;
    const before = value - (state[MEAN] as number);
    state[MEAN] = first ? value : (state[MEAN] as number) + before / count;
    const distance = value - (state[MEAN] as number);
    if (first) return;
    state[SQUARES] = (state[SQUARES] as number) + before * distance;
    state[DEVIATION] = (state[DEVIATION] as number) + (Math.abs(distance) - (state[DEVIATION] as number)) / count;
    state[CHANGED] = (state[CHANGED] as number) + (value - this.#get('last')) ** 2;
    if (Math.abs(distance) <= ASIDE * (state[DEVIATION] as number)) return;
    const side = Math.sign(distance);
    if (side === -(state[SIDE] as number)) state[TURNS] = (state[TURNS] as number) + 1;
    state[SIDE] = side;
  }

  /** One window of changes says nothing of how much they vary: until there were two, it learns. */
  #pushNoise(learning: boolean, factor: number): number {
    const seen = this.#get('seen');
    if (seen <= CHANGES) return 0;
    const known = seen > 2 * CHANGES;
    const ratio = this.#limit('largestNoise', this.#noise(), factor, learning || !known ? 1 : WIDENED_NOISE);
    return known ? ratio : 0;
  }

  #pushRange(value: number, learning: boolean, margin: number): number {
    const [low, high] = this.range;
    const width = Math.max(high - low, 1e-9 * Math.max(Math.abs(low), Math.abs(high), 1e-300));
    const outside = Math.max(low - value, value - high);
    const ratio = outside <= 0 ? 0 : margin === 0 ? 1 + outside / width : outside / ((margin + UNSURE / this.independent) * width);
    const settled = ratio > 1 ? this.#get('outside') + 1 : 0;
    this.#set('outside', settled);
    if (outside > 0 && (learning || ratio <= 1 || settled >= SETTLED)) {
      this.#set('low', Math.min(low, value));
      this.#set('high', Math.max(high, value));
    }
    return ratio;
  }

  #limit(field: 'largestStep' | 'largestNoise', size: number, factor: number, widened: number): number {
    const largest = this.#get(field);
    const limit = factor * Math.max(largest, 1e-12 * Math.abs(this.#get('last')), 1e-300);
    const ratio = size / limit;
    if (size > largest) this.#set(field, largest + (field === 'largestStep' && ratio <= 1 ? 1 : widened) * (size - largest));
    return ratio;
  }

  /** Median absolute change: single spikes weigh nothing. At least a hundredth of the range, so that a first flicker is no noise. */
  #noise(): number {
    const sizes = this.#state.slice(FIELDS.length, LAST_TIME);
    for (let i = 0; i < CHANGES; i++) sizes[i] = Math.abs(sizes[i] as number);
    sizes.sort();
    const [low, high] = this.range;
    return Math.max(sizes[CHANGES >> 1] as number, 0.01 * (high - low));
  }

  #get(field: Field): number {
    return this.#state[FIELDS.indexOf(field)] as number;
  }

  #set(field: Field, value: number): void {
    this.#state[FIELDS.indexOf(field)] = value;
  }
}
