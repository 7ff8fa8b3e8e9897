import type { IncidentSummary } from '../../../src/server/api/schema/incidents.ts';
import type { Level } from './severity.ts';

type Band = IncidentSummary['band'];
export const BANDS: readonly Band[] = ['low', 'notify', 'high', 'critical'];
const LEVELS: Readonly<Record<Band, Level>> = { low: 'low', notify: 'medium', high: 'high', critical: 'critical' };

/** The colour of an incident's band. */
export const levelOfBand = (band: Band): Level => LEVELS[band];
