import {
  type Alert,
  canonicalJson,
  type Detection,
  formatMicros,
  type HandledAlert,
  type Lineage,
  type Occurrence,
  VedetteError,
  type Verdict,
} from '../../core/index.ts';
import { levelOf } from '../../sinks/report/index.ts';
import type { CommonOptions } from '../options.ts';
import { EXIT, print, printJson } from '../output.ts';
import { alertJson } from './alert-json.ts';
import { evidenceLines } from './alert-lines.ts';
import { openOperations } from './open-operations.ts';

const MOST_LINES = 20;
const VERDICTS: readonly Verdict[] = ['true-positive', 'false-positive', 'benign'];

export async function listAlerts(options: CommonOptions & { limit: number; state?: Alert['state']; detector?: string }): Promise<void> {
  const operations = await openOperations(options);
  try {
    const page = await operations.listAlerts({
      limit: options.limit,
      ...(options.state === undefined ? {} : { state: options.state }),
      ...(options.detector === undefined ? {} : { detector: options.detector }),
    });
    if (options.output === 'json') {
      printJson({ alerts: page.items.map(alertJson), cursor: page.cursor ?? null });
      return;
    }
    for (const alert of page.items) print(oneLine(alert));
    if (page.items.length === 0) print('No alerts.');
    if (page.cursor !== undefined) print(`More than ${options.limit}: use --limit.`);
  } finally {
    await operations.close();
  }
}

function oneLine(alert: HandledAlert): string {
  const { detection, state, assignee, verdict } = alert;
  const handled = [state === 'open' ? undefined : state, assignee, verdict].filter((part) => part !== undefined).join(', ');
  return `${alert.id.slice(0, 12)}  ${levelOf(detection.severity).padEnd(8)} ${formatMicros(detection.start).padEnd(20)} ${detection.entity}: ${detection.title}${handled === '' ? '' : ` [${handled}]`}`;
}

export async function showAlert(id: string, options: CommonOptions & { details?: boolean }): Promise<void> {
  const operations = await openOperations(options);
  try {
    const alert = await operations.getAlert(id);
    if (options.output === 'json') printJson(alertJson(alert));
    else print(...describe(alert, await evidenceLines(alert, operations, MOST_LINES), options.details === true));
  } finally {
    await operations.close();
  }
}

function describe(alert: HandledAlert, evidence: readonly string[], details: boolean): string[] {
  const { detection } = alert;
  const { explanation } = detection;
  const lines = [
    `${detection.title}`,
    '',
    `${explanation.why}`,
    '',
    `  alert      ${alert.id} (${[alert.state, alert.verdict, alert.assignee && `${alert.assignee} is on it`].filter(Boolean).join(', ')})`,
    `  severity   ${detection.severity} of 100, ${levelOf(detection.severity)}`,
    `  entity     ${detection.entity}${detection.key === detection.entity ? '' : `, session ${detection.key}`}`,
    `  time       ${formatMicros(detection.start)} to ${formatMicros(detection.end)}`,
    `  seen       ${alert.count === 1 ? 'once' : `${alert.count} times, last ${formatMicros(alert.lastSeen)}`}`,
    '',
    'Observed against expected',
    ...explanation.contributions.slice(0, 8).map((one) => `  ${one.text ?? one.subject}: ${one.observed}; expected ${one.expected}`),
  ];
  if ((explanation.expectedNext?.length ?? 0) > 0) {
    lines.push(
      '',
      'What usually comes there',
      ...(explanation.expectedNext ?? []).slice(0, 3).map((one) => `  ${one.event} (${Math.round(one.probability * 100)} %)`),
    );
  }
  lines.push('', 'Harmless explanations', ...explanation.harmless.map((text) => `  - ${text}`));
  lines.push('', 'Look at next', ...explanation.next.map((text) => `  - ${text}`));
  if (evidence.length > 0) lines.push('', 'Lines', ...evidence.map((line) => `  ${line}`));
  const { notes, occurrences = [] } = alert;
  if (occurrences.length > 1)
    lines.push('', occurrences.length < alert.count ? 'Seen first and latest' : 'Seen', ...occurrences.flatMap(seen));
  if (notes.length > 0) lines.push('', 'Notes', ...notes.map(({ note, by, at }) => `  ${formatMicros(at)}  ${by}: ${note}`));
  if (details) {
    const { lineage } = detection;
    lines.push(
      '',
      'Details',
      `  detector   ${detection.detector}, ${modelOf(lineage)}`,
      ...rated(detection),
      `  inputs     ${lineage.inputs.map(inputOf).join(', ') || `none: nothing came from ${detection.source}`}`,
      `  config     ${lineage.configHash}, feature ${lineage.feature}, seed ${lineage.seed}, vedette ${lineage.program}`,
    );
  }
  return lines;
}

