import { type Alert, type AlertHandling, type EvidenceLine, formatMicros } from '../../core/index.ts';

/** An alert as `-o json` prints it: stable field names. */
export function alertJson(alert: Alert & Partial<AlertHandling>): Record<string, unknown> {
  const { detection } = alert;
  return {
    id: alert.id,
    time: formatMicros(detection.start),
    entity: detection.entity,
    key: detection.key,
    detector: detection.detector,
    source: detection.source,
    title: detection.title,
    severity: detection.severity,
    score: detection.score,
    p_value: detection.pValue,
    threshold: detection.threshold,
    extrapolated: detection.extrapolated,
    techniques: detection.techniques,
    state: alert.state,
    verdict: alert.verdict ?? null,
    assignee: alert.assignee ?? null,
    notes: (alert.notes ?? []).map((one) => ({ ...one, at: formatMicros(one.at) })),
    group: alert.group,
    count: alert.count,
    last_seen: formatMicros(alert.lastSeen),
    occurrences: (alert.occurrences ?? []).map(({ start, end, evidence, ...one }) => ({
      ...one,
      start: formatMicros(start),
      end: formatMicros(end),
      evidence: evidence.map(timed),
    })),
    notified: alert.notified,
    what: detection.explanation.what,
    why: detection.explanation.why,
    harmless: detection.explanation.harmless,
    next: detection.explanation.next,
    contributions: detection.explanation.contributions,
    evidence: detection.evidence.map(timed),
    lineage: detection.lineage,
  };
}

function timed({ time, ...line }: EvidenceLine): Record<string, unknown> {
  return { ...line, time: time === undefined ? null : formatMicros(time) };
}
