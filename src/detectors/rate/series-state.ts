import { MICROS_PER_DAY } from '../../core/index.ts';
import type { RateConfig } from './config.ts';
import { logLowerTail, logUpperTail } from './negative-binomial.ts';
import { countActive, isSparse, rateActive } from './sparse.ts';

const HOURS = 24;
const DAYS = 7;
const MICROS_PER_HOUR = MICROS_PER_DAY / 24;
/** 1970-01-01 was a Thursday. */
const EPOCH_WEEKDAY = 4;

/** Below this probability an interval is unusual: it teaches the profile little and may begin a level shift. */
const UNUSUAL = Math.log(1e-3);
/** Intervals of the series' average that an hour's factor is drawn towards while it has few of its own. */
const SHRINK = 4;
/** Relative spread between hours that is assumed as long as an hour has not been seen. */
const UNKNOWN_HOUR = 0.6;
/** An hour silent for so much of its recent intervals is silent by habit; a silent hour makes up 40 % for the day after. */
const SILENT_HABIT = 0.3;
const HABIT_STEP = 1 / 24;
/** Silent intervals in a row before silence is the new level: a day of five minutes. */
const SILENCE_LEARNT = 288;
/** A silence is told again only when it is so many times as improbable, as an exponent. */
const WORSE = 2;
const MIN_DISPERSION = 1e-4;
const START_DISPERSION = 0.1;
/** Intervals over which the dispersion forgets. */
const DISPERSION_MEMORY = 200;

/** Rated intervals over which the share of unusual ones fades, and from how many unusual ones it says that the profile does not fit. */
const FIT_MEMORY = 2_016;
const MISFITS = 3;
const MISFIT_SHARE = 0.01;

/** One series: its level, how hours and weekdays differ from it, how counts scatter, and what is going on now. */
export interface SeriesState {
  count: number;
  first: number;
  level: number;
  dispersion: number;
  /** Sum of value / level and number of intervals, per hour of the day (UTC) and per day of the week. */
  hourSum: number[];
  hourCount: number[];
  /** Recent share of silent intervals per hour of the day. */
  hourSilent: number[];
  daySum: number[];
  dayCount: number[];
  /** Unusual intervals in a row on one side: +n above, -n below; their values, for the new level. */
  run: number;
  runValues: number[];
  /** Highest score of the running excursion: it is told once, and again only when it gets worse. */
  runScore: number;
  /** Intervals with any line and their recent share; the mean of their counts beyond the first line, and of its square. */
  active: number;
  activeShare: number;
  size: number;
  sizeSquare: number;
  /** Rated intervals and excursions among them, older ones fading. */
  rated: number;
  excursions: number;
  /** Minus ln of the probability of the silent intervals in a row up to now. */
  silence: number;
}

export interface Rating {
  /** Minus ln of the tail probability, less what the excursion was already told for. NaN while warming up. */
  readonly score: number;
  readonly expected: number;
  readonly lower: number;
  readonly upper: number;
  readonly above: boolean;
  readonly logP: number;
  /** Intervals it rests on. */
  readonly learnt: number;
  /** True where so many intervals were unusual that the profile does not fit the series: its score is 0. */
  readonly misfit: boolean;
}

export function newSeries(start: number): SeriesState {
  return {
    count: 0,
    first: start,
    level: 0,
    dispersion: START_DISPERSION,
    hourSum: new Array<number>(HOURS).fill(0),
    hourCount: new Array<number>(HOURS).fill(0),
    hourSilent: new Array<number>(HOURS).fill(0),
    daySum: new Array<number>(DAYS).fill(0),
    dayCount: new Array<number>(DAYS).fill(0),
    run: 0,
    runValues: [],
    runScore: 0,
    active: 0,
    activeShare: 1,
    size: 0,
    sizeSquare: 0,
    rated: 0,
    excursions: 0,
    silence: 0,
  };
}

export function copySeries(state: SeriesState): SeriesState {
  return {
    ...state,
    hourSum: [...state.hourSum],
    hourCount: [...state.hourCount],
    hourSilent: [...state.hourSilent],
    daySum: [...state.daySum],
    dayCount: [...state.dayCount],
    runValues: [...state.runValues],
  };
}

