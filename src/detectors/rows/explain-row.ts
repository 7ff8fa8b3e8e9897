import type { Contribution, Explanation, RowBatch } from '../../core/index.ts';
import { type Scaler, scaleRows } from '../../ml/index.ts';

const SHOWN = 5;

/** How a column is told whose figures say nothing to people. */
export interface ToldColumn {
  readonly column: string;
  readonly subject: string;
  readonly observed: string;
  readonly expected: string;
  readonly seenBefore: number;
}

/** The columns that lie furthest from what was learnt, and the class where there is one. */
export function explainRow(
  learnt: { readonly scaler: Scaler; readonly rows: number; readonly told?: ToldColumn },
  meaning: string,
  batch: RowBatch,
  row: number,
  classes?: readonly string[],
  probabilities?: Float64Array,
): Explanation {
  const width = batch.columns.length;
  const values = batch.values.subarray(row * width, (row + 1) * width);
  const scaled = scaleRows(learnt.scaler, values);
  const total = scaled.reduce((sum, x) => sum + x * x, 0) || 1;
  const contributions = Array.from(scaled, (x, column) => ({ x, column }))
    .filter(({ x }) => x !== 0)
    .sort((a, b) => Math.abs(b.x) - Math.abs(a.x) || a.column - b.column)
    .slice(0, SHOWN)
    .map(({ x, column }): Contribution => {
      const share = (x * x) / total;
      if (learnt.told !== undefined && batch.columns[column] === learnt.told.column) {
        const { subject, observed, expected, seenBefore } = learnt.told;
        return { subject, observed, expected, share, seenBefore };
      }
      return {
        subject: batch.columns[column] as string,
        observed: number(values[column] as number),
        expected: `about ${number(typical(learnt.scaler.mean[column] as number))}`,
        share,
        seenBefore: learnt.rows,
      };
    });
  const [first] = contributions;
  const furthest =
    first === undefined
      ? 'Every column lies where most learnt rows have it.'
      : first.subject === learnt.told?.subject
        ? `Its ${first.subject} is ${first.observed}: ${first.expected}.`
        : `The column "${first.subject}" is ${first.observed}, where ${learnt.rows} learnt rows have ${first.expected}.`;
  return {
    what: classes === undefined ? furthest : `${classText(classes, probabilities)} ${furthest}`,
    why: `The row stands out because ${meaning}.`,
    harmless: [
      'A new service, device or software version that talks differently.',
      'A rare but planned job such as a backup or a scan by the own staff.',
    ],
    next: ['Look at both ends of the flow and at their other flows of the time.', 'Ask whether the source has done this before.'],
    contributions,
    evidence: [],
  };
}

function classText(classes: readonly string[], probabilities: Float64Array | undefined): string {
  const best = probabilities?.indexOf(Math.max(...probabilities)) ?? -1;
  if (best < 0 || probabilities === undefined) return '';
  return `It looks most like ${classes[best]} (probability ${(probabilities[best] as number).toFixed(3)}).`;
}

function typical(mean: number): number {
  return Math.sign(mean) * Math.expm1(Math.abs(mean));
}

function number(value: number): string {
  return Number.isFinite(value) ? String(Number(value.toPrecision(4))) : 'absent';
}
