import { binomialInterval, smallestRate } from '../alerts/index.ts';
import { firstInputOf, type SequenceBatch } from '../core/index.ts';
import type { ReportDetector } from '../sinks/report/index.ts';
import type { ScoredRows } from './learn.ts';
import type { FittedModel } from './options.ts';
import type { StreamSummary } from './stream-findings.ts';

const SUMMARY: Readonly<Record<string, string>> = {
  sequence: 'which events a session holds, how often and in which order',
  deeplog: 'which event a recurrent network expects next',
  pca: 'how a session’s event counts fit the usual combinations',
};

/** One detector's part of a report, over the rows that began in one input. */
export function reportDetector(
  one: { readonly model: FittedModel; readonly scored: ScoredRows; readonly learntFrom: 'input' | 'baseline' | 'model' },
  batch: SequenceBatch | undefined,
  input: string,
  promise: number,
  baseline: string | undefined,
): ReportDetector {
  const { model, scored, learntFrom } = one;
  const scores: number[] = [];
  let flagged = 0;
  for (let row = 0; row < (batch?.rows ?? 0); row++) {
    if (batch === undefined || firstInputOf(batch, row) !== input) continue;
    scores.push(scored.score[row] as number);
    if ((scored.pValue[row] as number) <= promise) flagged++;
  }
  const beyond = scored.beyond?.byInput.get(input);
  flagged += beyond?.flagged ?? 0;
  const counted = scores.filter((score) => !Number.isNaN(score)).length + (beyond?.scored ?? 0);
  return {
    name: model.detectorName,
    summary: SUMMARY[model.detectorName] ?? model.detectorName,
    unit: 'session',
    learntFrom,
    ...(learntFrom === 'baseline' ? { learntFromName: baseline ?? '' } : learntFrom === 'model' ? { learntFromName: model.name } : {}),
    model: model.name,
    modelSha256: model.sha256,
    learntRows: model.rows,
    learntStart: model.from,
    learntEnd: model.to,
    calibrationSize: model.calibration.length,
    promisedRate: promise,
    extrapolated: promise < smallestRate(model.calibration.length),
    threshold: scored.threshold,
    scored: counted,
    flagged,
    observedInterval: counted === 0 ? null : binomialInterval(flagged, counted),
    scores: Float64Array.from(scores),
  };
}

const STREAM_SUMMARY = {
  novelty: 'what a host, user or address shows for the first time',
  numbers: 'durations, sizes and counts that lines print, those of each kind of line against the ones before',
  rate: 'how many lines come in five minutes, from the whole and from each template, and how many of them report an error',
} as const;

/** The part of a detector that learns as it reads. */
export function reportStream(
  stream: StreamSummary,
  promise: number,
  from: number,
  to: number,
  baseline: string | undefined,
): ReportDetector {
  const { baselineRows, scored } = stream;
  const learntRows = (baselineRows ?? 0) + scored;
  return {
    name: stream.name,
    summary: STREAM_SUMMARY[stream.name],
    unit: stream.unit,
    ...(baselineRows !== undefined ? { learntFrom: 'baseline', learntFromName: baseline ?? '' } : { learntFrom: 'input' }),
    model: 'learnt-as-it-went',
    modelSha256: '',
    learntRows,
    learntStart: from,
    learntEnd: to,
    calibrationSize: learntRows,
    promisedRate: promise,
    extrapolated: false,
    threshold: -Math.log(promise),
    scored,
    flagged: stream.flagged,
    observedInterval: scored === 0 ? null : binomialInterval(stream.flagged, scored),
    scores: stream.scores,
  };
}