/** What the series is expected to show at a time, and how sure that is. */
export function forecast(state: SeriesState, start: number): { mean: number; dispersion: number } {
  const hour = hourOf(start);
  const hours = factor(state.hourSum[hour] as number, state.hourCount[hour] as number);
  const days = factor(state.daySum[dayOf(start)] as number, state.dayCount[dayOf(start)] as number);
  const mean = Math.max(state.level * hours * (state.dayCount.every((count) => count > 0) ? days : 1), 1e-3);
  // An hour never seen may differ from the rest by as much as hours do: the interval is wider, not the promise weaker.
  const unknown = SHRINK / (SHRINK + (state.hourCount[hour] as number));
  const level = 1 / Math.max(1, Math.min(state.count, DISPERSION_MEMORY));
  return { mean, dispersion: state.dispersion + (UNKNOWN_HOUR * unknown) ** 2 + level };
}

export function rate(state: SeriesState, config: RateConfig, value: number, start: number): Rating {
  const rating = isSparse(state) ? rateActive(state, config, value) : rateInterval(state, config, value, start);
  const misfit = state.excursions >= MISFITS && state.excursions > MISFIT_SHARE * state.rated;
  const learnt = isSparse(state) ? state.active : state.count;
  return { ...rating, score: misfit ? Math.min(rating.score, 0) : rating.score, misfit, learnt };
}

function rateInterval(state: SeriesState, config: RateConfig, value: number, start: number): Omit<Rating, 'misfit' | 'learnt'> {
  const { mean, dispersion } = forecast(state, start);
  const above = value > mean;
  const habit = value === 0 && isHabit(state, start);
  const lower = () =>
    habit ? 0 : Math.max(logLowerTail(value, mean, dispersion), logSilence(mean, dispersion)) - (value === 0 ? state.silence : 0);
  const logP = Math.min(0, Math.LN2 + (above ? logUpperTail(value, mean, dispersion) : lower()));
  const deviation = Math.sqrt(mean + dispersion * mean * mean);
  const told = Math.sign(state.run) === (above ? 1 : -1) ? state.runScore : 0;
  return {
    score: state.count < config.warmUp ? Number.NaN : value === 0 && -logP < WORSE * told ? 0 : Math.max(0, -logP - told),
    expected: mean,
    lower: Math.max(0, mean - 2 * deviation),
    upper: mean + 2 * deviation,
    above,
    logP,
  };
}

/**
 * ln of the probability that no line comes, which few lines are no rarer than. Counts that scatter more than chance come in groups
 * of up to variance / mean lines, and that no group comes is likelier than a negative binomial has it.
 */
function logSilence(mean: number, dispersion: number): number {
  return Math.max(logLowerTail(0, mean, dispersion), -mean / (1 + dispersion * mean));
}

function isHabit(state: SeriesState, start: number): boolean {
  return (state.hourSilent[hourOf(start)] as number) >= SILENT_HABIT;
}

/** Silent intervals in a row are rated together, once every hour of the day is known: a first night is no silence. */
function countSilence(state: SeriesState, value: number, start: number): void {
  const { mean, dispersion } = forecast(state, start);
  const known = value === 0 && readyAt(state) <= start && !isHabit(state, start);
  state.silence = known ? state.silence - logSilence(mean, dispersion) : 0;
}

/**
 * Takes an interval in: unusual ones are drawn back to the edge of what was expected; after `shiftAfter` of them they are the new level.
 * `rated`: what `rate` said of it, where it was asked just before.
 */
export function observe(state: SeriesState, config: RateConfig, value: number, start: number, rated?: Rating): void {
  const first = state.count === 0;
  if (first) state.level = value;
  const sparse = isSparse(state);
  const { score, expected, lower, upper, above, logP } =
    rated !== undefined && !first ? rated : sparse ? rateActive(state, config, value) : rateInterval(state, config, value, start);
  const unusual = !Number.isNaN(score) && logP < UNUSUAL;
  const side = above ? 1 : -1;
  if (!Number.isNaN(score) && (value > 0 || !sparse)) countFit(state, unusual && Math.sign(state.run) !== side);
  const clipped = unusual ? Math.min(Math.max(value, lower), upper) : value;
  countActive(state, config, sparse ? clipped : value);
  countSilence(state, value, start);
  const hour = hourOf(start);
  const silent = state.hourSilent[hour] as number;
  state.hourSilent[hour] = silent + HABIT_STEP * ((value === 0 ? 1 : 0) - silent);
  if (unusual && sparse) {
    state.run = 1;
    state.runScore = Math.max(state.runScore, -logP);
  } else if (value === 0 && !sparse && (unusual || state.run < 0) && staysSilent(state, -logP)) {
    state.count++;
    return;
  } else if (unusual && excursion(state, config, value, start, side, -logP)) {
    state.count++;
    return;
  }
  if (!unusual && (value > 0 || !sparse)) endExcursion(state);
  learn(state, config, clipped, sparse ? forecast(state, start).mean : expected, start);
}

