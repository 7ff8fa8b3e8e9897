import type { Explanation } from '../../core/index.ts';
import { type Rating, readyAt, type SeriesState } from './series-state.ts';
import { isSparse } from './sparse.ts';

export interface RatedInterval {
  readonly series: string;
  readonly value: number;
  readonly start: number;
  readonly end: number;
}

/** "source web: 1,204 lines, expected about 80". */
export function explainInterval(interval: RatedInterval, state: SeriesState, rating: Rating): Explanation {
  const { series, value, start, end } = interval;
  const usual = `about ${shown(rating.expected)}`;
  const expected = `${usual} (${shown(rating.lower)} to ${shown(rating.upper)})`;
  const minutes = (end - start) / 60_000_000;
  const silent = value === 0;
  const together = silent && state.silence > 0 ? ', the silent intervals before it counted in' : '';
  if (isSparse(state)) return explainActive(interval, state, rating);
  const known = readyAt(state) <= start;
  const profile = known
    ? 'its level and the profile of its hours and weekdays'
    : 'its level alone, as not every hour of the day has been seen yet';
  return {
    what: silent
      ? `${series} has gone quiet: no line in ${shown(minutes)} minutes, ${usual} expected.`
      : `${series} had ${lines(value)} in ${shown(minutes)} minutes, ${usual} expected.`,
    why: `By ${profile}, learnt from ${state.count} intervals, ${silent ? 'none comes' : `so ${rating.above ? 'many' : 'few'} come`} by chance about ${once(rating.logP)}${together}.`,
    harmless: rating.above
      ? ['A scheduled job, an import or a busy period that does not come every day.', 'A raised log level.']
      : ['A planned stop or maintenance.', 'Less use than usual, such as on a holiday.', 'A delay in the delivery of logs.'],
    next: rating.above
      ? ['See which templates and hosts the additional lines come from.', 'Compare with the load and errors of that time.']
      : ['Check whether the source still runs and its logs still arrive.', 'Look at its last lines before the silence.'],
    contributions: [{ subject: series, observed: lines(value), expected, share: 1, seenBefore: 0 }],
    evidence: [],
  };
}

/** Of a series that is silent most of the time. */
function explainActive({ series, value, start, end }: RatedInterval, state: SeriesState, rating: Rating): Explanation {
  const expected = `about ${shown(rating.expected)} (up to ${shown(rating.upper)})`;
  return {
    what: `${series} had ${lines(value)} in ${shown((end - start) / 60_000_000)} minutes, about ${shown(rating.expected)} are usual when there are any.`,
    why: `It is silent most of the time; by the ${state.active} intervals that had lines, so many come by chance about ${once(rating.logP)} with lines.`,
    harmless: ['A scheduled job, an import or a busy period that does not come every day.', 'A raised log level.'],
    next: ['See which templates and hosts the additional lines come from.', 'Compare with the load and errors of that time.'],
    contributions: [{ subject: series, observed: lines(value), expected, share: 1, seenBefore: 0 }],
    evidence: [],
  };
}

export function once(logP: number): string {
  const cases = Math.exp(-logP);
  return cases < 1e6 ? `once in ${Math.max(1, Math.round(cases)).toLocaleString('en')} intervals` : 'never in a million intervals';
}

export function lines(count: number): string {
  return `${shown(count)} ${count === 1 ? 'line' : 'lines'}`;
}

export function shown(value: number): string {
  return (value >= 10 ? Math.round(value) : Number(value.toPrecision(2))).toLocaleString('en');
}

/** A share in percent; small ones keep their order of magnitude. */
export function percent(share: number): string {
  return `${Number((share * 100).toPrecision(2))} %`;
}
