import { type Micros, usualDistance } from '../../../core/index.ts';
import { learnTail, TAIL_SIZE, tailScore } from './running-tail.ts';

/** An hour held against the same hour of the days of its kind, weekdays or weekend. */
export interface HourRating {
  /** -ln of the chance that the last hours together lie as far off to one side; 0 within an episode that was told of. */
  readonly score: number;
  /** The same, episodes included. */
  readonly level: number;
  readonly start: Micros;
  readonly weekend: boolean;
  /** Mean of the hour, what was expected of it, and the mean absolute deviation of such hours. */
  readonly mean: number;
  readonly expected: number;
  readonly spread: number;
  /** Earlier hours it is held against, and hours that were judged so far. */
  readonly visits: number;
  readonly judged: number;
}

const HOUR = 3_600_000_000;
/** 24 hours of weekdays, then of the weekend. */
export const HOURS_OF_KINDS = 48;
/** Scalars, then centre, spread and visits of each slot. */
const CURRENT = 0;
const SUM = 1;
const COUNT = 2;
const JUDGED = 3;
const TYPICAL = 4;
const RUNNING = 5;
const VARIANCE = 6;
const PEAK = 7;
const CALM_HOURS = 8;
const LASTED = 9;
const LAST_TIME = 10;
const STEP = 11;
const TAIL = 12;
const CENTRES = TAIL + TAIL_SIZE;
const SPREADS = CENTRES + HOURS_OF_KINDS;
const VISITS = SPREADS + HOURS_OF_KINDS;
/** Doubles that one rhythm is made of. */
export const RHYTHM_SIZE = VISITS + HOURS_OF_KINDS;

/** Days of its kind that an hour must have been seen on before it is judged. */
const KNOWN = 4;
/** Hours that an hour's own deviation is weighed with against that of all hours. */
const PRIOR = 4;
const FEW = 2;
const CENTRE_SHARE = 0.1;
const SPREAD_SHARE = 0.05;
const TYPICAL_SHARE = 0.01;
const WINSOR = 6;
const MOST = 10;
/** Share of a new hour in the running mean of deviations: about nine hours count. */
const RUNNING_SHARE = 0.2;
/** Variance of the running mean of independent deviations with a Laplace distribution, in mean absolute deviations. */
const START_VARIANCE = (2 * RUNNING_SHARE) / (2 - RUNNING_SHARE);
const VARIANCE_SHARE = 0.01;
/** Beyond what the number of judged hours says by itself, a score may add so much. */
const EVIDENCE = 8;
/** -ln of 0.1 %: an episode begins here, and ends after so many hours below CALM. */
const ONSET = Math.log(1000);
const CALM = 3;
const CALM_AFTER = 6;
/** What lasted so many hours is the new rhythm. */
const LASTING = 168;

/**
 * The rhythm of day and week: mean and usual deviation of every hour, weekdays and weekend (UTC) apart, and whether the last
 * hours together lie off it, in the deviation that is usual at their hour. One reading of a busy noon says little, a day that is
 * idle or ten times its load does, though every value of it is usual at some hour. Whole hours are judged, whatever the distance
 * of readings. All state is `RHYTHM_SIZE` doubles of `state` from `at` on.
 */
export class WeekRhythm {
  private readonly state: Float64Array;
  private readonly at: number;

  constructor(state: Float64Array, at = 0) {
    this.state = state;
    this.at = at;
  }

  /** Usual distance of readings, 0 while it is not known. */
  get step(): Micros {
    return this.state[this.at + STEP] as number;
  }

  /** What the hour's days before make likely at a time; NaN where they are fewer than two. */
  expect(time: Micros): number {
    return between(time, this.step, (slot) => this.centre(slot));
  }

  /** Rates the hour with its last reading; `least`: change that matters. */
  push(time: Micros, value: number, least = 0): HourRating | undefined {
    const { state: s, at } = this;
    const distance = time - (s[at + LAST_TIME] as number);
    if (s[at + LAST_TIME] !== 0 && distance > 0) s[at + STEP] = usualDistance(this.step, distance);
    s[at + LAST_TIME] = time;
    const { step } = this;
    const hour = Math.floor(time / HOUR);
    if ((s[at + COUNT] as number) > 0 && s[at + CURRENT] !== hour) this.close(step, least);
    s[at + CURRENT] = hour;
    s[at + SUM] = (s[at + SUM] as number) + value;
    s[at + COUNT] = (s[at + COUNT] as number) + 1;
    return step > 0 && Math.floor((time + step) / HOUR) !== hour ? this.close(step, least) : undefined;
  }

  private centre(slot: number): number {
    return (this.state[this.at + VISITS + slot] as number) < 2 ? Number.NaN : (this.state[this.at + CENTRES + slot] as number);
  }

