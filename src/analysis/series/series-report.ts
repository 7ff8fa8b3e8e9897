import { alertsOf, binomialInterval, rankGroups } from '../../alerts/index.ts';
import { canonicalJson, type EvidenceLine, formatMicros, type Lineage, type SeriesFrame, sha256Hex } from '../../core/index.ts';
import { type ReportDetector, type ReportInput, type ReportLine, type ReportWarning, reportName } from '../../sinks/report/index.ts';
import { type FileInput, listInputs } from '../../sources/index.ts';
import { framesOf, type NamedFrame, readingsOf } from '../../training/series/index.ts';
import type { InputAnalysis } from '../analyze.ts';
import { lineTexts } from '../evidence-text.ts';
import type { AnalysisOptions } from '../options.ts';
import { drawnChannels } from './channel-forecast.ts';
import { type ReadingPlace, SeriesScorer } from './series-scorer.ts';
import { LABEL_COLUMNS, splitSeries } from './split-series.ts';

/** Share of an input that the limits of its devices are learnt from when there is no baseline. */
const LEARNT = 0.4;

const DETECTORS = [
  { name: 'forecast', summary: 'how far a reading lies from what its level and its hour of the week made likely' },
  { name: 'device-faults', summary: 'devices that are stuck, out of range, jumping, noisy, or drift away from their peers' },
] as const;

/** Readings instead of lines: each channel against its own forecast and the usual behaviour of its device. */
export async function* seriesReports(
  inputs: readonly FileInput[],
  options: AnalysisOptions,
  progress: (share: number, what: string) => void,
): AsyncGenerator<InputAnalysis> {
  const frames = await framesOf(inputs, { ignore: LABEL_COLUMNS });
  const baseline = await baselineFrames(options.baseline);
  for (const [i, input] of frames.entries()) {
    yield await reportOf(input, inputs, baseline, options, (share, what) => progress((i + share) / frames.length, what));
  }
}

async function baselineFrames(paths: readonly string[]): Promise<readonly NamedFrame[]> {
  if (paths.length === 0) return [];
  const { series } = await splitSeries(await listInputs(paths));
  return framesOf(series, { ignore: LABEL_COLUMNS });
}

/** The baseline of the same name, else the first with all the channels. */
function baselineOf(input: NamedFrame, baseline: readonly NamedFrame[]): NamedFrame | undefined {
  const same = baseline.find(({ name }) => name === input.name) ?? baseline[0];
  return same !== undefined && input.frame.channels.every((channel) => same.frame.channels.includes(channel)) ? same : undefined;
}

async function reportOf(
  input: NamedFrame,
  files: readonly FileInput[],
  baseline: readonly NamedFrame[],
  options: AnalysisOptions,
  progress: (share: number, what: string) => void,
): Promise<InputAnalysis> {
  const { tenant, seed, promise, program, top } = options;
  const { name, frame, bytes, sha256 } = input;
  const entity = entityOf(name);
  const normal = baselineOf(input, baseline);
  const learntRows = normal === undefined ? Math.floor(frame.rows * LEARNT) : normal.frame.rows;
  const lineage: Lineage = {
    inputs: [{ input: name, generation: '', from: 0, to: bytes, sha256 }],
    configHash: sha256Hex(
      canonicalJson({ detectors: DETECTORS.map((one) => one.name), promise, learnt: LEARNT, baseline: normal?.sha256 ?? '' }),
    ).slice(0, 16),
    feature: 'readings',
    model: normal === undefined ? 'learnt-from-input' : 'learnt-from-baseline',
    modelSha256: '',
    epoch: 0,
    program,
    seed,
  };
  const detectors: ReportDetector[] = [];
  const findings = [];
  for (const [i, { name: detector, summary }] of DETECTORS.entries()) {
    progress(0.1 + 0.4 * i, `${detector} on ${name}`);
    const asItGoes = normal === undefined && detector === 'forecast';
    const learnt =
      normal === undefined ? readingsOf(frame, entity, 0, learntRows) : readingsOf(inOrder(normal.frame, frame.channels), entity);
    const scorer = await SeriesScorer.open(detector, seed, promise, await options.labels(detector), asItGoes ? undefined : learnt);
    const from = normal !== undefined || asItGoes ? 0 : learntRows;
    await scorer.take(readingsOf(frame, entity, from), frame.step, placesOf(name, frame, from));
    const modelSha256 = sha256Hex(await scorer.snapshot());
    findings.push(...scorer.findings(name, { ...lineage, modelSha256 }, top));
    detectors.push(described(scorer, summary, modelSha256, input, normal, learntRows, promise));
  }
  progress(0.9, `forecast of ${name}`);
  const alerts = alertsOf(
    tenant,
    findings.map(({ detection }) => detection),
  );
  const rowOf = new Map(findings.map(({ detection, row }) => [detection.id, row]));
  const undated = frame.undated === true;
  const [first, last] = undated ? [Number.NaN, Number.NaN] : [frame.times[0] as number, frame.times[frame.rows - 1] as number];
  const report: ReportInput = {
    ...reportName(name, 'readings', first),
    tenant,
    inputs: [{ input: name, bytes, sha256 }],
    format: 'readings',
    lines: frame.rows,
    noun: 'row',
    deadLetters: 0,
    firstEvent: first,
    lastEvent: last,
    detectors,
    groups: rankGroups(alerts),
    lineTexts: await textsOf(
      files.find((file) => file.name === name),
      findings.flatMap(({ detection }) => detection.evidence),
    ),
    templates: [],
    channels: await drawnChannels(
      frame,
      findings.map(({ detection }) => detection),
      seed,
    ),
    warnings: warningsOf(frame, learntRows, normal),
    program,
  };
  return {
    input: { name, bytes, sha256, generation: '', format: 'readings', lines: frame.rows, dead: 0, ...(undated && { undated: frame.rows }) },
    report,
    alerts: alerts.map((alert) => ({ alert, row: rowOf.get(alert.detection.id) ?? new Uint8Array() })),
  };
}

