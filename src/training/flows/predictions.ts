import { csvCell, type ScoreBatch } from '../../core/index.ts';
import { nameByFamily } from '../../detectors/flow-classifier/families.ts';
import { mostProbable } from '../../detectors/flow-classifier/index.ts';
import { isPlaceholder } from '../data.ts';
import type { FlowTable } from './flow-table.ts';

/** What a classifier says of one flow. */
export interface Prediction {
  readonly id: string;
  readonly predicted: string;
  readonly probability: number;
  /** The level above the class, and its members' summed probability; absent for detectors that name no classes. */
  readonly family?: string;
  readonly family_probability?: number;
  /** Share of benign flows that would score as high. */
  readonly p_value: number;
  readonly score: number;
  readonly anomalous: boolean;
  /** Who spoke with whom, as far as the data say. */
  readonly source?: string;
  readonly source_port?: number;
  readonly destination?: string;
  readonly destination_port?: number;
  /** Share of benign flows that are as unlike the others, whatever attacks are known; absent where no model of it was trained. */
  readonly novelty_p_value?: number;
  /** Absent where the data carry no label. */
  readonly actual?: string;
}

/** What is known of the rows besides their scores. */
interface PredictedOf {
  readonly actual?: readonly string[] | undefined;
  readonly novelty?: Float64Array | undefined;
  readonly ends?: Pick<FlowTable, 'source' | 'sourcePort' | 'destination' | 'destinationPort'>;
}

export function predictionsOf(
  scored: ScoreBatch,
  keys: readonly string[],
  pValue: Float64Array,
  threshold: number,
  { actual, novelty, ends }: PredictedOf = {},
): Prediction[] {
  const { score, classes, probabilities } = scored;
  return keys.map((id, row) => {
    const at = (k: number) => probabilities?.[row * (classes?.length ?? 0) + k] as number;
    const named = classes === undefined || probabilities === undefined ? undefined : nameByFamily(classes, at);
    const k = named === undefined ? -1 : mostProbable(probabilities as Float64Array, row, classes?.length ?? 0);
    const anomalous = (score[row] as number) > threshold;
    return {
      id,
      predicted: classes?.[k] ?? (anomalous ? 'anomalous' : 'normal'),
      probability: named === undefined ? Number.NaN : at(k),
      ...(named && { family: named.family, family_probability: named.familyProbability }),
      p_value: pValue[row] as number,
      score: score[row] as number,
      anomalous,
      ...(ends && endsOf(ends, row)),
      ...(novelty && { novelty_p_value: novelty[row] as number }),
      ...(actual && !isPlaceholder(actual[row] as string) && { actual: actual[row] as string }),
    };
  });
}

function endsOf(ends: NonNullable<PredictedOf['ends']>, row: number): Partial<Prediction> {
  const [source, destination] = [ends.source[row], ends.destination[row]];
  const [from, to] = [ends.sourcePort[row], ends.destinationPort[row]];
  return {
    ...(source ? { source } : {}),
    ...(Number.isFinite(from) ? { source_port: from as number } : {}),
    ...(destination ? { destination } : {}),
    ...(Number.isFinite(to) ? { destination_port: to as number } : {}),
  };
}

/** Rows of each predicted class, the most frequent first. */
export function predictedCounts(predictions: readonly Prediction[]): Readonly<Record<string, number>> {
  const counts = new Map<string, number>();
  for (const { predicted } of predictions) counts.set(predicted, (counts.get(predicted) ?? 0) + 1);
  return Object.fromEntries([...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)));
}

const COLUMNS =
  'id,predicted,probability,family,family_probability,novelty_p_value,score,score_threshold,p_value,threshold,anomalous,actual,source,source_port,destination,destination_port';

/** One line a flow. `threshold` is the p-value at or below which it is flagged, the promised rate; `score_threshold` the score above which that is so. */
export function* predictionCsv(
  predictions: readonly Prediction[],
  { promise, threshold }: { readonly promise: number; readonly threshold: number },
): Generator<string> {
  yield `${COLUMNS}\n`;
  const share = (value: number | undefined) => (value === undefined || Number.isNaN(value) ? '' : value.toFixed(6));
  for (const one of predictions) {
    const cells = [
      csvCell(one.id),
      csvCell(one.predicted),
      share(one.probability),
      csvCell(one.family ?? ''),
      share(one.family_probability),
      one.novelty_p_value ?? '',
      one.score,
      threshold,
      one.p_value,
      promise,
      one.anomalous ? 1 : 0,
      csvCell(one.actual ?? ''),
      csvCell(one.source ?? ''),
      one.source_port ?? '',
      csvCell(one.destination ?? ''),
      one.destination_port ?? '',
    ];
    yield `${cells.join(',')}\n`;
  }
}
