import type { Alert, HandledIncident, Micros } from '../../../core/index.ts';
import { stixId } from './ids.ts';
import { hostObservable, observablesOf, type StixObject, userObservable } from './observables.ts';

export interface StixBundle {
  readonly type: 'bundle';
  readonly id: string;
  readonly objects: readonly StixObject[];
}

const IDENTITY = stixId('identity', 'vedette');
/** When vedette's own identity and the techniques were defined: they do not change. */
const DEFINED = '2026-01-01T00:00:00.000Z';

/** The largest count that STIX knows. */
const MOST_OBSERVED = 999_999_999;

/** RFC 3339 in milliseconds; `otherwise` for what has no time. */
function stamp(time: Micros, otherwise = DEFINED): string {
  const date = new Date(Math.floor(time / 1000));
  return Number.isFinite(date.getTime()) ? date.toISOString() : otherwise;
}

/** Beginning and end in order; one stands for the other where it is not known. */
function span(start: Micros, end: Micros): readonly [string, string] {
  const first = stamp(start, stamp(end));
  return [first, end > start ? stamp(end, first) : first];
}

/** Objects by id: what two alerts share is there once. */
class Objects {
  private readonly byId = new Map<string, StixObject>();

  add(type: string, id: string, created: string, modified: string, fields: Readonly<Record<string, unknown>>): string {
    const own = { spec_version: '2.1', ...(type === 'identity' ? {} : { created_by_ref: IDENTITY }), created, modified };
    this.byId.set(id, { type, id, ...own, ...fields });
    return id;
  }

  take(objects: readonly StixObject[]): readonly string[] {
    for (const object of objects) this.byId.set(object.id, object);
    return objects.map(({ id }) => id);
  }

  bundle(...name: readonly string[]): StixBundle {
    return { type: 'bundle', id: stixId('bundle', ...name), objects: [...this.byId.values()] };
  }
}

function start(): Objects {
  const objects = new Objects();
  objects.add('identity', IDENTITY, DEFINED, DEFINED, { name: 'vedette', identity_class: 'system' });
  return objects;
}

/** A STIX 2.1 bundle of one alert: what was observed, the techniques it was seen as, and why. The same alert gives the same bytes. */
export function stixOfAlert(alert: Alert): StixBundle {
  const objects = start();
  addAlert(objects, alert);
  return objects.bundle('alert', alert.tenant, alert.id);
}

/** A STIX 2.1 bundle of an incident with the alerts that are its evidence. */
export function stixOfIncident(incident: HandledIncident, alerts: readonly Alert[]): StixBundle {
  const objects = start();
  const [created, modified] = span(incident.start, incident.lastEvidence);
  const id = objects.add('incident', stixId('incident', incident.tenant, incident.id), created, modified, {
    name: incident.sentence,
    description: `Incident ${incident.id}: ${incident.alerts} alerts, score ${Math.round(incident.score)}, ${incident.band}, ${incident.state}.`,
    ...(incident.tactics.length > 0 ? { labels: incident.tactics } : {}),
  });
  const relate = (to: string) =>
    objects.add('relationship', stixId('relationship', id, to), created, modified, {
      relationship_type: 'related-to',
      source_ref: id,
      target_ref: to,
    });
  for (const technique of incident.techniques) relate(addTechnique(objects, technique));
  const seen = [...incident.hosts.flatMap((host) => hostObservable(host) ?? []), ...incident.users.map(userObservable)];
  for (const ref of objects.take(seen)) relate(ref);
  for (const alert of alerts) relate(addAlert(objects, alert));
  for (const { note, by, at } of incident.notes)
    objects.add('note', stixId('note', id, by, String(at), note), stamp(at), stamp(at), {
      content: note,
      authors: [by],
      object_refs: [id],
    });
  return objects.bundle('incident', incident.tenant, incident.id);
}

/** Returns the id of what others may refer to. */
function addAlert(objects: Objects, alert: Alert): string {
  const { detection } = alert;
  const { explanation } = detection;
  const begun = Math.min(...[detection, ...(alert.occurrences ?? [])].map(({ start }) => start).filter(Number.isFinite));
  const [first, last] = span(begun, alert.lastSeen);
  const seen = observablesOf(detection);
  // All units and events are about the entity; the rest is what the finding that is told names, once.
  const times = Math.max(alert.count, detection.events ?? 1);
  const entity = times > 1 ? hostObservable(detection.entity) : undefined;
  const others = seen.filter(({ id }) => id !== entity?.id);
  const refs = [
    ...(entity === undefined ? [] : observed(objects, alert, [], [entity], times, [first, last])),
    ...observed(objects, alert, entity === undefined ? [] : ['finding'], others, 1, span(detection.start, detection.end)),
  ];
  const subject = refs[0] ?? IDENTITY;
  for (const technique of detection.techniques) {
    objects.add('sighting', stixId('sighting', alert.tenant, alert.id, technique), first, last, {
      first_seen: first,
      last_seen: last,
      count: Math.min(MOST_OBSERVED, times),
      sighting_of_ref: addTechnique(objects, technique),
      where_sighted_refs: [IDENTITY],
      ...(refs.length === 0 ? {} : { observed_data_refs: refs }),
    });
  }
  return objects.add('note', stixId('note', alert.tenant, alert.id), first, last, {
    abstract: detection.title,
    content: [explanation.what, explanation.why, ...explanation.next].join('\n'),
    labels: [detection.detector, `severity-${Math.round(detection.severity)}`, ...(alert.verdict === undefined ? [] : [alert.verdict])],
    external_references: [{ source_name: 'vedette', external_id: alert.id }],
    object_refs: [subject],
  });
}

/** What was seen so many times within a time: `number_observed` holds for each of the objects. */
function observed(
  objects: Objects,
  { tenant, id }: Alert,
  part: readonly string[],
  seen: readonly StixObject[],
  times: number,
  [first, last]: readonly [string, string],
): readonly string[] {
  if (seen.length === 0) return [];
  const fields = {
    first_observed: first,
    last_observed: last,
    number_observed: Math.min(MOST_OBSERVED, times),
    object_refs: objects.take(seen),
  };
  return [objects.add('observed-data', stixId('observed-data', tenant, id, ...part), first, last, fields)];
}

function addTechnique(objects: Objects, technique: string): string {
  return objects.add('attack-pattern', stixId('attack-pattern', technique), DEFINED, DEFINED, {
    name: technique,
    external_references: [
      {
        source_name: 'mitre-attack',
        external_id: technique,
        url: `https://attack.mitre.org/techniques/${encodeURIComponent(technique).replace('.', '/')}`,
      },
    ],
  });
}
