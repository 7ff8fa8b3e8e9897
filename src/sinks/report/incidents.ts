import { formatMicros, type Incident, type IncidentEvidence, type TimelineEntry } from '../../core/index.ts';
import type { ReportedGroup, ReportedIncident, ReportedPhase } from './report.ts';
import { shortened } from './words.ts';

const LIMITS = { incidents: 50, steps: 30, names: 50, phrase: 1_000 } as const;

export function incidentsOf(
  incidents: readonly Incident[],
  groups: readonly ReportedGroup[],
): { incidents: ReportedIncident[]; moreIncidents: number } {
  const here = new Set(groups.flatMap((group) => group.findings.map(({ id }) => id)));
  const listed = incidents.slice(0, LIMITS.incidents).map((incident) => reported(incident, here));
  return { incidents: listed, moreIncidents: incidents.length - listed.length };
}

function reported(incident: Incident, here: ReadonlySet<string>): ReportedIncident {
  const { id, band, score, sentence, start, lastEvidence, hosts, hostCount, users, detectors, tactics, techniques, alerts } = incident;
  return {
    id,
    band,
    score,
    sentence: phrase(sentence),
    start: formatMicros(start),
    end: formatMicros(lastEvidence),
    hosts: hosts.slice(0, LIMITS.names).map(phrase),
    hostCount,
    users: users.slice(0, LIMITS.names).map(phrase),
    detectors,
    tactics,
    techniques,
    alerts,
    phases: phasesOf(incident, here),
  };
}

function phasesOf({ timeline, evidence }: Incident, here: ReadonlySet<string>): ReportedPhase[] {
  const known = new Map(evidence.map((item) => [item.alertId, item]));
  const byTactic = new Map<string, TimelineEntry[]>();
  for (const entry of [...timeline].sort((a, b) => a.time - b.time)) {
    const steps = byTactic.get(entry.tactic ?? '') ?? [];
    byTactic.set(entry.tactic ?? '', steps);
    steps.push(entry);
  }
  return [...byTactic].map(([tactic, steps]) => ({
    tactic: tactic === '' ? null : tactic,
    techniques: [...new Set(steps.flatMap(({ alertId }) => known.get(alertId)?.techniques ?? []))].sort(),
    start: formatMicros(steps[0]?.time ?? Number.NaN),
    end: formatMicros(steps.at(-1)?.time ?? Number.NaN),
    steps: steps.slice(0, LIMITS.steps).map((entry) => stepOf(entry, known.get(entry.alertId), here)),
    more: Math.max(0, steps.length - LIMITS.steps),
  }));
}

function stepOf(entry: TimelineEntry, evidence: IncidentEvidence | undefined, here: ReadonlySet<string>): ReportedPhase['steps'][number] {
  const { time, host, title, detector, alertId } = entry;
  return {
    time: formatMicros(time),
    host: phrase(host),
    title: phrase(title.replace(/\.$/, '')),
    detector,
    severity: evidence?.severity ?? null,
    alert: alertId,
    here: here.has(alertId),
    expected: evidence?.expected === true,
  };
}

function phrase(text: string): string {
  const { text: kept, shortened: cut } = shortened(text, LIMITS.phrase);
  return cut ? `${kept}…` : kept;
}
