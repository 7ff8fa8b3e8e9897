import type { Explanation } from '../../core/index.ts';
import { lines, once, percent, type RatedInterval, shown } from './explain.ts';
import type { Rating } from './series-state.ts';
import type { ShareState } from './share.ts';

/** "status 5xx of source web: 12 of 14 lines in 5 minutes, about 0.2 % are usual". */
export function explainShare(interval: RatedInterval, whole: number, state: ShareState, rating: Rating): Explanation {
  const { series, value, start, end } = interval;
  const usual = state.part === 0 ? 'none were seen before' : `about ${percent(rating.expected / whole)} are usual`;
  return {
    what: `${series}: ${shown(value)} of ${lines(whole)} in ${shown((end - start) / 60_000_000)} minutes, ${usual}.`,
    why: `By its share of the lines of ${state.count.toLocaleString('en')} intervals, so many come by chance about ${once(rating.logP)}.`,
    harmless: ['A planned stop or a deployment.', 'A client or a check that keeps asking for what is not there.'],
    next: ['See which requests, hosts and templates report the errors.', 'Look at what changed just before the first of them.'],
    contributions: [
      {
        subject: series,
        observed: lines(value),
        expected: `about ${shown(rating.expected)} (up to ${shown(rating.upper)})`,
        share: 1,
        seenBefore: Math.round(state.part),
      },
    ],
    evidence: [],
  };
}
