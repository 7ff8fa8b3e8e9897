import { alertsOf, rankGroups } from '../../alerts/index.ts';
import { SensorAlerts } from '../../detectors/sensor-alerts/index.ts';
import { USE_CASES } from '../../detectors/use-cases/index.ts';
import { type ReportInput, type ReportWarning, reportName } from '../../sinks/report/index.ts';
import type { FileInput } from '../../sources/index.ts';
import type { InputAnalysis } from '../analyze.ts';
import { lineTexts } from '../evidence-text.ts';
import type { AnalysisOptions } from '../options.ts';
import { SignatureAnalysis } from '../signatures.ts';
import { analyzeEvents, type EventAnalysis } from './analyze-events.ts';
import { type EventFormat, eventFormat } from './event-files.ts';
import { flowAlarms } from './flow-alarms.ts';
import { RuleRun } from './rule-run.ts';

/** Least severity of a sensor's alert that is worth one of ours. */
const MIN_SEVERITY = 25;

/** A file of events with its format. */
export interface EventFile {
  readonly input: FileInput;
  readonly format: EventFormat;
}

/** Files of flows and sensor events, told by their first lines whatever they are called, and the rest. */
export async function splitEvents(inputs: readonly FileInput[]): Promise<{ events: EventFile[]; records: FileInput[] }> {
  const events: EventFile[] = [];
  const records: FileInput[] = [];
  for (const input of inputs) {
    const format = await eventFormat(input);
    if (format === undefined) records.push(input);
    else events.push({ input, format });
  }
  return { events, records };
}

/** The same kind of report as of a log: events instead of lines, use cases instead of learnt detectors. */
export async function eventReport(
  { input, format }: EventFile,
  options: Pick<AnalysisOptions, 'tenant' | 'program' | 'seed' | 'top' | 'progress' | 'signatures' | 'labels' | 'promise' | 'flowAlarm'>,
  progress: (share: number, what: string) => void = options.progress,
): Promise<InputAnalysis> {
  const { tenant, program, seed, top, promise, flowAlarm } = options;
  const sensors = ['suricata', 'zeek'].map((engine) => new RuleRun(engine, new SensorAlerts(engine, MIN_SEVERITY)));
  const sigma = await SignatureAnalysis.open(input.name, options);
  const analysis = await analyzeEvents(input, format, {
    program,
    seed,
    onEvents(batch) {
      for (const sensor of sensors) sensor.take(batch);
      sigma?.add(batch);
    },
    progress: (share) => progress(share * 0.9, `reading ${input.name}`),
  });
  const lineage =
    flowAlarm === undefined ? analysis.lineage : { ...analysis.lineage, model: flowAlarm.name, modelSha256: flowAlarm.sha256 };
  const matched = sigma?.findings(input.name, { ...lineage, feature: 'sigma' }) ?? [];
  const rowOf = new Map(matched.map(({ detection, row }) => [detection.id, row]));
  const novelty =
    flowAlarm === undefined || format !== 'flow-csv'
      ? undefined
      : await flowAlarms(input.path, flowAlarm, { source: input.name, promise, lineage });
  const alerts = alertsOf(tenant, [
    ...(novelty?.detections.slice(0, top) ?? []),
    ...analysis.detections.slice(0, top).map((detection) => ({ ...detection, lineage })),
    ...sensors.flatMap((sensor) => sensor.detections(input.name, tenant, format, lineage)),
    ...matched.map(({ detection }) => detection),
  ]);
  const { name, bytes, sha256, lines, dead } = analysis.input;
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
    detectors: novelty === undefined ? [] : [novelty.report],
    groups: rankGroups(alerts),
    lineTexts: await lineTexts(
      input,
      alerts.flatMap((alert) => alert.detection.evidence),
    ),
    templates: [],
    ...(series === undefined ? {} : { series }),
    warnings: [...warningsOf(analysis, novelty !== undefined), ...(novelty?.warnings ?? []), ...(sigma?.warnings() ?? [])],
    program,
  };
  return {
    input: analysis.input,
    report,
    alerts: alerts.map((alert) => ({ alert, row: rowOf.get(alert.detection.id) ?? new Uint8Array() })),
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
