import { type EntityVerdict, type EvidenceKind, type Micros, RISK_HALF_LIFE } from '../../core/index.ts';
import { SEVERITY_LEVELS } from '../severity.ts';

/** A weight that makes a risk of 50. */
const HALF_WEIGHT = 4;
/** A signature and an anomaly this close to each other confirm each other. */
export const JOINT_WITHIN: Micros = 3_600_000_000;

export const RISK_LEVELS = { suspicious: 40, harmful: 70 } as const;

/** Findings of signature engines; whatever else finds something compares with what is normal. */
const SIGNATURES: ReadonlySet<string> = new Set(['sigma', 'suricata', 'zeek']);

export function kindOfEvidence(detector: string): EvidenceKind {
  return SIGNATURES.has(detector) ? 'signature' : 'anomaly';
}

/**
 * What one alert weighs: its surprise above the floor of incidents, times its severity (25 weighs once, 100 four times). However
 * common alerts like it are, it weighs at least what its severity says, so that whoever attacks now is not called safe.
 */
export function evidenceWeight(surprise: number, floor: number, severity: number, kind: EvidenceKind): number {
  return Math.max(Math.max(0, surprise - floor) * (severity / 25), leastWeight(severity, kind));
}

/** A signature is known to be an attack: of medium severity it makes its entity suspicious, from high on harmful; an anomaly half of that. */
function leastWeight(severity: number, kind: EvidenceKind): number {
  const signature = kind === 'signature';
  if (severity >= SEVERITY_LEVELS.critical) return signature ? 16 : 8;
  if (severity >= SEVERITY_LEVELS.high) return signature ? 8 : 4;
  return severity >= SEVERITY_LEVELS.medium && signature ? 4 : 0;
}

/** What nobody has dealt with stays suspicious: at least a risk of 41. */
const LEAST_OPEN = 3;

/** The weight that an open alert leaves, by its severity and its detectors (absent = any), however old it is; heaviest first. */
export const OPEN_FLOORS = [SEVERITY_LEVELS.critical, SEVERITY_LEVELS.high, SEVERITY_LEVELS.medium]
  .flatMap((severity): { severity: number; detectors?: readonly string[]; weight: number }[] => [
    { severity, detectors: [...SIGNATURES], weight: Math.max(LEAST_OPEN, leastWeight(severity, 'signature')) },
    { severity, weight: Math.max(LEAST_OPEN, leastWeight(severity, 'anomaly')) },
  ])
  .sort((a, b) => b.weight - a.weight);

export function decayed(weight: number, at: Micros, now: Micros): number {
  return weight * 2 ** (-Math.max(0, now - at) / RISK_HALF_LIFE);
}

/** 0..100: no weight is 0, 4 is 50, 8 is 75. */
export function riskOf(weight: number): number {
  return Math.round(100 * (1 - 2 ** (-weight / HALF_WEIGHT)));
}

/** By the weight of what it does itself and of what is done to it. */
export function verdictOf(risk: number, own: number, target: number): EntityVerdict {
  if (risk < RISK_LEVELS.suspicious) return 'safe';
  if (riskOf(own) >= RISK_LEVELS.harmful) return 'harmful';
  return target > own ? 'attacked' : 'suspicious';
}
