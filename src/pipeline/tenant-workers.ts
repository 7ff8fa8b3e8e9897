import type { Config, LoadedConfig } from '../config/index.ts';
import { type Alert, canonicalJson, type Incident, type Logger, VedetteError } from '../core/index.ts';
import type { Home } from '../store/contract.ts';
import { factsOf, loadComponents } from './catalogue.ts';
import { checkGraph, planWorkers } from './graph.ts';
import { keepConfiguration } from './kept-configurations.ts';
import { readsStdin, WorkerClient } from './worker/worker-client.ts';

export interface TenantWorkersOptions {
  readonly home: Home;
  readonly program: string;
  readonly log: Logger;
  readonly onAlerts: (alerts: readonly Alert[]) => void;
  readonly onIncidents: (incidents: readonly Incident[]) => void;
}

interface Running {
  readonly worker: WorkerClient;
  /** What it was started by. */
  readonly loaded: LoadedConfig;
  readonly finished: Promise<void>;
}

/** Which tenants run in which worker threads, and by which configuration. */
export class TenantWorkers {
  private readonly options: TenantWorkersOptions;
  private readonly running = new Map<string, Running>();
  private all: readonly WorkerClient[] = [];
  private fail: (error: unknown) => void = () => {};
  private readonly failed = new Promise<never>((_resolve, reject) => {
    this.fail = reject;
  });

  constructor(options: TenantWorkersOptions) {
    this.options = options;
    this.failed.catch(() => undefined);
  }

  get workers(): readonly WorkerClient[] {
    return this.all;
  }

  /** The worker of a tenant that runs. */
  of(tenant: string): WorkerClient | undefined {
    return this.running.get(tenant)?.worker;
  }

  /**
   * Tenants of which sources or settings of their own changed go on by them; what is gone stops, what is new starts, and where settings
   * of all changed everything does. Where something fails, what ran before runs again and the error is thrown.
   */
  async apply(loaded: LoadedConfig): Promise<void> {
    await refuseUnworkable(loaded.config);
    await keepConfiguration(this.options.home.path, loaded);
    const before = new Map(this.running);
    try {
      await this.renew(loaded);
      await this.stop(this.changed(loaded.config));
      await this.start(Object.keys(loaded.config.tenants), loaded);
    } catch (error) {
      for (const [name, former] of before)
        if (this.running.get(name)?.worker === former.worker && this.running.get(name) !== former) await this.renewOne(name, former.loaded);
      await this.stop(new Set([...this.running].filter(([name, one]) => before.get(name)?.loaded !== one.loaded).map(([name]) => name)));
      for (const [name, former] of before) await this.start([name], former.loaded);
      throw error;
    }
    // Those that go on do so under the configuration they were started by.
    const used = new Map([...this.running.values()].map((one) => [one.loaded.hash, one.loaded]));
    for (const one of used.values()) await keepConfiguration(this.options.home.path, one);
  }

  /** Resolves when every source of every tenant has ended; rejects when a tenant failed. */
  async finished(): Promise<void> {
    for (let seen: readonly Running[] = []; ; ) {
      const now = [...this.running.values()];
      if (now.every((one) => seen.includes(one))) return;
      await Promise.race([this.failed, Promise.all(now.map(({ finished }) => finished))]);
      seen = now;
    }
  }

  async terminate(): Promise<void> {
    await Promise.all(this.all.map((worker) => worker.terminate()));
  }

  /** Tenants that can go on with what changed of their own. */
  private async renew(loaded: LoadedConfig): Promise<void> {
    const { config } = loaded;
    for (const name of this.changed(config)) {
      const former = this.running.get(name)?.loaded.config;
      if (former === undefined || config.tenants[name] === undefined) continue;
      // A thread gets the standard input only once.
      if (readsStdin(former, name) || readsStdin(config, name) || partOf(former, '') !== partOf(config, '')) continue;
      await this.renewOne(name, loaded);
    }
  }

  private async renewOne(name: string, loaded: LoadedConfig): Promise<void> {
    const one = this.running.get(name);
    if (one === undefined || !(await one.worker.change(name, loaded))) return;
    this.watch(name, { worker: one.worker, loaded, finished: one.worker.finished(name) });
  }

