import type { ScoreBatch } from '../../core/index.ts';
import { predictedClasses } from './class-report.ts';

/** What a classifier says of one flow. */
export interface Prediction {
  readonly id: string;
  readonly predicted: string;
  readonly probability: number;
  /** Share of benign flows that would score as high. */
  readonly p_value: number;
  readonly score: number;
  readonly anomalous: boolean;
  /** Absent where the data carry no label. */
  readonly actual?: string;
}

export function predictionsOf(
  scored: ScoreBatch,
  keys: readonly string[],
  pValue: Float64Array,
  threshold: number,
  actual?: readonly string[],
): Prediction[] {
  const { score, classes, probabilities } = scored;
  const best = classes === undefined || probabilities === undefined ? undefined : predictedClasses(probabilities, classes.length);
  return keys.map((id, row) => {
    const k = best?.[row] ?? -1;
    const anomalous = (score[row] as number) > threshold;
    return {
      id,
      predicted: classes?.[k] ?? (anomalous ? 'anomalous' : 'normal'),
      probability: classes === undefined ? Number.NaN : (probabilities?.[row * classes.length + k] as number),
      p_value: pValue[row] as number,
      score: score[row] as number,
      anomalous,
      ...(actual && { actual: actual[row] as string }),
    };
  });
}

/** `id,predicted,probability,p_value,score,anomalous,actual`. */
export function* predictionCsv(predictions: readonly Prediction[]): Generator<string> {
  yield 'id,predicted,probability,p_value,score,anomalous,actual\n';
  for (const one of predictions) {
    const probability = Number.isNaN(one.probability) ? '' : one.probability.toFixed(6);
    yield `${cell(one.id)},${cell(one.predicted)},${probability},${one.p_value},${one.score},${one.anomalous ? 1 : 0},${cell(one.actual ?? '')}\n`;
  }
}

function cell(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
