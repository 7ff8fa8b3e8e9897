import { deserialize, serialize } from 'node:v8';
import { type AlertObservation, Correlation, type Folded, isDated, observationOf } from '../../alerts/index.ts';
import type { Detection, EventBatch, ExpectedRule, LogBatch, Micros } from '../../core/index.ts';
import type { EpochCommit } from '../../store/contract.ts';
import { MergeQueue, type MergeState, type QueuedLane } from './merge-queue.ts';
import { SeenEntities } from './seen-entities.ts';

type CorrelatedWrites = Pick<EpochCommit, 'incidents' | 'entities' | 'seen' | 'entityClock'>;

/** Alerts of all lanes of a tenant, in event-time order, to incidents and risks; its state is part of the epoch. */
export class IncidentBook {
  private lanes: readonly QueuedLane[];
  private readonly queue: MergeQueue<AlertObservation>;
  private readonly correlation: Correlation;
  private readonly seen = new SeenEntities();
  private changed = false;

  constructor(tenant: string, lanes: readonly QueuedLane[]) {
    this.lanes = lanes;
    this.queue = new MergeQueue(lanes);
    this.correlation = new Correlation(tenant);
  }

  /** An alert that `detection` raised, raised once more, or whose unit it scored anew. */
  add({ alert, change }: Folded, detection: Detection, now: Micros): void {
    if (!isDated(detection)) return;
    const observation = observationOf(alert, detection, change);
    this.queue.push(detection.source, observation.time, now, observation);
    this.changed = true;
  }

  /** Other lanes from now on; what waits of those that are gone is taken up in its turn. */
  use(lanes: readonly QueuedLane[]): void {
    this.lanes = lanes;
    this.queue.use(lanes);
    this.changed = true;
  }

  saw(batch: LogBatch | EventBatch): void {
    this.seen.take(batch);
  }

  /** What analysts expect, as an overlay on everything that was found. */
  expect(rules: readonly ExpectedRule[]): void {
    this.correlation.expect(rules);
  }

  /** Takes up alerts whose turn has come; true when there were any. */
  release(now: Micros): boolean {
    const released = this.queue.release(now);
    for (const observation of released) this.correlation.add(observation);
    this.changed ||= released.length > 0;
    return released.length > 0;
  }

  /** What belongs into the next epoch. */
  take(now: Micros): CorrelatedWrites {
    this.release(now);
    const frontier = this.queue.frontier();
    if (frontier === Number.POSITIVE_INFINITY) this.correlation.end();
    else if (Number.isFinite(frontier)) this.correlation.advance(frontier);
    const reached = this.lanes.map((lane) => lane.frontier()).filter(Number.isFinite);
    return {
      ...this.correlation.take(),
      seen: this.seen.takePending(),
      ...(reached.length === 0 ? {} : { entityClock: { event: Math.max(...reached), wall: now } }),
    };
  }

  snapshot(): Readonly<Record<string, Uint8Array>> {
    if (!this.changed) return this.correlation.snapshot();
    this.changed = false;
    return { ...this.correlation.snapshot(), 'alerts/queue': new Uint8Array(serialize(this.queue.snapshot())) };
  }

  restore(blobs: Readonly<Record<string, Uint8Array>>): void {
    this.correlation.restore(blobs);
    const { 'alerts/queue': queue } = blobs;
    if (queue !== undefined) this.queue.restore(deserialize(queue) as MergeState<AlertObservation>);
  }
}
