import { type AlertObservation, byScore, IncidentEngine, importAlertCsv, isAlertHeader } from '../../alerts/index.ts';
import { type Incident, VedetteError } from '../../core/index.ts';
import { headBytes, listInputs, readFiles } from '../../sources/index.ts';
import { print } from '../output.ts';

const MAX_BYTES = 400 * 1024 * 1024;

export interface ListedIncidents {
  /** Highest score first. */
  readonly incidents: readonly Incident[];
  readonly alerts: number;
  /** Alerts that only repackage others. */
  readonly echoes: number;
}

/** True when every path names lists of alerts; pipes are not looked into, as that would take their beginning away. */
export async function areAlertLists(paths: readonly string[]): Promise<boolean> {
  if (!paths.every((path) => /\.csv(\.gz|\.zst)?$/.test(path))) return false;
  for (const input of await listInputs(paths)) {
    if (input.bytes === 0) return false;
    const head = new TextDecoder().decode(await headBytes(input, 10_000));
    if (!isAlertHeader(head.split('\n', 1)[0] ?? '')) return false;
  }
  return paths.length > 0;
}

/** Incidents of alerts in CSV lists; `expected` are written `type@host`. */
export async function incidentsOfLists(paths: readonly string[], tenant: string, expected: readonly string[]): Promise<ListedIncidents> {
  const observations = await importedAlerts(paths);
  const incidents: Incident[] = [];
  const engine = new IncidentEngine(tenant, (incident) => incidents.push(incident));
  engine.expect(expected.map(ruleOf));
  for (const alert of observations.sort((a, b) => a.time - b.time)) engine.add(alert);
  engine.end();
  const { alerts, echoes } = engine.counters();
  return { incidents: incidents.sort(byScore), alerts, echoes };
}

/** `type@host` as a rule without a user. */
export function ruleOf(text: string): { id: string; type: string; host: string; reason: string } {
  const at = text.lastIndexOf('@');
  if (at < 1) throw new VedetteError('USAGE', `${text} is no type@host`, { hint: 'Write the type of the alert, @ and the host.' });
  return { id: text, type: text.slice(0, at), host: text.slice(at + 1), reason: 'command line' };
}

async function importedAlerts(paths: readonly string[]): Promise<AlertObservation[]> {
  const parts = new Map<string, Uint8Array[]>();
  let bytes = 0;
  const files = readFiles(paths);
  for await (const batch of files.read({ positions: [] }, new AbortController().signal)) {
    bytes += batch.bytes.length;
    if (bytes > MAX_BYTES)
      throw new VedetteError('LIMIT_EXCEEDED', `the lists hold more than ${MAX_BYTES} bytes`, { hint: 'Give fewer files at once.' });
    const known = parts.get(batch.input) ?? [];
    parts.set(batch.input, known);
    known.push(batch.bytes);
  }
  await files.close();
  if (parts.size === 0) throw new VedetteError('INPUT_EMPTY', `${paths.join(', ')} holds no alert`, { hint: 'Check the path.' });
  return [...parts].flatMap(([input, list]) => {
    const read = importAlertCsv(Buffer.concat(list).toString('utf8'), input);
    if (read.badRows > 0) print(`${input}: ${read.badRows} rows are no alert, the first in line ${read.badLines[0]}.`);
    return [...read.alerts];
  });
}