  private watch(name: string, one: Running): void {
    this.running.set(name, one);
    one.finished.catch((error: unknown) => this.running.get(name) === one && this.fail(error));
  }

  /** Tenants that cannot go on as they are. A thread gets the standard input only once: who shares one with its reader changes with it. */
  private changed(config: Config): ReadonlySet<string> {
    const changed = new Set<string>();
    for (const [name, { loaded }] of this.running) if (partOf(loaded.config, name) !== partOf(config, name)) changed.add(name);
    for (const worker of this.all)
      if (worker.readsStdin && worker.tenants.some((name) => changed.has(name))) for (const name of worker.tenants) changed.add(name);
    return changed;
  }

  private async stop(tenants: ReadonlySet<string>): Promise<void> {
    await Promise.all(
      [...tenants].map(async (name) => {
        const one = this.running.get(name);
        this.running.delete(name);
        await one?.worker.end(name);
      }),
    );
    await this.endIdle();
  }

  /** Those of the tenants that do not run yet. */
  private async start(tenants: readonly string[], loaded: LoadedConfig): Promise<void> {
    const fresh = tenants.filter((name) => !this.running.has(name));
    const results = await Promise.allSettled(
      this.placed(fresh, loaded.config).map(async ([name, worker]) => {
        await worker.start(name, await this.options.home.tenant(name), loaded);
        this.watch(name, { worker, loaded, finished: worker.finished(name) });
      }),
    );
    for (const result of results) if (result.status === 'rejected') throw result.reason;
  }

  /** Spread evenly: where none runs as planned, else each to a new worker as far as there may be, then to the one with the fewest. */
  private placed(tenants: readonly string[], config: Config): readonly (readonly [string, WorkerClient])[] {
    const reading = tenants.filter((name) => readsStdin(config, name));
    if (this.all.length === 0) {
      const groups = planWorkers(config).map((group) => group.filter((name) => tenants.includes(name)));
      return groups.filter(({ length }) => length > 0).flatMap((group) => this.together(group, config));
    }
    const load = new Map(this.all.map((worker) => [worker, worker.tenants.length]));
    const others = tenants.filter((name) => !reading.includes(name));
    const found = others.map((name): readonly [string, WorkerClient] => {
      const idlest = [...load].sort((a, b) => a[1] - b[1])[0]?.[0];
      const worker = idlest === undefined || this.all.length < config.limits.workers ? this.open(config) : idlest;
      load.set(worker, (load.get(worker) ?? 0) + 1);
      return [name, worker];
    });
    // A thread that is there already gets the standard input no more.
    return [...found, ...reading.flatMap((name) => this.together([name], config))];
  }

  private together(group: readonly string[], config: Config): readonly (readonly [string, WorkerClient])[] {
    const worker = this.open(config);
    return group.map((name) => [name, worker]);
  }

  private open({ limits }: Config): WorkerClient {
    const { program, log, onAlerts, onIncidents } = this.options;
    const worker = new WorkerClient({ program, memoryBytes: limits.memory, log, onAlerts, onIncidents });
    this.all = [...this.all, worker];
    return worker;
  }

  /** Threads without a tenant end. */
  private async endIdle(): Promise<void> {
    const idle = this.all.filter((worker) => worker.tenants.length === 0);
    this.all = this.all.filter((worker) => !idle.includes(worker));
    await Promise.all(idle.map((worker) => worker.retire()));
  }
}

/** CONFIG_INVALID for what fits the schema and cannot work. */
async function refuseUnworkable(config: Config): Promise<void> {
  const problems = checkGraph(config, factsOf(await loadComponents(config)));
  if (problems.length === 0) return;
  throw new VedetteError('CONFIG_INVALID', problems.join('; '), {
    hint: 'Change the configuration; `vedette config check` names its place.',
  });
}

/** Everything that a tenant's run depends on. */
function partOf({ listen: _listen, tls: _tls, oidc: _oidc, tenants, ...shared }: Config, tenant: string): string {
  return canonicalJson({ ...shared, own: tenants[tenant] ?? null });
}
