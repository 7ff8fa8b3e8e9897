import { join } from 'node:path';
import type { InputAnalysis } from '../../analysis/index.ts';
import { formatMicros } from '../../core/index.ts';
import { buildReport, incidentTitle, isTelling, renderHtml, renderJson, reportStem } from '../../sinks/report/index.ts';
import { writeDurably } from '../../store/index.ts';
import { counted } from '../output.ts';
import { alertJson } from './alert-json.ts';
import type { OwnIncident } from './own-incidents.ts';

/** Groups of one input, and incidents, that are shown; the report and `vedette incidents list` have the others. */
const MOST_GROUPS = 10;
const MOST_INCIDENTS = 10;
const BAND_NAMES = { low: 'LOW', notify: 'MEDIUM', high: 'HIGH', critical: 'CRITICAL' } as const;

export interface AnalysedInput {
  readonly analysis: InputAnalysis;
  /** Report files that were written. */
  readonly files: readonly string[];
  /** Path of a list of alerts: its incidents are read from it again, not kept in the home. */
  readonly alertList?: string;
}

export async function writeReport(folder: string, analysis: InputAnalysis): Promise<string[]> {
  const report = buildReport(analysis.report);
  const stem = join(folder, reportStem(report));
  const files = [`${stem}.report.json`, `${stem}.html`];
  await writeDurably(files[0] as string, new TextEncoder().encode(renderJson(report)));
  await writeDurably(files[1] as string, new TextEncoder().encode(renderHtml(report)));
  return files;
}

/** What `analyze -o json` prints. */
export function analysisJson(analyses: readonly AnalysedInput[], incidents: readonly OwnIncident[]): Record<string, unknown> {
  return {
    inputs: analyses.map(({ analysis: { input } }) => input),
    alerts: analyses.flatMap(({ analysis }) => analysis.alerts.map(({ alert }) => alertJson(alert))),
    reports: analyses.flatMap(({ files }) => files),
    incidents,
  };
}

/** What `analyze` tells people. Notes that every input of several has are told once, at the end. */
export function analysisLines(analyses: readonly AnalysedInput[], incidents: readonly OwnIncident[]): string[] {
  const reports = analyses.map(({ analysis }) => buildReport(analysis.report));
  const [first, ...others] = reports;
  const shared = new Set(
    others.length === 0 || first === undefined
      ? []
      : first.warnings.map(({ text }) => text).filter((text) => others.every(({ warnings }) => warnings.some((one) => one.text === text))),
  );
  const lines = incidentLines(incidents);
  for (const [i, { analysis, files, alertList }] of analyses.entries()) {
    const report = reports[i] as (typeof reports)[number];
    const { name, format, lines: many } = analysis.input;
    lines.push(`${name} (${format}, ${counted(many, report.noun ?? 'event')})`);
    lines.push(`  ${report.summary.headline}`);
    for (const group of report.groups.slice(0, MOST_GROUPS)) {
      lines.push(`  ${group.level.toUpperCase().padEnd(8)} ${group.title}${group.units > 1 ? ` (${group.units} times)` : ''}`);
      const [finding] = group.findings;
      if (finding !== undefined) lines.push(`           ${finding.why}`, `           ${showing(finding.id.slice(0, 12), alertList)}`);
    }
    const more = analysis.report.groups.length - MOST_GROUPS;
    if (more > 0) lines.push(`  and ${more} more ${more === 1 ? 'pattern' : 'patterns'}: see the report`);
    for (const { code, text } of report.warnings) if (code !== 'sessions' && !shared.has(text)) lines.push(`  note: ${text}`);
    lines.push(`  ${files.at(-1)}`);
  }
  for (const text of shared) lines.push(`note on all inputs: ${text}`);
  return lines;
}

/** Findings that belong together come before all else. */
function incidentLines(incidents: readonly OwnIncident[]): string[] {
  const lines: string[] = [];
  const telling = incidents.filter(isTelling).slice(0, MOST_INCIDENTS);
  for (const incident of telling) {
    const { id, band, sentence, start, lastEvidence, techniques, alerts, shared: joined } = incident;
    const of = joined ? ', with those of earlier analyses of this time' : '';
    const attack = techniques.length === 0 ? '' : `, ATT&CK ${techniques.join(' ')}`;
    lines.push(
      `INCIDENT ${BAND_NAMES[band]}  ${incidentTitle(incident)}`,
      `  ${counted(alerts, 'alert')}${of}, ${formatMicros(start)} to ${formatMicros(lastEvidence)}${attack}`,
      `  ${sentence}`,
      `  vedette incidents show ${id.slice(0, 12)}`,
    );
  }
  const rest = incidents.filter(isTelling).length - MOST_INCIDENTS;
  if (rest > 0) lines.push(`and ${rest} more ${rest === 1 ? 'incident' : 'incidents'}: vedette incidents list`);
  return lines;
}

function showing(id: string, alertList: string | undefined): string {
  return alertList === undefined ? `vedette alerts show ${id}` : `vedette incidents show ${id} ${alertList}`;
}
