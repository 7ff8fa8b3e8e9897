import { type Micros, stableId, VedetteError } from '../../../core/index.ts';
import type { AlertObservation } from '../observation.ts';
import { tacticOf } from '../tactics.ts';
import { splitCsv } from './split-csv.ts';

/** Column names that alert exports use, by what they mean; the first that is there is taken. */
const COLUMNS = {
  time: ['time', 'timestamp', '@timestamp', 'event_time', 'date'],
  title: ['name', 'title', 'alert', 'signature', 'rule', 'message'],
  type: ['short', 'type', 'type_id', 'rule_id', 'signature_id'],
  host: ['host', 'hostname', 'host.name', 'device', 'agent'],
  detector: ['detector', 'sensor', 'engine', 'source_type', 'product'],
  user: ['user', 'username', 'user.name', 'account'],
  source: ['ip', 'src_ip', 'source', 'source.ip', 'srcip'],
  destination: ['dst_ip', 'dest_ip', 'destination', 'destination.ip', 'dstip'],
  severity: ['severity', 'level', 'priority'],
  parent: ['parent', 'parent_id', 'parent_alert_id'],
  tactic: ['tactic', 'attack_tactic', 'mitre_tactic'],
} as const;

type Field = keyof typeof COLUMNS;

export interface ImportedAlerts {
  readonly alerts: readonly AlertObservation[];
  /** Rows of the file behind each alert, with the columns the importer has no use for, such as labels. */
  readonly rows: readonly (readonly string[])[];
  readonly header: readonly string[];
  /** Line numbers of rows that are no alert, at most 1000 of them; `badRows` counts all. */
  readonly badLines: readonly number[];
  readonly badRows: number;
}

/** True when a header line names the columns that an alert export needs. */
export function isAlertHeader(line: string): boolean {
  const [header] = splitCsv(line.slice(0, 10_000));
  if (header === undefined) return false;
  const at = columnsOf(header);
  return at.time !== undefined && at.title !== undefined && at.host !== undefined && (at.type !== undefined || at.detector !== undefined);
}

/** Alerts of a CSV export, in the order of their times. A title such as `Wazuh: PAM: …` names its detector. */
export function importAlertCsv(text: string, name: string): ImportedAlerts {
  const [header = [], ...rows] = splitCsv(text);
  const at = columnsOf(header);
  if (at.time === undefined || at.title === undefined || at.host === undefined) {
    throw new VedetteError('FORMAT_INVALID', `${name} is no list of alerts: its header is ${header.slice(0, 12).join(',')}`, {
      hint: 'A list of alerts has the columns time, name and host; wanted too: type, detector, user, ip, severity, parent, tactic.',
    });
  }
  const prefix = stableId(name);
  const kept: { alert: AlertObservation; row: string[] }[] = [];
  const badLines: number[] = [];
  let badRows = 0;
  for (const [i, row] of rows.entries()) {
    if (row.length === 1 && row[0] === '') continue;
    const alert = alertOf(row, at, prefix, i + 2);
    if (alert !== undefined) kept.push({ alert, row });
    else if (badRows++ < 1000) badLines.push(i + 2);
  }
  kept.sort((a, b) => a.alert.time - b.alert.time);
  return { alerts: kept.map(({ alert }) => alert), rows: kept.map(({ row }) => row), header, badLines, badRows };
}

function columnsOf(header: readonly string[]): Partial<Record<Field, number>> {
  const names = header.map((name) => name.trim().toLowerCase());
  const at: Partial<Record<Field, number>> = {};
  for (const field of Object.keys(COLUMNS) as Field[]) {
    const found = (COLUMNS[field] as readonly string[]).map((name) => names.indexOf(name)).find((index) => index >= 0);
    if (found !== undefined) at[field] = found;
  }
  return at;
}

function alertOf(row: readonly string[], at: Partial<Record<Field, number>>, prefix: string, line: number): AlertObservation | undefined {
  const value = (field: Field): string | undefined => {
    const index = at[field];
    const text = index === undefined ? undefined : row[index]?.trim();
    return text === undefined || text === '' || text === '-' ? undefined : text;
  };
  const time = timeOf(value('time'));
  const fullTitle = value('title');
  const host = value('host');
  if (time === undefined || fullTitle === undefined || host === undefined) return undefined;
  const sensor = /^([A-Za-z][\w-]{1,30}): (?:Alert - )?/.exec(fullTitle);
  const detector = value('detector') ?? sensor?.[1] ?? 'imported';
  const title = value('detector') === undefined && sensor !== null ? fullTitle.slice(sensor[0].length) : fullTitle;
  const severity = Number(value('severity'));
  const tactic = tacticOf(value('tactic') ?? '');
  const optional = { user: value('user'), source: value('source'), destination: value('destination'), parent: value('parent') };
  return {
    id: `${prefix}-${line}`,
    time,
    detector,
    type: value('type') ?? fullTitle,
    title,
    host,
    ...present(optional),
    ...(Number.isFinite(severity) && value('severity') !== undefined ? { severity: Math.min(100, Math.max(0, severity)) } : {}),
    ...(tactic === undefined ? {} : { tactic }),
  };
}

function present(fields: Record<string, string | undefined>): Record<string, string> {
  return Object.fromEntries(Object.entries(fields).filter((entry): entry is [string, string] => entry[1] !== undefined));
}

/** Seconds, milliseconds or microseconds since 1970, or an ISO time. */
function timeOf(text: string | undefined): Micros | undefined {
  if (text === undefined) return undefined;
  const number = Number(text);
  if (Number.isFinite(number)) {
    if (number <= 0 || number > 9e15) return undefined;
    return Math.round(number < 1e11 ? number * 1e6 : number < 1e14 ? number * 1e3 : number);
  }
  const parsed = text.length > 40 ? Number.NaN : Date.parse(text);
  return Number.isNaN(parsed) ? undefined : parsed * 1000;
}
