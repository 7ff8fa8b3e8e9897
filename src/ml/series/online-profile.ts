import { HOURS_OF_KINDS, slotOf } from './online/week-rhythm.ts';

/** What is expected at a time, and how far the value lies off. */
export interface ProfileResidual {
  readonly expected: number;
  /** Mean absolute error of the past. */
  readonly spread: number;
  /** |value - expected| / spread; NaN at first. */
  readonly score: number;
}

export interface OnlineProfileState {
  readonly level: number;
  readonly spread: number;
  readonly seen: number;
  /** 48 slots: the hours of weekdays, then of the weekend. */
  readonly offset: readonly number[];
  readonly count: readonly number[];
}

/** Level plus the hour's mean offset, weekdays and weekend apart, learnt as it goes: alive after a few points. */
export class OnlineProfile {
  readonly #levelShare: number;
  #level = Number.NaN;
  #spread = 0;
  #seen = 0;
  readonly #offset = new Float64Array(HOURS_OF_KINDS);
  readonly #count = new Float64Array(HOURS_OF_KINDS);

  constructor(levelShare = 0.01) {
    this.#levelShare = levelShare;
  }

  /** All it has learnt, as plain JSON. */
  save(): OnlineProfileState {
    return { level: this.#level, spread: this.#spread, seen: this.#seen, offset: [...this.#offset], count: [...this.#count] };
  }

  static from(state: OnlineProfileState, levelShare?: number): OnlineProfile {
    const profile = new OnlineProfile(levelShare);
    profile.#level = state.seen === 0 ? Number.NaN : state.level;
    profile.#spread = state.spread;
    profile.#seen = state.seen;
    profile.#offset.set(state.offset);
    profile.#count.set(state.count);
    return profile;
  }

  push(time: number, value: number): ProfileResidual {
    const slot = slotOf(time);
    if (this.#seen === 0) this.#level = value;
    const confident = (this.#count[slot] as number) >= 3 ? (this.#offset[slot] as number) : 0;
    const expected = this.#level + confident;
    const error = value - expected;
    const score = this.#seen < 10 ? Number.NaN : Math.abs(error) / Math.max(this.#spread, 1e-9 + 1e-6 * Math.abs(expected));
    const residual = { expected, spread: this.#spread, score };
    const cap = this.#seen < 30 ? Math.abs(error) : Math.min(Math.abs(error), 6 * this.#spread + 1e-9);
    const held = Math.sign(error) * cap;
    this.#seen++;
    this.#spread += Math.max(0.002, 1 / this.#seen) * (cap - this.#spread);
    this.#level += Math.max(this.#levelShare, 1 / this.#seen) * held;
    const count = Math.min(200, (this.#count[slot] as number) + 1);
    this.#count[slot] = count;
    this.#offset[slot] = (this.#offset[slot] as number) + (value - this.#level - (this.#offset[slot] as number)) / count;
    return residual;
  }
}
