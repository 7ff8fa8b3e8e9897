import { rankGroups } from '../../alerts/index.ts';
import {
  canonicalJson,
  type EvidenceLine,
  type FrameCounts,
  frameRows,
  type Lineage,
  pointsOf,
  type SeriesFrame,
  sha256Hex,
} from '../../core/index.ts';
import { type ReportDetector, type ReportInput, type ReportWarning, reportName } from '../../sinks/report/index.ts';
import { type FileInput, listInputs } from '../../sources/index.ts';
import { framesOf, type NamedFrame, type ReadSeriesOptions, readingsOf } from '../../training/series/index.ts';
import type { InputAnalysis } from '../analyze.ts';
import type { Finding } from '../detections.ts';
import { foundAlerts } from '../found-alerts.ts';
import type { AnalysisOptions } from '../options.ts';
import { drawnChannels } from './channel-forecast.ts';
import { described, fromModel, learntFrom } from './described.ts';
import { ModelRater } from './model-rater.ts';
import { oneEach } from './one-each.ts';
import { placesOf, textsOf } from './reading-places.ts';
import { GAP_STEPS, SeriesScorer } from './series-scorer.ts';
import { silenceFindings } from './silences.ts';
import { LABEL_COLUMNS, splitSeries } from './split-series.ts';
import { ALL_CHANNELS, VarRater } from './var-rater.ts';

/** Share of an input that the limits of its devices are learnt from when there is no baseline. */
const LEARNT = 0.4;

const SUMMARIES = {
  forecast: 'how far a reading lies from what its level and its hour of the week made likely',
  model: 'how far a reading lies from what the stored model forecast one step ahead',
  'device-faults': 'devices that are stuck, out of range, jumping, noisy, or drift away from their peers',
  discord: 'how unlike any stretch of the same channel before the latest readings run',
  var: 'how far all channels together lie from what their last values made likely',
} as const;

const COUNTED: Readonly<Record<keyof FrameCounts, string>> = {
  duplicates: 'rows have the time of another one; of each time the first counts.',
  unordered: 'rows are earlier than the one above them; they were put in order of time.',
  untimed: 'rows were left out because their time cannot be read.',
  dropped: 'readings were left out because there are too many series.',
  resets: 'times a counter started anew; there is no rate for those rows.',
  wraps: 'times a counter wrapped; its rates are right.',
};

/** Readings instead of lines: each channel against its own forecast and the usual behaviour of its device. */
export async function* seriesReports(
  inputs: readonly FileInput[],
  options: AnalysisOptions,
  progress: (share: number, what: string) => void,
): AsyncGenerator<InputAnalysis> {
  const selection = { ...options.mods, timezone: options.timezone, ignore: LABEL_COLUMNS };
  const frames = await framesOf(inputs, selection);
  const baseline = await baselineFrames(options.baseline, selection);
  for (const [i, input] of frames.entries()) {
    yield await reportOf(input, inputs, baseline, options, (share, what) => progress((i + share) / frames.length, what));
  }
}

