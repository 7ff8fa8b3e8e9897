import { type FoundRow, type LabelledRow, VedetteError } from '../../core/index.ts';

/** What is left of a score that labels cover. */
const KEPT = 0.05;
const TOLERANCE = 0.1;

interface Described {
  readonly series: string;
  readonly value: number;
}

/** The reading as a label keeps it. */
export function describeReading(series: string, value: number, start: number): Uint8Array {
  return new TextEncoder().encode(JSON.stringify([series, value, start]));
}

interface Allowed {
  readonly value: number;
  /** The one entity it is allowed for; undefined = wherever the series name occurs. */
  readonly entity: string | undefined;
}

/** Readings that analysts said are no fault, by series, and those within a tenth of them. A pure function of the labels in force. */
export class FaultLabels {
  readonly #allowed = new Map<string, Allowed[]>();
  readonly #confirmed = new Map<string, number[]>();

  constructor(labels: readonly LabelledRow[]) {
    for (const label of labels) {
      const { series, value } = read(label);
      if (label.verdict === 'true-positive') this.#confirmed.set(series, [...(this.#confirmed.get(series) ?? []), value]);
      else {
        const entity = label.verdict === 'benign' ? label.entity : undefined;
        this.#allowed.set(series, [...(this.#allowed.get(series) ?? []), { value, entity }]);
      }
    }
  }

  adjust(score: number, series: string, entity: string, value: number): number {
    const allowed = this.#allowed.get(series);
    if (allowed === undefined || this.#confirmed.get(series)?.includes(value) === true) return score;
    const covered = allowed.some((one) => {
      return (one.entity === undefined || one.entity === entity) && Math.abs(value - one.value) <= TOLERANCE * Math.abs(one.value);
    });
    return covered ? score * KEPT : score;
  }

  /** The score of a stored finding. */
  rescored({ row, entity, score }: FoundRow): number {
    const reading = describedReading(row);
    return reading === undefined ? score : this.adjust(score, reading.series, entity, reading.value);
  }
}

function read(label: LabelledRow): Described {
  const reading = describedReading(label.row);
  if (reading !== undefined) return reading;
  throw new VedetteError('FORMAT_INVALID', `the labelled row of alert ${label.alertId} is no reading`, {
    hint: 'revoke the label and give it again',
  });
}

function describedReading(bytes: Uint8Array): Described | undefined {
  try {
    const row: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return Array.isArray(row) && typeof row[0] === 'string' && typeof row[1] === 'number' ? { series: row[0], value: row[1] } : undefined;
  } catch {
    return undefined;
  }
}
