import type { Micros } from '../../core/index.ts';
import type { Pipeline, TenantStatus } from '../../pipeline/index.ts';
import type { Home } from '../../store/index.ts';
import type { StatusEvent } from '../api/schema/live.ts';
import type { Hub } from './hub.ts';

const EVERY_MILLIS = 1_000;
/** Seconds that a rate is the mean of: sources hand on what they have every few seconds. */
const RATE_SECONDS = 10;
/** Seconds kept in memory. */
const SECONDS = 900;
/** Minutes are kept in the store so long. */
const KEPT: Micros = 7 * 86_400_000_000;
const OPEN_EVERY_MILLIS = 5_000;

export interface SamplerOptions {
  readonly home: Home;
  /** Those configured now. */
  readonly tenants: () => readonly string[];
  readonly pipeline: () => Pipeline | undefined;
  readonly hub: Hub;
  readonly now: () => Micros;
  readonly failed: (error: unknown) => void;
}

interface Watched {
  status: TenantStatus | undefined;
  /** Of the last seconds: when, milliseconds, and how many records there had been. */
  counted: { readonly at: number; readonly records: number }[];
  rate: number;
  openAlerts: number;
  openAt: number;
  readonly seconds: StatusEvent[];
  minute: StatusEvent[];
}

/**
 * Asks the pipeline once a second for everybody: rates are over the last seconds, and no request waits for a busy worker. Minutes go
 * to the store.
 */
export class Sampler {
  private readonly options: SamplerOptions;
  private readonly watched = new Map<string, Watched>();
  private readonly changes = new Map<string, number>();
  private timer: NodeJS.Timeout | undefined;
  private sampling: Promise<void> | undefined;

  constructor(options: SamplerOptions) {
    this.options = options;
  }

  private follow(): void {
    const tenants = this.options.tenants();
    for (const tenant of tenants) {
      if (this.watched.has(tenant)) continue;
      this.watched.set(tenant, { status: undefined, counted: [], rate: 0, openAlerts: 0, openAt: 0, seconds: [], minute: [] });
    }
    for (const tenant of this.watched.keys()) if (!tenants.includes(tenant)) this.watched.delete(tenant);
  }

  start(): void {
    this.follow();
    this.timer = setInterval(() => {
      // One at a time: a busy worker answers late.
      this.sampling ??= this.sample()
        .catch((error: unknown) => this.options.failed(error))
        .finally(() => {
          this.sampling = undefined;
        });
    }, EVERY_MILLIS);
    this.timer.unref();
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.sampling;
  }

  /** Resolves once nothing looks at a tenant that is no longer configured. */
  async forget(tenant: string): Promise<void> {
    this.watched.delete(tenant);
    await this.sampling;
  }

  /** As of the last second; undefined before the first, or where the tenant does not run. */
  status(tenant: string): TenantStatus | undefined {
    return this.watched.get(tenant)?.status;
  }

  state(tenant: string): 'starting' | 'running' | 'finished' | 'stopped' | 'failed' | 'idle' {
    const watched = this.watched.get(tenant);
    return watched === undefined ? 'idle' : (watched.status?.state ?? 'starting');
  }

  latest(tenant: string): StatusEvent | undefined {
    return this.watched.get(tenant)?.seconds.at(-1);
  }

  seconds(tenant: string): readonly StatusEvent[] {
    return this.watched.get(tenant)?.seconds ?? [];
  }

  /** Open alerts are counted again with the next sample. */
  alertsChanged(tenant: string): void {
    this.changes.set(tenant, this.alertChanges(tenant) + 1);
    const watched = this.watched.get(tenant);
    if (watched !== undefined) watched.openAt = 0;
  }

  /** How often alerts changed since the start: what was looked up before is old. */
  alertChanges(tenant: string): number {
    return this.changes.get(tenant) ?? 0;
  }

  private async sample(): Promise<void> {
    this.follow();
    const pipeline = this.options.pipeline();
    const statuses = pipeline === undefined ? [] : (await pipeline.status()).tenants;
    const at = this.options.now();
    for (const [tenant, watched] of this.watched) {
      this.measure(
        watched,
        statuses.find((one) => one.tenant === tenant),
      );
      await this.countOpen(tenant, watched);
      const event = eventOf(at, this.state(tenant), watched);
      watched.seconds.push(event);
      if (watched.seconds.length > SECONDS) watched.seconds.shift();
      this.options.hub.send(tenant, 'status', event, true);
      await this.keepMinute(tenant, watched, event);
    }
  }

  private measure(watched: Watched, status: TenantStatus | undefined): void {
    const records = status?.sources.reduce((sum, { counters }) => sum + counters.records, 0) ?? 0;
    const at = performance.now();
    const counted = status === undefined ? [] : [...watched.counted, { at, records }].slice(-RATE_SECONDS - 1);
    const [first] = counted;
    const rate = first === undefined || first.at === at ? 0 : Math.max(0, (records - first.records) / ((at - first.at) / 1000));
    Object.assign(watched, { status, counted, rate });
  }

  private async countOpen(tenant: string, watched: Watched): Promise<void> {
    if (performance.now() - watched.openAt < OPEN_EVERY_MILLIS && watched.openAt > 0) return;
    watched.openAt = performance.now();
    watched.openAlerts = await (await this.options.home.tenant(tenant)).alerts.count({ state: 'open' });
  }

  private async keepMinute(tenant: string, watched: Watched, event: StatusEvent): Promise<void> {
    const minute = (time: number) => Math.floor(time / 60e6);
    const first = watched.minute[0];
    if (first !== undefined && minute(first.at as number) !== minute(event.at as number)) {
      const { journal } = this.options.home.users;
      await journal.addSample(tenant, { at: minute(first.at as number) * 60e6, body: meanOf(watched.minute) });
      await journal.pruneSamples((event.at as number) - KEPT);
      watched.minute = [];
    }
    watched.minute.push(event);
  }
}

function eventOf(at: Micros, state: string, watched: Watched): StatusEvent {
  const { status, rate, openAlerts } = watched;
  const lags = status?.sources.filter((source) => source.state === 'reading').map(({ lag }) => lag) ?? [];
  const known = lags.filter((lag) => Number.isFinite(lag));
  return {
    at,
    state,
    eventsPerSecond: rate,
    lag: known.length === 0 ? null : Math.max(...known),
    queueBytes: status?.sources.reduce((sum, source) => sum + source.queueBytes, 0) ?? 0,
    openAlerts,
    alerts: status?.alerts ?? 0,
  };
}

function meanOf(events: readonly StatusEvent[]): Record<string, number | null> {
  const mean = (of: (event: StatusEvent) => number | null): number | null => {
    const values = events.map(of).filter((value): value is number => value !== null);
    return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
  };
  return {
    eventsPerSecond: mean((event) => event.eventsPerSecond),
    lag: mean((event) => event.lag),
    queueBytes: mean((event) => event.queueBytes),
    openAlerts: events.at(-1)?.openAlerts ?? null,
  };
}
