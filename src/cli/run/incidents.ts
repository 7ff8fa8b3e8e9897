import { INCIDENT_BANDS } from '../../alerts/index.ts';
import { formatMicros, type Incident, type IncidentBand, type IncidentHandling, VedetteError } from '../../core/index.ts';
import type { CommonOptions } from '../options.ts';
import { print, printJson } from '../output.ts';
import { incidentsOfLists } from './alert-lists.ts';
import { withOperations } from './open-operations.ts';

interface IncidentsOptions extends CommonOptions {
  readonly expected: readonly string[];
}

interface ListOptions extends IncidentsOptions {
  readonly band: IncidentBand;
  readonly limit: number;
  readonly learning?: boolean;
}

type Shown = Pick<Incident, 'id' | 'band' | 'score' | 'start' | 'sentence'> & Partial<Pick<IncidentHandling, 'state' | 'assignee'>>;

/** Incidents of lists of alerts, or those of the home. */
export async function listIncidents(paths: readonly string[], options: ListOptions): Promise<void> {
  if (paths.length > 0) {
    await listOfPaths(paths, options);
    return;
  }
  await withOperations(options, async ({ incidents }) => {
    const { band, limit } = options;
    const page = await incidents.listIncidents({ band, limit, order: 'score', ...(options.learning === true ? { learning: true } : {}) });
    if (options.output === 'json') {
      printJson({ incidents: page.items, cursor: page.cursor ?? null });
      return;
    }
    for (const one of page.items) print(oneLine(one));
    if (page.items.length === 0) print(`No incidents${band === 'low' ? '' : ` at ${band} or above`}.`);
    if (page.cursor !== undefined) print(`More than ${limit}: use --limit.`);
  });
}

export async function showIncident(id: string, paths: readonly string[], options: IncidentsOptions): Promise<void> {
  const prefix = id.replace(/…$/, '');
  const found =
    paths.length > 0
      ? await ofPaths(prefix, paths, options)
      : await withOperations(options, ({ incidents }) => incidents.getIncident(prefix));
  if (options.output === 'json') printJson(found);
  else print(...describe(found));
}

async function listOfPaths(paths: readonly string[], options: ListOptions): Promise<void> {
  const { incidents, lists, alerts, echoes } = await incidentsOfLists(paths, options.tenant, options.expected);
  const least = options.band === 'low' ? Number.NEGATIVE_INFINITY : INCIDENT_BANDS[options.band];
  const wanted = incidents.filter(({ score, learning }) => score >= least && (options.learning === true || !learning));
  if (options.output === 'json') {
    printJson({ alerts, echoes, incidents: wanted.slice(0, options.limit) });
    return;
  }
  for (const { input, badRows } of lists) if (badRows > 0) print(`${input}: ${badRows} rows are no alert and were left out.`);
  for (const one of wanted.slice(0, options.limit)) print(oneLine(one));
  if (wanted.length > options.limit) print(`More than ${options.limit}: use --limit.`);
  print(`${wanted.length} ${wanted.length === 1 ? 'incident' : 'incidents'} of ${alerts} alerts, ${echoes} of them echoes of others.`);
}

async function ofPaths(prefix: string, paths: readonly string[], options: IncidentsOptions): Promise<Incident> {
  const { incidents } = await incidentsOfLists(paths, options.tenant, options.expected);
  const [found, another] = incidents.filter((one) => one.id.startsWith(prefix));
  if (found !== undefined && another === undefined) return found;
  throw new VedetteError('INPUT_MISSING', `${found === undefined ? 'no' : 'more than one'} incident begins with ${prefix}`, {
    hint: 'See vedette incidents list --band low --learning with the same paths.',
  });
}

function oneLine({ id, band, score, start, sentence, state, assignee }: Shown): string {
  const handled = [state === 'open' ? undefined : state, assignee].filter((part) => part !== undefined).join(', ');
  const head = `${id.slice(0, 12)}  ${band.padEnd(8)} ${score.toFixed(1).padStart(6)}  ${formatMicros(start)}`;
  return `${head}  ${sentence}${handled === '' ? '' : ` [${handled}]`}`;
}

function describe(one: Incident & Partial<IncidentHandling>): string[] {
  const { state, assignee, notes = [] } = one;
  const of = one.evidence.filter(({ expected }) => expected === true);
  const severities = new Map(one.evidence.map(({ alertId, severity }) => [alertId, severity]));
  return [
    one.sentence,
    '',
    `  incident   ${one.id}${one.learning ? ' (on the first day, which teaches)' : ''}${one.growing ? ', still growing' : ''}`,
    ...(state === undefined ? [] : [`  state      ${state}${assignee === undefined ? '' : `, ${assignee} is on it`}`]),
    `  score      ${one.score.toFixed(1)}, ${one.band}`,
    `  time       ${formatMicros(one.start)} to ${formatMicros(one.lastEvidence)}`,
    `  hosts      ${one.hosts.join(', ')}${one.hostCount > one.hosts.length ? ` and about ${one.hostCount - one.hosts.length} more` : ''}`,
    ...(one.users.length === 0 ? [] : [`  users      ${one.users.join(', ')}`]),
    `  detectors  ${one.detectors.join(', ')}`,
    `  kill chain ${one.tactics.length === 0 ? 'not known' : one.tactics.join(' > ')}`,
    ...(one.techniques.length === 0 ? [] : [`  techniques ${one.techniques.join(' ')}`]),
    `  alerts     ${one.alerts}`,
    '',
    'What it is made of',
    ...one.types
      .slice(0, 15)
      .map(({ title, share, surprise }) => `  ${(100 * share).toFixed(0).padStart(3)} %  ${title} (surprise ${surprise.toFixed(2)})`),
    ...(of.length === 0 ? [] : ['', 'Expected there', ...of.slice(0, 15).map(({ host, title, type }) => `  ${host}: ${title} (${type})`)]),
    '',
    'Timeline',
    ...one.timeline.slice(0, 40).map(({ time, host, detector, title, alertId }) => {
      const severity = severities.get(alertId);
      return `  ${formatMicros(time)}  ${host}: ${title} (${detector}${severity === undefined ? '' : `, severity ${severity}`})`;
    }),
    ...(notes.length === 0 ? [] : ['', 'Notes', ...notes.map(({ note, by, at }) => `  ${formatMicros(at)}  ${by}: ${note}`)]),
  ];
}
