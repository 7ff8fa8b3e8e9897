import type { Entity, EntityEvidence, Micros, OpenAlerts, RatedEntity } from '../../core/index.ts';
import type { ExpectedRules } from '../incidents/index.ts';
import { decayed, JOINT_WITHIN, riskOf, verdictOf } from './risk.ts';

/**
 * Sum of what counts against an entity at `now`: every type once by its strongest alert, decayed, and once more the weaker of the
 * strongest signature and the strongest anomaly that lie within an hour of each other.
 */
export function weightOf(evidence: readonly EntityEvidence[], now: Micros): number {
  const weight = (one: EntityEvidence): number => decayed(one.weight, one.at, now);
  const sum = evidence.reduce((total, one) => total + weight(one), 0);
  const anomalies = evidence.filter(({ kind }) => kind === 'anomaly');
  let joint = 0;
  for (const signature of evidence.filter(({ kind }) => kind === 'signature')) {
    for (const anomaly of anomalies) {
      if (Math.abs(signature.at - anomaly.at) <= JOINT_WITHIN) joint = Math.max(joint, Math.min(weight(signature), weight(anomaly)));
    }
  }
  return sum + joint;
}

/** The entity's weight at `at` under the rules in force; what is expected of it does not count. */
export function weighed(entity: Entity, rules: ExpectedRules, at: Micros): Entity {
  return {
    ...entity,
    at,
    weight: weightOf(
      entity.evidence.filter(({ type }) => !rules.covers(type, entity.name)),
      at,
    ),
  };
}

/** Its risk at `now`, which fades to what its open alerts leave. */
export function ratedEntity(entity: Entity, now: Micros, open?: OpenAlerts): RatedEntity {
  const all = decayed(entity.weight, entity.at, now);
  const aimed = Math.min(
    all,
    weightOf(
      entity.evidence.filter(({ role }) => role === 'target'),
      now,
    ),
  );
  const own = Math.max(all - aimed, open?.own ?? 0);
  const target = Math.max(aimed, open?.target ?? 0);
  const risk = riskOf(Math.max(all, own, target));
  return { ...entity, risk, verdict: verdictOf(risk, own, target), openAlerts: open?.alerts ?? 0 };
}
