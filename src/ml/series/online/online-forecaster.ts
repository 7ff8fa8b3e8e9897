import type { Micros } from '../../../core/index.ts';
import { between, HOURS_OF_KINDS, type HourRating, RHYTHM_SIZE, slotOf, WeekRhythm } from './week-rhythm.ts';

/** What was expected of a value before it was seen. */
export interface OnlineExpectation {
  readonly expected: number;
  /** Mean absolute error of what is forecast in this way. */
  readonly spread: number;
  /** value - expected. */
  readonly error: number;
  /** The hour that ends with this value, where it can be judged. */
  readonly hour?: HourRating;
}

/** What is forecast for one of the next steps. */
export interface OnlineOutlook {
  readonly expected: number;
  /** Standard deviation of the error that far ahead. */
  readonly deviation: number;
}

/** Values that are taken as given, one after the other. */
export interface OnlineWalk {
  /** What is expected of the next value, at `time`. */
  expect(time: Micros): number;
  take(time: Micros, value: number): void;
}

const ORDER = 4;
/** Slots of the state: scalars, what the autoregression needs, offsets and counts of the profile, the rhythm of the week. */
const SEEN = 0;
const LEVEL = 1;
const PROFILE_ERROR = 2;
const BOTH_ERROR = 3;
const LAST_ERROR = 4;
const LAST = 5;
const RESIDUALS = 6;
const WEIGHTS = RESIDUALS + ORDER;
const COVARIANCE = WEIGHTS + ORDER;
const OFFSETS = COVARIANCE + ORDER * ORDER;
const COUNTS = OFFSETS + HOURS_OF_KINDS;
/** Of the rhythm of the week with the part of the last deviation that stays: error, values, moments and the last deviation; then the rhythm. */
const WEEK_ERROR = COUNTS + HOURS_OF_KINDS;
const WEEK_SEEN = WEEK_ERROR + 1;
const WEEK_CROSS = WEEK_ERROR + 2;
const WEEK_SQUARE = WEEK_ERROR + 3;
const WEEK_RESIDUAL = WEEK_ERROR + 4;
const RHYTHM = WEEK_ERROR + 5;
/** Doubles that one forecaster is made of. */
export const FORECASTER_SIZE = RHYTHM + RHYTHM_SIZE;

const LEVEL_SHARE = 0.01;
const ERROR_SHARE = 0.01;
/** Errors are learnt winsorised at so many mean absolute errors, once so many values were seen. */
const WINSOR = 6;
const SETTLED = 30;
/** Readings that the profile of another kind of day counts for. */
const ADOPTED = 30;
/** Forgetting of the autoregression: about 500 values. */
const FORGET = 0.998;
/** Mean absolute error of a normal distribution, in standard deviations. */
export const NORMAL_ERROR = 0.7979;

/**
 * Level, hour-of-day profile (weekdays and weekend apart) and an autoregression of what they leave, all learnt as they go by
 * recursive least squares; of profile, profile with autoregression, the rhythm of the week and the last value, the one that erred
 * least lately forecasts.
 * Alive from the second value on. All state is `FORECASTER_SIZE` doubles of `state` from `at` on.
 */
export class OnlineForecaster {
  private readonly state: Float64Array;
  private readonly at: number;
  private readonly rhythm: WeekRhythm;

  constructor(state: Float64Array, at = 0) {
    this.state = state;
    this.at = at;
    this.rhythm = new WeekRhythm(state, at + RHYTHM);
  }

  get seen(): number {
    return this.state[this.at + SEEN] as number;
  }

  get level(): number {
    return this.state[this.at + LEVEL] as number;
  }

  /** What is expected at a time, from the values pushed so far. */
  expect(time: Micros): number {
    const { state: s, at } = this;
    if (this.seen === 0) return Number.NaN;
    const kind = this.best();
    if (kind === LAST_ERROR) return s[at + LAST] as number;
    const week = kind === WEEK_ERROR ? this.week(time) : Number.NaN;
    if (!Number.isNaN(week)) return week;
    const profile = this.profile(time);
    return kind === PROFILE_ERROR ? profile : profile + this.autoregression();
  }

