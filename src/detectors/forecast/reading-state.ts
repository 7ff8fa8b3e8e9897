import { usualDistance } from '../../core/index.ts';
import {
  FORECASTER_SIZE,
  type HourRating,
  learnTail,
  learnTrend,
  lowestExpected,
  NORMAL_ERROR,
  OnlineForecaster,
  type OnlineOutlook,
  TAIL_SIZE,
  TREND_SIZE,
  tailScore,
} from '../../ml/index.ts';
import type { ChannelTrack } from './channel-track.ts';
import type { ForecastConfig } from './config.ts';

/** What a reading is rated by. Scores are minus ln of a tail probability. */
export interface ReadingRating {
  /** The highest of the arms, 0 within an episode that was told of already. */
  readonly score: number;
  readonly arms: Readonly<Record<Arm, number>>;
  readonly expected: number;
  /** Mean absolute error of the forecasts so far. */
  readonly spread: number;
  /** 98 % of the readings so far lay within. */
  readonly lower: number;
  readonly upper: number;
  /** Lowest reading so far. */
  readonly lowest: number;
  readonly run: number;
  readonly seen: number;
  /** Readings so far whose error was as large, in whole mean errors. */
  readonly asLarge: number;
  /** What forecast it, in words. */
  readonly method: string;
  /** Its hour, where this is the last reading of one that can be judged. */
  readonly hour?: HourRating;
}

/** Ways to be abnormal: one reading, a lasting shift, hours off the rhythm of day and week, and the faults of a device. */
export const ARMS = ['residual', 'shift', 'rhythm', 'stuck', 'range'] as const;
export type Arm = (typeof ARMS)[number];

const PAST = 20;
/** Slots after the forecaster, tails and trend. */
const SPIKE_TAIL = FORECASTER_SIZE;
const SHIFT_TAIL = SPIKE_TAIL + TAIL_SIZE;
const TREND = SHIFT_TAIL + TAIL_SIZE;
const OWN = TREND + TREND_SIZE;
const LAST = OWN;
const LAST_TIME = OWN + 1;
const STEP = OWN + 2;
const RUN = OWN + 3;
const LONGEST_RUN = OWN + 4;
const CHANGES = OWN + 5;
const LOWEST = OWN + 6;
const HIGHEST = OWN + 7;
const SHIFT = OWN + 8;
const SHIFT_VARIANCE = OWN + 9;
const PEAK = OWN + 10;
const QUIET = OWN + 11;
const OFF = OWN + 12;
const RECENT = OWN + 13;
const ABNORMAL = OWN + 14;
/** Level of the last hour that was judged against the rhythm. */
const OFF_RHYTHM = OWN + 15;
/** Error of the reading that its episode was told of last. */
const PEAK_ERROR = OWN + 16;
const HISTORY = OWN + 17;
/** Doubles that one series is made of. */
export const READING_SIZE = HISTORY + PAST;

/** Share of a new reading in the mean that shows shifts. */
const SHIFT_SHARE = 0.1;
/** Variance of the running mean of errors of a Laplace distribution, in mean absolute errors. */
const SHIFT_START = (2 * SHIFT_SHARE) / (2 - SHIFT_SHARE);
/** ln of a promise of 0.1 %: an episode begins here. */
const ONSET = Math.log(1000);
/** An episode is over after so many readings below CALM. */
const CALM = 4;
const CALM_READINGS = 10;
/** Scores are bounded: within an episode an error so many times the one that was told of is told of too. */
const MUCH_WORSE = 4;
/** A level that lasted so many readings is the new one. */
const LASTING = 40;
const OFF_LEVEL = 3;

/** One series, all its state but that of a network in one array, so that it is copied and kept cheaply. */
export class ReadingState {
  readonly values: Float64Array;
  readonly forecaster: OnlineForecaster;
  readonly entity: string;
  track: ChannelTrack | undefined;

  constructor(entity: string, values: Float64Array = new Float64Array(READING_SIZE), track?: ChannelTrack) {
    this.entity = entity;
    this.values = values;
    this.forecaster = new OnlineForecaster(values);
    this.track = track;
  }

  copy(track: ChannelTrack | undefined): ReadingState {
    return new ReadingState(this.entity, this.values.slice(), track);
  }

