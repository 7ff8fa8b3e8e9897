import { setImmediate } from 'node:timers/promises';
import { canonicalJson, type DeadLetter, Gate, isPlaceOnly, type Micros, pause, type SeriesPoints } from '../core/index.ts';
import type { EpochCommit, StoredDeadLetter } from '../store/contract.ts';
import { AlertBook } from './alert-book.ts';
import { detectionOf } from './detection.ts';
import { expire } from './expire.ts';
import { CommitPace } from './flow/commit-pace.ts';
import type { HeldSegments } from './flow/held-segments.ts';
import { InFlight } from './flow/in-flight.ts';
import { OutboxDispatcher } from './flow/outbox.ts';
import { persist } from './flow/persist.ts';
import type { Item } from './flow/pump.ts';
import { IncidentBook } from './incidents/incident-book.ts';
import { floodsOf } from './lane/flood-finding.ts';
import type { Lane, LaneOutput } from './lane/lane.ts';
import { LaneSet } from './lane-set.ts';
import { ObservedPromises } from './observed-promises.ts';
import type { Running, TenantPlan, TenantRunOptions } from './running.ts';
import { tenantSettings } from './settings.ts';
import { sourceStatus } from './source-status.ts';
import type { TenantStatus } from './status.ts';
import { withinBudget } from './within-budget.ts';

const TICK_MILLIS = 500;
const RETENTION_EVERY: Micros = 3_600_000_000;
/** Batches that the store takes in while the next ones are processed. */
const APPENDS_IN_FLIGHT = 4;

type Trim = () => Promise<void>;

/** One tenant's pipeline: its sources, their lanes, and the one commit point that holds everything together. */
export class TenantRun {
  private options: TenantRunOptions;
  private readonly lanes: LaneSet;
  private readonly book: AlertBook;
  private readonly incidents: IncidentBook;
  private readonly dispatcher: OutboxDispatcher;
  private readonly exclusive = new Gate(1);
  private readonly appends = new InFlight(APPENDS_IN_FLIGHT);
  private readonly stopping = new AbortController();
  private dead: DeadLetter[] = [];
  private points: SeriesPoints[] = [];
  private counters: Record<string, number> = {};
  private bytesSince = 0;
  private dirty = false;
  /** `source/detector` that raise nothing for now. */
  private stopped: ReadonlySet<string> = new Set();
  /** That is committed or being committed: its state is what findings are made from. */
  private epoch = 0;
  private committed = 0;
  /** The commit under way, if any. */
  private committing: Promise<void> = Promise.resolve();
  private isCommitting = false;
  /** The input ends: what is still open closes. */
  private closeWindows = false;
  private alertCount = 0;
  private readonly pace: CommitPace;
  private nextRetention: Micros = 0;
  private statusAt: Micros;
  private readonly promises = new ObservedPromises();
  private state: TenantStatus['state'] = 'running';
  private lastError = '';
  private work: Promise<unknown> = Promise.resolve();

  constructor(options: TenantRunOptions) {
    this.options = options;
    this.lanes = new LaneSet(options.lanes, (running) => this.consume(running));
    this.book = new AlertBook(options.tenant, options.config.alertBudget, options.config.sinks);
    this.incidents = new IncidentBook(options.tenant, this.lanes.queued);
    this.dispatcher = new OutboxDispatcher(options.store.outbox, options.sinks(), options.random, options.log);
    this.statusAt = options.clock.now();
    this.pace = new CommitPace(options.epochs.every, this.statusAt);
  }

  /** Restores the last committed epoch and starts reading; sources that listen do by then. */
  async start(): Promise<void> {
    const { store, clock } = this.options;
    this.epoch = store.epoch;
    this.committed = store.epoch;
    const blobs = this.epoch > 0 ? await store.checkpoints.latest() : {};
    this.book.restore(blobs);
    this.incidents.restore(blobs);
    await this.lanes.restore(blobs);
    this.promises.settle(this.promises.since(this.running, clock.now()).counts);
    await this.applyLabels();
    await this.applySettings();
    this.lanes.begin();
    this.work = Promise.race([this.lanes.failed, this.tick()]);
    this.work.catch((error: unknown) => this.fail(error));
    await Promise.race([Promise.all(this.lanes.all.map(({ pump }) => pump.opened)), this.work.catch(() => undefined)]);
  }

