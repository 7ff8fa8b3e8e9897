import type { EntityVerdict, Micros } from '../../core/index.ts';
import { decodeCursor, type EntityQuery, encodeCursor } from '../../store/index.ts';
import type { RatedRow } from './rated-entities.ts';

/** What rows are sorted by. */
type Position = Pick<RatedRow, 'name' | 'risk' | 'alerts' | 'events' | 'lastSeen'>;
type Compare = (a: Position, b: Position) => number;

/** How bad a verdict is. */
const ORDER: Readonly<Record<EntityVerdict, number>> = { safe: 0, suspicious: 1, attacked: 2, harmful: 3 };

/** Whether a row is asked for. */
export function matching({ verdict, level, place, name }: EntityQuery): (row: RatedRow) => boolean {
  const part = name?.toLowerCase();
  return (row) =>
    (verdict === undefined || ORDER[row.verdict] >= ORDER[verdict]) &&
    (level === undefined || row.verdict === level) &&
    (place === undefined || row.place === place) &&
    (part === undefined || row.name.toLowerCase().includes(part));
}

/** Rows alike in what they are sorted by: the riskiest, then the busiest first, then by name. */
export function comparing(sort: NonNullable<EntityQuery['sort']>, order: 'asc' | 'desc'): Compare {
  const byName: Compare = (a, b) => (a.name === b.name ? 0 : a.name < b.name ? -1 : 1);
  const sign = order === 'asc' ? 1 : -1;
  if (sort === 'name') return (a, b) => sign * byName(a, b);
  const key = sort === 'seen' ? 'lastSeen' : sort;
  return (a, b) => sign * (a[key] - b[key]) || b.risk - a.risk || b.events - a.events || byName(a, b);
}

/** Where a page goes on: after this row, with risks as of `at`. */
export function cursorAt(at: Micros, { risk, alerts, events, lastSeen, name }: Position): string {
  return encodeCursor([at, risk, alerts, events, lastSeen, name]);
}

export function placeIn(cursor: string): Position & { readonly at: Micros } {
  const parts = decodeCursor(cursor, ['number', 'number', 'number', 'number', 'number', 'string']);
  const [at, risk, alerts, events, lastSeen, name] = parts as [number, number, number, number, number, string];
  return { at, risk, alerts, events, lastSeen, name };
}

/** How many sorted rows come before what follows `place`, which may be gone. */
export function after(rows: readonly RatedRow[], place: Position, compare: Compare): number {
  const next = rows.findIndex((row) => compare(row, place) > 0);
  return next < 0 ? rows.length : next;
}
