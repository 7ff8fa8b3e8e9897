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
/** Numbers of one saved state. */
export const LIMITS_LENGTH = STEP + 1;
/** Numbers of one saved state before times were kept; they stand last. */
export const UNTIMED_LENGTH = LAST_TIME;
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
    const ratio = outside <= 0 ? 0 : margin === 0 ? 1 + outside / width : outside / (margin * width);
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
