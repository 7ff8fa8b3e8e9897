import { dirname } from 'node:path';
import { VedetteError } from '../core/index.ts';
import { type ReportInput, reportStem } from '../sinks/report/index.ts';
import { type FileInput, listInputs, withoutBinary, withoutEmpty } from '../sources/index.ts';
import { createDetector, type InputSummary } from '../training/index.ts';
import { learnBaseline } from './baseline.ts';
import { captureReport, splitCaptures } from './capture/index.ts';
import { eventReport, isFlowTable, learnTableAlarm, splitEvents } from './events/index.ts';
import type { FoundAlert } from './found-alerts.ts';
import { GroupAnalysis } from './group-analysis.ts';
import { groupInputs } from './group-inputs.ts';
import type { AnalysisOptions } from './options.ts';
import { pairBaseline } from './pairs/baseline.ts';
import { seriesReports, splitSeries } from './series/index.ts';

/** What the analysis of one input found. */
export interface InputAnalysis {
  readonly input: InputSummary;
  readonly report: ReportInput;
  readonly alerts: readonly FoundAlert[];
}

/** Finds what is abnormal in finite inputs: one analysis per input, inputs of one kind share what was learnt. No two reports have the same name. */
export async function* analyzeInputs(paths: readonly string[], options: AnalysisOptions): AsyncGenerator<InputAnalysis> {
  await checkSessionDetectors(options.detectors, options.detectorOptions);
  const stems = new Set<string>();
  for await (const analysis of analyzeEach(paths, options)) {
    const report = named(analysis.report, stems);
    stems.add(reportStem(report));
    yield { ...analysis, report };
  }
}

function named(report: ReportInput, taken: ReadonlySet<string>): ReportInput {
  let distinct = report;
  for (let number = 2; taken.has(reportStem(distinct)); number++) distinct = { ...report, type: `${report.type}-${number}` };
  return distinct;
}

async function checkSessionDetectors(names: readonly string[], options: AnalysisOptions['detectorOptions'] = {}): Promise<void> {
  for (const name of names) {
    const { detector } = await createDetector(name, options[name] ?? {});
    if (detector.shape === 'sequences') continue;
    throw new VedetteError('USAGE', `${name} judges ${detector.shape}, no sessions`, {
      hint:
        detector.shape === 'observations' || detector.shape === 'series'
          ? 'novelty, rate and forecast run by themselves where the input has something for them; --detector is for sequence, deeplog or pca.'
          : '--detector takes sequence, deeplog or pca.',
    });
  }
}

async function* analyzeEach(paths: readonly string[], options: AnalysisOptions): AsyncGenerator<InputAnalysis> {
  const inputs = withoutEmpty(await listInputs(paths));
  const root = rootOf(inputs);
  const { captures, records: others } = await splitCaptures(inputs);
  const { events, records: tables } = options.format === undefined ? await splitEvents(others) : { events: [], records: others };
  const { series, records } =
    options.format === undefined
      ? await splitSeries(tables)
      : options.format === 'series'
        ? { series: tables, records: [] }
        : { series: [], records: tables };
  if (options.forecast !== undefined && series.length === 0) {
    throw new VedetteError('MODEL_MISMATCH', `${options.forecast.name} forecasts readings, and none of the inputs holds readings`, {
      hint: 'Name a model of what the inputs hold, or none.',
    });
  }
  const groups = groupInputs(await withoutBinary(records, inputs.length, (name) => options.note?.(`${name} is no text and was left out`)));
  if (options.flowModel !== undefined && captures.length + events.length === 0)
    throw unsuited(options.flowModel.name, 'flows, and none of the inputs holds flows or packets');
  if (options.model !== undefined && groups.length === 0)
    throw unsuited(options.model.name, 'sessions of lines, and none of the inputs holds lines');
  if (options.model !== undefined && options.model.feature === undefined && options.templates === undefined) {
    throw new VedetteError('MODEL_MISMATCH', `${options.model.name} learnt from session files, whose event ids no line of a log has`, {
      hint: 'Give --templates with the text of its event ids, train on logs of this kind, or use `vedette score` for session files.',
    });
  }
  const baseline = options.baseline.length === 0 || groups.length === 0 ? undefined : await learnBaseline(options);
  const parts = captures.length + events.length + groups.length + Math.sign(series.length);
  const traffic = captures.length > 0 || events.some(({ format }) => !isFlowTable(format));
  const pairs = traffic && options.baseline.length > 0 ? await pairBaseline(options) : undefined;
  const taught = pairs === undefined ? {} : { pairs };
  let done = 0;
  const share = (part: number, what: string): void => options.progress((done + part) / parts, what);
  for (const capture of captures) {
    yield await captureReport(capture, { ...options, ...taught }, share);
    done++;
  }
  const tabled = events.some(({ format }) => isFlowTable(format));
  const tableAlarm = options.tableAlarm ?? (tabled && options.baseline.length > 0 ? await learnTableAlarm(options) : undefined);
  for (const file of events) {
    yield await eventReport(file, { ...options, ...taught, ...(tableAlarm && { tableAlarm }) }, share);
    done++;
  }
  if (series.length > 0) {
    yield* seriesReports(series, options, share);
    done++;
  }
  for (const group of groups) {
    yield* new GroupAnalysis(group, root, options, baseline, share).run();
    done++;
  }
}

function unsuited(name: string, what: string): VedetteError {
  return new VedetteError('MODEL_MISMATCH', `${name} scores ${what}`, { hint: 'Name a model of what the inputs hold, or none.' });
}

/** Names are relative to this folder in `listInputs`; found back from the first input. */
function rootOf(inputs: readonly FileInput[]): string {
  const [first] = inputs;
  if (first === undefined) return '.';
  const name = first.name.split('!')[0] as string;
  const path = first.path.split('!')[0] as string;
  return path.endsWith(name) ? path.slice(0, path.length - name.length) || '/' : dirname(path);
}
