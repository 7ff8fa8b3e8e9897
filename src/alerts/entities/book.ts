import { isIP } from 'node:net';
import { z } from 'zod';
import { canonicalJson, type Entity, type EntityEvidence, type Micros, stableId, VedetteError } from '../../core/index.ts';
import type { AlertObservation, ExpectedRules } from '../incidents/index.ts';
import { weighed } from './rated.ts';
import { decayed, kindOfEvidence } from './risk.ts';

export interface EntityLimits {
  /** Entities with evidence; the one without new evidence for longest is forgotten. */
  readonly entities: number;
  /** Types of evidence kept of each; the lightest goes. */
  readonly types: number;
}

/** Of one alert. */
const MOST_TARGETS = 5;

const LIMITS: EntityLimits = { entities: 10_000, types: 16 };

const evidenceSchema = z.object({
  type: z.string(),
  title: z.string(),
  kind: z.enum(['signature', 'anomaly']),
  detector: z.string(),
  alertId: z.string(),
  severity: z.number(),
  weight: z.number(),
  at: z.number(),
  first: z.number(),
  count: z.number(),
  role: z.literal('target').optional(),
});
const entitySchema = z.object({
  id: z.string(),
  name: z.string(),
  kind: z.enum(['host', 'address']),
  firstSeen: z.number(),
  lastSeen: z.number(),
  weight: z.number(),
  at: z.number(),
  alerts: z.number(),
  evidence: z.array(evidenceSchema),
});
const stateSchema = z.object({ version: z.literal(1), entities: z.array(entitySchema) });

/** Evidence against each entity, signatures and anomalies together; bounded whatever names the alerts bring. */
export class EntityBook {
  readonly #limits: EntityLimits;
  readonly #entities = new Map<string, Entity>();
  readonly #changed = new Set<string>();

  constructor(limits: Partial<EntityLimits> = {}) {
    this.#limits = { ...LIMITS, ...limits };
  }

  /** Takes an alert that weighs `weight` against its host, and is known of those it is done to. */
  add(alert: AlertObservation, weight: number): void {
    const { host, targets = [] } = alert;
    this.#take(host, alert, weight, targets.includes(host));
    for (const target of targets.slice(0, MOST_TARGETS)) if (target !== host) this.#take(target, alert, weight, true);
  }

