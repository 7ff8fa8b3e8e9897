import type { OpenAlerts } from '../../core/index.ts';
import type { OpenFloor } from '../correlation-contract.ts';
import type { RelationalDatabase, SqlValue } from './database.ts';

/** Entities with open alerts that are looked at, the heaviest first. */
const MOST = 10_000;

/** Alerts that somebody has to deal with yet: neither closed, nor labelled harmless, nor of a type that is expected of their entity. */
const UNSETTLED = `
  state <> 'closed'
  AND NOT EXISTS (
    SELECT 1 FROM labels WHERE alert_id = alerts.id AND verdict IN ('false-positive', 'benign')
      AND sequence = (SELECT max(sequence) FROM labels l WHERE l.alert_id = alerts.id))
  AND NOT EXISTS (
    SELECT 1 FROM expectations e WHERE e.type = alert_group AND e.host = entity AND e.user IS NULL AND e.in_force = 1
      AND e.sequence = (SELECT max(sequence) FROM expectations x WHERE x.id = e.id))`;

/** By entity, those whom alerts name as targets among them: what its open alerts leave of its weight. */
export function openAlerts(database: RelationalDatabase, floors: readonly OpenFloor[], name?: string): ReadonlyMap<string, OpenAlerts> {
  const cases: string[] = [];
  const values: SqlValue[] = [];
  for (const { severity, detectors, weight } of floors) {
    cases.push(`WHEN severity >= ? ${detectors === undefined ? '' : 'AND detector IN (SELECT value FROM json_each(?))'} THEN ?`);
    values.push(severity, ...(detectors === undefined ? [] : [JSON.stringify(detectors)]), weight);
  }
  const least = Math.min(...floors.map(({ severity }) => severity));
  const sql = `
    WITH held AS (SELECT entity, targets, start_at, CASE ${cases.join(' ')} ELSE 0 END AS weight FROM alerts WHERE severity >= ? AND ${UNSETTLED}),
    roles AS (
      SELECT entity AS name, targets IS NOT NULL AND entity IN (SELECT value FROM json_each(targets)) AS aimed, weight, start_at FROM held
      UNION ALL
      SELECT value, 1, weight, start_at FROM held, json_each(targets) WHERE targets IS NOT NULL AND value <> entity
    )
    SELECT name, max(iif(aimed, 0, weight)) AS own, max(iif(aimed, weight, 0)) AS target, count(*) AS alerts, min(start_at) AS since
    FROM roles ${name === undefined ? '' : 'WHERE name = ?'} GROUP BY name ORDER BY max(weight) DESC, name LIMIT ${MOST}`;
  const rows = database.all(sql, [...values, least, ...(name === undefined ? [] : [name])]);
  return new Map(
    rows.map((row) => [
      row.name as string,
      { own: Number(row.own), target: Number(row.target), alerts: Number(row.alerts), since: Number(row.since) },
    ]),
  );
}
