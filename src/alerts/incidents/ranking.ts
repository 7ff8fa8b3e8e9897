import { type Incident, MICROS_PER_DAY } from '../../core/index.ts';

/** Incidents of each UTC day, the ten highest scores of each; incidents of the learning day are left out. */
export function dailyTop(incidents: readonly Incident[], limit = 10): Map<number, Incident[]> {
  const days = new Map<number, Incident[]>();
  for (const incident of [...incidents].sort(byScore)) {
    if (incident.learning) continue;
    const day = Math.floor(incident.start / MICROS_PER_DAY);
    const top = days.get(day) ?? [];
    days.set(day, top);
    if (top.length < limit) top.push(incident);
  }
  return days;
}

/** Highest score first, then oldest, then by id: a total order. */
export function byScore(a: Incident, b: Incident): number {
  return b.score - a.score || a.start - b.start || (a.id < b.id ? -1 : 1);
}
