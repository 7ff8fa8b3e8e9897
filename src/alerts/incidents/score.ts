import type { Incident, IncidentEvidence, Micros } from '../../core/index.ts';
import type { ExpectedRules } from './expected.ts';
import { sentenceOf } from './explain.ts';
import { bandOf, bandWithFloor, type IncidentOptions } from './options.ts';
import { inChainOrder } from './tactics.ts';

/** What of an incident depends on what is expected. */
export type IncidentRating = Pick<
  Incident,
  'score' | 'band' | 'sentence' | 'types' | 'detectors' | 'tactics' | 'techniques' | 'users' | 'evidence'
>;

export interface RatedFacts {
  readonly evidence: Iterable<IncidentEvidence>;
  readonly hosts: readonly string[];
  readonly start: Micros;
}

/**
 * S = sum over distinct types of (largest surprise - floor), times the bonuses for several detectors and several tactics. A pure
 * function of the evidence and the rules in force.
 */
export function ratingOf({ evidence, hosts, start }: RatedFacts, rules: ExpectedRules, options: IncidentOptions): IncidentRating {
  const all = [...evidence].map((item) => marked(item, rules)).sort(bySurprise);
  const counted = all.filter(({ expected }) => expected !== true);
  const best = new Map<string, IncidentEvidence>();
  for (const item of counted) if (!best.has(item.type)) best.set(item.type, item);
  const sum = [...best.values()].reduce((total, item) => total + item.surprise - options.floor, 0);
  const detectors = [...new Set(counted.map((item) => item.detector))].sort();
  const tactics = inChainOrder(counted.flatMap((item) => item.tactic ?? []));
  const bonus = (kinds: number, weight: number): number => 1 + weight * Math.max(0, kinds - 1);
  const score = sum * bonus(detectors.length, options.detectorBonus) * bonus(tactics.length, options.tacticBonus);
  return {
    score,
    band: options.severityFloor ? bandWithFloor(score, counted) : bandOf(score),
    sentence: sentenceOf(counted, hosts.length, tactics, options.binMicros / 60_000_000, start, options.quietBins),
    types: [...best.values()].map(({ type, title, surprise }) => ({
      type,
      title,
      surprise,
      share: sum > 0 ? (surprise - options.floor) / sum : 0,
    })),
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

function bySurprise(a: IncidentEvidence, b: IncidentEvidence): number {
  const order = Number(a.expected === true) - Number(b.expected === true);
  const severity = (b.severity ?? 0) - (a.severity ?? 0);
  return order || b.surprise - a.surprise || severity || a.time - b.time || (a.alertId < b.alertId ? -1 : 1);
}
