import { type LabelledRow, VedetteError } from '../../core/index.ts';

/** New values an analyst's "false positive" stands for: the entity shows new values here, and that is normal. */
const PSEUDO_NEW = 25;
/** The same for every other entity in that field. */
const PSEUDO_NEW_ELSEWHERE = 5;

export interface DescribedObservation {
  readonly entity: string;
  readonly field: string;
  readonly value: string;
}

export function describeObservation(row: DescribedObservation): Uint8Array {
  return new TextEncoder().encode(JSON.stringify([row.entity, row.field, row.value]));
}

/**
 * What analysts said: a value that was a false positive is known everywhere in its field, a benign one for its entity, and new
 * values of that field are less of a surprise. A pure function of the labels in force.
 */
export class LabelOverlay {
  private readonly values = new Set<string>();
  private readonly entityValues = new Set<string>();
  private readonly guarded = new Set<string>();
  private readonly pairs = new Map<string, number>();
  private readonly fields = new Map<string, number>();

  constructor(labels: readonly LabelledRow[]) {
    for (const label of labels) {
      const { entity, field, value } = read(label);
      if (label.verdict === 'true-positive') this.guarded.add(key(field, value));
      else if (label.verdict === 'benign') this.entityValues.add(key(label.entity, field, value));
      else {
        this.values.add(key(field, value));
        bump(this.pairs, key(entity, field));
        bump(this.fields, field);
      }
    }
  }

  /** No label is in force that changes a score. */
  get isEmpty(): boolean {
    return this.values.size === 0 && this.entityValues.size === 0 && this.pairs.size === 0;
  }

  forgives({ entity, field, value }: DescribedObservation): boolean {
    if (this.values.size === 0 && this.entityValues.size === 0) return false;
    if (this.guarded.has(key(field, value))) return false;
    return this.values.has(key(field, value)) || this.entityValues.has(key(entity, field, value));
  }

  /** New values to count in besides those seen. */
  pseudoNew({ entity, field, value }: DescribedObservation): number {
    if (this.pairs.size === 0) return 0;
    if (this.guarded.has(key(field, value))) return 0;
    const here = this.pairs.get(key(entity, field)) ?? 0;
    return here * PSEUDO_NEW + ((this.fields.get(field) ?? 0) - here) * PSEUDO_NEW_ELSEWHERE;
  }
}

function key(...parts: string[]): string {
  return parts.join('\n');
}

function bump(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}

function read(label: LabelledRow): DescribedObservation {
  const observation = readObservation(label.row);
  if (observation !== undefined) return observation;
  throw new VedetteError('FORMAT_INVALID', `the labelled row of alert ${label.alertId} is not an observation`, {
    hint: 'revoke the label and give it again',
  });
}

/** What `describeObservation` wrote; undefined for anything else. */
export function readObservation(bytes: Uint8Array): DescribedObservation | undefined {
  try {
    const row: unknown = JSON.parse(new TextDecoder().decode(bytes));
    if (!Array.isArray(row) || row.length !== 3 || !row.every((part) => typeof part === 'string')) return undefined;
    const [entity, field, value] = row as [string, string, string];
    return { entity, field, value };
  } catch {
    return undefined;
  }
}