  /** Level and hour alone, and their mean absolute error: what lasting shifts are told from. */
  usual(time: Micros): { readonly expected: number; readonly spread: number } {
    return { expected: this.profile(time), spread: this.state[this.at + PROFILE_ERROR] as number };
  }

  /** Mean absolute error of `expect`. */
  get spread(): number {
    return this.seen < 2 ? Number.NaN : (this.state[this.at + this.best()] as number);
  }

  /** In words: what forecasts at present. */
  get method(): 'last value' | 'level and hour' | 'level, hour and autoregression' | 'rhythm of the week' {
    const kind = this.best();
    if (kind === LAST_ERROR) return 'last value';
    if (kind === WEEK_ERROR) return 'rhythm of the week';
    return kind === PROFILE_ERROR ? 'level and hour' : 'level, hour and autoregression';
  }

  /** `least`: smallest change of an hour that matters. */
  push(time: Micros, value: number, least = 0): OnlineExpectation {
    const { state: s, at } = this;
    const seen = this.seen;
    const expected = this.expect(time);
    const { spread } = this;
    const profile = seen === 0 ? value : this.profile(time);
    const both = profile + (seen === 0 ? 0 : this.autoregression());
    const share = Math.max(ERROR_SHARE, 1 / (seen + 1));
    if (seen > 0) {
      this.learnError(PROFILE_ERROR, value - profile, share);
      this.learnError(BOTH_ERROR, value - both, share);
      this.learnError(LAST_ERROR, value - (s[at + LAST] as number), share);
    }
    this.learnWeek(time, value);
    const hour = this.rhythm.push(time, value, least);
    const residual = this.held(value - profile, PROFILE_ERROR);
    if (seen > ORDER) this.learnWeights(residual);
    else if (seen === 0) for (let i = 0; i < ORDER; i++) s[at + COVARIANCE + i * ORDER + i] = 1;
    this.learnProfile(time, value, profile + residual);
    for (let i = ORDER - 1; i > 0; i--) s[at + RESIDUALS + i] = s[at + RESIDUALS + i - 1] as number;
    s[at + RESIDUALS] = residual;
    s[at + LAST] = value;
    s[at + SEEN] = seen + 1;
    return { expected, spread, error: value - expected, ...(hour && { hour }) };
  }

  /** The next `steps` values, `step` apart from `time` on. */
  outlook(time: Micros, step: Micros, steps: number): OnlineOutlook[] {
    if (this.seen < 2) return [];
    const walk = this.walk();
    return this.deviations(steps).map((deviation, k) => {
      const when = time + k * step;
      const expected = walk.expect(when);
      walk.take(when, expected);
      return { expected, deviation };
    });
  }

  /** From here on step by step, as if what it is given had come; learns nothing. */
  walk(): OnlineWalk {
    const { state: s, at } = this;
    const kind = this.best();
    const past = Array.from(this.residuals);
    let last = s[at + LAST] as number;
    let off = s[at + WEEK_RESIDUAL] as number;
    return {
      expect: (time) => {
        if (kind === LAST_ERROR) return last;
        const week = kind === WEEK_ERROR ? this.week(time, off) : Number.NaN;
        if (!Number.isNaN(week)) return week;
        return kind === PROFILE_ERROR ? this.profile(time) : this.profile(time) + this.autoregression(past);
      },
      take: (time, value) => {
        last = value;
        const usual = this.rhythm.expect(time);
        off = Number.isNaN(usual) ? 0 : value - usual;
        past.unshift(value - this.profile(time));
        past.length = ORDER;
      },
    };
  }

  /** Standard deviations of the errors 1..steps ahead. */
  private deviations(steps: number): number[] {
    const { state: s, at } = this;
    const kind = this.best();
    const deviation = this.spread / NORMAL_ERROR;
    // Effect of one error on later values; its squares add up to the variance so far ahead.
    const effects = [1];
    let variance = 0;
    return Array.from({ length: steps }, (_, k) => {
      variance += kind === LAST_ERROR ? 1 : (effects[k] as number) ** 2;
      let effect = kind === WEEK_ERROR ? this.staying * (effects[k] as number) : 0;
      for (let i = 0; kind === BOTH_ERROR && i < ORDER; i++) effect += (s[at + WEIGHTS + i] as number) * (effects[k - i] ?? 0);
      effects.push(Math.min(1, Math.max(-1, effect)));
      return deviation * Math.sqrt(variance);
    });
  }

