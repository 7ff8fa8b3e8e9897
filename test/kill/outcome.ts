import { type Alert, canonicalJson } from '../../src/core/index.ts';
import { type EventRow, openHome } from '../../src/store/index.ts';

export interface Outcome {
  readonly alerts: readonly Alert[];
  /** In the order they became durable. */
  readonly events: readonly EventRow[];
  readonly counters: Readonly<Record<string, number>>;
}

/** Everything a home holds after its process is gone. */
export async function outcomeOf(path: string): Promise<Outcome> {
  const home = await openHome(path);
  try {
    const store = await home.tenant('t');
    const alerts: Alert[] = [];
    for (let cursor: string | undefined, more = true; more; more = cursor !== undefined) {
      const page = await store.alerts.list({ limit: 500, ...(cursor === undefined ? {} : { cursor }) });
      alerts.push(...page.items);
      cursor = page.cursor;
    }
    const events: EventRow[] = [];
    for (let cursor: string | undefined, more = true; more; more = cursor !== undefined) {
      const page = await store.events.query({ limit: 5000, ...(cursor === undefined ? {} : { cursor }) });
      events.push(...page.items);
      cursor = page.cursor;
    }
    return { alerts, events: events.sort((a, b) => a.offset - b.offset), counters: await store.journal.counters() };
  } finally {
    await home.close();
  }
}

/** Alerts without the number of the epoch, which depends on when epochs were committed, in order of id. */
export function comparable(alerts: readonly Alert[]): string[] {
  return alerts
    .map((alert) => ({ ...alert, detection: { ...alert.detection, lineage: { ...alert.detection.lineage, epoch: 0 } } }))
    .map((alert) => canonicalJson(alert))
    .sort();
}
