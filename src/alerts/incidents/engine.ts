import type { ExpectedRule, Incident, Micros } from '../../core/index.ts';
import { isEcho } from './echo.ts';
import { ExpectedRules } from './expected.ts';
import {
  absorb,
  addEvidence,
  beginIncident,
  countAlert,
  evidenceKey,
  extend,
  type GrowingIncident,
  isNear,
  renewWords,
  sharesHost,
} from './growing.ts';
import { hostCountOf } from './host-count.ts';
import type { AlertObservation } from './observation.ts';
import { INCIDENT_DEFAULTS, type IncidentOptions } from './options.ts';
import { type RatedFacts, ratingOf } from './score.ts';
import { readState, writeState } from './snapshot.ts';
import { type Surprise, SurpriseMeter } from './surprise.ts';

export interface IncidentCounters {
  readonly alerts: number;
  readonly echoes: number;
  /** Alerts older than one already taken: their surprise counts at the latest time seen. */
  readonly late: number;
  readonly evidence: number;
  readonly opened: number;
  readonly historyKeys: number;
  readonly historyEvicted: number;
}

export interface AddResult {
  readonly surprise: Surprise;
  /** The incident the alert joined, if any. */
  readonly incident?: string;
  readonly evidence: boolean;
}

const NOTHING_EXPECTED = new ExpectedRules();

/** Alerts in time order -> incidents. Memory is bounded by the options, whatever hosts and types the alerts name. */
export class IncidentEngine {
  readonly options: IncidentOptions;
  readonly #tenant: string;
  readonly #expected = new ExpectedRules();
  readonly #closed: (incident: Incident) => void;
  #meter: SurpriseMeter;
  #open: GrowingIncident[] = [];
  #changed = new Set<GrowingIncident>();
  #latest = -Infinity;
  #counts = { alerts: 0, echoes: 0, late: 0, evidence: 0, opened: 0 };

  /** `closed` gets every incident once, when nothing can join it any more. */
  constructor(tenant: string, closed: (incident: Incident) => void, options: Partial<IncidentOptions> = {}) {
    this.options = { ...INCIDENT_DEFAULTS, ...options };
    this.#tenant = tenant;
    this.#closed = closed;
    this.#meter = this.#newMeter();
  }