  private close(step: Micros, least: number): HourRating | undefined {
    const { state: s, at } = this;
    const count = s[at + COUNT] as number;
    const mean = (s[at + SUM] as number) / count;
    s[at + SUM] = 0;
    s[at + COUNT] = 0;
    // Less than half an hour is no mean of it.
    if (!Number.isFinite(mean) || count * step < HOUR / 2) return undefined;
    const slot = hourSlot(s[at + CURRENT] as number);
    const visits = s[at + VISITS + slot] as number;
    const expected = visits === 0 ? mean : (s[at + CENTRES + slot] as number);
    const typical = s[at + TYPICAL] as number;
    const own = s[at + SPREADS + slot] as number;
    const smallest = 1e-9 + 1e-3 * Math.abs(expected);
    const spread = Math.max(smallest, (visits * own + PRIOR * typical) / (visits + PRIOR));
    const rating =
      visits < KNOWN
        ? undefined
        : this.judge(
            { start: (s[at + CURRENT] as number) * HOUR, weekend: slot >= 24, mean, expected, spread, visits },
            Math.abs(mean - expected) < least ? 0 : (mean - expected) / spread,
          );
    this.learn(slot, visits, mean - expected, mean, spread);
    return rating;
  }

  private judge(hour: Omit<HourRating, 'score' | 'level' | 'judged'>, deviation: number): HourRating {
    const { state: s, at } = this;
    const judged = s[at + JUDGED] as number;
    // What rests on few days looks smaller.
    const held = Math.min(MOST, Math.max(-MOST, deviation / (1 + FEW / hour.visits)));
    const running = (s[at + RUNNING] as number) + RUNNING_SHARE * (held - (s[at + RUNNING] as number));
    const variance = judged === 0 ? START_VARIANCE : (s[at + VARIANCE] as number);
    const size = (Math.SQRT2 * Math.abs(running)) / Math.sqrt(variance);
    const level = Math.min(Math.log(1 + judged) + EVIDENCE, tailScore(s, at + TAIL, size));
    s[at + RUNNING] = running;
    s[at + VARIANCE] = variance + VARIANCE_SHARE * (Math.min(running * running, 9 * variance) - variance);
    learnTail(s, at + TAIL, size);
    s[at + JUDGED] = judged + 1;
    return { ...hour, score: this.once(level), level, judged };
  }

  /** Told of at the onset, and again when it gets much worse. */
  private once(level: number): number {
    const { state: s, at } = this;
    const peak = s[at + PEAK] as number;
    if (peak === 0 && level < ONSET) return level;
    s[at + LASTED] = (s[at + LASTED] as number) + 1;
    if (peak === 0 || level > 1.25 * peak + 2) {
      s[at + PEAK] = level;
      s[at + CALM_HOURS] = 0;
      return level;
    }
    s[at + CALM_HOURS] = level < CALM ? (s[at + CALM_HOURS] as number) + 1 : 0;
    const lasting = (s[at + LASTED] as number) >= LASTING;
    if (lasting) for (let slot = 0; slot < HOURS_OF_KINDS; slot++) s[at + VISITS + slot] = Math.min(1, s[at + VISITS + slot] as number);
    if (lasting || (s[at + CALM_HOURS] as number) >= CALM_AFTER) s.fill(0, at + PEAK, at + LASTED + 1);
    return 0;
  }

  private learn(slot: number, visits: number, deviation: number, mean: number, spread: number): void {
    const { state: s, at } = this;
    const most = visits < KNOWN ? Number.POSITIVE_INFINITY : WINSOR * spread;
    const held = Math.min(most, Math.max(-most, deviation));
    s[at + VISITS + slot] = visits + 1;
    if (visits === 0) {
      s[at + CENTRES + slot] = mean;
      return;
    }
    s[at + CENTRES + slot] = (s[at + CENTRES + slot] as number) + Math.max(CENTRE_SHARE, 1 / (visits + 1)) * held;
    const own = s[at + SPREADS + slot] as number;
    s[at + SPREADS + slot] = own + Math.max(SPREAD_SHARE, 1 / visits) * (Math.abs(held) - own);
    const typical = s[at + TYPICAL] as number;
    s[at + TYPICAL] = typical === 0 ? Math.abs(held) : typical + TYPICAL_SHARE * (Math.abs(held) - typical);
  }
}

/**
 * Between what is known of two hours, so that a profile has no steps. What is known of an hour is of the middle of its readings,
 * which are `step` apart and first at its beginning: hourly ones are the hour itself.
 */
export function between(time: Micros, step: Micros, of: (slot: number) => number): number {
  const middle = Math.max(0, HOUR - step) / 2;
  const hours = (time - middle) / HOUR;
  const share = hours - Math.floor(hours);
  const before = of(hourSlot(Math.floor(hours)));
  // A share of nothing is none, even of an unknown.
  return share === 0 ? before : before + share * (of(hourSlot(Math.floor(hours) + 1)) - before);
}

/** Which of the 48 hours a time lies in. */
export function slotOf(time: Micros): number {
  return hourSlot(Math.floor(time / HOUR));
}

/** Hours counted from 1970-01-01, a Thursday. */
function hourSlot(hour: number): number {
  const day = Math.floor((((hour % 168) + 168) % 168) / 24);
  return (((hour % 24) + 24) % 24) + (day === 2 || day === 3 ? 24 : 0);
}
