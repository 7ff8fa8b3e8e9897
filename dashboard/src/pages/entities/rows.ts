import type { Response as RouteResponse } from '../../../../src/server/api/contract.ts';
import type { AlertLanes } from '../../components/lanes.tsx';

/** By the worst open alert, as the overview counts devices. */
export const LEVELS = ['harmful', 'suspicious', 'safe'] as const;

export interface EntityRow {
  readonly name: string;
  readonly level: (typeof LEVELS)[number];
  /** Of the worst open alert. */
  readonly severity: number | undefined;
  readonly alerts: number;
  readonly counts: readonly number[] | undefined;
  readonly events: number;
  readonly lastSeen: number | null;
}

/** Hosts that wrote events and entities with open alerts as one list, worst first, then busiest. */
export function entityRows(hosts: RouteResponse<'hosts'>['items'], lanes: AlertLanes): readonly EntityRow[] {
  const events = new Map(hosts.map((host) => [host.host, host]));
  const alerts = new Map(lanes.lanes.map((lane) => [lane.name, lane]));
  const rows = [...new Set([...alerts.keys(), ...events.keys()])]
    .filter((name) => name !== '')
    .map((name): EntityRow => {
      const lane = alerts.get(name);
      const severity = lane?.severity;
      return {
        name,
        severity,
        level: severity !== undefined && severity >= 50 ? 'harmful' : severity !== undefined && severity >= 25 ? 'suspicious' : 'safe',
        alerts: lane?.alerts ?? 0,
        counts: lane?.counts,
        events: events.get(name)?.count ?? 0,
        lastSeen: events.get(name)?.lastSeen ?? null,
      };
    });
  return rows.sort((a, b) => (b.severity ?? -1) - (a.severity ?? -1) || b.events - a.events || (a.name < b.name ? -1 : 1));
}
