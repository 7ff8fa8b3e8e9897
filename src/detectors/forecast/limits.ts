import { type Explanation, formatMicros, type LimitWarning, MICROS_PER_SECOND, type Micros } from '../../core/index.ts';
import { normalCdf, type OnlineOutlook, trendOf } from '../../ml/index.ts';
import type { ForecastConfig } from './config.ts';
import type { LimitApproach } from './limit-approach.ts';
import type { ReadingState } from './reading-state.ts';
import { seriesPattern } from './series-pattern.ts';

/** The trend must be this many standard errors away from none, and the crossing this probable. */
const CERTAIN = 4;
const PROBABLE = 0.8;
/** Levels that differ by less, in usual errors of forecasts, have not changed. */
const UNCHANGED = 2;
/** Below this it is taken back, so that it can be told anew. */
const IMPROBABLE = 0.3;

/** A limit with its pattern made ready. */
export interface Limit {
  readonly matches: (series: string) => boolean;
  readonly value: number;
  readonly direction: 'above' | 'below';
}

export function limitsOf({ limits }: ForecastConfig): readonly Limit[] {
  return limits.flatMap(({ series, above, below }) => {
    const matches = seriesPattern(series);
    return [
      ...(above === undefined ? [] : [{ matches, value: above, direction: 'above' as const }]),
      ...(below === undefined ? [] : [{ matches, value: below, direction: 'below' as const }]),
    ];
  });
}

/** The next steps of a series, each with the standard deviation of its error. */
export type NextSteps = readonly OnlineOutlook[];
/** Steps of the forecast that are looked at; what lies farther ahead is the trend's. */
export const STEPS_AHEAD = 24;
/** A series this near to its limit, in errors of its forecasts, is at it: nothing lies ahead. */
const NEAR = 2;

interface Crossing {
  readonly probability: number;
  readonly secondsLeft: number;
  /** Whether it is told, being probable. */
  readonly sure: boolean;
  readonly why: string;
}

/**
 * A crossing ahead that was not told of yet, by the forecast of the next steps or by the trend beyond them; notes that it
 * now is.
 */
export function crossingAhead(
  series: string,
  entity: string,
  state: ReadingState,
  limit: Limit,
  approach: LimitApproach,
  horizonSeconds: number,
  next: NextSteps,
): LimitWarning | undefined {
  approach.push(state.lastTime, distanceTo(limit, state.smoothed), UNCHANGED * state.forecaster.spread);
  const crossings = [bySteps(state, limit, horizonSeconds, next), byTrend(state, limit, approach, horizonSeconds)].filter(
    (one) => one !== undefined,
  );
  if (crossings.length === 0) return undefined;
  if (approach.warned) {
    if (crossings.every(({ probability }) => probability < IMPROBABLE) || distanceTo(limit, state.last) <= 0) approach.warned = false;
    return undefined;
  }
  const [crossing] = crossings.filter(({ sure, probability }) => sure && probability >= PROBABLE);
  if (crossing === undefined || distanceTo(limit, state.last) <= 0) return undefined;
  approach.warned = true;
  const at: Micros = state.lastTime;
  const { probability, secondsLeft } = crossing;
  const crossingAt: Micros = Math.ceil(at / MICROS_PER_SECOND + secondsLeft) * MICROS_PER_SECOND;
  return {
    ...{ series, entity, at, crossingAt, limit: limit.value, direction: limit.direction, probability },
    explanation: explain(series, state.last, limit, crossing, crossingAt),
  };
}

/** Above 0 on the side of the limit that is allowed. */
function distanceTo({ direction, value: limit }: Limit, value: number): number {
  return direction === 'above' ? limit - value : value - limit;
}

/** The first of the next steps that is probably beyond. */
function bySteps(state: ReadingState, limit: Limit, horizonSeconds: number, next: NextSteps): Crossing | undefined {
  const stepSeconds = state.step / 1e6;
  const within = next.slice(0, Math.floor(horizonSeconds / stepSeconds));
  const chances = within.map(({ expected, deviation }) => normalCdf(-distanceTo(limit, expected) / Math.max(deviation, 1e-12)));
  if (chances.length === 0) return undefined;
  const first = chances.findIndex((chance) => chance >= PROBABLE);
  const k = first >= 0 ? first : chances.indexOf(Math.max(...chances));
  const { expected } = within[k] as OnlineOutlook;
  return {
    probability: chances[k] as number,
    secondsLeft: (k + 1) * stepSeconds,
    sure: distanceTo(limit, state.last) > NEAR * (next[0] as OnlineOutlook).deviation,
    why: `It is at ${shown(state.last)} and is forecast to be at ${shown(expected)} by then (${state.method})`,
  };
}

function byTrend(state: ReadingState, limit: Limit, approach: LimitApproach, horizonSeconds: number): Crossing | undefined {
  const trend = trendOf(state.values, state.trendAt);
  if (trend === undefined) return undefined;
  const distance = distanceTo(limit, trend.now);
  const speed = (limit.direction === 'above' ? 1 : -1) * trend.slope;
  // Past the limit already, it is as if nothing were ahead.
  if (distance <= 0 || speed <= 0) return { probability: 0, secondsLeft: 0, sure: false, why: '' };
  const secondsLeft = distance / speed;
  const lasted = approach.lasted(speed);
  const inTime = normalCdf((speed * horizonSeconds - distance) / Math.max(trend.deviation(horizonSeconds), 1e-12));
  return {
    probability: inTime * approach.goesOn(lasted, secondsLeft),
    secondsLeft,
    // It is drawn on for no longer than it has lasted: minutes of copying say nothing about the day.
    sure: trend.certainty >= CERTAIN && secondsLeft <= Math.min(horizonSeconds, lasted),
    why: `It is at ${shown(state.last)} and has changed by ${shown(trend.slope * 3600)} an hour for ${words(lasted)}`,
  };
}

function explain(
  series: string,
  value: number,
  limit: Limit,
  { probability, secondsLeft, why }: Crossing,
  crossingAt: Micros,
): Explanation {
  const side = limit.direction === 'above' ? 'rise above' : 'fall below';
  const percent = Math.min(99, Math.round(100 * probability));
  return {
    what: `${series} will ${side} ${shown(limit.value)} in about ${words(secondsLeft)}.`,
    why: `${why}; with a probability of ${percent} % the limit is crossed in time, about ${formatMicros(crossingAt)}.`,
    harmless: ['A job that is known to fill it and ends before.', 'The limit is set too tight.'],
    next: ['See what makes it change.', 'Make room, or slow what fills it, before the time is up.'],
    contributions: [{ subject: series, observed: shown(value), expected: `${side} ${shown(limit.value)}`, share: 1, seenBefore: 0 }],
    evidence: [],
  };
}

function words(seconds: number): string {
  if (seconds < 120) return `${Math.round(seconds)} seconds`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} minutes`;
  return seconds < 172_800 ? `${Math.round(seconds / 3600)} hours` : `${Math.round(seconds / 86_400)} days`;
}

function shown(value: number): string {
  return Number(value.toPrecision(4)).toLocaleString('en', { maximumSignificantDigits: 4 });
}