  /** What is expected of the next reading, and the mean absolute error of such forecasts. */
  next(): { readonly expected: number; readonly spread: number } {
    const { forecaster, track, step } = this;
    const time = this.lastTime + step;
    if (!this.networkLeads || track === undefined) return { expected: forecaster.expect(time), spread: forecaster.spread };
    const { group, channel } = track;
    return { expected: group.ahead(channel, time, step), spread: group.spread(channel) };
  }

  /** In words: what forecasts at present. */
  get method(): string {
    return this.networkLeads ? 'network' : this.forecaster.method;
  }

  private get networkLeads(): boolean {
    return this.track?.group.leads(this.track.channel, this.forecaster.spread) === true;
  }

  /** The next `steps` readings. `channels`: the series that share its network, in their order, itself among them. */
  outlook(steps: number, channels: readonly ReadingState[]): readonly OnlineOutlook[] {
    const { forecaster, lastTime, step, track } = this;
    const outlook = forecaster.outlook(lastTime + step, step, steps);
    if (!this.networkLeads || track === undefined) return outlook;
    const { group, channel } = track;
    const walks = channels.map((one) => one.forecaster.walk());
    const first = group.spread(channel) / NORMAL_ERROR;
    return group.outlook(channel, lastTime + step, step, outlook.length, walks).map((expected, k) => {
      const { deviation } = outlook[k] as OnlineOutlook;
      return { expected, deviation: k === 0 ? first : deviation };
    });
  }

  /** Share of its readings that differ from the one before. */
  get changing(): number {
    return (this.values[CHANGES] as number) / Math.max(1, this.seen);
  }

  get seen(): number {
    return this.forecaster.seen;
  }

  /** Start of the last reading, and usual distance of two. */
  get lastTime(): number {
    return this.values[LAST_TIME] as number;
  }

  get step(): number {
    return this.values[STEP] as number;
  }

  get last(): number {
    return this.values[LAST] as number;
  }

  /** Mean of the last readings, older ones fading. */
  get smoothed(): number {
    return this.values[RECENT] as number;
  }

  get range(): { readonly lowest: number; readonly highest: number } {
    return { lowest: this.values[LOWEST] as number, highest: this.values[HIGHEST] as number };
  }

  /** Score of the last reading, episodes included. */
  get abnormal(): number {
    return this.values[ABNORMAL] as number;
  }

  /** Mean absolute errors within which 98 % of the readings lay. */
  get margin(): number {
    return this.values[SPIKE_TAIL] === 0 ? 4 : (this.values[SPIKE_TAIL] as number);
  }

  get trendAt(): number {
    return TREND;
  }