  /**
   * Goes on by another configuration from a commit on: lanes that it leaves as they are, and sources of which only what is made of their
   * records changes, read on without a break. Throws, and runs as before, where a source cannot be opened. False where the run has ended.
   */
  async change(plan: TenantPlan): Promise<boolean> {
    const { store, clock, config: former } = this.options;
    if (this.state !== 'running') return false;
    const { config, identity } = plan;
    const sinks = canonicalJson(config.sinks) === canonicalJson(former.sinks) ? undefined : plan.sinks();
    await this.lanes.change(plan.lanes, (changes, isBefore) =>
      this.exclusive.run(async () => {
        await this.commitNow();
        await this.lanes.replace(changes, this.epoch > 0 ? await store.checkpoints.latest() : {});
        if (!isBefore) {
          this.options = { ...this.options, config, identity };
          this.book.configure(config.alertBudget, config.sinks);
          this.nextRetention = 0;
          if (sinks !== undefined) await this.dispatcher.use(sinks);
        }
        this.incidents.use(this.lanes.queued);
        this.promises.settle(this.promises.since(this.running, clock.now()).counts);
        await this.applyLabels();
        this.lanes.begin(changes.started);
      }),
    );
    return true;
  }

  /** Labels in force -> detectors and calibrations, what is expected -> incidents; call again when they changed. */
  async applyLabels(): Promise<void> {
    this.incidents.expect(await this.options.store.expectations.inForce());
    this.dirty = true;
    for (const running of this.lanes.all) {
      const { lane } = running;
      running.labelled = lane.scorers.length;
      for (const detector of [...lane.scorers, ...lane.rules])
        detector.applyLabels(await this.options.store.labels.inForce(detector.options.detector));
    }
  }

  /** Suppressions and stopped detectors -> what is raised from now on; call again when they changed. */
  async applySettings(): Promise<void> {
    const { rules, stopped } = await tenantSettings(this.options.store);
    this.book.applyRules(rules);
    this.stopped = stopped;
  }

  /** Champions -> detectors that follow a registered model; call again when they changed. */
  applyModels(): Promise<void> {
    return this.exclusive.run(async () => {
      for (const { lane } of this.lanes.all) for (const scorer of lane.scorers) await scorer.followModel();
      this.dirty = true;
    });
  }

  /** Resolves when every source has ended and the last epoch is committed. Live sources never end: `finish` ends them. */
  async finished(): Promise<void> {
    await this.work;
  }

  /** End of input now: reading stops, what was read is processed, every window closes, the last epoch is committed. */
  async finish(): Promise<void> {
    for (const { pump } of this.lanes.all) {
      pump.stop();
      if (pump.state !== 'ended') pump.state = 'ended';
    }
    this.closeWindows = true;
    await this.work;
  }

  /** Reading stops, what was read is processed and committed; open windows stay open for the next start. */
  async stop(): Promise<void> {
    for (const { pump } of this.lanes.all) pump.stop();
    await this.work.catch(() => undefined);
    this.stopping.abort();
    await this.dispatcher.close();
  }

  /** Commits what was processed so far. */
  flush(): Promise<void> {
    return this.exclusive.run(() => this.commitNow());
  }

  /** Parses dead letters once more, commits, and returns the ids of those that failed again. */
  retry(letters: readonly StoredDeadLetter[]): Promise<readonly number[]> {
    return this.exclusive.run(async () => {
      const failed: number[] = [];
      for (const { id, source, input, offset, line, bytes } of letters) {
        const running = this.lanes.all.find(({ lane }) => lane.source.name === source);
        if (running !== undefined) {
          const generation = running.lane.generations.get(input) ?? '';
          const ends = Uint32Array.of(bytes.length);
          const arrival = this.options.clock.now();
          const records = { input, generation, offset, line, bytes, ends, arrival, last: false };
          await this.process(running, { records, positions: [] }, true);
        }
        // The letter stays as it is; what else became one is new.
        const others = this.dead.filter((letter) => letter.source !== source || letter.input !== input || letter.offset !== offset);
        if (running === undefined || others.length < this.dead.length) failed.push(id);
        this.dead = others;
      }
      await this.commitNow();
      return failed;
    });
  }

