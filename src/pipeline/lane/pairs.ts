import type { SourceConfig } from '../../config/index.ts';
import type { EventBatch, Micros } from '../../core/index.ts';
import { type PairConfig, PairWindows, pairConfig } from '../../features/index.ts';
import { findingOf } from './finding.ts';
import type { Finding } from './lane.ts';
import type { LaneScorer } from './lane-scorer.ts';

/** Flows of one source as windows of a source and a destination, for its scorers. Without such scorers it does nothing. */
export class LanePairs {
  private readonly scorers: readonly LaneScorer[];
  private readonly windows: PairWindows;
  private readonly used: boolean;
  private readonly feature: string;
  private judged = 0;

  constructor(source: SourceConfig, scorers: readonly LaneScorer[]) {
    this.scorers = scorers;
    const { pairs: config = pairConfig.parse({}) } = source.features as { readonly pairs?: PairConfig };
    this.windows = new PairWindows(config);
    this.used = scorers.some(({ detector }) => detector.shape === 'groups');
    this.feature = `pairs of ${config.window / 1e6} s, ${config.flows} flows`;
  }

  /** Windows that closed. */
  get units(): number {
    return this.judged;
  }

  get counters(): Readonly<Record<string, number>> {
    return this.used ? this.windows.counters() : {};
  }

  async take(batches: readonly EventBatch[]): Promise<Finding[]> {
    if (!this.used) return [];
    for (const batch of batches) this.windows.add(batch);
    return this.score();
  }

  async advance(watermark: Micros): Promise<Finding[]> {
    if (!this.used || Number.isNaN(watermark)) return [];
    this.windows.advance(watermark);
    return this.score();
  }

  async finish(): Promise<Finding[]> {
    if (!this.used) return [];
    this.windows.finish();
    return this.score();
  }

  private async score(): Promise<Finding[]> {
    const batch = this.windows.take();
    if (batch === undefined) return [];
    this.judged += batch.rows;
    const findings: Finding[] = [];
    for (const scorer of this.scorers) {
      if (scorer.detector.shape !== 'groups') continue;
      for (const flagged of await scorer.take(batch)) findings.push(findingOf(scorer, flagged, this.feature));
    }
    return findings;
  }

  /** Open windows, where they changed since the last call. */
  snapshot(): Uint8Array | undefined {
    return this.windows.changed ? this.windows.snapshot() : undefined;
  }

  restore(windows: Uint8Array): void {
    this.windows.restore(windows);
  }
}