  /** A lasting shift is the level from now on. */
  relevel(level: number): void {
    const { state: s, at } = this;
    s[at + LEVEL] = level;
    s.fill(0, at + RESIDUALS, at + RESIDUALS + ORDER);
    s.fill(0, at + OFFSETS, at + COUNTS + HOURS_OF_KINDS);
  }

  private best(): number {
    const { state: s, at } = this;
    const profile = s[at + PROFILE_ERROR] as number;
    const both = s[at + BOTH_ERROR] as number;
    const last = s[at + LAST_ERROR] as number;
    // A simpler forecast is left only for a better one.
    if (this.seen < SETTLED) return last < 0.8 * profile ? LAST_ERROR : PROFILE_ERROR;
    let kind = both < 0.95 * profile ? BOTH_ERROR : PROFILE_ERROR;
    const week = s[at + WEEK_ERROR] as number;
    if ((s[at + WEEK_SEEN] as number) >= SETTLED && week < 0.95 * Math.min(profile, both)) kind = WEEK_ERROR;
    return last < 0.95 * (s[at + kind] as number) ? LAST_ERROR : kind;
  }

  /** The rhythm at a time, and of a deviation before it what usually stays; NaN where the rhythm is not known. */
  private week(time: Micros, residual = this.state[this.at + WEEK_RESIDUAL] as number): number {
    return this.rhythm.expect(time) + this.staying * residual;
  }

  /** Share of a deviation from the rhythm that is left at the next value. */
  private get staying(): number {
    const square = this.state[this.at + WEEK_SQUARE] as number;
    return square > 0 ? Math.min(1, Math.max(0, (this.state[this.at + WEEK_CROSS] as number) / square)) : 0;
  }

  private learnWeek(time: Micros, value: number): void {
    const { state: s, at } = this;
    const usual = this.rhythm.expect(time);
    if (Number.isNaN(usual)) {
      s[at + WEEK_RESIDUAL] = 0;
      return;
    }
    const seen = s[at + WEEK_SEEN] as number;
    const before = s[at + WEEK_ERROR] as number;
    const most = seen < SETTLED ? Number.POSITIVE_INFINITY : WINSOR * before + 1e-12;
    const error = Math.min(most, Math.abs(value - this.week(time)));
    s[at + WEEK_ERROR] = before + Math.max(ERROR_SHARE, 1 / (seen + 1)) * (error - before);
    const left = s[at + WEEK_RESIDUAL] as number;
    const limit = WINSOR * (s[at + WEEK_ERROR] as number);
    const residual = Math.min(limit, Math.max(-limit, value - usual));
    s[at + WEEK_CROSS] = FORGET * (s[at + WEEK_CROSS] as number) + residual * left;
    s[at + WEEK_SQUARE] = FORGET * (s[at + WEEK_SQUARE] as number) + left * left;
    s[at + WEEK_RESIDUAL] = residual;
    s[at + WEEK_SEEN] = seen + 1;
  }

  private profile(time: Micros): number {
    return (this.state[this.at + LEVEL] as number) + this.offsetAt(time);
  }

  private offsetAt(time: Micros): number {
    return between(time, this.rhythm.step, (slot) => this.offset(slot));
  }

  /** Of an hour that is not known yet: that of the other kind of day, else of the latest known hour before it. */
  private offset(slot: number): number {
    const { state: s, at } = this;
    const own = slot - (slot % 24);
    for (let back = 0; back < 24; back++) {
      const hour = (slot - own - back + 24) % 24;
      for (const known of [own + hour, 24 - own + hour])
        if ((s[at + COUNTS + known] as number) >= 3) return s[at + OFFSETS + known] as number;
    }
    return 0;
  }

