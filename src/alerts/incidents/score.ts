import type { Incident, IncidentEvidence, Micros, TypeShare } from '../../core/index.ts';
import { SEVERITY_LEVELS } from '../severity.ts';
import type { ExpectedRules } from './expected.ts';
import { sentenceOf } from './explain.ts';
import { bandOf, type IncidentOptions, liftedScore } from './options.ts';
import { inChainOrder } from './tactics.ts';

/** What of an incident depends on what is expected. */
export type IncidentRating = Pick<
  Incident,
  'score' | 'band' | 'sentence' | 'types' | 'detectors' | 'tactics' | 'techniques' | 'users' | 'evidence'
>;

export interface RatedFacts {
  readonly evidence: Iterable<IncidentEvidence>;
  readonly hostCount: number;
  readonly start: Micros;
}

/** From so many hosts on an incident is worth more with each doubling of them. */
const FEW_HOSTS = 10;

/**
 * S = sum over distinct types of (largest surprise - floor), times the bonuses for several detectors, several tactics and many hosts.
 * Where severities are calibrated, the evidence of the worst level comes first, names the incident and lifts its score. A pure function
 * of the evidence and the rules in force.
 */
export function ratingOf({ evidence, hostCount, start }: RatedFacts, rules: ExpectedRules, options: IncidentOptions): IncidentRating {
  const all = [...evidence].map((item) => marked(item, rules)).sort(options.severityFloor ? byLevel : bySurprise);
  const counted = all.filter(({ expected }) => expected !== true);
  const types = typesOf(counted);
  const sum = types.reduce((total, { surprise }) => total + surprise - options.floor, 0);
  const detectors = [...new Set(counted.map((item) => item.detector))].sort();
  const tactics = inChainOrder(counted.flatMap((item) => item.tactic ?? []));
  const bonus = (kinds: number, weight: number): number => 1 + weight * Math.max(0, kinds - 1);
  const breadth = 1 + options.hostBonus * Math.log2(Math.max(1, hostCount / FEW_HOSTS));
  const plain = sum * bonus(detectors.length, options.detectorBonus) * bonus(tactics.length, options.tacticBonus) * breadth;
  const score = options.severityFloor ? liftedScore(plain, counted) : plain;
  return {
    score,
    band: bandOf(score),
    sentence: sentenceOf(counted, hostCount, tactics, options.binMicros / 60_000_000, start, options.quietBins),
    types: types.map((one) => ({ ...one, share: sum > 0 ? (one.surprise - options.floor) / sum : 0 })),
    detectors,
    tactics,
    techniques: [...new Set(counted.flatMap(({ techniques }) => techniques ?? []))].sort(),
    users: [...new Set(counted.flatMap(({ user }) => user ?? []))].sort(),
    evidence: all,
  };
}

/** A kept incident as it is under the rules now in force. */
export function ratedAgain(incident: Incident, rules: ExpectedRules, options: IncidentOptions): Incident {
  return { ...incident, ...ratingOf(incident, rules, options) };
}

function marked(item: IncidentEvidence, rules: ExpectedRules): IncidentEvidence {
  const { expected: _before, ...plain } = item;
  return rules.covers(item.type, item.host, item.user) ? { ...plain, expected: true } : plain;
}

/** The types in the order of their evidence, each with the title of its first and its largest surprise. */
function typesOf(evidence: readonly IncidentEvidence[]): Omit<TypeShare, 'share'>[] {
  const types = new Map<string, Omit<TypeShare, 'share'>>();
  for (const { type, title, surprise } of evidence) {
    const known = types.get(type);
    types.set(type, known === undefined ? { type, title, surprise } : { ...known, surprise: Math.max(known.surprise, surprise) });
  }
  return [...types.values()];
}

function byLevel(a: IncidentEvidence, b: IncidentEvidence): number {
  return Number(a.expected === true) - Number(b.expected === true) || levelOf(b) - levelOf(a) || bySurprise(a, b);
}

function levelOf({ severity = 0 }: IncidentEvidence): number {
  const { critical, high, medium } = SEVERITY_LEVELS;
  return [critical, high, medium].filter((least) => severity >= least).length;
}

function bySurprise(a: IncidentEvidence, b: IncidentEvidence): number {
  const order = Number(a.expected === true) - Number(b.expected === true);
  const severity = (b.severity ?? 0) - (a.severity ?? 0);
  return order || b.surprise - a.surprise || severity || a.time - b.time || (a.alertId < b.alertId ? -1 : 1);
}
