import { binomialInterval, SEVERITY_LEVELS } from '../../alerts/index.ts';
import { MICROS_PER_DAY, type Micros } from '../../core/index.ts';
import { type SourceStatus, type TenantStatus, tenantSettings } from '../../pipeline/index.ts';
import type { AlertSummary, TenantStore } from '../../store/index.ts';
import { type ServerContext, tenantConfig } from '../context.ts';
import { entityOperations } from '../correlation/entities.ts';
import type { Answer, Handlers } from './handler.ts';
import { memo } from './memo.ts';
import { tenantPlaces } from './places.ts';
import { openByTactic } from './tactics.ts';

type StatusRoutes = 'status' | 'overview' | 'history' | 'sources' | 'detectors';
type DetectorBody = Answer<'detectors'>['items'][number];

const OBSERVED_DAYS = 7;
/** What is stored is looked up once in so long, whoever asks, unless alerts changed. */
const FRESH_MILLIS = 1_000;

export function statusHandlers(context: ServerContext): Handlers<StatusRoutes> {
  const { sampler } = context;
  const figures = memo<Figures>(FRESH_MILLIS);
  return {
    status: async ({ params }) => ({ ...sampler.status(params.tenant) }),
    detectors: async ({ params, store }) => ({ items: detectorsOf(sampler.status(params.tenant), await stoppedIn(store)) }),
    async sources({ params, store }) {
      const stopped = await stoppedIn(store);
      const dead = await store.deadLetters.countsBySource();
      const running = sampler.status(params.tenant)?.sources;
      if (running !== undefined) return { items: running.map((source) => sourceBody(source, dead[source.name] ?? 0, stopped)) };
      const configured = tenantConfig(context, params.tenant)?.sources ?? [];
      return { items: configured.map(({ name, type }) => notStarted(name, type, dead[name] ?? 0)) };
    },
    async overview({ params, query, store }) {
      const { tenant } = params;
      const now = context.now();
      // The budget is one of UTC days.
      const today = Math.floor(now / MICROS_PER_DAY) * MICROS_PER_DAY;
      const status = sampler.status(tenant);
      const latest = sampler.latest(tenant);
      const range = { ...(query.from === undefined ? {} : { from: query.from }), ...(query.to === undefined ? {} : { to: query.to }) };
      const { summary, notifiedToday, criticalToday, budgetedToday, observedPerDay, stored, bytes, devices, stopped } = await figures(
        JSON.stringify([tenant, range, sampler.alertChanges(tenant)]),
        async () => {
          const [summary, notifiedToday, criticalToday, budgetedToday, observedPerDay, stored, bytes, devices, stopped] = await Promise.all(
            [
              store.alerts.summary(range),
              store.alerts.count({ notified: true, from: today }),
              store.alerts.count({ notified: true, from: today, minSeverity: SEVERITY_LEVELS.critical }),
              store.alerts.count({ notified: true, from: today, promised: true, belowSeverity: SEVERITY_LEVELS.critical }),
              observed(context, store, now),
              store.events.count(range),
              store.events.size(),
              devicesOf(context, store),
              stoppedIn(store),
            ],
          );
          return { summary, notifiedToday, criticalToday, budgetedToday, observedPerDay, stored, bytes, devices, stopped };
        },
      );
      return {
        at: now,
        state: sampler.state(tenant),
        lastError: status?.lastError ?? '',
        eventsPerSecond: latest?.eventsPerSecond ?? 0,
        lag: latest?.lag ?? null,
        events: { stored, bytes },
        alerts: { ...summary.states, notifiedToday, criticalToday, budgetedToday, verdicts: summary.verdicts },
        budget: {
          promisedPerDay: tenantConfig(context, tenant)?.alertBudget ?? 0,
          observedPerDay,
          detectors: detectorsOf(status, stopped),
        },
        severities: summary.severities,
        busiestEntities: summary.entities,
        byDetector: summary.detectors,
        tactics: openByTactic(summary.techniques),
        devices,
        sources: (status?.sources ?? []).map(({ name, state, recordsPerSecond, lag, lastError }) => ({
          ...{ name, state, recordsPerSecond, lag, lastError },
        })),
      };
    },
    async history({ params, query }) {
      if (query.step === 'second') {
        const seconds = sampler.seconds(params.tenant).filter(({ at }) => (at as number) >= (query.from ?? 0));
        return {
          at: seconds.map(({ at }) => at as number),
          eventsPerSecond: seconds.map((one) => one.eventsPerSecond),
          lag: seconds.map(({ lag }) => lag),
          queueBytes: seconds.map(({ queueBytes }) => queueBytes),
          openAlerts: seconds.map(({ openAlerts }) => openAlerts),
        };
      }
      const minutes = await context.home.users.journal.samples(params.tenant, query.from ?? context.now() - 7 * MICROS_PER_DAY);
      const column = (name: string) => minutes.map(({ body }) => body[name] ?? null);
      return {
        at: minutes.map(({ at }) => at),
        eventsPerSecond: column('eventsPerSecond'),
        lag: column('lag'),
        queueBytes: column('queueBytes'),
        openAlerts: column('openAlerts'),
      };
    },
  };
}

