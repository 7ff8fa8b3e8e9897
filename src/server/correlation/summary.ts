import type { HandledIncident, Incident, IncidentHandling } from '../../core/index.ts';

/** An incident without its long lists: what pages list and the live stream sends. */
export type IncidentOutline = Omit<HandledIncident, 'evidence' | 'timeline' | 'notes' | 'merged'>;

export function summaryOf(incident: Incident & Partial<IncidentHandling>): IncidentOutline {
  const { evidence: _evidence, timeline: _timeline, notes: _notes, merged: _merged, ...rest } = incident;
  return { state: 'open', ...rest };
}
