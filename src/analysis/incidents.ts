import { byScore, correlate } from '../alerts/index.ts';
import type { Alert, ExpectedRule, Incident, Micros } from '../core/index.ts';
import type { InputAnalysis } from './analyze.ts';

/** Inputs of other times than these around an input teach nothing of what is usual there. */
const AROUND: Micros = 6 * 3_600_000_000;

/**
 * Incidents of analyses that belong together, each named in the report of every input that has an alert in it. Nothing but these
 * alerts and what is expected takes part, so the same inputs give the same reports whatever was analysed before.
 */
export function withIncidents(
  tenant: string,
  analyses: readonly InputAnalysis[],
  expected: readonly ExpectedRule[] = [],
): readonly InputAnalysis[] {
  const incidents = ofOneTime(analyses)
    .flatMap((alerts): readonly Incident[] => correlate(tenant, alerts, expected).incidents)
    .filter(({ band }) => band !== 'low')
    .sort(byScore);
  return analyses.map((analysis) => {
    const own = new Set(analysis.alerts.map(({ alert }) => alert.id));
    const told = incidents.filter(({ evidence }) => evidence.some(({ alertId }) => own.has(alertId)));
    return { ...analysis, report: { ...analysis.report, incidents: told } };
  });
}

/** Alerts of inputs whose times overlap, together. */
function ofOneTime(analyses: readonly InputAnalysis[]): Alert[][] {
  const spans = analyses
    .map(({ alerts }) => alerts.map(({ alert }) => alert))
    .map((alerts) => {
      const times = alerts.flatMap(({ detection: { start, end } }) => [start, end]).filter(Number.isFinite);
      return { alerts, from: times.reduce((a, b) => Math.min(a, b), Infinity), to: times.reduce((a, b) => Math.max(a, b), -Infinity) };
    })
    .filter(({ from }) => Number.isFinite(from))
    .sort((a, b) => a.from - b.from);
  const groups: { alerts: Alert[]; to: Micros }[] = [];
  for (const { alerts, from, to } of spans) {
    const last = groups.at(-1);
    if (last === undefined || from > last.to + AROUND) groups.push({ alerts: [...alerts], to });
    else {
      last.alerts.push(...alerts);
      last.to = Math.max(last.to, to);
    }
  }
  return groups.map(({ alerts }) => alerts);
}