  /** Rates the reading by what came before it, then learns it. A change below `least` is nothing, however rare. */
  push(time: number, value: number, options: ForecastConfig, least = 0): ReadingRating {
    const { values: s, forecaster } = this;
    const { seen } = forecaster;
    const usual = seen === 0 ? { expected: value, spread: 0 } : forecaster.usual(time);
    const profileMethod = forecaster.method;
    const profile = forecaster.push(time, value, least);
    const forecast = this.track?.group.push(this.track.channel, time, value, this.step, profile) ?? {
      ...profile,
      byNetwork: false,
    };
    const { spread, byNetwork } = forecast;
    // Before the range says so, no amount is below none.
    const expected = lowestExpected(forecast.expected, this.range.lowest);
    const error = value - expected;
    const method = byNetwork ? 'network' : profileMethod;
    // What hardly ever varied says little about what is rare; and what differs by a thousandth, nothing.
    const smallest = 1e-9 + 1e-3 * Math.abs(forecaster.level);
    // Nor does, at first, what lies within the readings so far.
    const wide = WITHIN * ((s[HIGHEST] as number) - (s[LOWEST] as number)) * Math.min(1, WITHIN_READINGS / Math.max(1, seen));
    const raw = seen < 2 ? Number.NaN : Math.min(LARGEST, Math.abs(error) / Math.max(spread, smallest));
    const sure = (raw * (Math.max(spread, smallest) / Math.max(spread, smallest, wide))) / (1 + FEW / Math.sqrt(seen));
    const judged = seen >= options.warmUp;
    const most = Math.log(1 + seen) + EVIDENCE * Math.min(1, ((s[CHANGES] as number) + 1) / VARIED);
    const { margin } = this;
    const { hour } = profile;
    const arms = {
      residual: Number.isNaN(raw) ? Number.NaN : Math.abs(error) < least ? 0 : limited(tailScore(s, SPIKE_TAIL, sure), most),
      shift: this.shifted(value - usual.expected, Math.max(usual.spread, smallest), judged, least),
      rhythm: hour?.score ?? 0,
      stuck: this.stuck(value, judged, options.stuckAtLeast, most, least),
      range: this.outOfRange(value, judged, options.rangeMargin, least),
    };
    const whole = Math.min(PAST - 1, Math.floor(raw));
    const asLarge = Number.isNaN(raw) ? 0 : s.subarray(HISTORY + whole, HISTORY + PAST).reduce((sum, count) => sum + count, 0);
    if (!Number.isNaN(raw)) {
      learnTail(s, SPIKE_TAIL, raw);
      s[HISTORY + whole] = (s[HISTORY + whole] as number) + 1;
    }
    // Hours off the rhythm have episodes of their own.
    const highest = compressed(Math.max(...ARMS.map((arm) => (arm === 'rhythm' ? 0 : arms[arm]))));
    if (hour !== undefined) s[OFF_RHYTHM] = hour.level;
    s[ABNORMAL] = judged ? Math.max(highest, s[OFF_RHYTHM] as number) : 0;
    this.follow(time, value, value - usual.expected, Math.max(usual.spread, smallest));
    const score = judged ? Math.max(this.once(highest, Math.abs(error)), hour?.score ?? 0) : Number.NaN;
    const half = margin * Math.max(spread, smallest);
    const band = { lower: expected - half, upper: expected + half };
    return {
      score,
      arms,
      expected,
      spread,
      ...band,
      lowest: this.range.lowest,
      run: s[RUN] as number,
      seen,
      asLarge,
      method,
      ...(hour && { hour }),
    };
  }

  /** Lasting deviation from level and hour, errors winsorised. */
  private shifted(error: number, spread: number, judged: boolean, least: number): number {
    const { values: s } = this;
    const held = Math.min(6, Math.max(-6, error / spread));
    const mean = (s[SHIFT] as number) + SHIFT_SHARE * (held - (s[SHIFT] as number));
    s[SHIFT] = mean;
    const variance = s[SHIFT_VARIANCE] === 0 ? SHIFT_START : (s[SHIFT_VARIANCE] as number);
    const size = Math.abs(mean) / Math.sqrt(variance) / Math.SQRT2;
    const score = judged && Math.abs(error) >= least ? tailScore(s, SHIFT_TAIL, size) : 0;
    s[SHIFT_VARIANCE] = variance + 0.005 * (Math.min(mean * mean, 9 * variance) - variance);
    learnTail(s, SHIFT_TAIL, size);
    return score;
  }

  /**
   * Equal readings in a row: improbable where readings usually change. A run counts as usual once it has ended, unless it was a
   * fault. With a smallest change that matters, what never varied by it does not get stuck, nor does what rests near zero.
   */
  private stuck(value: number, judged: boolean, atLeast: number, most: number, least: number): number {
    const { values: s } = this;
    const limit = Math.max(2 * (s[LONGEST_RUN] as number), atLeast);
    const ended = s[RUN] as number;
    const same = this.seen > 1 && value === s[LAST];
    s[RUN] = same ? ended + 1 : 1;
    if (!same && this.seen > 1) {
      s[CHANGES] = (s[CHANGES] as number) + 1;
      if (ended <= limit) s[LONGEST_RUN] = Math.max(s[LONGEST_RUN] as number, ended);
    }
    if (!judged || (s[RUN] as number) <= limit || (s[CHANGES] as number) < 10) return 0;
    if (Math.abs(value) < least || (s[HIGHEST] as number) - (s[LOWEST] as number) < least) return 0;
    const changing = ((s[CHANGES] as number) + 1) / (this.seen + 2);
    return Math.min(most, -(s[RUN] as number) * Math.log(1 - Math.min(changing, 1 - 1e-9)));
  }

