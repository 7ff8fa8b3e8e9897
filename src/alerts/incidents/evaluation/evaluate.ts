import { type Incident, MICROS_PER_DAY } from '../../../core/index.ts';
import { IncidentEngine } from '../engine.ts';
import type { IncidentOptions } from '../options.ts';
import { inChain, type LabelledAlert } from './ait.ts';
import type { Candidate } from './baselines.ts';

export const BANDS = [5, 10, 20] as const;

export interface ScenarioFigures {
  readonly alerts: number;
  /** Days scored, the learning day not counted. */
  readonly days: number;
  readonly incidents: number;
  /** Rank of the multi-stage attack among all scored incidents; absent = not found. */
  readonly chainRank?: number;
  readonly chainScore?: number;
  /** Highest score of an incident without attack alerts. */
  readonly bestFalse: number;
  readonly phases: number;
  readonly chainPhases: number;
  /** Phases in an incident at or above the first band. */
  readonly covered: readonly string[];
  readonly missed: readonly string[];
  /** Incidents without attack evidence at or above each band. */
  readonly falseAt: readonly number[];
  readonly found: readonly number[];
  readonly reduction: number;
  /** Minutes from the first attack alert of the chain that is evidence to the notification. */
  readonly notifiedAfterMinutes?: number;
}

/** The streaming engine over one scenario. */
export function incidentCandidates(alerts: readonly LabelledAlert[], options: Partial<IncidentOptions> = {}): Candidate[] {
  const closed: Incident[] = [];
  const engine = new IncidentEngine('evaluation', (incident) => closed.push(incident), options);
  const joined = alerts.map(({ alert }) => {
    const result = engine.add(alert);
    return result?.evidence === true ? result.incident : undefined;
  });
  engine.end();
  const members = new Map<string, LabelledAlert[]>();
  const current = new Map(closed.flatMap((incident) => [incident.id, ...incident.merged].map((id) => [id, incident.id] as const)));
  for (const [i, id] of joined.entries()) {
    const incident = id === undefined ? undefined : current.get(id);
    if (incident === undefined) continue;
    const list = members.get(incident) ?? [];
    members.set(incident, list);
    list.push(alerts[i] as LabelledAlert);
  }
  return closed.map(({ id, score, start, notifiedAt }) => ({
    score,
    start,
    members: members.get(id) ?? [],
    ...(notifiedAt === undefined ? {} : { notifiedAt }),
  }));
}

/** Figures of candidates that begin after the first day; a band of a baseline is the score that gives as many false ones a day. */
export function figuresOf(
  alerts: readonly LabelledAlert[],
  candidates: readonly (Candidate & { notifiedAt?: number })[],
  bands: readonly number[] = BANDS,
): ScenarioFigures {
  const start = alerts[0]?.alert.time ?? 0;
  const end = alerts.at(-1)?.alert.time ?? 0;
  const scored = candidates.filter((one) => one.start - start >= MICROS_PER_DAY).sort((a, b) => b.score - a.score);
  const rated = scored.map((one) => ({ ...one, phases: phasesOf(one.members), attack: one.members.some((member) => member.attack) }));
  const wanted = [...phasesOf(alerts)];
  const chain = rated.findIndex(({ phases }) => [...phases].filter(inChain).length >= 3);
  const covered = new Set(rated.filter(({ score }) => score >= (bands[0] as number)).flatMap(({ phases }) => [...phases]));
  const hit = rated[chain];
  const first = hit?.members.find((member) => member.attack)?.alert.time;
  const notified = hit?.notifiedAt;
  return {
    alerts: alerts.length,
    days: (end - start) / MICROS_PER_DAY - 1,
    incidents: scored.length,
    ...(hit === undefined ? {} : { chainRank: chain + 1, chainScore: hit.score }),
    bestFalse: rated.reduce((max, one) => (one.attack ? max : Math.max(max, one.score)), 0),
    phases: wanted.length,
    chainPhases: wanted.filter(inChain).length,
    covered: wanted.filter((phase) => covered.has(phase)),
    missed: wanted.filter((phase) => !covered.has(phase)),
    falseAt: bands.map((band) => rated.filter((one) => one.score >= band && !one.attack).length),
    found: bands.map((band) => rated.filter((one) => one.score >= band).length),
    reduction: 1 - rated.filter((one) => one.score >= (bands[0] as number)).length / alerts.length,
    ...(first === undefined || notified === undefined ? {} : { notifiedAfterMinutes: (notified - first) / 60_000_000 }),
  };
}

/** The score at which a method gives about one false incident a day over all scenarios. */
export function thresholdFor(
  scenarios: readonly { alerts: readonly LabelledAlert[]; candidates: readonly Candidate[] }[],
  perDay = 1,
): number {
  const days = scenarios.reduce((sum, { alerts }) => sum + figuresOf(alerts, []).days, 0);
  const scores = scenarios.flatMap(({ alerts, candidates }) => {
    const from = (alerts[0]?.alert.time ?? 0) + MICROS_PER_DAY;
    return candidates.filter((one) => one.start >= from && !one.members.some(({ attack }) => attack)).map(({ score }) => score);
  });
  scores.sort((a, b) => b - a);
  const allowed = Math.floor(days * perDay);
  const next = scores[allowed];
  return next === undefined ? 0 : next + 1e-9;
}

function phasesOf(alerts: readonly LabelledAlert[]): Set<string> {
  const phases = new Set<string>();
  for (const { attack, phase } of alerts) if (attack && phase !== undefined) phases.add(phase);
  return phases;
}
