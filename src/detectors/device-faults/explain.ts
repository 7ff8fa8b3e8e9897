import type { Explanation } from '../../core/index.ts';
import { type Fault, worstFault } from './faults.ts';
import type { FaultRating } from './series-state.ts';

export function explainFault(series: string, value: number, rating: FaultRating | undefined): Explanation {
  if (rating === undefined || rating.learning) {
    return say(`${series} read ${shown(value)}.`, 'Its usual behaviour is still being learnt.', []);
  }
  const fault = worstFault(rating);
  const usual = `${shown(rating.low)} to ${shown(rating.high)}`;
  if (fault === undefined || rating[fault] <= 1) {
    return say(`${series} read ${shown(value)}.`, `No sign of a fault: it usually reads ${usual}.`, []);
  }
  const contribution = (observed: string, expected: string) => [
    { subject: `${series}: ${NAMES[fault]}`, observed, expected, share: 1, seenBefore: 0 },
  ];
  const times = `${many(rating[fault])} times the limit learnt from ${rating.seen.toLocaleString('en')} readings`;
  switch (fault) {
    case 'stuck':
      return say(
        `${series} has read exactly ${shown(value)}, ${rating.run} times in a row.`,
        `That is ${times}: the device may be stuck.`,
        contribution(`${rating.run} equal readings`, 'changing readings'),
      );
    case 'range':
      return say(
        `${series} read ${shown(value)}, outside its range of ${usual}.`,
        `It is ${times} away from that range: the device may be broken, or in a state it has never been in.`,
        contribution(shown(value), usual),
      );
    case 'jump':
      return say(
        `${series} jumped to ${shown(value)}.`,
        `The change is ${times}: a loose contact, a reset, or a real shock.`,
        contribution(`a jump to ${shown(value)}`, 'smaller changes'),
      );
    case 'noise':
      return say(
        `${series} has become unusually noisy.`,
        `The median size of its last 60 changes is ${times}: interference or a failing sensor.`,
        contribution('noisy readings', 'steadier readings'),
      );
    case 'drift':
      return say(
        rating.byPeers
          ? `${series} read ${shown(value)}, while the readings beside it have for some time made ${shown(rating.expected)} likely.`
          : `${series} read ${shown(value)} and has for some time been away from its usual level of ${shown(rating.expected)}.`,
        `The lasting difference is ${times}: the sensor may be drifting.`,
        contribution(shown(value), shown(rating.expected)),
      );
  }
}

/** A channel that hardly varied has next to no limit: how many times is no figure then. */
function many(times: number): string {
  return times < 1000 ? times.toFixed(1) : 'more than 1,000';
}

const NAMES: Readonly<Record<Fault, string>> = {
  stuck: 'stands still',
  range: 'out of range',
  jump: 'jump',
  noise: 'noise',
  drift: 'drifts away',
};

function say(what: string, why: string, contributions: Explanation['contributions']): Explanation {
  return {
    what,
    why,
    harmless: ['The device was serviced, calibrated or replaced.', 'The process it measures was switched off or changed.'],
    next: ['Compare with a second device or a manual reading.', 'Look at its power, its cable and its connection.'],
    contributions,
    evidence: [],
  };
}

export function shown(value: number): string {
  const size = Math.abs(value);
  if (size >= 1e15 || (size > 0 && size < 1e-6)) return value.toExponential(3);
  return Number(value.toPrecision(4)).toLocaleString('en', { maximumSignificantDigits: 4 });
}
