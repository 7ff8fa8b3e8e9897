import { type IncidentEvidence, type Micros, stableId, type TimelineEntry } from '../../core/index.ts';
import { addHost, addHosts, type CountedHosts } from './host-count.ts';
import type { AlertObservation } from './observation.ts';
import type { Surprise } from './surprise.ts';

/** An incident while alerts still join it. */
export interface GrowingIncident extends CountedHosts {
  id: string;
  /** When its earliest evidence began and its latest ended, in event time. */
  start: Micros;
  lastEvidence: Micros;
  /** The earliest end of evidence: the span that it may have is counted from here. */
  firstEnd: Micros;
  /** Time that the engine had reached when it was opened and when evidence came last: they close it. */
  opened: Micros;
  touched: Micros;
  notifiedAt: Micros | null;
  alerts: number;
  /** Ids of the first of them: another unit of one is no other alert. */
  alertIds: string[];
  /** Hosts that its alerts name besides. */
  related: string[];
  /** By (type, host, user). */
  evidence: Record<string, IncidentEvidence>;
  /** Last time each type was evidence. */
  typeSeen: Record<string, Micros>;
  timeline: TimelineEntry[];
  merged: string[];
}

/** `now`: time that the engine has reached. */
export function beginIncident(tenant: string, alert: AlertObservation, now: Micros): GrowingIncident {
  return {
    id: stableId(tenant, 'incident', alert.time, alert.host, alert.type, alert.id),
    start: beganAt(alert),
    lastEvidence: alert.time,
    firstEnd: alert.time,
    opened: now,
    touched: now,
    notifiedAt: null,
    alerts: 0,
    alertIds: [],
    hosts: [],
    manyHosts: null,
    related: [],
    evidence: Object.create(null) as Record<string, IncidentEvidence>,
    typeSeen: Object.create(null) as Record<string, Micros>,
    timeline: [],
    merged: [],
  };
}

export function beganAt({ start, time }: AlertObservation): Micros {
  return start ?? time;
}

/** True when the alert lies within `gap` of the incident and doesn't make it longer than `span`. */
export function isNear(incident: GrowingIncident, alert: AlertObservation, gap: Micros, span: Micros): boolean {
  const { start, lastEvidence, firstEnd } = incident;
  return (
    beganAt(alert) - lastEvidence <= gap &&
    start - alert.time <= gap &&
    Math.max(lastEvidence, alert.time) - Math.min(firstEnd, alert.time) <= span
  );
}

/** The incident spans what the alert does. */
export function extend(incident: GrowingIncident, alert: AlertObservation, now: Micros): void {
  incident.start = Math.min(incident.start, beganAt(alert));
  incident.lastEvidence = Math.max(incident.lastEvidence, alert.time);
  incident.firstEnd = Math.min(incident.firstEnd, alert.time);
  incident.touched = Math.max(incident.touched, now);
  incident.timeline = inTime(incident.timeline.map((entry) => (entry.alertId === alert.id ? spanning(entry, alert) : entry)));
}

function spanning(entry: TimelineEntry, alert: AlertObservation): TimelineEntry {
  const time = Math.min(entry.time, beganAt(alert));
  const end = Math.max(entry.end ?? entry.time, alert.time);
  return end > time ? { ...entry, time, end } : entry;
}

function inTime(entries: readonly TimelineEntry[]): TimelineEntry[] {
  return [...entries].sort((a, b) => a.time - b.time);
}

/** True when the alert is about a host of the incident. */
export function sharesHost(incident: GrowingIncident, { host, related = [] }: AlertObservation): boolean {
  const has = (name: string): boolean => incident.hosts.includes(name) || incident.related.includes(name);
  return has(host) || related.some(has);
}

export function evidenceKey(alert: Pick<AlertObservation, 'type' | 'host' | 'user'>): string {
  return `${alert.type.length}:${alert.type}${alert.host.length}:${alert.host}${alert.user ?? ''}`;
}

/** Counts an alert once, however many units of it come. */
export function countAlert(incident: GrowingIncident, { id, change }: AlertObservation, limit: number): void {
  if (incident.alertIds.includes(id)) return;
  if (incident.alertIds.length < limit) incident.alertIds.push(id);
  else if (change !== undefined) return;
  incident.alerts++;
}

