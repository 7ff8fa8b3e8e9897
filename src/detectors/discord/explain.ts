import { type Explanation, formatMicros } from '../../core/index.ts';
import { type DiscordRating, SUBSEQUENCE_LENGTHS } from '../../ml/index.ts';
import { shown } from '../device-faults/explain.ts';

export function explainDiscord(series: string, value: number, time: number, rating: DiscordRating | undefined): Explanation {
  const at = formatMicros(time);
  if (rating === undefined || Number.isNaN(rating.deviation)) {
    return say(`${series} read ${shown(value)} at ${at}.`, 'Too few readings came before to compare it with.', []);
  }
  const { deviations, distances, usual } = rating;
  const worst = deviations.indexOf(Math.max(...deviations));
  const length = SUBSEQUENCE_LENGTHS[worst] as number;
  const stretch = length === 1 ? 'Its latest readings' : `Stretches of ${length} readings up to then`;
  const positive = deviations.map((one) => Math.max(0, one));
  const sum = positive.reduce((total, one) => total + one, 0);
  return say(
    `${series}, ${shown(value)} at ${at}, runs unlike it has before.`,
    `${stretch} lie ${shown(distances[worst] as number)} from the most similar earlier ones; ${shown(usual[worst] as number)} is usual.`,
    sum === 0
      ? []
      : SUBSEQUENCE_LENGTHS.map((l, i) => ({
          subject: `${series}: ${l === 1 ? 'single readings' : `${l} readings`}`,
          observed: `distance ${shown(distances[i] as number)}`,
          expected: `distance ${shown(usual[i] as number)}`,
          share: (positive[i] as number) / sum,
          seenBefore: 0,
        })).sort((a, b) => b.share - a.share),
  );
}

function say(what: string, why: string, contributions: Explanation['contributions']): Explanation {
  return {
    what,
    why,
    harmless: ['Something rare but planned: a holiday, a batch job, maintenance.', 'A new normal course, of which more will come.'],
    next: ['Compare with the same hours of other days.', 'Look for changes, restarts and events around that time.'],
    contributions,
    evidence: [],
  };
}