  #take(name: string, alert: AlertObservation, weight: number, isTarget: boolean): void {
    const { host, time } = alert;
    const known = this.#entities.get(name) ?? newEntity(name, time);
    this.#entities.delete(name);
    this.#entities.set(name, {
      ...known,
      firstSeen: Math.min(known.firstSeen, time),
      lastSeen: Math.max(known.lastSeen, time),
      at: Math.max(known.at, time),
      alerts: known.alerts + (name === host && isNew(known, alert) ? 1 : 0),
      evidence: this.#withAlert(known.evidence, alert, weight, isTarget),
    });
    this.#changed.add(name);
    if (this.#entities.size <= this.#limits.entities) return;
    const [stalest] = this.#entities.keys();
    this.#entities.delete(stalest as string);
    this.#changed.delete(stalest as string);
  }

  /** A unit was scored anew: the evidence of its alert says what the alert says now, and weighs `weight` if that is more. */
  renew(alert: AlertObservation, weight: number): void {
    const { host, targets = [] } = alert;
    for (const name of new Set([host, ...targets.slice(0, MOST_TARGETS)])) this.#renew(name, alert, weight);
  }

  #renew(name: string, alert: AlertObservation, weight: number): void {
    const { type, id, title, time } = alert;
    const entity = this.#entities.get(name);
    const known = entity?.evidence.find((one) => one.type === type && one.alertId === id);
    if (entity === undefined || known === undefined) return;
    const heavier = weight >= decayed(known.weight, known.at, time) ? { weight, at: Math.max(time, known.at) } : {};
    const renewed = { ...known, title, severity: alert.alertSeverity ?? alert.severity ?? known.severity, ...heavier };
    this.#entities.set(name, {
      ...entity,
      lastSeen: Math.max(entity.lastSeen, time),
      at: Math.max(entity.at, time),
      evidence: entity.evidence.map((one) => (one === known ? renewed : one)).sort(byWeight),
    });
    this.#changed.add(name);
  }

  /** Takes what is known of entities already. */
  adopt(entities: readonly Entity[]): void {
    for (const entity of entities) this.#entities.set(entity.name, entity);
  }

  /** Entities with evidence that changed since the last call, weighed under the rules in force. */
  takeChanged(rules: ExpectedRules): Entity[] {
    const changed = [...this.#changed].flatMap((name) => this.#entities.get(name) ?? []);
    this.#changed.clear();
    return changed.map((entity) => weighed(entity, rules, entity.at));
  }

  /** What is expected changed: every entity is weighed again. */
  reweigh(): void {
    for (const name of this.#entities.keys()) this.#changed.add(name);
  }

  snapshot(): Uint8Array {
    return new TextEncoder().encode(canonicalJson({ version: 1, entities: [...this.#entities.values()] }));
  }

  /** Throws STORE_CORRUPT for bytes that `snapshot` did not write. */
  restore(bytes: Uint8Array): void {
    try {
      const { entities } = stateSchema.parse(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)));
      this.#entities.clear();
      this.#changed.clear();
      for (const entity of entities as Entity[]) this.#entities.set(entity.name, entity);
    } catch (cause) {
      throw new VedetteError('STORE_CORRUPT', 'the state of the entities cannot be read', {
        cause,
        hint: 'Remove it: the evidence is gathered again from the alerts that follow.',
      });
    }
  }

  #withAlert(evidence: readonly EntityEvidence[], alert: AlertObservation, weight: number, isTarget: boolean): EntityEvidence[] {
    const { type, time } = alert;
    const known = evidence.find((one) => one.type === type);
    const others = evidence.filter((one) => one.type !== type);
    if (known !== undefined && weight < decayed(known.weight, known.at, time))
      return [...others, { ...known, ...wordsOf(known, alert), count: known.count + 1, first: Math.min(known.first, time) }].sort(byWeight);
    const strongest: EntityEvidence = {
      type,
      title: alert.title,
      kind: kindOfEvidence(alert.detector),
      detector: alert.detector,
      alertId: alert.id,
      severity: alert.alertSeverity ?? alert.severity ?? 0,
      weight,
      at: Math.max(time, known?.at ?? time),
      first: Math.min(time, known?.first ?? time),
      count: (known?.count ?? 0) + (known?.alertId === alert.id && known.at === time ? 0 : 1),
      ...(isTarget ? { role: 'target' as const } : {}),
    };
    return [...others, strongest].sort(byWeight).slice(0, this.#limits.types);
  }
}

/** The id of an entity is a function of its name. */
export function entityId(name: string): string {
  return stableId('entity', name);
}

export function newEntity(name: string, at: Micros): Entity {
  const kind = isIP(name) > 0 ? 'address' : 'host';
  return { id: entityId(name), name, kind, firstSeen: at, lastSeen: at, weight: 0, at, alerts: 0, evidence: [] };
}

/** An alert that was not counted yet: no further unit of one, nor the same analysis once more. */
function isNew(entity: Entity, alert: AlertObservation): boolean {
  return alert.change === undefined ? !isSame(entity, alert) : entity.alerts === 0;
}

/** What evidence of the same alert says and rates now. */
function wordsOf({ alertId, title, severity }: EntityEvidence, alert: AlertObservation): Pick<EntityEvidence, 'title' | 'severity'> {
  return alertId === alert.id ? { title: alert.title, severity: alert.alertSeverity ?? alert.severity ?? severity } : { title, severity };
}

/** The alert is the one that the evidence of its type names: the same analysis once more. */
function isSame({ evidence }: Entity, { type, id, time }: AlertObservation): boolean {
  return evidence.some((one) => one.type === type && one.alertId === id && one.at === time);
}

function byWeight(a: EntityEvidence, b: EntityEvidence): number {
  return b.weight - a.weight || b.at - a.at || (a.type < b.type ? -1 : 1);
}
