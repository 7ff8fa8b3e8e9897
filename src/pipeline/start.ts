import { EventEmitter } from 'node:events';
import type { Config, LoadedConfig } from '../config/index.ts';
import { type Alert, type Clock, type Incident, type Logger, silentLogger, systemClock } from '../core/index.ts';
import type { Home, HomeOptions, StoredDeadLetter } from '../store/contract.ts';
import type { LabelEffectQuery } from './label-effects.ts';
import type { LabelEffect } from './lane/label-effect.ts';
import type { OneSeriesNow, SeriesNowPage, SeriesNowQuery } from './series-now.ts';
import type { PipelineStatus } from './status.ts';
import { TenantWorkers } from './tenant-workers.ts';
import type { ControlVerb } from './worker/protocol.ts';

export interface StartOptions {
  /** Opened by the caller, who closes it after `stop`. */
  readonly home: Home;
  /** `vedette x.y.z`, for lineage. */
  readonly program: string;
  readonly clock?: Clock;
  readonly log?: Logger;
}

export interface PipelineEvents {
  /** New or written again. */
  readonly alert: Alert;
  /** New or grown. */
  readonly incident: Incident;
}

/** A running pipeline as the control API and the command line see it. */
export interface Pipeline {
  status(): Promise<PipelineStatus>;
  /** What committed epochs brought. Returns how to stop listening. */
  on<E extends keyof PipelineEvents>(event: E, listener: (value: PipelineEvents[E]) => void): () => void;
  /**
   * Runs by another configuration: tenants whose part of it is the same go on undisturbed, of the others only the sources that changed
   * stop. Where one cannot start, all run as before and the error is thrown.
   */
  apply(loaded: LoadedConfig): Promise<void>;
  /** Commits what was processed so far. */
  flush(): Promise<void>;
  /** Labels in force changed: detectors and calibrations take them up. */
  applyLabels(): Promise<void>;
  /** Suppressions or stopped detectors changed. */
  applySettings(): Promise<void>;
  /** Champions changed: detectors that follow a registered model take it up. */
  applyModels(): Promise<void>;
  /** Parses records of the dead-letter store once more and commits; returns the ids of those that failed again, which stay there. */
  retry(tenant: string, letters: readonly StoredDeadLetter[]): Promise<readonly number[]>;
  /** Series of a tenant as they are now; none for a tenant that does not run. */
  series(tenant: string, query: SeriesNowQuery): Promise<SeriesNowPage>;
  oneSeries(tenant: string, id: string, steps: number): Promise<OneSeriesNow | undefined>;
  /** What labels change about stored findings, in the order of the queries; none for a tenant that does not run. */
  labelEffects(tenant: string, queries: readonly LabelEffectQuery[]): Promise<readonly (LabelEffect | undefined)[]>;
  /** Resolves when every source has ended (finite inputs); rejects when a tenant failed. */
  finished(): Promise<void>;
  /** End of input now: stops reading, processes what was read, closes every window, commits. */
  finish(): Promise<void>;
  /** Graceful: stops reading, processes and commits what was read. Open windows stay open for the next start. */
  stop(): Promise<void>;
}

/** How a home is opened for a configuration: the event store's part of the memory, states kept. */
export function homeOptions({ limits, epochs }: Pick<Config, 'limits' | 'epochs'>): HomeOptions {
  return { memoryBytes: Math.floor(limits.memory / 4), keepEpochs: epochs.keep };
}

/** Configuration -> running pipeline. Tenants are spread over worker threads, each with its own line to the databases; this thread only coordinates. */
export async function startPipeline(loaded: LoadedConfig, options: StartOptions): Promise<Pipeline> {
  const { home, program, clock = systemClock, log = silentLogger } = options;
  const emitter = new EventEmitter();
  const startedAt = clock.now();
  const tenants = new TenantWorkers({
    ...{ home, program, log },
    onAlerts: (alerts) => {
      for (const alert of alerts) emitter.emit('alert', alert);
    },
    onIncidents: (incidents) => {
      for (const incident of incidents) emitter.emit('incident', incident);
    },
  });
  let hash = loaded.hash;
  try {
    await tenants.apply(loaded);
  } catch (error) {
    await tenants.terminate();
    throw error;
  }
  const all = async (verb: Exclude<ControlVerb, 'status'>) => {
    await Promise.all(tenants.workers.map((worker) => worker.control(verb)));
  };
  return {
    async status() {
      const statuses = (await Promise.all(tenants.workers.map((worker) => worker.status()))).flat();
      return { startedAt, configHash: hash, tenants: statuses.sort((a, b) => (a.tenant < b.tenant ? -1 : 1)) };
    },
    on(event, listener) {
      emitter.on(event, listener);
      return () => emitter.off(event, listener);
    },
    async apply(changed) {
      await tenants.apply(changed);
      hash = changed.hash;
    },
    flush: () => all('flush'),
    applyLabels: () => all('labels'),
    applySettings: () => all('settings'),
    applyModels: () => all('models'),
    async retry(tenant, letters) {
      const worker = tenants.of(tenant);
      return worker === undefined ? letters.map(({ id }) => id) : worker.retry(tenant, letters);
    },
    async series(tenant, query) {
      return (await tenants.of(tenant)?.series(tenant, query)) ?? { items: [], total: 0 };
    },
    async oneSeries(tenant, id, steps) {
      return tenants.of(tenant)?.oneSeries(tenant, id, steps);
    },
    async labelEffects(tenant, queries) {
      return (await tenants.of(tenant)?.labelEffects(tenant, queries)) ?? [];
    },
    finished: () => tenants.finished(),
    finish: () => all('finish'),
    async stop() {
      await all('stop');
      await tenants.terminate();
    },
  };
}
