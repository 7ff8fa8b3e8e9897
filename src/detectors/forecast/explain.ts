import { type Explanation, formatMicros } from '../../core/index.ts';
import { lowestExpected } from '../../ml/index.ts';
import { ARMS, type Arm, type ReadingRating } from './reading-state.ts';

/** What an arm saw, and why that is unusual. */
const WORDS: Readonly<Record<Arm, (about: About) => readonly [what: string, why: string]>> = {
  residual: ({ series, value, interval, error, asLarge, seen, method }) => [
    `${series} read ${value}, expected was ${interval}.`,
    `Forecast by ${method}. That is ${error} times its usual error; as large was seen ${asLarge} times in ${seen} readings.`,
  ],
  shift: ({ series, value, interval, seen }) => [
    `${series} has stayed off its level and read ${value}; expected was ${interval}.`,
    `Its readings have deviated to the same side for longer than in the ${seen} readings before.`,
  ],
  rhythm: ({ series, hour }) => [
    `${series} has run off the rhythm of its week: the hour from ${hour.at} averaged ${hour.mean}, expected was ${hour.expected}.`,
    `It is held against that hour of the ${hour.visits} ${hour.kind} days before; for the last hours together to lie so far off to one side is not usual in the ${hour.judged} hours judged so far.`,
  ],
  stuck: ({ series, value, run, seen }) => [
    `${series} has read exactly ${value}, ${run} times in a row.`,
    `In the ${seen} readings before, it never stood still for half as long: the device may be stuck.`,
  ],
  range: ({ series, value, interval, seen }) => [
    `${series} read ${value}, outside the range of its ${seen} readings so far.`,
    `Expected was ${interval}; the device may be faulty, or the state is one it has never been in.`,
  ],
};

/** Minus ln of a tail probability of 1 %. */
const TELLING = Math.log(100);

interface About {
  readonly series: string;
  readonly value: string;
  readonly interval: string;
  readonly error: string;
  readonly run: number;
  readonly seen: number;
  readonly asLarge: number;
  readonly method: string;
  readonly hour: ReturnType<typeof hourInWords>;
}

export function explainReading(series: string, value: number, rating: ReadingRating | undefined): Explanation {
  if (rating === undefined || Number.isNaN(rating.score) || Number.isNaN(rating.spread)) {
    return say(`${series} read ${shown(value)}.`, 'Too few readings of it are known to say what is usual.', []);
  }
  const { expected, lower, upper, lowest, spread, run, seen, asLarge, arms, method } = rating;
  const hour = hourInWords(rating);
  const negligible = 1e-6 * Math.abs(value - expected);
  const short = (one: number) => shown(Math.abs(one) < negligible ? 0 : one);
  const [from, to] = [short(lowestExpected(lower, lowest)), short(upper)];
  const interval = from === to ? short(expected) : `${short(expected)} (${from} to ${to})`;
  // Below this nothing but the reading itself is worth a word.
  const worth = Math.max(arms.residual, TELLING);
  const arm = ARMS.reduce<Arm>((best, one) => (arms[one] > (best === 'residual' ? worth : arms[best]) ? one : best), 'residual');
  const times = Math.abs(value - expected) / Math.max(spread, 1e-12 + 1e-6 * Math.abs(expected));
  // What hardly ever varied has next to no usual error: how many times is no figure then.
  const error = times < 1000 ? times.toPrecision(3) : 'more than 1,000';
  const [what, why] = WORDS[arm]({ series, value: shown(value), interval, error, run, seen, asLarge, method, hour });
  const observed = arm === 'stuck' ? `${run} equal readings` : arm === 'rhythm' ? `${hour.mean} in the hour` : shown(value);
  const usual = arm === 'stuck' ? 'changing readings' : arm === 'rhythm' ? hour.expected : interval;
  const seenBefore = arm === 'residual' ? asLarge : 0;
  return say(what, why, [{ subject: series, observed, expected: usual, share: 1, seenBefore }]);
}

/** Mean absolute deviations within which 98 % lie: of a Laplace distribution. */
const HOUR_HALF_WIDTH = -Math.log(0.02);

function hourInWords({ hour, lowest }: ReadingRating) {
  const { start = 0, weekend = false, mean = 0, expected = 0, spread = 0, visits = 0, judged = 0 } = hour ?? {};
  const half = HOUR_HALF_WIDTH * spread;
  return {
    at: formatMicros(start).slice(0, 16).replace('T', ' '),
    kind: weekend ? 'weekend' : 'working',
    mean: shown(mean),
    expected: `${shown(expected)} (${shown(lowestExpected(expected - half, lowest))} to ${shown(expected + half)})`,
    visits,
    judged,
  };
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
