import { type Explanation, formatMicros } from '../../core/index.ts';
import type { ReadingRating } from './reading-state.ts';

/** Holds 98 % of errors that are spread as a Laplace distribution: -ln 0.02 mean absolute errors. */
const INTERVAL = 3.9;

export function explainReading(series: string, value: number, time: number, rating: ReadingRating | undefined): Explanation {
  const at = formatMicros(time);
  if (rating === undefined || Number.isNaN(rating.score)) {
    return say(`${series} read ${shown(value)} at ${at}.`, 'Too few readings of it are known to say what is usual.', []);
  }
  const { expected, spread, run, seen, asLarge } = rating;
  const interval = `${shown(expected)} (${shown(expected - INTERVAL * spread)} to ${shown(expected + INTERVAL * spread)})`;
  const contribution = (observed: string, usual: string, seenBefore: number) => [
    { subject: series, observed, expected: usual, share: 1, seenBefore },
  ];
  if (rating.stuck === rating.score) {
    return say(
      `${series} has read exactly ${shown(value)} ${run} times in a row up to ${at}.`,
      `In the ${seen} readings before, it never stood still for half as long: the device may be stuck.`,
      contribution(`${run} equal readings`, 'changing readings', 0),
    );
  }
  if (rating.range === rating.score) {
    return say(
      `${series} read ${shown(value)} at ${at}, outside the range of its ${seen} readings so far.`,
      `Expected was ${interval}; the device may be faulty, or the state is one it has never been in.`,
      contribution(shown(value), interval, 0),
    );
  }
  return say(
    `${series} read ${shown(value)} at ${at}, expected was ${interval}.`,
    `That is ${rating.residual.toFixed(1)} times its usual error; as large was seen ${asLarge} times in ${seen} readings.`,
    contribution(shown(value), interval, asLarge),
  );
}

function say(what: string, why: string, contributions: Explanation['contributions']): Explanation {
  return {
    what,
    why,
    harmless: ['A planned change of load or of the device, maintenance, calibration.', 'A holiday or another unusual but harmless day.'],
    next: ['Look at neighbouring devices or channels at that time.', 'See whether the readings return to what is expected.'],
    contributions,
    evidence: [],
  };
}

function shown(value: number): string {
  return Number(value.toPrecision(4)).toLocaleString('en', { maximumSignificantDigits: 4 });
}