  private autoregression(residuals: ArrayLike<number> = this.residuals): number {
    const { state: s, at } = this;
    let sum = 0;
    let most = 0;
    for (let i = 0; i < ORDER; i++) {
      const residual = residuals[i] as number;
      sum += (s[at + WEIGHTS + i] as number) * residual;
      most = Math.max(most, Math.abs(residual));
    }
    return Math.min(2 * most, Math.max(-2 * most, sum));
  }

  private get residuals(): Float64Array {
    return this.state.subarray(this.at + RESIDUALS, this.at + RESIDUALS + ORDER);
  }

  private held(error: number, kind: number): number {
    if (this.seen < SETTLED) return error;
    const most = WINSOR * (this.state[this.at + kind] as number) + 1e-12;
    return Math.min(most, Math.max(-most, error));
  }

  private learnError(kind: number, error: number, share: number): void {
    const { state: s, at } = this;
    const before = s[at + kind] as number;
    s[at + kind] = before + share * (Math.abs(this.held(error, kind)) - before);
  }

  private learnProfile(time: Micros, value: number, held: number): void {
    const { state: s, at } = this;
    const slot = slotOf(time);
    const level = this.seen === 0 ? value : (s[at + LEVEL] as number);
    const offset = this.offsetAt(time);
    const moved = level + Math.max(LEVEL_SHARE, 1 / (this.seen + 1)) * (held - level - offset);
    s[at + LEVEL] = moved;
    if ((s[at + COUNTS + slot] as number) === 0) this.adopt(slot);
    const count = Math.min(200, (s[at + COUNTS + slot] as number) + 1);
    s[at + COUNTS + slot] = count;
    s[at + OFFSETS + slot] = (s[at + OFFSETS + slot] as number) + (held - moved - (s[at + OFFSETS + slot] as number)) / count;
  }

  /** An hour of the first day of its kind begins with what the other kind of day knows of it. */
  private adopt(slot: number): void {
    const { state: s, at } = this;
    const other = (slot + 24) % HOURS_OF_KINDS;
    const count = s[at + COUNTS + other] as number;
    if (count < 3) return;
    s[at + OFFSETS + slot] = s[at + OFFSETS + other] as number;
    s[at + COUNTS + slot] = Math.min(ADOPTED, count);
  }

  /** Recursive least squares (Haykin, Adaptive Filter Theory, ch. 10), the residuals scaled to their own size. */
  private learnWeights(residual: number): void {
    const { state: s, at } = this;
    const scale = 1 / Math.max(s[at + PROFILE_ERROR] as number, 1e-12);
    const gain = [0, 0, 0, 0];
    let denominator = FORGET;
    for (let i = 0; i < ORDER; i++) {
      for (let j = 0; j < ORDER; j++) {
        gain[i] = (gain[i] as number) + (s[at + COVARIANCE + i * ORDER + j] as number) * scale * (s[at + RESIDUALS + j] as number);
      }
    }
    for (let i = 0; i < ORDER; i++) denominator += scale * (s[at + RESIDUALS + i] as number) * (gain[i] as number);
    let error = scale * residual;
    for (let i = 0; i < ORDER; i++) error -= (s[at + WEIGHTS + i] as number) * scale * (s[at + RESIDUALS + i] as number);
    for (let i = 0; i < ORDER; i++) {
      const weight = (s[at + WEIGHTS + i] as number) + ((gain[i] as number) / denominator) * error;
      s[at + WEIGHTS + i] = Math.min(2, Math.max(-2, weight));
    }
    let trace = 0;
    for (let i = 0; i < ORDER; i++) {
      for (let j = 0; j <= i; j++) {
        const index = at + COVARIANCE + i * ORDER + j;
        const value = ((s[index] as number) - ((gain[i] as number) * (gain[j] as number)) / denominator) / FORGET;
        s[index] = value;
        s[at + COVARIANCE + j * ORDER + i] = value;
      }
      trace += s[at + COVARIANCE + i * ORDER + i] as number;
    }
    // Without news the covariance winds up: it starts anew.
    if (trace < 1e6 && trace > 0) return;
    s.fill(0, at + COVARIANCE, at + COVARIANCE + ORDER * ORDER);
    for (let i = 0; i < ORDER; i++) s[at + COVARIANCE + i * ORDER + i] = 1;
  }
}
