import {
  type AlertObservation,
  byScore,
  INCIDENT_BANDS,
  type Incident,
  type IncidentBand,
  IncidentEngine,
  importAlertCsv,
  isAlertHeader,
  observationOf,
} from '../../alerts/index.ts';
import { formatMicros, VedetteError } from '../../core/index.ts';
import { headBytes, listInputs, readFiles } from '../../sources/index.ts';
import type { CommonOptions } from '../options.ts';
import { EXIT, print, printJson } from '../output.ts';
import { openOperations } from './open-operations.ts';

interface IncidentsOptions extends CommonOptions {
  readonly expected: readonly string[];
}

const MAX_BYTES = 400 * 1024 * 1024;
const MAX_KEPT_ALERTS = 100_000;

/** Returns the highest score listed. */
export async function listIncidents(
  paths: readonly string[],
  options: IncidentsOptions & { band: IncidentBand; limit: number; learning?: boolean },
): Promise<number> {
  const { incidents, alerts, echoes } = await incidentsOf(paths, options);
  const least = options.band === 'low' ? Number.NEGATIVE_INFINITY : INCIDENT_BANDS[options.band];
  const wanted = incidents.filter(({ score, learning }) => score >= least && (options.learning === true || !learning));
  const best = wanted[0]?.score ?? 0;
  if (options.output === 'json') {
    printJson({ alerts, echoes, incidents: wanted.slice(0, options.limit) });
    return best;
  }
  for (const one of wanted.slice(0, options.limit)) {
    print(`${one.id.slice(0, 12)}  ${one.band.padEnd(8)} ${one.score.toFixed(1).padStart(6)}  ${formatMicros(one.start)}  ${one.sentence}`);
  }
  if (wanted.length > options.limit) print(`More than ${options.limit}: use --limit.`);
  print(`${wanted.length} ${wanted.length === 1 ? 'incident' : 'incidents'} of ${alerts} alerts, ${echoes} of them echoes of others.`);
  return best;
}

export async function showIncident(id: string, paths: readonly string[], options: IncidentsOptions): Promise<void> {
  const { incidents } = await incidentsOf(paths, options);
  const [found, another] = incidents.filter((one) => one.id.startsWith(id.replace(/…$/, '')));
  if (found === undefined || another !== undefined) {
    throw new VedetteError('ALERT_MISSING', `${found === undefined ? 'no' : 'more than one'} incident begins with ${id}`, {
      hint: 'See vedette incidents list --band low --learning with the same paths.',
    });
  }
  if (options.output === 'json') printJson(found);
  else print(describe(found));
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

/** `analyze` on lists of alerts. Severities of `--fail-on` are the bands; medium and below mean notify. */
export async function analyzeAlertLists(
  paths: readonly string[],
  options: CommonOptions,
  failOn?: 'low' | 'medium' | 'high' | 'critical',
): Promise<void> {
  const best = await listIncidents(paths, { ...options, expected: [], band: 'notify', limit: 1000 });
  if (failOn === undefined) return;
  const least = failOn === 'high' || failOn === 'critical' ? INCIDENT_BANDS[failOn] : INCIDENT_BANDS.notify;
  if (best >= least) process.exitCode = EXIT.alert;
}

async function incidentsOf(
  paths: readonly string[],
  options: IncidentsOptions,
): Promise<{ incidents: Incident[]; alerts: number; echoes: number }> {
  const observations = paths.length > 0 ? await importedAlerts(paths) : await keptAlerts(options);
  const incidents: Incident[] = [];
  const engine = new IncidentEngine(options.tenant, (incident) => incidents.push(incident));
  engine.expect(options.expected.map(ruleOf));
  for (const alert of observations.sort((a, b) => a.time - b.time)) engine.add(alert);
  engine.end();
  const { alerts, echoes } = engine.counters();
  return { incidents: incidents.sort(byScore), alerts, echoes };
}

function ruleOf(text: string) {
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

async function keptAlerts(options: CommonOptions): Promise<AlertObservation[]> {
  const operations = await openOperations(options);
  try {
    const kept: AlertObservation[] = [];
    let cursor: string | undefined;
    do {
      const page = await operations.listAlerts({ limit: 1000, ...(cursor === undefined ? {} : { cursor }) });
      kept.push(...page.items.map(observationOf));
      cursor = page.cursor;
    } while (cursor !== undefined && kept.length < MAX_KEPT_ALERTS);
    return kept;
  } finally {
    await operations.close();
  }
}

function describe(one: Incident): string {
  return [
    one.sentence,
    '',
    `  incident   ${one.id}${one.learning ? ' (on the first day, which teaches)' : ''}`,
    `  score      ${one.score.toFixed(1)}, ${one.band}`,
    `  time       ${formatMicros(one.start)} to ${formatMicros(one.lastEvidence)}`,
    `  hosts      ${one.hosts.join(', ')}`,
    `  detectors  ${one.detectors.join(', ')}`,
    `  kill chain ${one.tactics.length === 0 ? 'not known' : one.tactics.join(' > ')}`,
    `  alerts     ${one.alerts}`,
    '',
    'What it is made of',
    ...one.types
      .slice(0, 15)
      .map(({ title, share, surprise }) => `  ${(100 * share).toFixed(0).padStart(3)} %  ${title} (surprise ${surprise.toFixed(2)})`),
    '',
    'Timeline',
    ...one.timeline.slice(0, 40).map(({ time, host, detector, title }) => `  ${formatMicros(time)}  ${host}: ${title} (${detector})`),
  ].join('\n');
}
