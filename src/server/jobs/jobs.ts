import { randomBytes } from 'node:crypto';
import { type Logger, type Micros, VedetteError } from '../../core/index.ts';
import type { TenantStore } from '../../store/index.ts';
import type { JobBody } from '../api/schema/jobs.ts';
import { checkpointsKey, readJobs, removeJob, scoresKey, writeJob } from './job-files.ts';
import type { JobOutcome, JobTask } from './protocol.ts';
import { runJob } from './run-job.ts';

export interface JobsOptions {
  readonly maxMillis: number;
  readonly now: () => Micros;
  readonly log: Logger;
  readonly store: (tenant: string) => Promise<TenantStore>;
  /** What a job's arguments come to now; USAGE and the like where they do not hold any more. */
  readonly taskOf: (tenant: string, job: JobBody) => Promise<JobTask>;
  /** Saves what a training gave; returns `name@version`. */
  readonly saveModel: (tenant: string, job: JobBody, outcome: JobOutcome) => Promise<string>;
  /** `name@version` that the job saved already, before the program ended. */
  readonly savedModel: (tenant: string, job: JobBody) => Promise<string | undefined>;
  readonly changed: (tenant: string, job: JobBody) => void;
}

export interface NewJob {
  readonly kind: JobBody['kind'];
  readonly detector: string;
  readonly model: string;
  readonly by: string;
  readonly arguments: Readonly<Record<string, unknown>>;
}

const KEPT = 200;
const WAITING = 100;
/** Points of a loss curve that are kept. */
const LOSSES = 500;
/** A job that ended the program with it is not started a third time. */
const ATTEMPTS = 2;
const ENDED = new Set<JobBody['state']>(['done', 'error', 'cancelled']);

/**
 * Trainings and other long work, one at a time, in a thread of its own. Each ends in done, error or cancelled: what the end of the
 * program interrupts starts again with the same arguments and seed, once, unless its model was saved: then it is done.
 */
export class Jobs {
  private readonly options: JobsOptions;
  private readonly known = new Map<string, Promise<Map<string, JobBody>>>();
  private readonly running = new Map<string, AbortController>();
  private turn: Promise<unknown> = Promise.resolve();
  private closing = false;

  constructor(options: JobsOptions) {
    this.options = options;
  }

  /** Takes up what was not finished when the program ended. */
  async resume(tenants: readonly string[]): Promise<void> {
    for (const tenant of tenants) {
      for (const job of (await this.of(tenant)).values()) {
        if (ENDED.has(job.state)) continue;
        const ended = { step: '', minutesLeft: null, finishedAt: this.options.now() };
        // What it found is noted before its model is saved.
        const model = job.result === null ? undefined : await this.options.savedModel(tenant, job);
        if (model !== undefined) await this.save(tenant, { ...job, ...ended, state: 'done', model, progress: 1 });
        else if (job.attempts < ATTEMPTS) {
          await this.save(tenant, { ...job, state: 'waiting', progress: 0, step: '', minutesLeft: null, losses: [], result: null });
          this.queue(tenant, job.id);
        } else {
          const error = 'interrupted: the program ended while it ran, twice';
          await this.save(tenant, { ...job, ...ended, state: 'error', error, result: null });
        }
      }
    }
  }

  /** Newest first. */
  async list(tenant: string): Promise<JobBody[]> {
    return [...(await this.of(tenant)).values()].sort((a, b) => (b.createdAt ?? 0) - (a.createdAt ?? 0));
  }

  async get(tenant: string, id: string): Promise<JobBody> {
    const job = (await this.of(tenant)).get(id);
    if (job === undefined) throw new VedetteError('INPUT_MISSING', 'there is no such job', { hint: 'List the jobs again.' });
    return job;
  }

  /** Checks the arguments, notes the job durably and queues it. */
  async add(tenant: string, wanted: NewJob): Promise<JobBody> {
    const waiting = (await this.list(tenant)).filter(({ state }) => !ENDED.has(state)).length;
    if (waiting >= WAITING) throw new VedetteError('RATE_LIMITED', `${waiting} jobs wait already`, { hint: 'Wait for some to end.' });
    const job: JobBody = {
      ...{ id: randomBytes(16).toString('hex'), state: 'waiting', createdAt: this.options.now(), startedAt: null, finishedAt: null },
      ...{ progress: 0, step: '', minutesLeft: null, losses: [], result: null, error: '', attempts: 0 },
      ...wanted,
    };
    await this.options.taskOf(tenant, job);
    await this.save(tenant, job);
    this.queue(tenant, job.id);
    return job;
  }

