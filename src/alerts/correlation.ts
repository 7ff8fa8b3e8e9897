import type { Alert, Detection, Entity, ExpectedRule, Incident, Micros } from '../core/index.ts';
import { EntityBook, evidenceWeight, kindOfEvidence } from './entities/index.ts';
import { type AlertObservation, ExpectedRules, IncidentEngine, OWN_ALERTS, observationOf } from './incidents/index.ts';

export interface Correlated {
  /** New or changed since the last call. */
  readonly incidents: readonly Incident[];
  readonly entities: readonly Entity[];
}

/** Alerts in event-time order -> incidents, and the evidence against each entity. What is expected is an overlay on both. */
export class Correlation {
  readonly #engine: IncidentEngine;
  readonly #entities = new EntityBook();
  #closed: Incident[] = [];
  #changed = false;

  constructor(tenant: string) {
    this.#engine = new IncidentEngine(tenant, (incident) => this.#closed.push(incident), OWN_ALERTS);
  }

  add(observation: AlertObservation): void {
    this.#changed = true;
    if (observation.change === 'rescored') {
      this.#entities.renew(observation, this.#weightOf(this.#engine.renew(observation), observation));
      return;
    }
    const added = this.#engine.add(observation);
    if (added === undefined) return;
    this.#entities.add(observation, this.#weightOf(added.surprise.value, observation));
  }

  #weightOf(surprise: number | undefined, { severity = 0, detector }: AlertObservation): number {
    return surprise === undefined ? 0 : evidenceWeight(surprise, OWN_ALERTS.floor, severity, kindOfEvidence(detector));
  }

  /** Event time has reached `now`: what has been quiet for long closes. */
  advance(now: Micros): void {
    this.#engine.advance(now);
  }

  /** No alert follows. */
  end(): void {
    this.#engine.end();
  }

  expect(rules: readonly ExpectedRule[]): void {
    this.#engine.expect(rules);
    this.#entities.reweigh();
  }

  /** Evidence that is known already, before the first alert. */
  adopt(entities: readonly Entity[]): void {
    this.#entities.adopt(entities);
  }

  take(): Correlated {
    const incidents = [...this.#closed, ...this.#engine.takeChanged()];
    this.#closed = [];
    return { incidents, entities: this.#entities.takeChanged(new ExpectedRules(this.#engine.expected())) };
  }

  /** State that changed since the last call, by name. */
  snapshot(): Readonly<Record<string, Uint8Array>> {
    if (!this.#changed) return {};
    this.#changed = false;
    return { 'alerts/incidents': this.#engine.snapshot(), 'alerts/entities': this.#entities.snapshot() };
  }

  restore(blobs: Readonly<Record<string, Uint8Array>>): void {
    const { 'alerts/incidents': incidents, 'alerts/entities': entities } = blobs;
    if (incidents !== undefined) this.#engine.restore(incidents);
    if (entities !== undefined) this.#entities.restore(entities);
  }
}

/** The incidents and entities of a finished analysis. `known` = what is known of the entities before. */
export function correlate(
  tenant: string,
  alerts: readonly Alert[],
  rules: readonly ExpectedRule[] = [],
  known: readonly Entity[] = [],
): Correlated {
  const correlation = new Correlation(tenant);
  correlation.adopt(known);
  correlation.expect(rules);
  correlation.take();
  const dated = alerts.filter(({ detection }) => isDated(detection));
  for (const observation of dated.map((alert) => observationOf(alert)).sort(inTime)) correlation.add(observation);
  correlation.end();
  return correlation.take();
}

function inTime(a: AlertObservation, b: AlertObservation): number {
  return a.time - b.time || (a.id < b.id ? -1 : 1);
}

/** True for a detection that an incident can be made of: one without a time belongs nowhere. */
export function isDated({ start, end }: Pick<Detection, 'start' | 'end'>): boolean {
  return Number.isFinite(start) || Number.isFinite(end);
}
