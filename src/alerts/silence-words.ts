import { type Explanation, formatMicros, type Micros } from '../core/index.ts';
import { LEARNING_MOST } from './severity.ts';

/** A device, or one channel of it, that stopped reporting. */
export interface SilenceTold {
  readonly subject: string;
  /** Its last report, and how long nothing has come when it is told of. */
  readonly since: Micros;
  readonly missing: Micros;
  /** Usual distance of its reports. */
  readonly usual: Micros;
  /** When it reported again, where that is known. */
  readonly again?: Micros;
}

const SILENCE_SEVERITY = 60;
/** Below the former, so that where several silences fold into one alert it speaks of the one that lasts. */
const OVER_SEVERITY = 40;
/** Reports before which the rhythm is a guess: then a silence is low. */
const KNOWN_REPORTS = 100;

/** `reports`: made before it. */
export function silenceSeverity(reports: number, isOver: boolean): number {
  return Math.min(reports < KNOWN_REPORTS ? LEARNING_MOST : 100, isOver ? OVER_SEVERITY : SILENCE_SEVERITY);
}

export function silenceExplanation({ subject, since, missing, usual, again }: SilenceTold): Explanation {
  const [every, nothing] = [seconds(usual), seconds(missing)];
  return {
    what:
      again === undefined
        ? `${subject} has stopped reporting: nothing since ${formatMicros(since)}.`
        : `${subject} did not report for ${nothing}, from ${formatMicros(since)} to ${formatMicros(again)}.`,
    why: `It reported every ${every} before; ${nothing} ${again === undefined ? 'have passed' : 'passed'} without a reading.`,
    harmless: ['Maintenance, or the device was taken out of service.', 'The network between it and its collector is down.'],
    next: ['See whether the device can be reached.', 'See whether others behind the same collector still report.'],
    contributions: [
      { subject: `${subject} reports`, observed: `nothing for ${nothing}`, expected: `every ${every}`, share: 1, seenBefore: 0 },
    ],
    evidence: [],
  };
}

function seconds(micros: Micros): string {
  const value = micros / 1e6;
  if (value < 100) return `${Number(value.toPrecision(2))} s`;
  if (value < 7200) return `${Math.round(value / 60)} min`;
  return value < 172_800 ? `${Math.round(value / 3600)} h` : `${Math.round(value / 86_400)} days`;
}
