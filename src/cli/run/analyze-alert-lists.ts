import { mkdir } from 'node:fs/promises';
import { INCIDENT_BANDS, rankGroups, SEVERITY_LEVELS } from '../../alerts/index.ts';
import type { InputAnalysis } from '../../analysis/index.ts';
import { type Alert, decodeUtf8, type EvidenceLine, type Incident, type IncidentBand, stableId } from '../../core/index.ts';
import { type ReportLine, reportName } from '../../sinks/report/index.ts';
import { listInputs } from '../../sources/index.ts';
import { counted } from '../output.ts';
import { programVersion } from '../version.ts';
import { type AlertList, incidentsOfLists } from './alert-lists.ts';
import { type AnalysedInput, writeReport } from './analysis-lines.ts';

const SEVERITY: Readonly<Record<IncidentBand, number>> = {
  low: 10,
  notify: SEVERITY_LEVELS.medium,
  high: SEVERITY_LEVELS.high,
  critical: SEVERITY_LEVELS.critical,
};
const MOST_LINES = 50;

/** Lists of other programs' alerts, each for itself: what is worth telling of them is their incidents, one alert each. */
export async function analyzeAlertLists(
  paths: readonly string[],
  options: { readonly tenant: string; readonly seed: number; readonly out: string },
): Promise<AnalysedInput[]> {
  const inputs = await listInputs(paths);
  await mkdir(options.out, { recursive: true });
  const analyses: AnalysedInput[] = [];
  for (const { path } of inputs) {
    const { incidents, lists } = await incidentsOfLists([path], options.tenant, []);
    const told = incidents.filter(({ score, learning }) => score >= INCIDENT_BANDS.notify && !learning);
    for (const list of lists) {
      const analysis = analysisOf(list, told, options);
      analyses.push({ analysis, files: await writeReport(options.out, analysis), alertList: path });
    }
  }
  return analyses;
}

function analysisOf(list: AlertList, incidents: readonly Incident[], options: { tenant: string; seed: number }): InputAnalysis {
  const { input, bytes, sha256, badRows } = list;
  const prefix = `${stableId(input)}-`;
  const starts = lineStarts(list.content);
  const alerts = incidents.map((incident) => alertOf(incident, linesOf(incident, prefix, starts, input), list, options));
  const [first = Number.NaN, last = Number.NaN] = [list.alerts[0]?.time, list.alerts.at(-1)?.time];
  const lines = list.alerts.length;
  return {
    input: { name: input, bytes, sha256, generation: '', format: 'alerts', lines, dead: badRows },
    alerts: alerts.map((alert) => ({ alert, row: new Uint8Array() })),
    report: {
      ...reportName(input, 'alerts', first),
      tenant: options.tenant,
      inputs: [{ input, bytes, sha256 }],
      format: 'alerts',
      lines,
      noun: 'alert',
      deadLetters: badRows,
      firstEvent: first,
      lastEvent: last,
      detectors: [],
      groups: rankGroups(alerts),
      incidents,
      lineTexts: alerts.flatMap(({ detection }) => detection.evidence.map((line) => textOf(line, list.content))),
      templates: [],
      warnings: [
        {
          code: 'incidents',
          text: 'Incidents join alerts that are surprising against the own past of their hosts; what began on the first day teaches and is not told.',
        },
        ...(badRows > 0 ? [{ code: 'unparsed', text: `${badRows} rows are no alert and were left out.` }] : []),
      ],
      program: programVersion(),
    },
  };
}

function alertOf(incident: Incident, evidence: EvidenceLine[], list: AlertList, options: { tenant: string; seed: number }): Alert {
  const { id, hosts, start, lastEvidence, score, sentence, techniques, types, tactics } = incident;
  const chain = tactics.length === 0 ? '' : `, from ${tactics[0]} to ${tactics.at(-1)}`;
  return {
    id,
    tenant: options.tenant,
    state: 'open',
    group: id,
    count: 1,
    lastSeen: lastEvidence,
    notified: true,
    detection: {
      id,
      detector: 'incidents',
      source: list.input,
      key: id,
      entity: hosts[0] ?? list.input,
      related: hosts.slice(1),
      start,
      end: lastEvidence,
      score,
      pValue: Number.NaN,
      threshold: INCIDENT_BANDS.notify,
      extrapolated: false,
      severity: SEVERITY[incident.band],
      title: sentence,
      techniques: [...techniques],
      explanation: {
        what: sentence,
        why: `${counted(incident.alerts, 'alert')} of ${counted(types.length, 'type')} on ${counted(incident.hostCount, 'host')} are together surprising to a score of ${score.toFixed(1)}${chain}.`,
        harmless: ['A change, test or maintenance that touched these hosts for the first time.'],
        next: [`See its timeline: vedette incidents show ${id.slice(0, 12)} ${list.input}`],
        contributions: types.map(({ title, share, surprise }) => ({
          subject: title,
          observed: `a surprise of ${surprise.toFixed(2)}`,
          expected: 'about 0 where it is usual',
          share,
          seenBefore: 0,
        })),
        evidence,
      },
      evidence,
      lineage: {
        inputs: [{ input: list.input, generation: '', from: 0, to: list.bytes, sha256: list.sha256 }],
        configHash: '',
        feature: 'alerts',
        model: 'incidents',
        modelSha256: '',
        epoch: 0,
        program: programVersion(),
        seed: options.seed,
      },
    },
  };
}

/** The lines of this list that an incident is made of, in order. */
function linesOf({ timeline, evidence }: Incident, prefix: string, starts: Uint32Array, input: string): EvidenceLine[] {
  const times = new Map<number, number>();
  for (const { alertId, time } of [...evidence, ...timeline]) {
    if (alertId.startsWith(prefix)) times.set(Number(alertId.slice(prefix.length)), time);
  }
  return [...times]
    .sort(([a], [b]) => a - b)
    .slice(0, MOST_LINES)
    .map(([line, time]) => {
      const offset = starts[line - 1] ?? 0;
      return { input, line, offset, length: Math.max(0, (starts[line] ?? offset) - offset), time };
    });
}

/** Offset of every line, and the end of the last. */
function lineStarts(content: Uint8Array): Uint32Array {
  const starts = [0];
  for (let end = content.indexOf(10); end >= 0; end = content.indexOf(10, end + 1)) starts.push(end + 1);
  if (starts.at(-1) !== content.length) starts.push(content.length);
  return Uint32Array.from(starts);
}

function textOf({ input, line, offset, length }: EvidenceLine, content: Uint8Array): ReportLine {
  return { input, line, offset, length, text: decodeUtf8(content, offset, offset + length).replace(/[\r\n]+$/, '') };
}
