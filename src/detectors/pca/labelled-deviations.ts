import type { LabelledRow } from '../../core/index.ts';
import { readDescription } from '../sequence/description.ts';
import { cosine, squaredLength } from './residual.ts';

/** Two rows deviate alike when their residuals point the same way and one is at most this many times as long (squared). */
const ALIKE = 0.95;
const LONGER = 2;

interface Deviation {
  readonly residual: Float64Array;
  readonly score: number;
}

/**
 * Labels as a layer over Q. What a false positive deviates by is harmless: a row that deviates alike keeps only the part of its
 * residual at right angles to it. Benign does so for one entity. A row more like a true positive is left alone, or raised.
 */
export class LabelledDeviations {
  readonly #falsePositives: Deviation[] = [];
  readonly #truePositives: Deviation[] = [];
  readonly #benign = new Map<string, Deviation[]>();

  constructor(labels: readonly LabelledRow[], residualOfCounts: (counts: readonly (readonly [string, number])[]) => Float64Array) {
    for (const label of labels) {
      const residual = residualOfCounts(readDescription(label.row, label.alertId).counts);
      const deviation = { residual, score: squaredLength(residual) };
      if (label.verdict === 'false-positive') this.#falsePositives.push(deviation);
      else if (label.verdict === 'true-positive') this.#truePositives.push(deviation);
      else this.#benign.set(label.entity, [...(this.#benign.get(label.entity) ?? []), deviation]);
    }
  }

  adjust(entity: string, residual: Float64Array, score: number): number {
    const harmless = nearest(residual, score, [...this.#falsePositives, ...(this.#benign.get(entity) ?? [])]);
    const bad = nearest(residual, score, this.#truePositives);
    if (bad !== undefined && (harmless === undefined || bad.alike >= harmless.alike)) return Math.max(score, bad.score);
    return harmless === undefined ? score : score * (1 - harmless.alike * harmless.alike);
  }
}

function nearest(residual: Float64Array, score: number, deviations: readonly Deviation[]): { alike: number; score: number } | undefined {
  let best: { alike: number; score: number } | undefined;
  for (const deviation of deviations) {
    if (score > LONGER * deviation.score) continue;
    const alike = Math.min(1, cosine(residual, deviation.residual));
    if (alike >= ALIKE && (best === undefined || alike > best.alike)) best = { alike, score: deviation.score };
  }
  return best;
}