/** The evidence that an alert is of says what the alert says now; undefined where there is none. */
export function renewWords(incident: GrowingIncident, alert: AlertObservation): IncidentEvidence | undefined {
  const key = evidenceKey(alert);
  const known = incident.evidence[key];
  if (known?.alertId !== alert.id) return undefined;
  const { title } = alert;
  const severity = alert.alertSeverity ?? alert.severity;
  const renewed = { ...known, title, ...(severity === undefined ? {} : { severity }) };
  incident.evidence[key] = renewed;
  incident.timeline = incident.timeline.map((entry) => (entry.alertId === alert.id ? { ...entry, title } : entry));
  return renewed;
}

/** Returns true when something new was learnt of the incident. */
export function addEvidence(incident: GrowingIncident, alert: AlertObservation, surprise: Surprise, limit: number, now: Micros): boolean {
  extend(incident, alert, now);
  const seen = incident.typeSeen[alert.type];
  if (seen !== undefined || Object.keys(incident.typeSeen).length < limit)
    incident.typeSeen[alert.type] = Math.max(seen ?? -Infinity, alert.time);
  addHost(incident, alert.host, limit);
  for (const name of alert.related ?? []) {
    if (!incident.related.includes(name) && incident.related.length < limit) incident.related.push(name);
  }
  const key = evidenceKey(alert);
  const known = incident.evidence[key];
  if (known !== undefined && known.surprise >= surprise.value) return false;
  if (known === undefined) {
    if (Object.keys(incident.evidence).length >= limit) return false;
    const entry = {
      time: beganAt(alert),
      ...(alert.time > beganAt(alert) ? { end: alert.time } : {}),
      host: alert.host,
      title: alert.title,
      detector: alert.detector,
      surprise: surprise.value,
      alertId: alert.id,
      ...(alert.tactic === undefined ? {} : { tactic: alert.tactic }),
    };
    incident.timeline = inTime([...incident.timeline, entry]);
  }
  incident.evidence[key] = {
    alertId: alert.id,
    time: beganAt(alert),
    type: alert.type,
    title: alert.title,
    detector: alert.detector,
    host: alert.host,
    ...(alert.user === undefined ? {} : { user: alert.user }),
    ...(alert.tactic === undefined ? {} : { tactic: alert.tactic }),
    ...(alert.techniques === undefined || alert.techniques.length === 0 ? {} : { techniques: alert.techniques }),
    ...(alert.severity === undefined ? {} : { severity: alert.severity }),
    surprise: surprise.value,
    hostBins: surprise.hostBins,
    typeBins: surprise.typeBins,
    bins: surprise.bins,
  };
  return true;
}

/** Everything of `other` goes into `incident`, the older of the two. */
export function absorb(incident: GrowingIncident, other: GrowingIncident, limit: number): void {
  incident.start = Math.min(incident.start, other.start);
  incident.lastEvidence = Math.max(incident.lastEvidence, other.lastEvidence);
  incident.firstEnd = Math.min(incident.firstEnd, other.firstEnd);
  incident.opened = Math.min(incident.opened, other.opened);
  incident.touched = Math.max(incident.touched, other.touched);
  if (other.notifiedAt !== null) incident.notifiedAt = Math.min(incident.notifiedAt ?? Infinity, other.notifiedAt);
  incident.alerts += other.alerts - other.alertIds.filter((id) => incident.alertIds.includes(id)).length;
  incident.alertIds = [...new Set([...incident.alertIds, ...other.alertIds])].slice(0, limit);
  addHosts(incident, other, limit);
  incident.related = [...new Set([...incident.related, ...other.related])].slice(0, limit);
  for (const [key, item] of Object.entries(other.evidence)) {
    const known = incident.evidence[key];
    if (known === undefined ? Object.keys(incident.evidence).length < limit : item.surprise > known.surprise) incident.evidence[key] = item;
  }
  for (const [type, time] of Object.entries(other.typeSeen)) {
    const seen = incident.typeSeen[type];
    if (seen !== undefined || Object.keys(incident.typeSeen).length < limit) incident.typeSeen[type] = Math.max(seen ?? -Infinity, time);
  }
  incident.timeline = inTime([...incident.timeline, ...other.timeline]).slice(0, limit);
  incident.merged = [...new Set([...incident.merged, other.id, ...other.merged])].slice(0, limit);
}
