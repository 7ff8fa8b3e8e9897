import { mkdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import { SEVERITY_LEVELS } from '../../alerts/index.ts';
import { analyzeInputs, type InputAnalysis, withIncidents } from '../../analysis/index.ts';
import type { LabelledRow } from '../../core/index.ts';
import { analysisId, type Operations } from '../../server/index.ts';
import { reportStem } from '../../sinks/report/index.ts';
import { type ModsOptions, modsSelection } from '../commands/mods-options.ts';
import type { ParserOptions } from '../commands/parser-options.ts';
import type { CommonOptions } from '../options.ts';
import { EXIT, note, print, printJson } from '../output.ts';
import { startProgress } from '../progress.ts';
import { withUrls } from '../remote/index.ts';
import { programVersion } from '../version.ts';
import { type AnalysedInput, analysisJson, analysisLines, writeReport } from './analysis-lines.ts';
import { optionsByDetector } from './detector-options.ts';
import { loadAnyModel } from './load-model.ts';
import { openOperations } from './open-operations.ts';
import { isPartOf, isShared, type OwnIncident } from './own-incidents.ts';
import { parsingOptions } from './parsing-options.ts';
import type { RecordedOptions } from './replay.ts';
import { tellRules } from './sigma-rules.ts';
import { PIPED, type SpooledInputs, spoolInputs } from './spooled-inputs.ts';

export interface AnalyzeOptions extends CommonOptions, Omit<ModsOptions, 'timezone'>, ParserOptions {
  readonly out: string;
  readonly baseline: readonly string[];
  readonly model?: string;
  readonly detector: readonly string[];
  readonly option: readonly string[];
  readonly session?: string;
  readonly promise: number;
  readonly top: number;
  readonly homeNetwork: readonly string[];
  readonly rules?: string;
  readonly ownRules: boolean;
  readonly onlySessions?: boolean;
  readonly memory?: number;
  readonly failOn?: 'low' | 'medium' | 'high' | 'critical';
}

const FAIL_ON = { low: 0, ...SEVERITY_LEVELS };

export async function analyze(given: readonly string[], { logFormat, ...others }: AnalyzeOptions): Promise<void> {
  const options = logFormat === undefined ? others : { ...others, format: logFormat };
  const inputs = await spoolInputs(given);
  try {
    await analyzeFiles(inputs, options);
  } finally {
    inputs.close();
  }
}

async function analyzeFiles({ paths, given: recordedPaths }: SpooledInputs, options: AnalyzeOptions): Promise<void> {
  const json = options.output === 'json';
  if (options.format === undefined) {
    const { areAlertLists } = await import('./alert-lists.ts');
    if (await areAlertLists(paths)) {
      const analyses = await (await import('./analyze-alert-lists.ts')).analyzeAlertLists(paths, options);
      show(analyses, [], json);
      fail(analyses, options.failOn);
      return;
    }
  }
  const operations = await openOperations(options);
  const progress = await startProgress('Analysing', json);
  try {
    const given = options.model === undefined ? undefined : await loadAnyModel(options, options.model);
    const model = given?.model ?? given?.flowModel ?? given?.forecast;
    const { timezone: _zone, ...chosen } = modsSelection(options);
    const detectors = options.detector.length > 0 ? options.detector : ['sequence'];
    const detectorOptions = optionsByDetector(options.option, [...detectors, 'novelty', 'rate']);
    const { mining, mixed, readRate, cpuShare, templates } = await parsingOptions(options, options.format);
    const reading = { ...(mining && { mining }), ...(mixed !== undefined && { mixed }) };
    const mods = { ...given?.forecast?.selection, ...chosen };
    const selected = Object.keys(mods).length === 0 ? {} : { mods };
    const analyses: AnalysedInput[] = [];
    const recorded: RecordedOptions = {
      seed: options.seed,
      promise: options.promise,
      timezone: options.timezone ?? 'UTC',
      session: options.session ?? 'auto',
      detectors,
      baseline: options.baseline.map((path) => resolve(path)),
      top: options.top,
      signatures: { own: options.ownRules, ...(options.rules === undefined ? {} : { rules: resolve(options.rules) }) },
      ...(options.format === undefined ? {} : { format: options.format }),
      ...(options.templates === undefined ? {} : { templates: resolve(options.templates) }),
      ...(model === undefined ? {} : { model: model.name }),
      ...(Object.keys(reading).length === 0 ? {} : { parsing: reading }),
      ...(options.option.length === 0 ? {} : { detectorOptions }),
      ...selected,
      ...(options.memory === undefined ? {} : { memory: options.memory }),
      ...(options.homeNetwork.length === 0 ? {} : { homeNetworks: options.homeNetwork }),
      labelled: [],
    };
    const labelled = new Set<string>();
    const { templates: _templates, model: _name, mods: _mods, ...settings } = recorded;
    const analysing = analyzeInputs(paths, {
      ...settings,
      tenant: options.tenant,
      program: programVersion(),
      labels: async (detector): Promise<readonly LabelledRow[]> => {
        const labels = await operations.labels(detector);
        for (const label of labels) labelled.add(label.alertId);
        return labels;
      },
      progress: (share, what) => progress.update(share, what),
      note,
      parsing: { ...reading, ...(readRate !== undefined && { readRate }), ...(cpuShare !== undefined && { cpuShare }) },
      ...(templates === undefined ? {} : { templates }),
      ...(options.onlySessions === true && { onlySessions: true }),
      ...selected,
      ...given,
    });
    await mkdir(options.out, { recursive: true });
    const found: InputAnalysis[] = [];
    let failure: unknown;
    try {
      for await (const analysis of analysing) found.push(analysis);
    } catch (error) {
      failure = error;
    }
    // What was analysed before an input failed is reported all the same.
    const expected = found.length === 0 ? [] : await operations.incidents.expectations('in-force');
    for (const analysis of withIncidents(options.tenant, found, expected)) {
      const files = await writeReport(options.out, analysis);
      const entry = {
        name: reportStem(analysis.report),
        input: analysis.input.name,
        createdAt: Date.now() * 1000,
        alerts: analysis.alerts.length,
        files,
      };
      const ids = new Set(analysis.alerts.map(({ alert }) => analysisId(alert.detection.lineage)));
      const records = [...ids].map((id) => ({
        id,
        paths: recordedPaths.map((path) => (path === PIPED ? path : resolve(path))),
        options: { ...recorded, labelled: [...labelled].sort() },
      }));
      await operations.saveAlerts(analysis.alerts, entry, JSON.parse(withUrls(JSON.stringify(records))) as typeof records);
      analyses.push({ analysis, files });
    }
    if (failure !== undefined) throw failure;
    progress.stop();
    const incidents = await incidentsAmong(operations, analyses);
    show(analyses, incidents, json);
    if (options.rules !== undefined && !json) tellRules(options.rules);
    fail(analyses, options.failOn);
  } finally {
    progress.stop();
    await operations.close();
  }
}

/** Incidents that alerts of these analyses are part of, with what other analyses of the same time added. */
async function incidentsAmong(operations: Operations, analyses: readonly { analysis: InputAnalysis }[]): Promise<readonly OwnIncident[]> {
  const alerts = analyses.flatMap(({ analysis }) => analysis.alerts.map(({ alert }) => alert));
  const times = alerts.flatMap(({ detection: { start, end } }) => [start, end]).filter(Number.isFinite);
  if (times.length === 0) return [];
  const [from, to] = [times.reduce((a, b) => Math.min(a, b)), times.reduce((a, b) => Math.max(a, b)) + 1];
  const { items } = await operations.incidents.listIncidents({ from, to, band: 'notify', learning: true, order: 'score', limit: 100 });
  const found: OwnIncident[] = [];
  for (const item of items) {
    const incident = await operations.incidents.getIncident(item.id);
    if (isPartOf(incident, alerts)) found.push({ ...item, shared: isShared(incident, alerts) });
  }
  return found;
}

function show(analyses: readonly AnalysedInput[], incidents: readonly OwnIncident[], json: boolean): void {
  if (json) printJson(analysisJson(analyses, incidents));
  else for (const line of analysisLines(analyses, incidents)) print(line);
}

function fail(analyses: readonly { analysis: InputAnalysis }[], level: AnalyzeOptions['failOn']): void {
  if (analyses.some(({ analysis }) => analysis.report.unjudged !== undefined)) process.exitCode = EXIT.failed;
  if (level === undefined) return;
  const found = analyses.some(({ analysis }) => analysis.alerts.some(({ alert }) => alert.detection.severity >= FAIL_ON[level]));
  if (found) process.exitCode = EXIT.alert;
}