  private async consume(running: Running): Promise<void> {
    const { pump } = running;
    for (let item = await pump.queue.take(); item !== undefined; item = await pump.queue.take()) {
      const current = item;
      const began = performance.now();
      await this.exclusive.run(async () => {
        await this.process(running, current);
        if (this.bytesSince >= this.options.epochs.bytes || this.alertsAreDue) await this.commit();
      });
      // Batches can follow each other without a moment in which messages are answered and files read.
      await setImmediate();
      const { cpuShare } = this.options;
      if (cpuShare < 1) await pause((performance.now() - began) * (1 / cpuShare - 1), this.stopping.signal);
    }
    await this.exclusive.run(async () => {
      if (pump.state === 'ended' || this.closeWindows) await this.apply(running, await running.lane.end());
      running.ended = true;
      await this.commitNow();
    });
  }

  private async process(running: Running, { records, positions }: Item, again = false): Promise<void> {
    const { lane } = running;
    try {
      // What only says where a file goes on is nothing to a lane.
      if (!isPlaceOnly(records)) await this.apply(running, await (again ? lane.retry(records) : lane.process(records)));
    } catch (error) {
      running.failedBatches++;
      const reason = `the batch could not be processed: ${error instanceof Error ? error.message : String(error)}`;
      this.options.log.error('a batch of records was put aside', { source: lane.source.name, input: records.input, error: reason });
      const { input, offset, line, bytes, arrival } = records;
      this.dead.push({ source: lane.source.name, input, offset, line, reason, bytes, arrival });
    }
    for (const position of positions) running.positions.set(position.input, position);
    this.bytesSince += records.bytes.length;
    this.dirty = true;
  }

  private async apply(running: Running, output: LaneOutput): Promise<void> {
    const { lane } = running;
    const { store, clock, identity, log } = this.options;
    running.found ||= output.findings.length > 0;
    const floods = floodsOf(lane, log);
    for (const finding of [...output.findings, ...floods]) {
      const detection = detectionOf(lane, finding, this.epoch, identity);
      if (this.stopped.has(`${detection.source}/${detection.detector}`)) continue;
      const told = withinBudget(lane, finding, this.options.config.alertBudget / this.lanes.all.length);
      const folded = this.book.add(detection, finding.row, clock.now(), told);
      const joins = folded.alert.suppressedBy === undefined && !floods.includes(finding);
      if (joins) this.incidents.add(folded, detection, clock.now());
    }
    this.points.push(...(output.points ?? []));
    this.dirty ||= output.findings.length + floods.length > 0 || this.points.length > 0;
    this.dead.push(...output.dead);
    for (const { batch, templateIds } of output.events) {
      this.incidents.saw(batch);
      const counter = `source/${running.plan.name}/events`;
      this.counters[counter] = (this.counters[counter] ?? 0) + batch.rows;
      if (lane.source.storage !== 'everything') continue;
      // What comes during a commit belongs to the next epoch; the store keeps them apart.
      const epoch = this.epoch + 1;
      await this.appends.add(() => this.persist(() => store.events.append(batch, templateIds, { epoch })));
    }
    this.dirty ||= output.events.length > 0;
    if (lane.scorers.length !== running.labelled) await this.applyLabels();
    if (this.incidents.release(clock.now())) this.dirty = true;
  }

  private get alertsAreDue(): boolean {
    return !this.isCommitting && this.book.pending > 0 && this.pace.alertsAreDue(this.options.clock.now());
  }

  private async commitNow(): Promise<void> {
    await this.commit();
    await this.committing;
  }

  /** The one commit point; only ever called alone. What it holds is settled here; the store takes it in while the next batches are processed. */
  private async commit(): Promise<void> {
    await this.committing;
    if (!this.dirty && this.dead.length === 0) return;
    const began = performance.now();
    const { clock } = this.options;
    const correlated = this.incidents.take(clock.now());
    const alertBlobs = { ...this.book.snapshot(), ...this.incidents.snapshot() };
    const { blobs, positions, entries } = await this.lanes.checkpoint(clock.now());
    const trims = entries.map(
      ({ running, entry }): Trim =>
        () =>
          this.trim(running.plan.name, entry, running.held),
    );
    const { observations, counts } = this.promises.since(this.running, clock.now());
    this.epoch++;
    const commit: EpochCommit = {
      epoch: this.epoch,
      at: clock.now(),
      positions,
      ...this.book.take(),
      checkpoints: { ...alertBlobs, ...blobs },
      counters: this.counters,
      calibration: observations,
      series: this.points,
      ...correlated,
    };
    this.committing = this.write(commit, this.dead, trims, performance.now() - began);
    // The next commit, or the end, tells of it.
    this.committing.catch(() => undefined);
    this.promises.settle(counts);
    this.lanes.settle();
    this.counters = {};
    this.dead = [];
    this.points = [];
    this.dirty = false;
    this.bytesSince = 0;
  }

