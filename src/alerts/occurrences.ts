import type { Alert, Detection, Occurrence } from '../core/index.ts';

/** Units of an alert that are kept besides their count. */
const FIRST = 2;
const LATEST = 6;
/** Lines kept of each. */
const LINES = 5;

/** The first and the latest units of an alert once `detection` is folded into it; a unit scored again takes its former place. */
export function occurrencesOf(alert: Alert, detection: Detection): readonly Occurrence[] {
  const known = alert.occurrences ?? [occurrenceOf(alert.detection)];
  const one = occurrenceOf(detection);
  const at = known.findIndex((other) => other.detection === one.detection);
  if (at >= 0) return known.with(at, one);
  const all = [...known, one];
  return all.length <= FIRST + LATEST ? all : [...all.slice(0, FIRST), ...all.slice(-LATEST)];
}

function occurrenceOf({ id, key, start, end, severity, explanation, evidence }: Detection): Occurrence {
  const lines = explanation.evidence.length > 0 ? explanation.evidence : evidence;
  return { detection: id, key, start, end, severity, what: explanation.what, evidence: lines.slice(0, LINES) };
}