function seen({ start, key, what, evidence }: Occurrence): string[] {
  return [`  ${formatMicros(start)}  ${key}: ${what}`, `    ${evidence.map(({ input, line }) => `${input}:${line}`).join(', ')}`];
}

/** A rule has a fixed level instead of a model. */
function modelOf({ model, modelSha256 }: Lineage): string {
  return modelSha256 === '' ? `rule or level ${model}` : `model ${model} (sha256 ${modelSha256.slice(0, 16)})`;
}

/** The score, and how rare it is where that is known: fixed rules promise no rate. NaN comes back as null over JSON. */
function rated({ score, pValue, threshold, extrapolated }: Detection): string[] {
  const known = (value: number | null): value is number => value !== null && !Number.isNaN(value);
  const beyond = extrapolated ? ' (extrapolated beyond the calibration)' : '';
  return [
    `  score      ${digits(score)}`,
    known(pValue) ? `  p-value    ${digits(pValue)}${beyond}` : '  p-value    none: a fixed rule',
    ...(known(threshold) ? [`  threshold  p-value ${digits(threshold)}: that share of scored units is promised as false alarms`] : []),
  ];
}

function digits(value: number): string {
  return String(Number(value.toPrecision(4)));
}

/** Bytes of a live input are not hashed: its range names it. */
function inputOf({ input, sha256, from, to }: Lineage['inputs'][number]): string {
  return sha256 === '' ? `${input} bytes ${from} to ${to}` : `${input} sha256 ${sha256.slice(0, 16)}`;
}

export async function labelAlert(id: string, verdict: string | undefined, options: CommonOptions & { note: string }): Promise<void> {
  const known = VERDICTS.find((one) => one === verdict);
  if (verdict !== undefined && known === undefined) {
    throw new VedetteError('USAGE', `${verdict} is no verdict`, { hint: `Use one of ${VERDICTS.join(', ')}.` });
  }
  const operations = await openOperations(options);
  try {
    const entry = await operations.label(id, known, options.note);
    if (options.output === 'json')
      printJson({
        alert_id: entry.alertId,
        verdict: entry.verdict ?? null,
        note: entry.note,
        by: entry.by,
        at: formatMicros(entry.at),
        sequence: entry.sequence,
      });
    else if (known === undefined) print(`${entry.alertId.slice(0, 12)}: label taken back, as if it had never been.`);
    else
      print(
        `${entry.alertId.slice(0, 12)}: ${known}; the detectors apply it from now on. Take it back with: vedette alerts unlabel ${entry.alertId.slice(0, 12)}`,
      );
  } finally {
    await operations.close();
  }
}

export async function replayAlert(id: string, options: CommonOptions): Promise<void> {
  const { stored, again } = await recomputed(id, options);
  const same = canonicalJson(again) === canonicalJson(stored.detection);
  const { lineage, source } = stored.detection;
  const inputs = lineage.inputs.map(({ input }) => input).join(', ') || `the records of ${source} after epoch ${lineage.epoch}`;
  if (options.output === 'json') printJson({ alert_id: stored.id, identical: same, detection: again });
  else if (same) print(`${stored.id.slice(0, 12)}: recomputed byte for byte from ${inputs}.`);
  else print(`${stored.id.slice(0, 12)}: the recomputed finding differs from the stored one.`);
  if (!same) process.exitCode = EXIT.failed;
}

/** What `analyze` found is analysed again; what the running pipeline found is recomputed from the state of its epoch. */
async function recomputed(id: string, options: CommonOptions): Promise<{ stored: Alert; again: Detection }> {
  const operations = await openOperations(options);
  let stored: Alert;
  try {
    stored = await operations.getAlert(id);
    if (stored.detection.lineage.epoch === 0) {
      const { replayAnalysis } = await import('./replay.ts');
      return { stored, again: (await replayAnalysis(stored, operations, options)).detection };
    }
  } finally {
    await operations.close();
  }
  const { replayLive } = await import('./replay-live.ts');
  return { stored, again: await replayLive(stored, options) };
}
