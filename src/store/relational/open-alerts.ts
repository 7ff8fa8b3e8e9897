import type { OpenAlerts } from '../../core/index.ts';
import type { OpenFloor } from '../correlation-contract.ts';
import type { RelationalDatabase, SqlRow, SqlValue } from './database.ts';

/** Alerts that somebody has to deal with yet: neither closed, nor labelled harmless, nor of a type that is expected of their entity. */
const UNSETTLED = `
  state <> 'closed'
  AND id NOT IN (
    SELECT l.alert_id FROM labels l WHERE l.verdict IN ('false-positive', 'benign')
      AND l.sequence = (SELECT max(sequence) FROM labels WHERE alert_id = l.alert_id))
  AND (alert_group, entity) NOT IN (
    SELECT e.type, e.host FROM expectations e WHERE e.user IS NULL AND e.in_force = 1
      AND e.sequence = (SELECT max(sequence) FROM expectations x WHERE x.id = e.id))`;

/** Tables for a WITH clause: `roles` (one row for each open alert and entity it is about or aimed at) and `open`, what they leave of each entity's weight. */
export function openTables(floors: readonly OpenFloor[]): { readonly sql: string; readonly values: readonly SqlValue[] } {
  const cases: string[] = [];
  const values: SqlValue[] = [];
  for (const { severity, detectors, weight } of floors) {
    cases.push(`WHEN severity >= ? ${detectors === undefined ? '' : 'AND detector IN (SELECT value FROM json_each(?))'} THEN ?`);
    values.push(severity, ...(detectors === undefined ? [] : [JSON.stringify(detectors)]), weight);
  }
  values.push(Math.min(...floors.map(({ severity }) => severity)));
  const sql = `
    held AS MATERIALIZED (
      SELECT entity, targets, start_at, CASE ${cases.join(' ')} ELSE 0 END AS weight FROM alerts WHERE severity >= ? AND ${UNSETTLED}
    ),
    roles AS (
      SELECT entity AS name, targets IS NOT NULL AND entity IN (SELECT value FROM json_each(targets)) AS aimed, weight, start_at FROM held
      UNION ALL
      SELECT value, 1, weight, start_at FROM held, json_each(targets) WHERE targets IS NOT NULL AND value <> entity
    ),
    open AS (
      SELECT name, max(iif(aimed, 0, weight)) AS own, max(iif(aimed, weight, 0)) AS target, count(*) AS open, min(start_at) AS since
      FROM roles GROUP BY name
    )`;
  return { sql, values };
}

/** What the open alerts leave of the weight of one entity; undefined where none is about it. */
export function openAlertsOf(database: RelationalDatabase, floors: readonly OpenFloor[], name: string): OpenAlerts | undefined {
  const { sql, values } = openTables(floors);
  return openOf(database.get(`WITH ${sql} SELECT * FROM open WHERE name = ?`, [...values, name]) ?? {});
}

/** Of a row with the columns of `open`; undefined where they are empty. */
export function openOf({ own, target, open, since }: SqlRow): OpenAlerts | undefined {
  if (open === undefined || open === null) return undefined;
  return { own: Number(own), target: Number(target), alerts: Number(open), since: Number(since) };
}
