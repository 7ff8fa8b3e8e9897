import type { AlertState, Verdict } from '../../core/index.ts';
import type { AlertGroups, AlertSummary } from '../contract.ts';
import type { RelationalDatabase, SqlValue } from './database.ts';

const ENTITIES = 10;
const TECHNIQUE_LISTS = 1000;

/** `where` is a clause of constant text whose values are bound. */
export function groupSummaries(database: RelationalDatabase, where: string, values: readonly SqlValue[], limit: number): AlertGroups {
  const sql = `
    SELECT alert_group, count(*) AS alerts, sum(units) AS units, sum(state = 'open') AS open, max(severity) AS severity,
      count(DISTINCT entity) AS entities, min(start_at) AS first_seen, max(last_seen) AS last_seen
    FROM alerts ${where} GROUP BY alert_group ORDER BY severity DESC, last_seen DESC, alert_group LIMIT ?`;
  const totals = database.get(`SELECT count(DISTINCT alert_group) AS total, count(*) AS alerts FROM alerts ${where}`, values);
  const items = database.all(sql, [...values, limit]).map((row) => {
    const condition = `${where === '' ? 'WHERE' : `${where} AND`} alert_group = ?`;
    const worst = database.get(
      `SELECT id, detector, json_extract(body, '$.detection.title') AS title FROM alerts ${condition} ORDER BY severity DESC, start_at DESC, id LIMIT 1`,
      [...values, row.alert_group as string],
    );
    return {
      id: row.alert_group as string,
      title: String(worst?.title ?? ''),
      detector: String(worst?.detector ?? ''),
      worst: String(worst?.id ?? ''),
      severity: Number(row.severity),
      alerts: Number(row.alerts),
      units: Number(row.units),
      open: Number(row.open),
      entities: Number(row.entities),
      firstSeen: Number(row.first_seen),
      lastSeen: Number(row.last_seen),
    };
  });
  return { items, total: Number(totals?.total ?? 0), alerts: Number(totals?.alerts ?? 0) };
}

export function summarise(database: RelationalDatabase, where: string, values: readonly SqlValue[]): AlertSummary {
  const totals = database.get(
    `SELECT sum(state = 'open') AS open, sum(state = 'acknowledged') AS acknowledged, sum(state = 'closed') AS closed, sum(notified) AS notified,
      sum(state = 'open' AND severity < 25) AS low, sum(state = 'open' AND severity >= 25 AND severity < 50) AS medium,
      sum(state = 'open' AND severity >= 50 AND severity < 75) AS high, sum(state = 'open' AND severity >= 75) AS critical
    FROM alerts ${where}`,
    values,
  );
  const total = (name: string): number => Number(totals?.[name] ?? 0);
  const by = (column: 'entity' | 'detector', limit: number) =>
    database.all(
      `SELECT ${column} AS name, count(*) AS n, max(severity) AS severity FROM alerts ${where} GROUP BY ${column} ORDER BY n DESC, severity DESC, name LIMIT ${limit}`,
      values,
    );
  const techniques = database.all(
    `SELECT techniques, count(*) AS n, sum(state = 'open') AS open
      FROM alerts ${where} GROUP BY techniques ORDER BY n DESC, techniques LIMIT ${TECHNIQUE_LISTS}`,
    values,
  );
  const labelled = database.all(
    `SELECT verdict, count(*) AS n FROM labels l WHERE verdict IS NOT NULL AND sequence = (SELECT max(sequence) FROM labels WHERE alert_id = l.alert_id)
      AND alert_id IN (SELECT id FROM alerts ${where}) GROUP BY verdict`,
    values,
  );
  const verdicts: Record<Verdict, number> = { 'true-positive': 0, 'false-positive': 0, benign: 0 };
  for (const row of labelled) verdicts[row.verdict as Verdict] = Number(row.n);
  const states: Record<AlertState, number> = { open: total('open'), acknowledged: total('acknowledged'), closed: total('closed') };
  return {
    states,
    severities: { low: total('low'), medium: total('medium'), high: total('high'), critical: total('critical') },
    verdicts,
    notified: total('notified'),
    entities: by('entity', ENTITIES).map((row) => ({ name: row.name as string, count: Number(row.n), severity: Number(row.severity) })),
    detectors: by('detector', 100).map((row) => ({ name: row.name as string, count: Number(row.n) })),
    techniques: techniques.map((row) => ({
      techniques: JSON.parse(row.techniques as string) as string[],
      count: Number(row.n),
      open: Number(row.open),
    })),
  };
}
