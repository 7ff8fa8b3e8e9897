import type { Micros } from '../../core/index.ts';
import type { AlertLanes, Influencer, LaneKey } from '../contract.ts';
import type { RelationalDatabase, SqlValue } from './database.ts';

const COLUMNS: Readonly<Record<LaneKey, string>> = { entity: 'entity', detector: 'detector', source: 'source' };
const INFLUENCERS = 8;
const LEAST_CELL: Micros = 10_000_000;

/** Alerts as lanes over time: how many began in a cell and how severe the worst was. `where` is a clause of constant text. */
export function lanesOf(
  database: RelationalDatabase,
  where: string,
  values: readonly SqlValue[],
  { by, bins, limit, from, to }: { by: LaneKey; bins: number; limit: number; from?: number; to?: number },
): AlertLanes {
  // Alerts about what has no time begin at 0: they are counted, but lie nowhere.
  const dated = `${where === '' ? 'WHERE' : `${where} AND`} start_at > 0`;
  const total = Number(database.get(`SELECT count(*) AS n FROM alerts ${where}`, values)?.n ?? 0);
  const span = database.get(`SELECT min(start_at) AS first, max(start_at) AS last FROM alerts ${dated}`, values);
  const start = from ?? Number(span?.first ?? Number.NaN);
  const last = Number(span?.last ?? Number.NaN);
  // What happened at once is not drawn out over cells of microseconds.
  const end = to ?? Math.max(last + 1, start + bins * LEAST_CELL);
  if (total === 0 || !(end > start))
    return { start: from ?? Number.NaN, binMicros: 0, bins: 0, total, lanes: [], more: 0, influencers: [] };
  const binMicros = Math.max(1, Math.ceil((end - start) / bins));
  const used = Math.ceil((end - start) / binMicros);
  const column = COLUMNS[by];
  const names = database.all(
    `SELECT ${column} AS name, count(*) AS n, max(severity) AS severity FROM alerts ${where} GROUP BY name ORDER BY severity DESC, n DESC, name LIMIT ?`,
    [...values, limit],
  );
  // What began before the range and still lasted belongs to its first cell.
  const cells = database.all(
    `SELECT ${column} AS name, max(0, min(?, CAST((start_at - ?) / ? AS INTEGER))) AS bin, count(*) AS n, max(severity) AS severity
      FROM alerts ${dated} AND ${column} IN (SELECT value FROM json_each(?)) GROUP BY name, bin`,
    [used - 1, start, binMicros, ...values, JSON.stringify(names.map(({ name }) => name))],
  );
  const all = Number(database.get(`SELECT count(DISTINCT ${column}) AS n FROM alerts ${where}`, values)?.n ?? 0);
  const lanes = names.map((row) => ({
    name: row.name as string,
    alerts: Number(row.n),
    severity: Number(row.severity),
    counts: new Array<number>(used).fill(0),
    severities: new Array<number>(used).fill(0),
  }));
  const known = new Map(lanes.map((lane) => [lane.name, lane]));
  for (const cell of cells) {
    const lane = known.get(cell.name as string);
    if (lane === undefined) continue;
    lane.counts[Number(cell.bin)] = Number(cell.n);
    lane.severities[Number(cell.bin)] = Number(cell.severity);
  }
  return { start, binMicros, bins: used, total, lanes, more: all - lanes.length, influencers: influencersOf(database, where, values) };
}

/** Who and what the alerts of the range have in common, by summed severity. */
function influencersOf(database: RelationalDatabase, where: string, values: readonly SqlValue[]): readonly Influencer[] {
  const by = (kind: Influencer['kind'], name: string, from: string) =>
    database
      .all(
        `SELECT ${name} AS name, count(*) AS n, max(severity) AS severity, sum(severity) AS weight FROM ${from} ${where}
          GROUP BY 1 ORDER BY weight DESC, 1 LIMIT ${INFLUENCERS}`,
        values,
      )
      .map((row) => ({ kind, name: String(row.name), alerts: Number(row.n), severity: Number(row.severity), weight: Number(row.weight) }));
  return [
    ...by('entity', 'entity', 'alerts'),
    ...by('detector', 'detector', 'alerts'),
    ...by('source', 'source', 'alerts'),
    ...by('technique', 'technique.value', 'alerts, json_each(alerts.techniques) AS technique'),
  ];
}
