import { type LabelledRow, type SequenceBatch, sequenceAt } from '../../core/index.ts';
import { readDescription } from '../sequence/description.ts';

/** What an event costs where analysts said it is no anomaly, in nats. */
export const FORGIVEN_NATS = 0.5;
/** Events before the next one that must agree. */
const CONTEXT = 2;
const BEGIN = '\u0001begin';
const END = '\u0001end';

/**
 * Steps (the two events before, the event that came) of rows labelled false-positive or benign cost next to nothing, in any row
 * that takes them; steps of true positives stay what they are. A pure function of the labels in force.
 */
export class LabelOverlay {
  private readonly everywhere = new Set<string>();
  private readonly perEntity = new Map<string, Set<string>>();

  constructor(labels: readonly LabelledRow[]) {
    const guarded = new Set<string>();
    for (const label of labels) {
      const steps = stepsOf(readDescription(label.row, label.alertId).events);
      if (label.verdict === 'true-positive') for (const step of steps) guarded.add(step);
      else if (label.verdict === 'false-positive') for (const step of steps) this.everywhere.add(step);
      else {
        const own = this.perEntity.get(label.entity) ?? new Set<string>();
        for (const step of steps) own.add(step);
        this.perEntity.set(label.entity, own);
      }
    }
    if (this.empty) return;
    for (const step of guarded) this.everywhere.delete(step);
  }

  get empty(): boolean {
    return this.everywhere.size === 0 && this.perEntity.size === 0;
  }

  /** Lowers the surprises of a row's positions (its end included) where labels forgive the step. */
  forgive(batch: SequenceBatch, row: number, nats: Float32Array): boolean {
    const own = this.perEntity.get(batch.entities[row] as string);
    if (own === undefined && this.everywhere.size === 0) return false;
    const codes = sequenceAt(batch, row);
    const ids = Array.from(codes, (code) => batch.vocabulary[code] as string);
    let changed = false;
    for (let i = 0; i < nats.length; i++) {
      const step = stepAt(ids, i);
      if ((nats[i] as number) <= FORGIVEN_NATS || !(this.everywhere.has(step) || own?.has(step) === true)) continue;
      nats[i] = FORGIVEN_NATS;
      changed = true;
    }
    return changed;
  }
}

function stepsOf(ids: readonly string[]): string[] {
  return Array.from({ length: ids.length + 1 }, (_, i) => stepAt(ids, i));
}

function stepAt(ids: readonly string[], position: number): string {
  let step = ids[position] ?? END;
  for (let back = 1; back <= CONTEXT; back++) step += `\n${ids[position - back] ?? BEGIN}`;
  return step;
}