function countFit(state: SeriesState, excursion: boolean): void {
  state.rated++;
  if (excursion) state.excursions++;
  if (state.rated < FIT_MEMORY) return;
  state.rated /= 2;
  state.excursions /= 2;
}

function learn(state: SeriesState, config: RateConfig, value: number, expected: number, start: number): void {
  const seasonal = state.level > 0 ? expected / state.level : 1;
  const step = 1 / Math.min(state.count + 1, config.memory);
  const residual = (value - expected) ** 2;
  const observed = Math.max(0, (residual - expected) / (expected * expected));
  const share = 1 / Math.min(Math.max(state.count + 1, 20), DISPERSION_MEMORY);
  if (state.count > 3) state.dispersion = Math.max(MIN_DISPERSION, state.dispersion + share * (Math.min(observed, 4) - state.dispersion));
  state.level = Math.max(0, state.level + step * (value / Math.max(seasonal, 0.05) - state.level));
  const relative = state.level > 0 ? value / state.level : 1;
  add(state.hourSum, state.hourCount, hourOf(start), relative);
  add(state.daySum, state.dayCount, dayOf(start), relative);
  state.count++;
}

/** A silence leaves the level as it was, so that what comes after it is rated by what was before; true until it has lasted for a day. */
function staysSilent(state: SeriesState, score: number): boolean {
  if (state.run > 0) endExcursion(state);
  state.run--;
  state.runScore = Math.max(state.runScore, score);
  return -state.run < SILENCE_LEARNT;
}

/** True when the excursion became the new level. */
function excursion(state: SeriesState, config: RateConfig, value: number, start: number, side: 1 | -1, score: number): boolean {
  if (Math.sign(state.run) !== side) endExcursion(state);
  state.run += side;
  state.runScore = Math.max(state.runScore, score);
  state.runValues.push(value);
  if (state.runValues.length < config.shiftAfter) return false;
  const sorted = [...state.runValues].sort((a, b) => a - b);
  const before = state.level;
  const hours = factor(state.hourSum[hourOf(start)] as number, state.hourCount[hourOf(start)] as number);
  state.level = (sorted[sorted.length >> 1] as number) / hours;
  // A new level from nearly nothing has another profile; otherwise hours keep their share of it.
  if (before < 1 || state.level < 1) {
    for (const sums of [state.hourSum, state.hourCount, state.daySum, state.dayCount]) sums.fill(0);
  }
  state.silence = 0;
  endExcursion(state);
  return true;
}

function endExcursion(state: SeriesState): void {
  state.run = 0;
  state.runScore = 0;
  state.runValues = [];
}

/** When every hour of the day has been seen: from then on the daily profile is known. Until then intervals are wide. */
export function readyAt(state: SeriesState): number {
  return state.hourCount.every((count) => count > 0) ? state.first : state.first + MICROS_PER_DAY;
}

function factor(sum: number, count: number): number {
  return Math.max(0.01, (sum + SHRINK) / (count + SHRINK));
}

function add(sums: number[], counts: number[], index: number, relative: number): void {
  // About four weeks of hourly intervals: older ones fade.
  const keep = (counts[index] as number) >= 336 ? 335 / 336 : 1;
  sums[index] = (sums[index] as number) * keep + Math.min(relative, 20);
  counts[index] = (counts[index] as number) * keep + 1;
}

function hourOf(start: number): number {
  return ((Math.floor(start / MICROS_PER_HOUR) % HOURS) + HOURS) % HOURS;
}

function dayOf(start: number): number {
  return (((Math.floor(start / MICROS_PER_DAY) + EPOCH_WEEKDAY) % DAYS) + DAYS) % DAYS;
}