async function baselineFrames(paths: readonly string[], selection: ReadSeriesOptions): Promise<readonly NamedFrame[]> {
  if (paths.length === 0) return [];
  const { series } = await splitSeries(await listInputs(paths));
  return framesOf(series, selection);
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
  const { forecast } = options;
  const lineage: Lineage = {
    inputs: [{ input: name, generation: '', from: 0, to: bytes, sha256 }],
    configHash: sha256Hex(
      canonicalJson({
        detectors: Object.keys(SUMMARIES),
        promise,
        learnt: LEARNT,
        baseline: normal?.sha256 ?? '',
        mods: options.mods ?? {},
      }),
    ).slice(0, 16),
    feature: 'readings',
    model: normal === undefined ? 'learnt-from-input' : 'learnt-from-baseline',
    modelSha256: '',
    epoch: 0,
    program,
    seed,
  };
  const detectors: ReportDetector[] = [];
  const found: Finding[] = [];
  const learnt = learntFrom(input, normal, learntRows);
  const finish = async (scorer: SeriesScorer, summary: string, model?: AnalysisOptions['forecast']) => {
    const modelSha256 = model?.sha256 ?? sha256Hex(await scorer.snapshot());
    found.push(...scorer.findings(name, { ...lineage, ...(model && { model: model.name }), modelSha256 }, top));
    detectors.push({ ...described(scorer, summary, modelSha256, learnt, promise), ...(model && fromModel(model)) });
  };
  progress(0.1, `forecast on ${name}`);
  /** Detectors that learn as they go judge all rows. */
  const learningAsItGoes = async (detector: 'forecast' | 'discord') => {
    const normalReadings = normal === undefined ? undefined : readingsOf(inOrder(normal.frame, frame.channels), entity);
    const scorer = await SeriesScorer.open(detector, seed, promise, await options.labels(detector), normalReadings);
    const { keepReadings } = options;
    if (keepReadings !== undefined && detector === 'forecast')
      scorer.onScored = (batch, scored) => keepReadings(pointsOf(name, batch, scored), frame.undated === true);
    await scorer.take(readingsOf(frame, entity), frame.step, placesOf(name, frame, 0));
    await finish(scorer, SUMMARIES[detector]);
  };
  if (forecast === undefined) await learningAsItGoes('forecast');
  else {
    const scorer = new SeriesScorer('forecast', await ModelRater.open(forecast.model, frame, await options.labels('forecast')), promise);
    await scorer.take(readingsOf(frame, entity), frame.step, placesOf(name, frame, 0));
    await finish(scorer, SUMMARIES.model, forecast);
  }
  progress(0.4, `device-faults on ${name}`);
  const judgedFrom = normal === undefined ? learntRows : 0;
  const normalFrame = normal === undefined ? frameRows(frame, 0, learntRows) : inOrder(normal.frame, frame.channels);
  const faults = await SeriesScorer.open(
    'device-faults',
    seed,
    promise,
    await options.labels('device-faults'),
    readingsOf(normalFrame, entity),
  );
  const faulty = new Uint8Array((frame.rows - judgedFrom) * frame.channels.length);
  let rated = 0;
  faults.onScored = async ({ rows }, { arms }) => {
    for (let i = 0; i < rows; i++) faulty[rated++] = Number(arms?.faulty?.[i] === 1);
  };
  await faults.take(readingsOf(frame, entity, judgedFrom), frame.step, placesOf(name, frame, judgedFrom));
  await finish(faults, SUMMARIES['device-faults']);
  progress(0.5, `discord on ${name}`);
  await learningAsItGoes('discord');
  progress(0.8, `all channels of ${name}`);
  const isFaulty = (channel: number, row: number) => faulty[(row - judgedFrom) * frame.channels.length + channel] === 1;
  const together = VarRater.open(normalFrame, frame, await options.labels('var'), isFaulty);
  if (together !== undefined) {
    const scorer = new SeriesScorer('var', together, promise);
    const { channelLines: _each, ...whole } = frame;
    const rows = { ...whole, channels: [ALL_CHANNELS], values: [together.residual] };
    await scorer.take(together.readings(entity, judgedFrom), frame.step, placesOf(name, rows, judgedFrom));
    await finish(scorer, SUMMARIES.var);
  }
  const silences = silenceFindings(name, entity, frame, lineage);
  const undated = frame.undated === true;
  const dated = [...oneEach(found, GAP_STEPS * frame.step), ...silences.slice(0, top)];
  const findings = undated ? dated.map(withoutTimes) : dated;
  progress(0.9, `forecast of ${name}`);
  const alerts = foundAlerts(tenant, sha256, findings);
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
    groups: rankGroups(alerts.map(({ alert }) => alert)),
    lineTexts: await textsOf(
      files.find((file) => file.name === name),
      findings.flatMap(({ detection }) => detection.evidence),
    ),
    templates: [],
    channels: await drawnChannels(
      frame,
      findings.map(({ detection }) => detection),
      seed,
      forecast?.model,
    ),
    warnings: warningsOf(frame, learntRows, normal),
    program,
  };
  return {
    input: { name, bytes, sha256, generation: '', format: 'readings', lines: frame.rows, dead: 0, ...(undated && { undated: frame.rows }) },
    report,
    alerts,
  };
}

/** Times of a table that names none were counted from its rows: what is told of it names the rows alone. */
function withoutTimes({ row, detection }: Finding): Finding {
  const lines = (evidence: readonly EvidenceLine[]) => evidence.map(({ time: _counted, ...line }) => line);
  const { explanation, evidence } = detection;
  return {
    row,
    detection: {
      ...{ ...detection, start: Number.NaN, end: Number.NaN, evidence: lines(evidence) },
      explanation: { ...explanation, evidence: lines(explanation.evidence) },
    },
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
  const warnings: ReportWarning[] = frame.readAs === undefined ? [] : [{ code: 'read-as', text: frame.readAs }];
  if (frame.undated === true) {
    warnings.push({
      code: 'undated',
      text: 'The table names no times. Findings name its rows and make no incident; a forecast that goes by the hour of the day takes the rows for seconds.',
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
  if (frame.clockChanges !== undefined) {
    const { zone, repeated, skipped } = frame.clockChanges;
    const told = [
      ...(repeated === 0
        ? []
        : [
            `${repeated.toLocaleString('en')} lie in an hour that the clocks showed twice: they count as the first until the times run back.`,
          ]),
      ...(skipped === 0 ? [] : [`${skipped.toLocaleString('en')} lie in an hour that the clocks skipped: those rows were left out.`]),
    ];
    warnings.push({ code: 'clock-changes', text: `Of the times, read as those of ${zone}, ${told.join(' ')}` });
  }
  let late = 0;
  for (let row = 1; row < frame.rows; row++) if ((frame.times[row] as number) - (frame.times[row - 1] as number) > 1.5 * frame.step) late++;
  if (late > 0)
    warnings.push({
      code: 'irregular',
      text: `${late.toLocaleString('en')} times a row came later than the usual ${frame.step / 1e6} s after the one before; nothing was filled in.`,
    });
  for (const [count, said] of Object.entries(COUNTED)) {
    const number = frame.counts?.[count as keyof FrameCounts] ?? 0;
    if (number > 0) warnings.push({ code: count, text: `${number.toLocaleString('en')} ${said}` });
  }
  if (normal === undefined) {
    warnings.push({
      code: 'first-part',
      text: `The limits of device-faults were learnt from the first ${learntRows.toLocaleString('en')} rows, in which it reports nothing.`,
    });
  }
  return warnings;
}
