import type { Micros } from '../core/index.ts';
import type { SourcePosition } from '../store/contract.ts';
import type { QueuedLane } from './incidents/merge-queue.ts';
import { discard, type LaneChanges, laneChanges, openStarted } from './lane-changes.ts';
import { checkpointOf, type PlannedLane, type Running, restoreRunning, runningOf } from './running.ts';

/** What the lanes of a tenant have for a commit. */
export interface LanesCheckpoint {
  readonly blobs: Readonly<Record<string, Uint8Array>>;
  readonly positions: readonly SourcePosition[];
  /** Entries of segment logs before which the commit needs none. */
  readonly entries: readonly { readonly running: Running; readonly entry: number }[];
}

/** The lanes of a tenant that run; some can be replaced by others while the rest reads on. */
export class LaneSet {
  private readonly consume: (running: Running) => Promise<void>;
  /** Rejects with what ended a lane before its time. */
  readonly failed: Promise<never>;
  private fail: (error: unknown) => void = () => {};
  private running: readonly Running[];
  /** Lanes are being replaced: the run goes on though none may read. */
  private isChanging = false;

  /** `consume` processes what a lane reads, until that has ended. */
  constructor(plans: readonly PlannedLane[], consume: (running: Running) => Promise<void>) {
    this.consume = consume;
    this.running = plans.map(runningOf);
    this.failed = new Promise((_resolve, reject) => {
      this.fail = reject;
    });
    this.failed.catch(() => undefined);
  }

  get all(): readonly Running[] {
    return this.running;
  }

  get haveEnded(): boolean {
    return !this.isChanging && this.running.every(({ ended }) => ended);
  }

  get queued(): QueuedLane[] {
    return this.running.map((one) => ({
      name: one.plan.name,
      frontier: () => (one.ended ? Number.POSITIVE_INFINITY : one.lane.watermark.value),
    }));
  }

  async restore(blobs: Readonly<Record<string, Uint8Array>>): Promise<void> {
    for (const one of this.running) await restoreRunning(one, blobs);
  }

  begin(lanes: readonly Running[] = this.running): void {
    for (const one of lanes) {
      one.work = Promise.all([one.pump.run(), this.consume(one)]);
      one.work.catch(this.fail);
    }
  }

  async checkpoint(now: Micros): Promise<LanesCheckpoint> {
    const blobs: Record<string, Uint8Array> = {};
    const entries: LanesCheckpoint['entries'][number][] = [];
    for (const running of this.running) {
      const { blobs: own, entry } = await checkpointOf(running, now);
      Object.assign(blobs, own);
      if (entry !== undefined) entries.push({ running, entry });
    }
    const positions = this.running.flatMap(({ plan, positions }) =>
      [...positions.values()].map((position): SourcePosition => ({ source: plan.name, ...position })),
    );
    return { blobs, positions, entries };
  }

  /** What `checkpoint` gave is part of a commit. */
  settle(): void {
    for (const one of this.running) {
      one.positions.clear();
      one.found = false;
    }
  }

  /**
   * Replaces what is planned otherwise; the rest reads on. `takeUp` commits, takes up the plan, and puts the changes in place with
   * `replace`. Throws, and runs as before, where a source cannot be opened.
   */
  async change(plans: readonly PlannedLane[], takeUp: (changes: LaneChanges, isBefore: boolean) => Promise<void>): Promise<void> {
    this.isChanging = true;
    try {
      const changes = laneChanges(this.running, plans);
      const waiting = await openStarted(changes);
      for (const { pump } of changes.ended) pump.stop();
      await Promise.all(changes.ended.map(({ work }) => work));
      try {
        for (const { pump } of waiting) await pump.open();
        await takeUp(changes, false);
      } catch (error) {
        if (this.running === changes.lanes) throw error;
        await discard(changes);
        const lanes = this.running.map((one) => (changes.ended.includes(one) ? runningOf(one.plan) : one));
        await takeUp({ ...changes, lanes, started: lanes.filter((one) => !this.running.includes(one)), renewed: [] }, true);
        throw error;
      }
    } finally {
      this.isChanging = false;
    }
  }

  /** Within `change`, once all that was read is committed: `blobs` are its state. */
  async replace({ lanes, renewed, started, ended }: LaneChanges, blobs: Readonly<Record<string, Uint8Array>>): Promise<void> {
    const former = [...ended.map(({ lane }) => lane), ...renewed.map(({ running }) => running.lane)];
    for (const { lane } of renewed) await lane.restore(blobs);
    for (const one of started) await restoreRunning(one, blobs);
    for (const { running, lane, plan } of renewed) Object.assign(running, { lane, plan });
    this.running = lanes;
    await Promise.all(former.map((lane) => lane.close?.()));
  }
}
