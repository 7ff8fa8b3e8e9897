import type { ExpectedRules } from './expected.ts';
import type { IncidentEvidence, TypeShare } from './incident.ts';
import type { IncidentOptions } from './options.ts';

export interface IncidentScore {
  readonly score: number;
  readonly types: readonly TypeShare[];
  readonly detectors: readonly string[];
  readonly tactics: readonly string[];
  /** Evidence that is not expected, the most surprising first. */
  readonly evidence: readonly IncidentEvidence[];
}

/** S = sum over distinct types of (largest surprise - floor), times the bonuses for several detectors and several tactics. */
export function scoreOf(items: Iterable<IncidentEvidence>, expected: ExpectedRules, options: IncidentOptions): IncidentScore {
  const evidence = [...items].filter((item) => !expected.covers(item.type, item.host, item.user));
  evidence.sort((a, b) => b.surprise - a.surprise || a.time - b.time || (a.alertId < b.alertId ? -1 : 1));
  const best = new Map<string, IncidentEvidence>();
  for (const item of evidence) if (!best.has(item.type)) best.set(item.type, item);
  const sum = [...best.values()].reduce((total, item) => total + item.surprise - options.floor, 0);
  const detectors = [...new Set(evidence.map((item) => item.detector))].sort();
  const tactics = [...new Set(evidence.flatMap((item) => item.tactic ?? []))];
  const bonus = (kinds: number, weight: number): number => 1 + weight * Math.max(0, kinds - 1);
  return {
    score: sum * bonus(detectors.length, options.detectorBonus) * bonus(tactics.length, options.tacticBonus),
    types: [...best.values()].map((item) => ({
      type: item.type,
      title: item.title,
      surprise: item.surprise,
      share: sum > 0 ? (item.surprise - options.floor) / sum : 0,
    })),
    detectors,
    tactics,
    evidence,
  };
}
