import { useEffect, useSyncExternalStore } from 'react';
import type { JobBody } from '../../../src/server/api/schema/jobs.ts';
import type { StatusEvent } from '../../../src/server/api/schema/live.ts';
import { API } from './client.ts';
import type { CallName } from './paths.ts';
import { queryClient } from './queries.ts';

export interface Live {
  readonly connected: boolean;
  readonly last: StatusEvent | undefined;
  /** The last 15 minutes at most, one a second, oldest first. */
  readonly recent: readonly StatusEvent[];
}

const EMPTY: Live = { connected: false, last: undefined, recent: [] };
const KEPT = 900;
let live: Live = EMPTY;
const listeners = new Set<() => void>();

function set(next: Live): void {
  live = next;
  for (const listener of listeners) listener();
}

const stale = (...names: CallName[]) => {
  for (const name of names) void queryClient.invalidateQueries({ queryKey: [name] });
};

/** At most one refresh a second, however many alerts arrive. */
let waiting: ReturnType<typeof setTimeout> | undefined;
function alertsChanged(): void {
  if (waiting !== undefined) return;
  waiting = setTimeout(() => {
    waiting = undefined;
    stale('alerts', 'alert', 'groups', 'overview', 'labelLog', 'feedback', 'alertLanes', 'entities', 'entity');
  }, 1_000);
}

/** A run's progress goes straight into what is shown; its end changes models too. */
function jobChanged(job: JobBody): void {
  queryClient.setQueriesData<{ items: JobBody[] }>({ queryKey: ['jobs'] }, (known) =>
    known === undefined || !known.items.some(({ id }) => id === job.id)
      ? known
      : { items: known.items.map((one) => (one.id === job.id ? job : one)) },
  );
  if (job.state !== 'running') stale('jobs', 'models', 'model');
}

/** Keeps one event stream open for the tenant while mounted. */
export function useLiveConnection(tenant: string): void {
  useEffect(() => {
    if (tenant === '') return;
    set(EMPTY);
    const stream = new EventSource(`${API}/tenants/${encodeURIComponent(tenant)}/stream`);
    stream.onopen = () => set({ ...live, connected: true });
    stream.onerror = () => set({ ...live, connected: false });
    stream.addEventListener('status', (event) => {
      const last = JSON.parse((event as MessageEvent<string>).data) as StatusEvent;
      set({ connected: true, last, recent: [...live.recent, last].slice(-KEPT) });
    });
    stream.addEventListener('alert', alertsChanged);
    stream.addEventListener('changed', alertsChanged);
    stream.addEventListener('upload', () => stale('uploads', 'reports'));
    stream.addEventListener('incident', () => stale('incidents', 'incident'));
    stream.addEventListener('job', (event) => jobChanged(JSON.parse((event as MessageEvent<string>).data) as JobBody));
    stream.addEventListener('reset', () => void queryClient.invalidateQueries());
    return () => stream.close();
  }, [tenant]);
}

export function useLive(): Live {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => live,
  );
}