  add(alert: AlertObservation): AddResult | undefined {
    this.#counts.alerts++;
    if (isEcho(alert)) {
      this.#counts.echoes++;
      return undefined;
    }
    if (alert.time < this.#latest) this.#counts.late++;
    this.advance(alert.time);
    const surprise = this.#meter.measure(alert.type, alert.host, this.#latest);
    const { floor, leastSeverity } = this.options;
    const isEvidence = surprise.value >= floor && (alert.severity ?? leastSeverity) >= leastSeverity;
    const incident = isEvidence ? this.#link(alert) : this.#holding(alert);
    if (incident === undefined) return { surprise, evidence: false };
    countAlert(incident, alert, this.options.listLength);
    this.#changed.add(incident);
    if (isEvidence) {
      this.#counts.evidence++;
      const grew = addEvidence(incident, alert, surprise, this.options.listLength, this.#latest);
      if (alert.change !== undefined) renewWords(incident, alert);
      if (grew && incident.notifiedAt === null && this.#isWorthTelling(incident)) incident.notifiedAt = alert.time;
    }
    return { surprise, incident: incident.id, evidence: isEvidence };
  }

  /**
   * A unit was scored anew: the open incident that holds its alert says what the alert says now, and lasts as long. Returns the
   * surprise of that evidence, undefined where no open incident holds it.
   */
  renew(alert: AlertObservation): number | undefined {
    this.advance(alert.time);
    for (const incident of this.#open) {
      const renewed = renewWords(incident, alert);
      if (renewed === undefined) continue;
      extend(incident, alert, this.#latest);
      if (incident.notifiedAt === null && this.#isWorthTelling(incident)) incident.notifiedAt = alert.time;
      this.#changed.add(incident);
      return renewed.surprise;
    }
    return undefined;
  }

  /** Closes what has been quiet or open for too long at event time `now`. */
  advance(now: Micros): void {
    this.#latest = Math.max(this.#latest, now);
    const { gapMicros, spanMicros } = this.options;
    const done = this.#open.filter((one) => this.#latest - one.touched > gapMicros || this.#latest - one.opened > spanMicros);
    if (done.length === 0) return;
    this.#open = this.#open.filter((one) => !done.includes(one));
    for (const one of done) this.#closed(this.#finish(one, false));
  }

  /** Ends the stream: every open incident is closed. */
  end(): void {
    const rest = this.#open;
    this.#open = [];
    for (const one of rest) this.#closed(this.#finish(one, false));
  }

  /** The open incidents, highest score first. */
  open(): Incident[] {
    return this.#open.map((one) => this.#finish(one, true)).sort((a, b) => b.score - a.score || a.start - b.start);
  }

  /** Growing incidents that changed since the last call; closed ones are given to `closed`. */
  takeChanged(): Incident[] {
    const changed = this.#open.filter((one) => this.#changed.has(one));
    this.#changed.clear();
    return changed.map((one) => this.#finish(one, true));
  }

  expect(rules: readonly ExpectedRule[]): void {
    this.#expected.set(rules);
    for (const one of this.#open) this.#changed.add(one);
  }

  expected(): ExpectedRule[] {
    return this.#expected.list();
  }

  counters(): IncidentCounters {
    return { ...this.#counts, historyKeys: this.#meter.keys, historyEvicted: this.#meter.evicted };
  }

  snapshot(): Uint8Array {
    return writeState({
      latest: Number.isFinite(this.#latest) ? this.#latest : null,
      counts: this.#counts,
      meter: this.#meter.state(),
      open: this.#open,
    });
  }

  restore(bytes: Uint8Array): void {
    const state = readState(bytes);
    this.#latest = state.latest ?? -Infinity;
    this.#counts = { ...state.counts };
    this.#meter = this.#newMeter();
    this.#meter.restore(state.meter);
    this.#open = state.open;
    this.#changed.clear();
  }

  #holding(alert: AlertObservation): GrowingIncident | undefined {
    const key = evidenceKey(alert);
    return this.#open.find((one) => one.evidence[key] !== undefined && this.#isNear(one, alert));
  }

  #link(alert: AlertObservation): GrowingIncident {
    const { typeLinkMicros, spanMicros, listLength } = this.options;
    const isLinked = (one: GrowingIncident): boolean =>
      sharesHost(one, alert) || Math.abs(alert.time - (one.typeSeen[alert.type] ?? -Infinity)) <= typeLinkMicros;
    const matches = this.#open.filter((one) => this.#isNear(one, alert) && isLinked(one));
    const [first, ...others] = matches.sort((a, b) => a.start - b.start || (a.id < b.id ? -1 : 1));
    if (first === undefined) return this.#begin(alert);
    const taken = others.filter((other) => {
      const fits = Math.max(first.lastEvidence, other.lastEvidence) - Math.min(first.firstEnd, other.firstEnd) <= spanMicros;
      if (fits) absorb(first, other, listLength);
      return fits;
    });
    if (taken.length > 0) this.#open = this.#open.filter((one) => !taken.includes(one));
    return first;
  }

  #isNear(incident: GrowingIncident, alert: AlertObservation): boolean {
    return isNear(incident, alert, this.options.gapMicros, this.options.spanMicros);
  }

  #begin(alert: AlertObservation): GrowingIncident {
    if (this.#open.length >= this.options.openIncidents) {
      const stalest = this.#open.reduce((a, b) =>
        b.touched < a.touched || (b.touched === a.touched && b.lastEvidence < a.lastEvidence) ? b : a,
      );
      this.#open = this.#open.filter((one) => one !== stalest);
      this.#closed(this.#finish(stalest, false));
    }
    const incident = beginIncident(this.#tenant, alert, this.#latest);
    this.#counts.opened++;
    this.#open.push(incident);
    return incident;
  }

  #newMeter(): SurpriseMeter {
    const { binMicros, historyKeys, quietBins } = this.options;
    return new SurpriseMeter(binMicros, historyKeys, quietBins);
  }

  /** By all evidence, expected or not: what people expect never changes what is kept. */
  #isWorthTelling(incident: GrowingIncident): boolean {
    return ratingOf(factsOf(incident), NOTHING_EXPECTED, this.options).band !== 'low';
  }

  #finish(one: GrowingIncident, growing: boolean): Incident {
    const facts = factsOf(one);
    return {
      id: one.id,
      tenant: this.#tenant,
      growing,
      learning: one.opened - this.#meter.start < this.options.learningMicros,
      start: one.start,
      lastEvidence: one.lastEvidence,
      ...(one.notifiedAt === null ? {} : { notifiedAt: one.notifiedAt }),
      ...ratingOf(facts, this.#expected, this.options),
      hosts: [...one.hosts],
      hostCount: facts.hostCount,
      timeline: [...one.timeline],
      alerts: one.alerts,
      merged: [...one.merged],
    };
  }
}

function factsOf(one: GrowingIncident): RatedFacts {
  return { evidence: Object.values(one.evidence), hostCount: hostCountOf(one), start: one.start };
}
