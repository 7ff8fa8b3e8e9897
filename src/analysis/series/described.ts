import { binomialInterval } from '../../alerts/index.ts';
import type { ReportDetector } from '../../sinks/report/index.ts';
import type { NamedFrame } from '../../training/series/index.ts';
import type { AnalysisOptions } from '../options.ts';
import type { SeriesScorer } from './series-scorer.ts';

/** What a detector learnt from: rows of an input or of the baseline. */
export interface Learnt {
  readonly baseline: string | undefined;
  readonly readings: number;
  readonly start: number;
  readonly end: number;
}

export function learntFrom({ frame }: NamedFrame, normal: NamedFrame | undefined, rows: number): Learnt {
  const { times } = normal?.frame ?? frame;
  const start = times[0] as number;
  const end = times[Math.max(0, rows - 1)] as number;
  return { baseline: normal?.name, readings: rows * frame.channels.length, start, end };
}

export function described(scorer: SeriesScorer, summary: string, modelSha256: string, learnt: Learnt, promise: number): ReportDetector {
  const { scored, flagged } = scorer;
  const { baseline } = learnt;
  return {
    name: scorer.name,
    summary,
    unit: scorer.name === 'var' ? 'row' : 'reading',
    learntFrom: baseline === undefined ? 'input' : 'baseline',
    ...(baseline === undefined ? {} : { learntFromName: baseline }),
    model: baseline === undefined ? 'learnt-from-input' : 'learnt-from-baseline',
    modelSha256,
    learntRows: learnt.readings,
    learntStart: learnt.start,
    learntEnd: learnt.end,
    calibrationSize: scored,
    promisedRate: promise,
    extrapolated: scored < 1 / promise,
    threshold: -Math.log(promise),
    scored,
    flagged,
    observedInterval: scored === 0 ? null : binomialInterval(flagged, scored),
    scores: Float64Array.from(scorer.scores),
  };
}

export function fromModel({ name, model, rows }: NonNullable<AnalysisOptions['forecast']>): Partial<ReportDetector> {
  const unknown = { learntStart: Number.NaN, learntEnd: Number.NaN };
  return { learntFrom: 'model', learntFromName: name, model: name, learntRows: rows * model.channels.length, ...unknown };
}
