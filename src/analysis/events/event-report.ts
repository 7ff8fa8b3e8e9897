import { rankGroups } from '../../alerts/index.ts';
import type { EventBatch } from '../../core/index.ts';
import { SensorAlerts } from '../../detectors/sensor-alerts/index.ts';
import { USE_CASES } from '../../detectors/use-cases/index.ts';
import { type ReportInput, type ReportWarning, reportName } from '../../sinks/report/index.ts';
import { readFlows } from '../../training/flows/index.ts';
import type { InputAnalysis } from '../analyze.ts';
import { lineTexts } from '../evidence-text.ts';
import { foundAlerts } from '../found-alerts.ts';
import type { AnalysisOptions } from '../options.ts';
import { type LearntPairs, UnusualFlows } from '../pairs/unusual-flows.ts';
import { SignatureAnalysis } from '../signatures.ts';
import { analyzeEvents, type EventAnalysis } from './analyze-events.ts';
import { isFlowTable } from './event-files.ts';
import { GatheredFlows, namedFlows, namedSensorFlows } from './named-flows.ts';
import { RuleRun } from './rule-run.ts';
import type { EventFile } from './split-events.ts';
import { tableAlarms } from './table-alarms.ts';

/** Least severity of a sensor's alert that is worth one of ours. */
const MIN_SEVERITY = 25;

/** The same kind of report as of a log: events instead of lines, use cases, and flows unlike ordinary ones. */
export async function eventReport(
  { input, format }: EventFile,
  options: Pick<
    AnalysisOptions,
    'tenant' | 'program' | 'seed' | 'top' | 'progress' | 'signatures' | 'labels' | 'promise' | 'tableAlarm' | 'flowModel' | 'homeNetworks'
  > & {
    readonly pairs?: LearntPairs;
  },
  progress: (share: number, what: string) => void = options.progress,
): Promise<InputAnalysis> {
  const { tenant, program, seed, top, promise, tableAlarm, flowModel } = options;
  const gathered = new GatheredFlows();
  const sensors = ['suricata', 'zeek'].map((engine) => new RuleRun(engine, new SensorAlerts(engine, MIN_SEVERITY)));
  const sigma = await SignatureAnalysis.open(input.name, options);
  // a table of many columns has an alarm that looks at all of them, once it was taught
  const unusual =
    tableAlarm !== undefined && isFlowTable(format)
      ? undefined
      : new UnusualFlows({ promise, seed, labels: options.labels, ...(options.pairs && { baseline: options.pairs }) });
  const analysis = await analyzeEvents(input, format, {
    ...(options.homeNetworks && { homeNetworks: options.homeNetworks }),
    program,
    seed,
    onEvents(batch) {
      for (const sensor of sensors) sensor.take(batch);
      if (flowModel !== undefined && format !== 'flow-csv') gathered.take(batch);
      sigma?.add(batch);
    },
    ...(unusual && { onOrdered: (batch: EventBatch) => unusual.take(batch) }),
    progress: (share) => progress(share * 0.9, `reading ${input.name}`),
  });
  const lineage =
    tableAlarm === undefined ? analysis.lineage : { ...analysis.lineage, model: tableAlarm.name, modelSha256: tableAlarm.sha256 };
  const matched = sigma?.findings(input.name, { ...lineage, feature: 'sigma' }) ?? [];
  const novelty =
    tableAlarm === undefined || !isFlowTable(format)
      ? undefined
      : await tableAlarms(input.path, tableAlarm, { source: input.name, promise, lineage });
  const named =
    flowModel &&
    (format === 'flow-csv'
      ? await namedFlows(await readFlows([input.path]), flowModel, { source: input.name, promise, lineage })
      : await namedSensorFlows(gathered, flowModel, analysis.input, { promise, lineage }));
  const strange = await unusual?.finish('events', analysis.lineage);
  const byRules = [
    ...(novelty?.detections.slice(0, top) ?? []),
    ...analysis.detections.slice(0, top).map((detection) => ({ ...detection, lineage })),
    ...sensors.flatMap((sensor) => sensor.detections(input.name, tenant, format, lineage)),
  ].map((detection) => ({ detection }));
  const { name, bytes, sha256, lines, dead } = analysis.input;
  const found = foundAlerts(tenant, sha256, [
    ...(strange?.findings.slice(0, top) ?? []),
    ...(named?.findings.slice(0, top) ?? []),
    ...byRules,
    ...matched,
  ]);
  const alerts = found.map(({ alert }) => alert);
  const series = analysis.histogram.result();
  const report: ReportInput = {
    ...reportName(name, format, analysis.first),
    tenant,
    inputs: [{ input: name, bytes, sha256 }],
    format,
    lines,
    noun: 'event',
    deadLetters: dead,
    firstEvent: analysis.first,
    lastEvent: analysis.last,
    detectors: [named?.report, novelty?.report, strange?.report].filter((one) => one !== undefined),
    groups: rankGroups(alerts),
    lineTexts: await lineTexts(
      input,
      alerts.flatMap((alert) => alert.detection.evidence),
    ),
    templates: [],
    ...(series === undefined ? {} : { series }),
    warnings: [
      ...warningsOf(analysis, novelty !== undefined),
      ...(named?.warnings ?? []),
      ...(novelty?.warnings ?? []),
      ...(strange?.warnings ?? []),
      ...(sigma?.warnings() ?? []),
    ],
    program,
  };
  return {
    input: analysis.input,
    report,
    alerts: found,
  };
}

function warningsOf({ input, events, counters }: EventAnalysis, novelty: boolean): ReportWarning[] {
  const warnings: ReportWarning[] = [];
  if (input.problem !== undefined) {
    warnings.push({ code: 'damaged', text: `The file could not be read to its end: ${input.problem}. What was readable is analysed.` });
  }
  const { late = 0, evicted = 0 } = counters;
  if (late > 0)
    warnings.push({ code: 'late', text: `${late.toLocaleString('en')} times an event came too late for a window and was left out of it.` });
  if (evicted > 0) warnings.push({ code: 'evicted', text: `${evicted.toLocaleString('en')} windows were closed early to bound memory.` });
  if (input.lines > 0 && input.undated === input.lines) {
    warnings.push({
      code: 'undated',
      text: `The flows have no times, so no use case could look at a window of them. ${
        novelty ? '' : 'Give --baseline with flows known to be normal, or --model, to find those that are unlike them.'
      }`.trim(),
    });
  }
  const kinds = Object.entries(events).map(([kind, many]) => `${many.toLocaleString('en')} ${kind}`);
  warnings.push({
    code: 'use-cases',
    text: `Events: ${kinds.join(', ') || 'none'}. ${USE_CASES.length} use cases looked at windows of them; fixed levels promise no rate of false alarms, and comparisons with a host's own past need a day of it.`,
  });
  return warnings;
}