/** Each reading with its time and value, and the line it was read from where it was a line. */
function placesOf(input: string, { channels, times, values, lines }: SeriesFrame, from: number): ReadingPlace {
  return (i) => {
    const row = from + Math.floor(i / channels.length);
    return {
      input,
      line: lines?.line[row] ?? row + 1,
      offset: lines?.offset[row] ?? 0,
      length: lines?.length[row] ?? 0,
      time: times[row] as number,
      value: (values[i % channels.length] as Float64Array)[row] as number,
    };
  };
}

async function textsOf(file: FileInput | undefined, evidence: readonly EvidenceLine[]): Promise<ReportLine[]> {
  const lines = evidence.filter(({ length }) => length > 0);
  return file === undefined || lines.length === 0 ? [] : lineTexts(file, lines);
}

function described(
  scorer: SeriesScorer,
  summary: string,
  modelSha256: string,
  { frame }: NamedFrame,
  normal: NamedFrame | undefined,
  learntRows: number,
  promise: number,
): ReportDetector {
  const times = normal?.frame.times ?? frame.times;
  const { scored, flagged } = scorer;
  return {
    name: scorer.name,
    summary,
    unit: 'reading',
    learntFrom: normal === undefined ? 'input' : 'baseline',
    ...(normal === undefined ? {} : { learntFromName: normal.name }),
    model: normal === undefined ? 'learnt-from-input' : 'learnt-from-baseline',
    modelSha256,
    learntRows: learntRows * frame.channels.length,
    learntStart: times[0] as number,
    learntEnd: times[Math.max(0, learntRows - 1)] as number,
    calibrationSize: scored,
    promisedRate: promise,
    extrapolated: scored < 1 / promise,
    threshold: -Math.log(promise),
    scored,
    flagged,
    observedInterval: scored === 0 ? null : binomialInterval(flagged, scored),
    scores: Float64Array.from(scorer.scores),
  };
}

function inOrder(frame: SeriesFrame, channels: readonly string[]): SeriesFrame {
  return { ...frame, channels, values: channels.map((channel) => frame.values[frame.channels.indexOf(channel)] as Float64Array) };
}

/** The file's name without its endings: what the readings are of. */
function entityOf(name: string): string {
  return (name.split(/[\\/!]/).at(-1) ?? name).replace(/\.(gz|zst)$/i, '').replace(/\.[a-z]{2,5}$/i, '');
}

function warningsOf(frame: SeriesFrame, learntRows: number, normal: NamedFrame | undefined): ReportWarning[] {
  const warnings: ReportWarning[] = [];
  if (frame.undated === true) {
    warnings.push({
      code: 'undated',
      text: `The table names no times. Its rows are counted from ${formatMicros(frame.times[0] as number)}, one every ${frame.step / 1e6} s: the times shown here say which row is meant, not when it was, and hours of the day mean nothing.`,
    });
  }
  const gaps = frame.values.reduce(
    (sum, column) => sum + column.reduce((missing, value) => missing + (Number.isFinite(value) ? 0 : 1), 0),
    0,
  );
  if (gaps > 0) {
    warnings.push({
      code: 'gaps',
      text: `${gaps.toLocaleString('en')} readings are missing or no numbers; they were neither judged nor learnt from.`,
    });
  }
  let late = 0;
  for (let row = 1; row < frame.rows; row++) if ((frame.times[row] as number) - (frame.times[row - 1] as number) > 1.5 * frame.step) late++;
  if (late > 0)
    warnings.push({
      code: 'irregular',
      text: `${late.toLocaleString('en')} times a row came later than the usual ${frame.step / 1e6} s after the one before.`,
    });
  if (normal === undefined) {
    warnings.push({
      code: 'first-part',
      text: `The limits of device-faults were learnt from the first ${learntRows.toLocaleString('en')} rows, in which it reports nothing.`,
    });
  }
  return warnings;
}
