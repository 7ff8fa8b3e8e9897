import { type FoundRow, type LabelledRow, VedetteError } from '../../core/index.ts';

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
    const within = (allowed: number) =>
      value > expected ? allowed > expected && value <= allowed * TOLERANCE : allowed < expected && value >= allowed / TOLERANCE;
    return this.covers(series, entity, value, within) ? score * KEPT : score;
  }

  /** The score of a stored finding, whose expected volume is not kept. */
  rescored({ row, entity, score }: FoundRow): number {
    const described = describedVolume(row);
    if (described === undefined) return score;
    const { series, value } = described;
    const within = (allowed: number) => value <= allowed * TOLERANCE && value >= allowed / TOLERANCE;
    return this.covers(series, entity, value, within) ? score * KEPT : score;
  }

  private covers(series: string, entity: string, value: number, within: (allowed: number) => boolean): boolean {
    const allowed = this.allowed.get(series);
    if (allowed === undefined || this.guarded.get(series)?.includes(value) === true) return false;
    return allowed.some((one) => (one.entity === undefined || one.entity === entity) && within(one.value));
  }
}

function read(label: LabelledRow): { series: string; value: number } {
  const described = describedVolume(label.row);
  if (described !== undefined) return described;
  throw new VedetteError('FORMAT_INVALID', `the labelled row of alert ${label.alertId} is not a volume`, {
    hint: 'revoke the label and give it again',
  });
}

function describedVolume(bytes: Uint8Array): { series: string; value: number } | undefined {
  try {
    const row: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return Array.isArray(row) && typeof row[0] === 'string' && typeof row[1] === 'number' ? { series: row[0], value: row[1] } : undefined;
  } catch {
    return undefined;
  }
}