  /** Resolves once the job has ended in done, error or cancelled. */
  async finished(tenant: string, id: string, signal?: AbortSignal): Promise<JobBody> {
    for (;;) {
      const job = await this.get(tenant, id);
      if (ENDED.has(job.state) || signal?.aborted === true) return job;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** Cancels a job; one that has ended is removed. */
  async cancel(tenant: string, id: string): Promise<JobBody> {
    const job = await this.get(tenant, id);
    if (ENDED.has(job.state)) {
      (await this.of(tenant)).delete(id);
      await removeJob(await this.options.store(tenant), id);
      return job;
    }
    const cancelled: JobBody = { ...job, state: 'cancelled', step: '', minutesLeft: null, finishedAt: this.options.now() };
    await this.save(tenant, cancelled);
    this.running.get(id)?.abort();
    return cancelled;
  }

  /** Cancels and forgets every job of a tenant that is removed. */
  async forget(tenant: string): Promise<void> {
    for (const { id } of await this.list(tenant)) await this.cancel(tenant, id);
    this.known.delete(tenant);
  }

  async scores(tenant: string, id: string): Promise<Uint8Array | undefined> {
    await this.get(tenant, id);
    return (await this.options.store(tenant)).bytes.read(scoresKey(id));
  }

  async close(): Promise<void> {
    this.closing = true;
    for (const controller of this.running.values()) controller.abort();
    await this.turn;
  }

  private queue(tenant: string, id: string): void {
    this.turn = this.turn
      .then(() => this.run(tenant, id))
      .catch((error: unknown) => this.options.log.error('a job could not be run', { job: id, error: String(error) }));
  }

  private async run(tenant: string, id: string): Promise<void> {
    const waiting = (await this.of(tenant)).get(id);
    if (this.closing || waiting === undefined || waiting.state !== 'waiting') return;
    const { now, log, taskOf, saveModel } = this.options;
    const controller = new AbortController();
    this.running.set(id, controller);
    let current: JobBody = { ...waiting, state: 'running', startedAt: now(), attempts: waiting.attempts + 1 };
    const began = performance.now();
    try {
      await this.save(tenant, current);
      const outcome = await runJob(
        await taskOf(tenant, current),
        (share, step, loss) => {
          if (controller.signal.aborted) return;
          current = withProgress(current, share, step, loss, performance.now() - began);
          this.tell(tenant, current);
        },
        controller.signal,
        this.options.maxMillis,
      );
      const { bytes } = await this.options.store(tenant);
      if (outcome.scores !== undefined) await bytes.write(scoresKey(id), outcome.scores);
      if (controller.signal.aborted) return;
      current = { ...current, result: { ...outcome.result } };
      let { model } = current;
      if (outcome.draft !== undefined) {
        await this.save(tenant, current);
        if (controller.signal.aborted) {
          await this.save(tenant, { ...current, state: 'cancelled', result: null, step: '', minutesLeft: null, finishedAt: now() });
          return;
        }
        model = await saveModel(tenant, current, outcome);
      }
      current = { ...current, state: 'done', model, progress: 1 };
    } catch (error) {
      if (this.closing) {
        // Interrupted by the end of the program: it starts again with the next, and this start does not count.
        await this.save(tenant, { ...waiting, state: 'waiting' });
        return;
      }
      if (controller.signal.aborted) {
        // It may have written one more before it ended.
        await (await this.options.store(tenant)).bytes.remove(checkpointsKey(id));
        return;
      }
      if (!(error instanceof VedetteError)) log.error('a job failed', { job: id, error: String(error) });
      current = { ...current, state: 'error', result: null, error: await this.failureText(tenant, error) };
    } finally {
      this.running.delete(id);
    }
    await this.save(tenant, { ...current, step: '', minutesLeft: null, finishedAt: now() });
  }

  /** What people are told: nothing of where files lie. */
  private async failureText(tenant: string, error: unknown): Promise<string> {
    if (!(error instanceof VedetteError) || error.code === 'INTERNAL') return 'the job failed; the log has the details';
    const text = error.hint === undefined ? error.message : `${error.message}. ${error.hint}`;
    const { bytes } = await this.options.store(tenant);
    const folder = bytes.local('jobs').replace(/jobs$/, '');
    return text.replaceAll(folder, '').replaceAll(/uploads\/[0-9a-f]{16,32}\//g, '');
  }

  private async of(tenant: string): Promise<Map<string, JobBody>> {
    const known = this.known.get(tenant) ?? this.options.store(tenant).then(readJobs);
    this.known.set(tenant, known);
    known.catch(() => this.known.delete(tenant));
    return known;
  }

  private tell(tenant: string, job: JobBody): void {
    void this.of(tenant).then((jobs) => {
      if (jobs.get(job.id)?.state === 'running') jobs.set(job.id, job);
    });
    this.options.changed(tenant, job);
  }

  private async save(tenant: string, job: JobBody): Promise<void> {
    const jobs = await this.of(tenant);
    const store = await this.options.store(tenant);
    // Nobody is told of what a restart would not know.
    await writeJob(store, job);
    jobs.set(job.id, job);
    if (ENDED.has(job.state)) await store.bytes.remove(checkpointsKey(job.id));
    this.options.changed(tenant, job);
    for (const old of (await this.list(tenant)).filter(({ state }) => ENDED.has(state)).slice(KEPT)) {
      jobs.delete(old.id);
      await removeJob(store, old.id);
    }
  }
}

function withProgress(job: JobBody, share: number, step: string, loss: number | undefined, millis: number): JobBody {
  const progress = Math.min(0.999, Math.max(job.progress, share));
  const minutesLeft = progress < 0.02 ? null : (millis / 60_000) * ((1 - progress) / progress);
  if (loss === undefined) return { ...job, progress, step, minutesLeft };
  const losses = [...job.losses, { share: progress, loss }];
  // A long curve keeps every second point.
  return { ...job, progress, step, minutesLeft, losses: losses.length > LOSSES ? losses.filter((_, i) => i % 2 === 0) : losses };
}