  private async write(commit: EpochCommit, dead: readonly DeadLetter[], trims: readonly Trim[], stoodMillis: number): Promise<void> {
    const { store, clock } = this.options;
    const began = performance.now();
    this.isCommitting = true;
    try {
      // Those of the epoch; what is appended from now on belongs to the next.
      await this.appends.settled();
      if (dead.length > 0) await this.persist(() => store.deadLetters.append(dead));
      await this.persist(() => store.commitEpoch(commit));
    } finally {
      this.isCommitting = false;
    }
    this.committed = commit.epoch;
    this.pace.committed(clock.now(), stoodMillis, performance.now() - began);
    const { alerts, incidents = [] } = commit;
    this.alertCount += alerts.length;
    if (alerts.length > 0) this.options.onAlerts?.(alerts.map(({ alert }) => alert));
    if (incidents.length > 0) this.options.onIncidents?.(incidents);
    for (const trim of trims) await trim();
  }

  /** What a committed epoch made unnecessary of a source's segment log, but for what alerts need. */
  private async trim(source: string, entry: number, held: HeldSegments): Promise<void> {
    const { store, clock, config } = this.options;
    await (await store.segments(source)).trim(entry, held.keep(clock.now() - config.retention.alertAge));
  }

  private persist(work: () => Promise<void>): Promise<void> {
    const { random, log } = this.options;
    const told = (error: string) => {
      this.lastError = error;
    };
    return persist(work, { random, log, signal: this.stopping.signal, told });
  }

  private async tick(): Promise<void> {
    const { clock, store, log } = this.options;
    while (!this.lanes.haveEnded && this.state === 'running') {
      await pause(TICK_MILLIS, this.stopping.signal);
      const now = clock.now();
      await this.exclusive.run(async () => {
        for (const running of this.lanes.all) {
          if (running.pump.queue.length === 0) await this.apply(running, await running.lane.elapse(now));
        }
        if ((!this.isCommitting && this.pace.isDue(now)) || this.alertsAreDue) await this.commit();
      });
      await this.dispatcher.deliver(now);
      if (now < this.nextRetention) continue;
      this.nextRetention = now + RETENTION_EVERY;
      const { retention } = this.options.config;
      await expire(store, retention, now).catch((error: unknown) => log.warn('retention failed', { error: String(error) }));
    }
    await Promise.all(this.lanes.all.map(({ work }) => work));
    await this.exclusive.run(() => this.committing);
    await this.dispatcher.deliver(clock.now());
    await Promise.all(this.lanes.all.map(({ lane }) => lane.close?.()));
    this.state = this.lanes.all.every(({ pump }) => pump.state === 'ended') ? 'finished' : 'stopped';
  }

  private fail(error: unknown): void {
    this.state = 'failed';
    this.lastError = error instanceof Error ? error.message : String(error);
    this.options.log.error('a tenant stopped', { tenant: this.options.tenant, error: this.lastError });
    for (const { pump } of this.lanes.all) pump.stop();
  }

  get running(): readonly Lane[] {
    return this.lanes.all.map(({ lane }) => lane);
  }

  status(): TenantStatus {
    const now = this.options.clock.now();
    const seconds = Math.max(1e-3, (now - this.statusAt) / 1e6);
    this.statusAt = now;
    return {
      tenant: this.options.tenant,
      state: this.state,
      lastError: this.lastError,
      epoch: this.committed,
      commitMillis: this.pace.millis,
      alerts: this.alertCount,
      delivered: this.dispatcher.counters.delivered,
      undelivered: this.dispatcher.undelivered,
      sources: this.lanes.all.map((running) => sourceStatus(running, now, seconds)),
    };
  }
}
