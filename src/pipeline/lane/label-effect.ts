import { type Calibration, type CalibrationHistory, pValueOf, scoreAtRate } from '../../alerts/index.ts';
import { type Detector, type FoundRow, type LabelledRow, rulesAllowed, type Verdict } from '../../core/index.ts';

/** A stored finding with the id of its alert. */
export interface FoundAlert extends FoundRow {
  readonly alertId: string;
}

export interface Rating {
  readonly score: number;
  /** NaN for rules. */
  readonly pValue: number;
  readonly flagged: boolean;
}

/** What the labels in force change about one detector of one source. */
export interface LabelEffect {
  /** Score above which a unit is flagged, without and with the labels; NaN where it is none of scores. */
  readonly threshold: { readonly before: number; readonly after: number };
  /** How each stored finding is rated now, without and with the labels. */
  readonly rated: readonly { readonly alertId: string; readonly before: Rating; readonly after: Rating }[];
}

type PValueOf = (score: number) => number;

/** Of a detector with a calibration: labels change scores, and what a flagged unit counts as in the calibration. */
export async function effectOnCalibrated(
  detector: Detector,
  history: CalibrationHistory,
  rate: number,
  found: readonly FoundAlert[],
  labels: readonly LabelledRow[],
): Promise<LabelEffect> {
  const inForce = new Map<string, Verdict>(labels.map(({ alertId, verdict }) => [alertId, verdict]));
  const before = history.applyVerdicts(new Map()).calibration;
  const after = history.applyVerdicts(inForce).calibration;
  const by =
    (calibration: Calibration): PValueOf =>
    (score) =>
      pValueOf(calibration, score).pValue;
  const threshold = { before: scoreAtRate(before, rate).score, after: scoreAtRate(after, rate).score };
  return { threshold, rated: await rated(detector, found, labels, rate, by(before), by(after)) };
}

/** Of a detector that learns as it goes: its scores are minus ln of a tail probability, with or without labels. */
export async function effectOnStream(
  detector: Detector,
  rate: number,
  found: readonly FoundAlert[],
  labels: readonly LabelledRow[],
): Promise<LabelEffect> {
  const pValue: PValueOf = (score) => Math.min(1, Math.exp(-score));
  const threshold = { before: -Math.log(rate), after: -Math.log(rate) };
  return { threshold, rated: await rated(detector, found, labels, rate, pValue, pValue) };
}

/** Of rules: a pair of rule and entity that was called wrong or expected is raised no more. */
export function effectOnRules(found: readonly FoundAlert[], labels: readonly LabelledRow[]): LabelEffect {
  const allowed = rulesAllowed(labels);
  const rating = (score: number, flagged: boolean): Rating => ({ score, pValue: Number.NaN, flagged });
  return {
    threshold: { before: Number.NaN, after: Number.NaN },
    rated: found.map(({ alertId, score, row }) => ({
      alertId,
      before: rating(score, true),
      after: rating(score, !allowed.has(new TextDecoder().decode(row))),
    })),
  };
}

async function rated(
  detector: Detector,
  found: readonly FoundAlert[],
  labels: readonly LabelledRow[],
  rate: number,
  pBefore: PValueOf,
  pAfter: PValueOf,
): Promise<LabelEffect['rated']> {
  if (detector.rescore === undefined || found.length === 0) return [];
  const [before, after] = [await detector.rescore(found, []), await detector.rescore(found, labels)];
  const rating = (score: number, pValue: number): Rating => ({ score, pValue, flagged: pValue <= rate });
  return found.map(({ alertId }, i) => {
    const [scoreBefore, scoreAfter] = [before[i] as number, after[i] as number];
    return { alertId, before: rating(scoreBefore, pBefore(scoreBefore)), after: rating(scoreAfter, pAfter(scoreAfter)) };
  });
}
