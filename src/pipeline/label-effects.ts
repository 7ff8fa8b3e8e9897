import type { LabelledRow } from '../core/index.ts';
import type { FoundAlert, LabelEffect } from './lane/label-effect.ts';
import type { Lane } from './lane/lane.ts';

/** A detector of a source, its stored findings, and the labels to weigh them under. */
export interface LabelEffectQuery {
  readonly source: string;
  readonly detector: string;
  readonly found: readonly FoundAlert[];
  readonly labels: readonly LabelledRow[];
}

/** In the order of the queries; undefined for a detector that does not run or has learnt nothing yet. */
export async function labelEffects(
  lanes: readonly Lane[],
  queries: readonly LabelEffectQuery[],
): Promise<readonly (LabelEffect | undefined)[]> {
  const effects: (LabelEffect | undefined)[] = [];
  for (const { source, detector, found, labels } of queries) {
    const lane = lanes.find((one) => one.source.name === source);
    const own = lane === undefined ? [] : [...lane.scorers, ...lane.rules];
    effects.push(await own.find(({ options }) => options.detector === detector)?.effectOf(found, labels));
  }
  return effects;
}
