import { LEARNING_MOST, silenceExplanation, silenceSeverity } from '../../alerts/index.ts';
import { type LimitWarning, type Micros, stableId } from '../../core/index.ts';
import type { Silence } from '../../features/index.ts';
import type { Finding } from './lane.ts';

/** What is no reading and therefore has no score: a device that is silent, a limit that will be crossed. */
export interface DeviceRule {
  readonly tenant: string;
  readonly source: string;
  readonly detector: string;
}

const NO_ROW = new Uint8Array(0);

/** A silence that is over has the identity of the one that lasted, so it takes its place in the alert. */
export function silenceFinding(rule: DeviceRule, { entity, since, at, usual, again, reports }: Silence): Finding {
  const subject = entity === '' ? 'A device without a name' : entity;
  const over = again === undefined ? {} : { again };
  const explanation = silenceExplanation({ subject, since, missing: (again ?? at) - since, usual, ...over });
  const severity = silenceSeverity(reports, again !== undefined);
  return finding(rule, 'silence', `${entity} reports`, entity, since, again ?? at, severity, explanation);
}

/** `learning`: within the first day of its source a trend is as little known as anything else. */
export function limitFinding(rule: DeviceRule, warning: LimitWarning, learning: boolean): Finding {
  const { series, entity, at, limit, direction, probability, explanation } = warning;
  // It was seen now; when the limit is crossed is a forecast, which the explanation tells.
  const severity = Math.min(learning ? LEARNING_MOST : 100, Math.round(40 + 40 * probability));
  return finding(rule, `limit ${direction} ${limit}`, series, entity, at, at, severity, explanation);
}

function finding(
  { tenant, source, detector }: DeviceRule,
  rule: string,
  key: string,
  entity: string,
  start: Micros,
  end: Micros,
  severity: number,
  explanation: LimitWarning['explanation'],
): Finding {
  return {
    detection: {
      ...{ id: stableId(tenant, source, detector, rule, key, start), detector, source, key, entity, start, end },
      ...{ score: 1, pValue: Number.NaN, threshold: Number.NaN, extrapolated: false, severity, title: explanation.what },
      ...{ techniques: [], explanation, evidence: explanation.evidence },
    },
    feature: 'readings',
    model: rule,
    modelSha256: '',
    row: NO_ROW,
  };
}
