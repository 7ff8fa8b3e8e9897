import type { Config, TenantConfig } from '../config/index.ts';
import type { Alert, Clock, Incident, Logger, Position, Sink } from '../core/index.ts';
import type { RunIdentity } from './detection.ts';
import { HeldSegments } from './flow/held-segments.ts';
import type { Pump } from './flow/pump.ts';
import type { Lane } from './lane/lane.ts';
import type { PipelineStore } from './pipeline-store.ts';

export interface RunningLane {
  readonly lane: Lane;
  readonly pump: Pump;
}

export interface TenantRunOptions {
  readonly tenant: string;
  readonly config: TenantConfig;
  readonly epochs: Config['epochs'];
  /** Share of one CPU, (0, 1]. */
  readonly cpuShare: number;
  readonly store: PipelineStore;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Logger;
  readonly identity: RunIdentity;
  readonly lanes: readonly RunningLane[];
  readonly sinks: ReadonlyMap<string, Sink>;
  /** Alerts of an epoch, once it is committed. */
  readonly onAlerts?: (alerts: readonly Alert[]) => void;
  readonly onIncidents?: (incidents: readonly Incident[]) => void;
}

/** A lane with what the run keeps of it between commits. */
export interface Running extends RunningLane {
  /** Reached since the last commit, and in all. */
  readonly positions: Map<string, Position>;
  readonly reached: Map<string, Position>;
  /** What its alerts need of its segment log. */
  readonly held: HeldSegments;
  failedBatches: number;
  ended: boolean;
  recordsBefore: number;
}

export function runningOf(lane: RunningLane): Running {
  const fresh = { positions: new Map(), reached: new Map(), held: new HeldSegments() };
  return { ...lane, ...fresh, failedBatches: 0, ended: false, recordsBefore: 0 };
}
