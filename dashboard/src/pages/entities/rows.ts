import type { Response as RouteResponse } from '../../../../src/server/api/contract.ts';

/** By the risk now, the worst first. */
export const LEVELS = ['harmful', 'attacked', 'suspicious', 'safe'] as const;

/** The colour of each level. */
export const LEVEL_COLOUR = { harmful: 'critical', attacked: 'high', suspicious: 'medium', safe: 'good' } as const;

export interface EntityRow {
  readonly name: string;
  readonly level: (typeof LEVELS)[number];
  /** Whether it is one of the tenant's own. */
  readonly place: 'own' | 'outside';
  /** 0..100, now. */
  readonly risk: number;
  /** What weighs most. */
  readonly reason: string;
  readonly alerts: number;
  readonly events: number;
  readonly lastSeen: number | null;
}

/** Hosts that wrote events and entities with a risk as one list, the riskiest first, then the busiest. */
export function entityRows(hosts: RouteResponse<'hosts'>['items'], entities: RouteResponse<'entities'>['items']): readonly EntityRow[] {
  const events = new Map(hosts.map((host) => [host.host, host]));
  const risks = new Map(entities.map((entity) => [entity.name, entity]));
  const rows = [...new Set([...risks.keys(), ...events.keys()])]
    .filter((name) => name !== '')
    .map((name): EntityRow => {
      const entity = risks.get(name);
      const host = events.get(name);
      return {
        name,
        level: entity?.verdict ?? 'safe',
        place: entity?.place ?? 'own',
        risk: entity?.risk ?? 0,
        reason: entity?.evidence[0]?.title ?? ((entity?.openAlerts ?? 0) > 0 ? 'an open alert' : ''),
        alerts: entity?.alerts ?? 0,
        events: host?.count ?? 0,
        lastSeen: Math.max(host?.lastSeen ?? 0, entity?.lastSeen ?? 0) || null,
      };
    });
  return rows.sort((a, b) => b.risk - a.risk || b.events - a.events || (a.name < b.name ? -1 : 1));
}
