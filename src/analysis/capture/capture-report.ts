import { rankGroups } from '../../alerts/index.ts';
import type { EventBatch } from '../../core/index.ts';
import { RULES } from '../../detectors/packet-windows/index.ts';
import type { FlowRecord } from '../../parsers/packets/index.ts';
import { type ReportInput, type ReportWarning, reportName } from '../../sinks/report/index.ts';
import type { FileInput } from '../../sources/index.ts';
import { MeteredFlows } from '../../training/flows/index.ts';
import type { InputAnalysis } from '../analyze.ts';
import { MOST_NAMED, namedFlows, withLeft } from '../events/named-flows.ts';
import { foundAlerts } from '../found-alerts.ts';
import type { AnalysisOptions } from '../options.ts';
import type { LearntPairs } from '../pairs/unusual-flows.ts';
import { SignatureAnalysis } from '../signatures.ts';
import { analyzeCapture, type CaptureAnalysis } from './analyze-capture.ts';
import { packetTexts } from './packet-texts.ts';

/** The same kind of report as of a log: packets instead of lines, window rules, use cases, and flows unlike ordinary ones. */
export async function captureReport(
  input: FileInput,
  options: Pick<
    AnalysisOptions,
    'tenant' | 'program' | 'seed' | 'top' | 'progress' | 'promise' | 'labels' | 'signatures' | 'flowModel' | 'homeNetworks'
  > & {
    readonly pairs?: LearntPairs;
  },
  progress: (share: number, what: string) => void = options.progress,
): Promise<InputAnalysis> {
  const { tenant, program, seed, top, promise, labels, pairs, flowModel, homeNetworks } = options;
  const sigma = await SignatureAnalysis.open(input.name, options);
  const metered = flowModel && new MeteredFlows(input.name, MOST_NAMED);
  const analysis = await analyzeCapture(input, {
    ...(metered && { onFlow: (flow: FlowRecord) => metered.add(flow) }),
    ...(sigma && { onEvents: (batch: EventBatch) => sigma.add(batch) }),
    ...(homeNetworks && { homeNetworks }),
    program,
    seed,
    keepFlows: 0,
    progress: (share) => progress(share * 0.9, `reading ${input.name}`),
    unusual: { promise, labels, ...(pairs && { baseline: pairs }) },
  });
  const unusual = analysis.unusual.findings.slice(0, top);
  const matched = sigma?.findings(input.name, { ...analysis.lineage, feature: 'sigma' }) ?? [];
  const flows = metered?.table(analysis.sha256);
  const named =
    flowModel && flows
      ? withLeft(
          await namedFlows(flows, flowModel, { source: input.name, promise, lineage: analysis.lineage }),
          flowModel,
          metered?.left ?? 0,
        )
      : undefined;
  const known = named?.findings.slice(0, top) ?? [];
  const { name, bytes, sha256, packets, first, last } = analysis;
  const byRules = analysis.detections.slice(0, top).map((detection) => ({ detection }));
  const found = foundAlerts(tenant, sha256, [...unusual, ...byRules, ...known, ...matched]);
  const alerts = found.map(({ alert }) => alert);
  const evidence = alerts.flatMap((alert) => alert.detection.evidence);
  const series = analysis.histogram.result();
  const unjudged = unjudgedOf(analysis);
  const report: ReportInput = {
    ...reportName(name, 'packets', first),
    tenant,
    inputs: [{ input: name, bytes, sha256 }],
    format: 'packets',
    lines: packets,
    noun: 'packet',
    deadLetters: 0,
    firstEvent: first,
    lastEvent: last,
    detectors: [named?.report, analysis.unusual.report].filter((one) => one !== undefined),
    groups: rankGroups(alerts),
    lineTexts: await packetTexts(input, evidence),
    templates: [],
    ...(series === undefined ? {} : { series }),
    ...(unjudged === undefined ? {} : { unjudged }),
    warnings: [...warningsOf(analysis), ...(named?.warnings ?? []), ...analysis.unusual.warnings, ...(sigma?.warnings() ?? [])],
    program,
  };
  const problem = analysis.problem === undefined ? {} : { problem: analysis.problem };
  return {
    input: { name, bytes, sha256, generation: '', format: 'packets', lines: packets, dead: 0, ...problem },
    report,
    alerts: found,
  };
}

/** Says that no packet of the capture could be looked at. */
function unjudgedOf({ packets, decoded, counters }: CaptureAnalysis): string | undefined {
  if (packets === 0 || decoded > 0) return undefined;
  const link = counters.link_unsupported === packets ? ': its link type is not read' : '';
  return `Nothing could be judged: no packet of ${packets.toLocaleString('en')} could be decoded${link}`;
}

const COUNTED = new Set(['packets', 'flows', 'packets_metered', 'packets_without_flow', 'findings', 'time_backwards']);

function warningsOf({ problem, counters }: CaptureAnalysis): ReportWarning[] {
  const warnings: ReportWarning[] = [];
  if (problem !== undefined) {
    warnings.push({ code: 'damaged', text: `The capture could not be read to its end: ${problem}. What was readable is analysed.` });
  }
  const odd = Object.entries(counters).filter(([name, many]) => many > 0 && !COUNTED.has(name));
  if (odd.length > 0) {
    const list = odd.map(([name, many]) => `${many.toLocaleString('en')} ${name.replaceAll('_', ' ')}`).join(', ');
    warnings.push({ code: 'undecoded', text: `Not everything could be decoded in full: ${list}.` });
  }
  warnings.push({
    code: 'window-rules',
    text: `${Object.keys(RULES).length} window rules looked for floods, scans, brute force and tunnels; they have fixed thresholds and promise no rate of false alarms. Attacks inside single sessions (malware, lateral movement) are not their subject.`,
  });
  return warnings;
}
