import { type LabelledRow, VedetteError } from '../../core/index.ts';

/** A volume that analysts let pass covers volumes up to this much further out. */
const TOLERANCE = 1.25;
/** What is left of a score that labels cover. */
const KEPT = 0.05;

interface Allowed {
  readonly value: number;
  /** The one entity it is allowed for; undefined = wherever the series name occurs. */
  readonly entity: string | undefined;
}

export function describeVolume(series: string, value: number, start: number): Uint8Array {
  return new TextEncoder().encode(JSON.stringify([series, value, start]));
}

/** Volumes that analysts said are no anomaly, by series. A pure function of the labels in force. */
export class LabelOverlay {
  private readonly allowed = new Map<string, Allowed[]>();
  private readonly guarded = new Map<string, number[]>();

  constructor(labels: readonly LabelledRow[]) {
    for (const label of labels) {
      const { series, value } = read(label);
      if (label.verdict === 'true-positive') this.guarded.set(series, [...(this.guarded.get(series) ?? []), value]);
      else {
        const entity = label.verdict === 'benign' ? label.entity : undefined;
        this.allowed.set(series, [...(this.allowed.get(series) ?? []), { value, entity }]);
      }
    }
  }

  adjust(score: number, series: string, entity: string, value: number, expected: number): number {
    const allowed = this.allowed.get(series);
    if (allowed === undefined || this.guarded.get(series)?.includes(value) === true) return score;
    const covered = allowed.some((one) => {
      if (one.entity !== undefined && one.entity !== entity) return false;
      return value > expected
        ? one.value > expected && value <= one.value * TOLERANCE
        : one.value < expected && value >= one.value / TOLERANCE;
    });
    return covered ? score * KEPT : score;
  }
}

function read(label: LabelledRow): { series: string; value: number } {
  try {
    const row: unknown = JSON.parse(new TextDecoder().decode(label.row));
    if (Array.isArray(row) && typeof row[0] === 'string' && typeof row[1] === 'number') return { series: row[0], value: row[1] };
  } catch (cause) {
    throw unusable(label, cause);
  }
  throw unusable(label);
}

function unusable(label: LabelledRow, cause?: unknown): VedetteError {
  return new VedetteError('FORMAT_INVALID', `the labelled row of alert ${label.alertId} is not a volume`, {
    hint: 'revoke the label and give it again',
    cause,
  });
}
