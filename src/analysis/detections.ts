import { besideChance, ChanceShare, type FindingKind, severityOf, withChance } from '../alerts/index.ts';
import {
  type Detection,
  type EvidenceLine,
  type Explanation,
  formatMicros,
  knownTime,
  type Lineage,
  type SequenceBatch,
  shownEnd,
  stableId,
} from '../core/index.ts';
import { flaggedAt, rowsOf, type ScoredRows } from './learn.ts';
import type { FittedModel } from './options.ts';

export interface Finding {
  readonly detection: Detection;
  /** What a label keeps of the row. */
  readonly row: Uint8Array;
}

/** Rows whose p-value is at or below the promise, most surprising first; at most `top`. */
export function flaggedRows(scored: ScoredRows, promise: number): number[] {
  return flaggedAt(scored, promise).sort(
    (a, b) =>
      (scored.pValue[a] as number) - (scored.pValue[b] as number) || (scored.score[b] as number) - (scored.score[a] as number) || a - b,
  );
}

/** What chance explains of the rows flagged; undefined where their ranks cannot tell. */
export function chanceOf(scored: ScoredRows, promise: number): ChanceShare | undefined {
  if (!scored.tailed) return undefined;
  return new ChanceShare(
    [...flaggedAt(scored, promise).map((row) => scored.pValue[row] as number), ...(scored.beyond?.flagged ?? [])],
    rowsOf(scored),
  );
}

/** The detection of one flagged row, explained, with its lines. */
export async function detectionOf(
  model: FittedModel,
  batch: SequenceBatch,
  row: number,
  scored: ScoredRows,
  context: {
    readonly source: string;
    readonly promise: number;
    readonly lineage: Lineage;
    readonly kind: FindingKind;
    readonly chance: ChanceShare | undefined;
  },
): Promise<Finding> {
  const pValue = scored.pValue[row] as number;
  const share = context.chance?.of(pValue) ?? 0;
  const explanation: Explanation = withChance(await model.detector.explain(batch, row), share, rowsOf(scored), 'session');
  const key = batch.keys[row] as string;
  const start = batch.start[row] as number;
  const evidence: readonly EvidenceLine[] = explanation.evidence.length > 0 ? explanation.evidence : rowEvidence(batch, row);
  return {
    row: model.detector.describe(batch, row),
    detection: {
      id: stableId('detection', context.source, model.detectorName, key, formatMicros(start)),
      detector: model.detectorName,
      source: context.source,
      key,
      entity: batch.entities[row] as string,
      start: knownTime(start),
      end: knownTime(shownEnd(batch, row)),
      score: scored.score[row] as number,
      pValue,
      threshold: context.promise,
      extrapolated: scored.extrapolated[row] === 1,
      severity: besideChance(severityOf(Math.min(1, pValue * scored.excess), context.kind, model.calibration.length), share),
      title: explanation.what,
      techniques: [],
      explanation,
      evidence,
      lineage: context.lineage,
    },
  };
}

const MOST_LINES = 50;

/** The first lines of a row's events. */
export function rowEvidence(batch: SequenceBatch, row: number): EvidenceLine[] {
  const { inputs, eventInput, eventLine, eventOffset, eventLength, times } = batch;
  if (inputs === undefined || eventInput === undefined || eventLine === undefined || eventOffset === undefined) return [];
  const lines: EvidenceLine[] = [];
  const from = batch.offsets[row] as number;
  const to = Math.min(batch.offsets[row + 1] as number, from + MOST_LINES);
  for (let event = from; event < to; event++) {
    const time = times?.[event];
    lines.push({
      input: inputs[eventInput[event] as number] as string,
      line: eventLine[event] as number,
      offset: eventOffset[event] as number,
      length: eventLength?.[event] ?? 0,
      ...(time === undefined || Number.isNaN(knownTime(time)) ? {} : { time }),
    });
  }
  return lines;
}
