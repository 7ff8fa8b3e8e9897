import type { Alert, Detection, Occurrence } from '../core/index.ts';

/** Units of an alert that are kept besides their count. */
const FIRST = 2;
const LATEST = 6;
/** Lines kept of each. */
const LINES = 5;

/** The first and the latest units of an alert, with one more. */
export function withOccurrence(alert: Alert, detection: Detection): readonly Occurrence[] {
  const all = [...(alert.occurrences ?? [occurrenceOf(alert.detection)]), occurrenceOf(detection)];
  return all.length <= FIRST + LATEST ? all : [...all.slice(0, FIRST), ...all.slice(-LATEST)];
}

/** A unit scored again stands where it stood, if it is among those kept. */
export function withRescored({ occurrences }: Alert, detection: Detection): Pick<Alert, 'occurrences'> {
  if (occurrences === undefined) return {};
  return { occurrences: occurrences.map((one) => (one.detection === detection.id ? occurrenceOf(detection) : one)) };
}

function occurrenceOf({ id, key, start, end, severity, explanation, evidence }: Detection): Occurrence {
  const lines = explanation.evidence.length > 0 ? explanation.evidence : evidence;
  return { detection: id, key, start, end, severity, what: explanation.what, evidence: lines.slice(0, LINES) };
}
