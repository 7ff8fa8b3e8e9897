import type { Config, TenantConfig } from '../config/index.ts';
import type { Alert, Clock, Incident, Logger, Micros, Position, Sink } from '../core/index.ts';
import type { RunIdentity } from './detection.ts';
import { HeldSegments } from './flow/held-segments.ts';
import type { Pump } from './flow/pump.ts';
import { SEGMENT_INPUT } from './flow/segment-streams.ts';
import type { Lane } from './lane/lane.ts';
import type { PipelineStore } from './pipeline-store.ts';
import { decodePositions, encodePositions, heldBlob, positionsBlob } from './positions-blob.ts';

export interface RunningLane {
  readonly lane: Lane;
  readonly pump: Pump;
}

/** A lane as the configuration asks for it. */
export interface PlannedLane {
  readonly name: string;
  /** What reading its source depends on, and what all of it does: where they are the same, one goes on as it is. */
  readonly reading: string;
  readonly whole: string;
  /** Nothing of it has begun; throws what cannot work. */
  build(): RunningLane;
}

/** What a configuration asks of a running tenant. */
export interface TenantPlan {
  readonly config: TenantConfig;
  readonly identity: RunIdentity;
  readonly lanes: readonly PlannedLane[];
  /** Made from the configuration's. */
  sinks(): ReadonlyMap<string, Sink>;
}

export interface TenantRunOptions extends TenantPlan {
  readonly tenant: string;
  readonly epochs: Config['epochs'];
  /** Share of one CPU, (0, 1]. */
  readonly cpuShare: number;
  readonly store: PipelineStore;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Logger;
  /** Alerts of an epoch, once it is committed. */
  readonly onAlerts?: (alerts: readonly Alert[]) => void;
  readonly onIncidents?: (incidents: readonly Incident[]) => void;
}

/** A lane with what the run keeps of it between commits. */
export interface Running {
  readonly pump: Pump;
  plan: PlannedLane;
  lane: Lane;
  /** Reading and processing, until both have ended. */
  work: Promise<unknown>;
  /** Reached since the last commit, and in all. */
  readonly positions: Map<string, Position>;
  readonly reached: Map<string, Position>;
  /** What its alerts need of its segment log. */
  readonly held: HeldSegments;
  failedBatches: number;
  ended: boolean;
  /** Whether it had findings since the last commit. */
  found: boolean;
  /** Detectors that have the labels: a lane gets more of them where its source has another log format. */
  labelled: number;
  recordsBefore: number;
}

export function runningOf(plan: PlannedLane): Running {
  const fresh = { positions: new Map(), reached: new Map(), held: new HeldSegments(), work: Promise.resolve() };
  return { ...plan.build(), plan, ...fresh, failedBatches: 0, ended: false, found: false, labelled: 0, recordsBefore: 0 };
}

/** Takes up what the checkpoints of the last commit say. */
export async function restoreRunning(running: Running, blobs: Readonly<Record<string, Uint8Array>>): Promise<void> {
  const { lane, reached, held } = running;
  await lane.restore(blobs);
  running.recordsBefore = lane.counters.records;
  held.restore(blobs[heldBlob(lane.source.name)]);
  for (const position of decodePositions(blobs[positionsBlob(lane.source.name)])) reached.set(position.input, position);
}

/** Its part of the checkpoints of a commit, and the entry of its segment log before which that commit needs none. */
export async function checkpointOf(
  { lane, positions, reached, held, found }: Running,
  now: Micros,
): Promise<{ readonly blobs: Readonly<Record<string, Uint8Array>>; readonly entry: number | undefined }> {
  const blobs: Record<string, Uint8Array> = { ...(await lane.snapshot()) };
  // A replay goes on from the state of the last commit.
  const entry = positions.get(SEGMENT_INPUT)?.offset;
  if (entry !== undefined && found) held.hold((reached.get(SEGMENT_INPUT)?.offset ?? 0) + 1, entry, now);
  for (const position of positions.values()) reached.set(position.input, position);
  if (positions.size > 0) blobs[positionsBlob(lane.source.name)] = encodePositions(reached);
  const kept = held.snapshot();
  if (kept !== undefined) blobs[heldBlob(lane.source.name)] = kept;
  return { blobs, entry };
}