interface Figures {
  readonly summary: AlertSummary;
  readonly notifiedToday: number;
  readonly budgetedToday: number;
  readonly criticalToday: number;
  readonly observedPerDay: number | null;
  readonly stored: number;
  readonly bytes: number;
  readonly devices: Answer<'overview'>['devices'];
  readonly stopped: ReadonlySet<string>;
}

/** `source/detector` that a person has stopped. */
async function stoppedIn(store: TenantStore): Promise<ReadonlySet<string>> {
  return (await tenantSettings(store)).stopped;
}

/** Hosts that wrote events and entities that alerts were about, by their risk now: the tenant's own, and apart from them the others. */
async function devicesOf(context: ServerContext, store: TenantStore): Promise<Figures['devices']> {
  const { own, outside } = await entityOperations(store, context.now, await tenantPlaces(context, store.id)).counts();
  const seen = (of: typeof own): number => Object.values(of).reduce((sum, one) => sum + one, 0);
  const { attacked: _never, ...others } = outside;
  return { seen: seen(own), ...own, outside: { seen: seen(outside), ...others } };
}

/** Notified alerts of detectors that promise a rate, a day over the last week, or since this server watches when that is less; null before a day has passed. */
async function observed({ home }: ServerContext, store: TenantStore, now: Micros): Promise<number | null> {
  const since = (await home.users.journal.firstSample(store.id)) ?? now;
  const days = Math.min(OBSERVED_DAYS, (now - since) / MICROS_PER_DAY);
  if (days < 1) return null;
  return (await store.alerts.count({ notified: true, promised: true, from: now - days * MICROS_PER_DAY, to: now })) / days;
}

function detectorsOf(status: TenantStatus | undefined, stopped: ReadonlySet<string>): DetectorBody[] {
  return (status?.sources ?? []).flatMap((source) => detectorsOfSource(source, stopped));
}

function detectorsOfSource({ name, detectors }: SourceStatus, stopped: ReadonlySet<string>): DetectorBody[] {
  return detectors.map(({ scored, flagged, readyAt, paused, state, progress, ...rest }) => ({
    ...rest,
    progress: state === 'ready' ? 1 : (progress ?? (rest.need > 0 ? Math.min(1, rest.have / rest.need) : 0)),
    source: name,
    state: stopped.has(`${name}/${rest.detector}`) ? ('stopped' as const) : paused === '' ? state : ('paused' as const),
    paused,
    readyAt: readyAt ?? null,
    scored,
    flagged,
    observedRate: scored === 0 ? null : flagged / scored,
    observedInterval: scored === 0 ? null : binomialInterval(flagged, scored),
  }));
}

function sourceBody(source: SourceStatus, deadLetters: number, stopped: ReadonlySet<string>): Answer<'sources'>['items'][number] {
  return {
    ...source,
    counters: { ...source.counters },
    sourceCounters: { ...source.sourceCounters },
    deadLetters,
    detectors: detectorsOfSource(source, stopped),
  };
}

function notStarted(name: string, type: string, deadLetters: number): Answer<'sources'>['items'][number] {
  return {
    ...{ name, type, state: 'starting', lastError: '', queueBytes: 0, queueBatches: 0, recordsPerSecond: 0, watermark: null, lag: null },
    ...{ feature: '', counters: {}, sourceCounters: {}, clocks: [], deadLetters, detectors: [] },
  };
}
