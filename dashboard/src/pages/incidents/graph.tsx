import { useNavigate } from '@tanstack/react-router';
import { lazy, Suspense, useMemo } from 'react';
import type { IncidentBody } from '../../../../src/server/api/schema/incidents.ts';
import { useTenant } from '../../api/queries.ts';
import type { EntityLink, EntityNode } from '../../components/entity-graph.tsx';
import { count } from '../../format/number.ts';
import { levelOf } from '../../format/severity.ts';

const LazyGraph = lazy(() => import('../../components/entity-graph.tsx'));
const HEIGHT = 300;

/** Hosts and users of an incident, joined by what was seen of them. */
export function IncidentGraph({ incident }: { incident: IncidentBody }) {
  const tenant = useTenant();
  const navigate = useNavigate();
  const { nodes, links } = useMemo(() => graphOf(incident), [incident]);
  if (nodes.length < 2) return null;
  return (
    <section className="section">
      <h3>Who is involved</h3>
      <Suspense fallback={<div style={{ height: HEIGHT }} />}>
        <LazyGraph
          nodes={nodes}
          links={links}
          height={HEIGHT}
          label={`${count(incident.hostCount)} hosts, ${incident.users.length} users and ${incident.types.length} kinds of finding`}
          onChoose={({ kind, name }) => {
            if (kind === 'host') void navigate({ to: '/t/$tenant/entities/$name', params: { tenant, name } });
          }}
        />
      </Suspense>
    </section>
  );
}

function graphOf({ evidence }: IncidentBody): { nodes: EntityNode[]; links: EntityLink[] } {
  const nodes = new Map<string, EntityNode>();
  const links = new Map<string, EntityLink>();
  const node = (kind: EntityNode['kind'], name: string, severity: number, label = name) => {
    const id = `${kind}/${name}`;
    const before = nodes.get(id);
    const worst = Math.max(before?.severity ?? 0, severity);
    nodes.set(id, { id, kind, name, label, level: levelOf(worst), severity: worst });
    return id;
  };
  // What one detector found on one host is one node: its kinds stand in the table below.
  const kinds = new Map<string, Set<string>>();
  for (const { host, user, type, detector, severity = 0 } of evidence) {
    const from = node('host', host, severity);
    const place = `${detector} on ${host}`;
    const known = kinds.get(place) ?? new Set();
    kinds.set(place, known.add(type));
    const to = node('finding', place, severity, known.size === 1 ? detector : `${detector}, ${known.size} kinds`);
    links.set(`${from}>${to}`, { from, to });
    if (user !== undefined && user !== '') {
      const person = node('user', user, 0);
      links.set(`${person}>${from}`, { from: person, to: from });
    }
  }
  return { nodes: [...nodes.values()], links: [...links.values()] };
}
