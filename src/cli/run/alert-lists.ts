import { stat } from 'node:fs/promises';
import { type AlertObservation, byScore, IncidentEngine, importAlertCsv, isAlertHeader } from '../../alerts/index.ts';
import { type Incident, VedetteError } from '../../core/index.ts';
import { headBytes, listInputs, readFiles } from '../../sources/index.ts';

const MAX_BYTES = 400 * 1024 * 1024;

/** One list that was read. */
export interface AlertList {
  readonly input: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly alerts: readonly AlertObservation[];
  readonly badRows: number;
  /** As stored, uncompressed. */
  readonly content: Uint8Array;
}

export interface ListedIncidents {
  /** Highest score first. */
  readonly incidents: readonly Incident[];
  readonly lists: readonly AlertList[];
  readonly alerts: number;
  /** Alerts that only repackage others. */
  readonly echoes: number;
}

/** True when all files at these paths are lists of alerts; pipes are not looked into, as that would take their beginning away. */
export async function areAlertLists(paths: readonly string[]): Promise<boolean> {
  for (const path of paths) {
    const known = await stat(path).catch(() => undefined);
    if (known !== undefined && !known.isFile() && !known.isDirectory()) return false;
  }
  const inputs = await listInputs(paths);
  for (const input of inputs) {
    if (!/^[^!]*\.csv(\.gz|\.zst)?$/.test(input.path) || input.bytes === 0) return false;
    const head = new TextDecoder().decode(await headBytes(input, 10_000));
    if (!isAlertHeader(head.split('\n', 1)[0] ?? '')) return false;
  }
  return inputs.length > 0;
}

/** Incidents of alerts in CSV lists; `expected` are written `type@host`. */
export async function incidentsOfLists(paths: readonly string[], tenant: string, expected: readonly string[]): Promise<ListedIncidents> {
  const lists = await readLists(paths);
  const incidents: Incident[] = [];
  const engine = new IncidentEngine(tenant, (incident) => incidents.push(incident));
  engine.expect(expected.map(ruleOf));
  for (const alert of lists.flatMap((list) => list.alerts).sort((a, b) => a.time - b.time)) engine.add(alert);
  engine.end();
  const { alerts, echoes } = engine.counters();
  return { incidents: incidents.sort(byScore), lists, alerts, echoes };
}

/** `type@host` as a rule without a user. */
export function ruleOf(text: string): { id: string; type: string; host: string; reason: string } {
  const at = text.lastIndexOf('@');
  if (at < 1) throw new VedetteError('USAGE', `${text} is no type@host`, { hint: 'Write the type of the alert, @ and the host.' });
  return { id: text, type: text.slice(0, at), host: text.slice(at + 1), reason: 'command line' };
}

async function readLists(paths: readonly string[]): Promise<AlertList[]> {
  const parts = new Map<string, Uint8Array[]>();
  let bytes = 0;
  const files = readFiles(paths, { digest: true });
  for await (const batch of files.read({ positions: [] }, new AbortController().signal)) {
    bytes += batch.bytes.length;
    if (bytes > MAX_BYTES)
      throw new VedetteError('LIMIT_EXCEEDED', `the lists hold more than ${MAX_BYTES} bytes`, { hint: 'Give fewer files at once.' });
    const known = parts.get(batch.input) ?? [];
    parts.set(batch.input, known);
    known.push(batch.bytes);
  }
  const stored = new Map((await files.inputs()).map((input) => [input.name, input.bytes]));
  const lists = [...parts].map(([input, list]): AlertList => {
    const content = Buffer.concat(list);
    const { alerts, badRows } = importAlertCsv(content.toString('utf8'), input);
    return { input, bytes: stored.get(input) ?? content.length, sha256: files.digest(input) ?? '', alerts, badRows, content };
  });
  await files.close();
  if (lists.length === 0) throw new VedetteError('INPUT_EMPTY', `${paths.join(', ')} holds no alert`, { hint: 'Check the path.' });
  return lists;
}
