import { formatMicros, type Micros } from '../core/index.ts';
import type { CalibrationObservation } from '../store/contract.ts';
import type { Lane } from './lane/lane.ts';
import type { LaneScorer } from './lane/lane-scorer.ts';

type Counts = ReadonlyMap<LaneScorer, { readonly scored: number; readonly flagged: number }>;

/** What detectors flagged beside what they promised, in the steps of committed epochs. */
export class ObservedPromises {
  private committed: Counts = new Map();

  /** What is counted by now is in the store. */
  settle(counts: Counts): void {
    this.committed = counts;
  }

  /** Units scored and flagged since `settle`; pass `counts` to it once the observations are committed. */
  since(lanes: readonly Lane[], now: Micros): { observations: readonly CalibrationObservation[]; counts: Counts } {
    const observations: CalibrationObservation[] = [];
    const counts = new Map<LaneScorer, { readonly scored: number; readonly flagged: number }>();
    for (const lane of lanes) {
      const day = formatMicros(Number.isFinite(lane.watermark.value) ? lane.watermark.value : now).slice(0, 10);
      for (const scorer of lane.scorers) {
        const { scored, flagged } = scorer.status();
        counts.set(scorer, { scored, flagged });
        const before = this.committed.get(scorer);
        const units = scored - (before?.scored ?? 0);
        if (units <= 0) continue;
        const { detector, source, rate } = scorer.options;
        observations.push({ detector, source, day, promised: rate, scored: units, flagged: flagged - (before?.flagged ?? 0) });
      }
    }
    return { observations, counts };
  }
}
