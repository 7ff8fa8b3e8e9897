import type { Micros } from '../core/index.ts';
import type { LaneCounters } from './lane/lane.ts';
import type { ScorerStatus } from './lane/lane-scorer.ts';
import type { OffRecords } from './time/sender-clocks.ts';

/** What one source does now. */
export interface SourceStatus {
  readonly name: string;
  readonly type: string;
  readonly state: 'reading' | 'retrying' | 'ended' | 'stopped';
  readonly lastError: string;
  readonly queueBytes: number;
  readonly queueBatches: number;
  /** Records a second since the status was asked for before. */
  readonly recordsPerSecond: number;
  /** NaN before the first believed time. */
  readonly watermark: Micros;
  /** Wall clock minus watermark, microseconds; NaN without a watermark. */
  readonly lag: Micros;
  /** How lines are grouped and why; empty until it is settled. */
  readonly feature: string;
  readonly counters: LaneCounters & { readonly failures: number; readonly failedBatches: number };
  readonly sourceCounters: Readonly<Record<string, number>>;
  /** Whose records of the day came late or were dated ahead, those with the most first. */
  readonly clocks: readonly OffRecords[];
  readonly detectors: readonly ScorerStatus[];
}

export interface TenantStatus {
  readonly tenant: string;
  readonly state: 'running' | 'finished' | 'stopped' | 'failed';
  readonly lastError: string;
  readonly epoch: number;
  readonly commitMillis: number;
  readonly alerts: number;
  readonly delivered: number;
  readonly undelivered: number;
  readonly sources: readonly SourceStatus[];
}

export interface PipelineStatus {
  readonly startedAt: Micros;
  readonly configHash: string;
  readonly tenants: readonly TenantStatus[];
}
