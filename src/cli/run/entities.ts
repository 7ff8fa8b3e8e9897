import { type EntityVerdict, formatMicros, type RatedEntity } from '../../core/index.ts';
import type { CommonOptions } from '../options.ts';
import { print, printJson } from '../output.ts';
import { withOperations } from './open-operations.ts';

interface ListOptions extends CommonOptions {
  readonly verdict?: EntityVerdict;
  readonly limit: number;
}

export async function listEntities({ verdict, limit, ...options }: ListOptions): Promise<void> {
  await withOperations(options, async ({ entities }) => {
    const page = await entities.listEntities({ limit, ...(verdict === undefined ? {} : { verdict }) });
    if (options.output === 'json') {
      printJson({ entities: page.items, counts: page.counts, cursor: page.cursor ?? null });
      return;
    }
    for (const entity of page.items) print(oneLine(entity));
    if (page.cursor !== undefined) print(`More than ${limit}: use --limit.`);
    const { harmful, attacked, suspicious, safe } = page.counts;
    print(`${harmful} harmful, ${attacked} attacked, ${suspicious} suspicious, ${safe} safe.`);
  });
}

export async function showEntity(id: string, options: CommonOptions): Promise<void> {
  const found = await withOperations(options, ({ entities }) => entities.getEntity(id));
  if (options.output === 'json') {
    printJson(found);
    return;
  }
  print(
    `${found.name}: ${found.verdict}, risk ${found.risk} of 100 as of ${formatMicros(found.asOf)}`,
    '',
    `  entity     ${found.id} (${found.kind})`,
    `  seen       ${formatMicros(found.firstSeen)} to ${formatMicros(found.lastSeen)}`,
    `  alerts     ${found.alerts}${found.openAlerts === 0 ? '' : `; ${found.openAlerts} of medium severity or above still open: the risk does not fade below what they weigh`}`,
    '',
    'What counts against it',
    ...found.evidence.map(
      ({ weight, title, kind, detector, count, at, role }) =>
        `  ${weight.toFixed(1).padStart(5)}  ${title} (${role === 'target' ? 'done to it, ' : ''}${kind}, ${detector}, ${count === 1 ? 'once' : `${count} times`}, ${formatMicros(at)})`,
    ),
    '',
    'First seen',
    ...found.facts.map(({ at, fact }) => `  ${formatMicros(at)}  ${fact}`),
    ...(found.incidents.length === 0 ? [] : ['', 'Incidents']),
    ...found.incidents.map(({ id: incident, band, sentence }) => `  ${incident.slice(0, 12)}  ${band}: ${sentence}`),
  );
}

function oneLine({ name, risk, verdict, lastSeen, evidence }: RatedEntity): string {
  const [strongest] = evidence;
  return `${String(risk).padStart(3)}  ${verdict.padEnd(10)} ${name}  ${formatMicros(lastSeen)}${strongest === undefined ? '' : `  ${strongest.title}`}`;
}
