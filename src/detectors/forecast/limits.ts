import type { Explanation, LimitWarning, Micros } from '../../core/index.ts';
import { normalCdf, trendOf } from '../../ml/index.ts';
import type { ForecastConfig } from './config.ts';
import type { ReadingState } from './reading-state.ts';
import { seriesPattern } from './series-pattern.ts';

/** The trend must be this many standard errors away from none, and the crossing this probable. */
const CERTAIN = 4;
const PROBABLE = 0.8;
/** How far a trend is drawn on, in lengths of what it rests on: minutes of copying say nothing about the day. */
const AHEAD = 4;
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

/** A crossing ahead that was not told of yet; notes in the state that it now is. */
export function crossingAhead(
  series: string,
  entity: string,
  state: ReadingState,
  limit: Limit,
  horizonSeconds: number,
): LimitWarning | undefined {
  const trend = trendOf(state.values, state.trendAt);
  if (trend === undefined) return undefined;
  const sign = limit.direction === 'above' ? 1 : -1;
  const distance = sign * (limit.value - trend.now);
  const speed = sign * trend.slope;
  const probability = normalCdf((speed * horizonSeconds - distance) / Math.max(trend.deviation(horizonSeconds), 1e-12));
  if (state.warned) {
    if (probability < IMPROBABLE || distance <= 0) state.warned = false;
    return undefined;
  }
  if (distance <= 0 || speed <= 0 || trend.certainty < CERTAIN || probability < PROBABLE) return undefined;
  const secondsLeft = distance / speed;
  if (secondsLeft > Math.min(horizonSeconds, AHEAD * trend.seconds)) return undefined;
  state.warned = true;
  const at: Micros = state.lastTime;
  return {
    series,
    entity,
    at,
    crossingAt: at + secondsLeft * 1e6,
    limit: limit.value,
    direction: limit.direction,
    probability,
    explanation: explain(series, state.last, trend.slope, secondsLeft, limit, probability),
  };
}

function explain(series: string, value: number, slope: number, secondsLeft: number, limit: Limit, probability: number): Explanation {
  const side = limit.direction === 'above' ? 'rise above' : 'fall below';
  const percent = Math.min(99, Math.round(100 * probability));
  return {
    what: `${series} will ${side} ${shown(limit.value)} in about ${words(secondsLeft)}.`,
    why: `It is at ${shown(value)} and changes by ${shown(slope * 3600)} an hour; with a probability of ${percent} % the limit is crossed in time.`,
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