  /** Outside all readings so far by a margin: of n readings, one in n is the largest so far. */
  private outOfRange(value: number, judged: boolean, margin: number, least: number): number {
    const { values: s } = this;
    const lowest = s[LOWEST] as number;
    const highest = s[HIGHEST] as number;
    const range = highest - lowest;
    const outside = Math.max(lowest - margin * range - value, value - highest - margin * range);
    const score = judged && outside > 0 && outside >= least && range > 0 ? this.firstTime(outside / range) : 0;
    // A value out of range widens it by a tenth only: a fault does not become normal at once.
    const share = judged ? 0.1 : 1;
    s[LOWEST] = this.seen <= 1 ? value : Math.min(lowest, lowest + share * (value - lowest));
    s[HIGHEST] = this.seen <= 1 ? value : Math.max(highest, highest + share * (value - highest));
    return score;
  }

  /** What happens for the first time in n readings has a probability of about 1/n; how far beyond adds to it. */
  private firstTime(beyond: number): number {
    return Math.log(1 + this.seen) + 4 * Math.min(2, beyond) * Math.min(1, this.seen / MANY);
  }

  private follow(time: number, value: number, error: number, spread: number): void {
    const { values: s, forecaster } = this;
    const distance = time - (s[LAST_TIME] as number);
    if (this.seen > 1 && distance > 0) s[STEP] = usualDistance(this.step, distance);
    learnTrend(s, TREND, this.seen > 1 ? Math.max(0, distance) : 0, value);
    s[RECENT] = this.seen <= 1 ? value : (s[RECENT] as number) + SHIFT_SHARE * (value - (s[RECENT] as number));
    const off = Math.abs(error) > OFF_LEVEL * spread ? Math.sign(error) : 0;
    s[OFF] = off === 0 || Math.sign(s[OFF] as number) !== off ? off : (s[OFF] as number) + off;
    if (Math.abs(s[OFF] as number) >= LASTING) {
      forecaster.relevel(s[RECENT] as number);
      s[SHIFT] = 0;
      s[OFF] = 0;
    }
    s[LAST] = value;
    s[LAST_TIME] = time;
    const { track } = this;
    track?.group.expectNext(track.channel, forecaster.expect(time + (s[STEP] as number)));
  }

  /** An episode is told of at its onset, and again when it gets much worse. */
  private once(score: number, error: number): number {
    const { values: s } = this;
    const peak = s[PEAK] as number;
    if (peak === 0) {
      if (score < ONSET) return score;
      s[PEAK] = score;
      s[PEAK_ERROR] = error;
      s[QUIET] = 0;
      return score;
    }
    if (score > 1.5 * peak + 3 || (score >= ONSET && error > MUCH_WORSE * (s[PEAK_ERROR] as number))) {
      s[PEAK] = Math.max(peak, score);
      s[PEAK_ERROR] = Math.max(error, s[PEAK_ERROR] as number);
      s[QUIET] = 0;
      return score;
    }
    s[QUIET] = score < CALM ? (s[QUIET] as number) + 1 : 0;
    if ((s[QUIET] as number) >= CALM_READINGS) s[PEAK] = 0;
    return 0;
  }
}

/** Beyond what the number of readings says by itself, an error may add so much, once the series has varied so often. */
const EVIDENCE = 8;
const VARIED = 6;
/** Errors count in shares of the range so far until there are so many readings, then less and less. */
const WITHIN = 0.1;
const WITHIN_READINGS = 100;
/** Errors look smaller by 1 + FEW / sqrt(n) while their usual size rests on n readings only. */
const FEW = 10;
/** Readings from which on it counts how far something lies beyond all before. */
const MANY = 1000;
const LINEAR = 40;

/** Errors beyond so many usual ones are all alike. */
const LARGEST = 1e9;

/** Beyond `most` a score grows with its logarithm only. */
function limited(score: number, most: number): number {
  return score <= most ? score : most + Math.log(score / most);
}

/** Scores stay in their order; far out they grow with the logarithm only. */
function compressed(score: number): number {
  return score <= LINEAR ? score : LINEAR + 10 * Math.log(score / LINEAR);
}
