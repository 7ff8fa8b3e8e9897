import { type Contribution, type Explanation, eventEvidence, type SequenceBatch, sequenceAt } from '../../core/index.ts';
import type { Pca } from '../../ml/index.ts';
import { type CountColumns, OTHER } from './count-columns.ts';
import type { Moments } from './moments.ts';
import { squaredLength } from './residual.ts';

const SHOWN = 5;

interface Model {
  readonly columns: CountColumns;
  readonly moments: Moments;
  readonly weights: Float64Array;
  readonly pca: Pca;
}

/** Each event's share of Q is its squared residual; what the components expected of it is its value without the residual. */
export function explainResidual(
  model: Model,
  residual: Float64Array,
  counts: Float64Array,
  column: (code: number) => number,
  batch: SequenceBatch,
  row: number,
): Explanation {
  const codes = sequenceAt(batch, row);
  const score = squaredLength(residual);
  const order = Array.from(residual, (_, j) => j)
    .filter((j) => (residual[j] as number) !== 0)
    .sort((a, b) => (residual[b] as number) ** 2 - (residual[a] as number) ** 2 || a - b)
    .slice(0, SHOWN);
  const contributions = order.map((j): Contribution => {
    const value = Math.log1p(counts[j] as number) - (residual[j] as number) / (model.weights[j] as number);
    return {
      subject: subjectOf(model, j, codes, column, batch),
      observed: times(counts[j] as number),
      expected: `about ${times(Math.max(0, Math.round(Math.expm1(value) * 10) / 10))}`,
      share: score === 0 ? 0 : Math.min(1, (residual[j] as number) ** 2 / score),
      seenBefore: model.moments.present[j] as number,
    };
  });
  const [first] = contributions;
  const top = order[0];
  const surprising = top === undefined ? [] : [...codes.keys()].filter((i) => column(codes[i] as number) === top).slice(0, 20);
  const { rows } = model.moments;
  const size = `A sequence of ${codes.length} ${codes.length === 1 ? 'event' : 'events'}`;
  return {
    what:
      first === undefined
        ? `${size} whose counts are those of normal ones.`
        : `${size} has "${first.subject}" ${first.observed}; by its other counts ${first.expected} were to be expected.`,
    why: `In ${rows} normal sequences the counts of these events rise and fall together, and here they do not.`,
    harmless: [
      first?.seenBefore === 0
        ? 'A new software version or configuration that writes messages not seen while learning.'
        : 'More or less work than usual of a known kind: a larger job, a retry.',
      'The sequence was still running, or began before, where the data were cut.',
    ],
    next: ['Read the sequence, the named events first.', 'Look for the same imbalance elsewhere at the same time: one host or many?'],
    contributions,
    surprising,
    evidence: eventEvidence(batch, row, surprising),
  };
}

function subjectOf(model: Model, j: number, codes: Int32Array, column: (code: number) => number, batch: SequenceBatch): string {
  const code = codes.find((candidate) => column(candidate) === j);
  const text = code === undefined ? undefined : batch.eventText?.[code];
  if (text !== undefined && text !== '') return text;
  if (j === OTHER)
    return code === undefined ? 'events without a count of their own' : `event ${batch.vocabulary[code] as string}, not counted before`;
  return `event ${model.columns.ids[j - 1] as string}`;
}

function times(count: number): string {
  return count === 0 ? 'not at all' : count === 1 ? 'once' : `${count} times`;
}
