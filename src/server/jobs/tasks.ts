import { silentLogger, VedetteError } from '../../core/index.ts';
import { backtest, loadComponents } from '../../pipeline/index.ts';
import {
  cleanFlows,
  evaluateFlows,
  type FlowTable,
  leaveOneOut,
  predictedCounts,
  predictionCsv,
  readFlows,
  readStoredFlowBatches,
  storedFlowTable,
} from '../../training/flows/index.ts';
import {
  createDetector,
  evaluateModel,
  FolderCheckpoints,
  flowDataOptions,
  openSequenceModel,
  readSequenceData,
  readStoredLines,
  readStoredSequences,
  readWindows,
  type SequenceData,
  type SequenceModel,
  scoreCsv,
  scoreData,
  scoreFlowModel,
  trainFlowModel,
  trainForecastDraft,
  trainSequenceModel,
  trainWindowModel,
  windowFrame,
  windowTable,
} from '../../training/index.ts';
import {
  bestForecast,
  type ChosenForecast,
  DEFAULT_FORECAST_ALGORITHM,
  type ForecastModel,
  forecastAlgorithm,
  forecastNext,
  forecastRange,
  forecastSetting,
  forecastSettings,
  type NamedFrame,
  readSeries,
  readStoredSeries,
  unpackForecastModel,
} from '../../training/series/index.ts';
import type { BacktestTask, CheckTask, JobInput, JobOutcome, JobTask, MeasureTask, PredictTask, TrainTask } from './protocol.ts';

type Progress = (share: number, step: string, loss?: number) => void;
/** Share of a job that reading takes, roughly. */
const READING = 0.2;
/** Share of the rest that a search takes, where there is one. */
const SEARCHING = 0.8;

/** Does what a job is about; in a thread of its own. */
export function runTask(task: JobTask, progress: Progress): Promise<JobOutcome> {
  if (task.kind === 'train') return trainTask(task, progress);
  if (task.kind === 'predict') return predictTask(task);
  if (task.kind === 'check') return checkTask(task);
  return task.kind === 'backtest' ? backtestTask(task, progress) : measureTask(task, progress);
}

async function checkTask({ detector, options }: CheckTask): Promise<JobOutcome> {
  const definition = (await loadComponents()).detectors.get(detector);
  definition?.create(definition.config.parse(options), { name: detector, log: silentLogger, now: () => 0, random: () => 0 });
  return { result: {} };
}

async function trainTask(task: TrainTask, progress: Progress): Promise<JobOutcome> {
  const { detector, input, seed, promise } = task;
  const reading = (share: number) => progress(share * READING, 'reading');
  const fitting = (share: number, loss?: number) => progress(READING + share * (1 - READING), 'learning', loss);
  const algorithm = task.algorithm === undefined ? {} : { algorithm: task.algorithm };
  const checkpoints = new FolderCheckpoints(task.checkpoints);
  if (detector === 'forecast') {
    const frame = await seriesOf(input, reading);
    const { steps } = task;
    const { query, windowSlide } = input;
    const selection = { ...(query && { query }), ...(windowSlide && { windowSlide }) };
    const { algorithm, settings, candidates } = await chosenForecast(task, frame.frame, checkpoints, (share) => fitting(share * SEARCHING));
    const last = task.grid === undefined ? 0 : SEARCHING;
    const progress = (share: number, loss?: number) => fitting(last + share * (1 - last), loss);
    const fit = { algorithm, steps, seed, settings, selection, progress, checkpoints };
    const draft = await trainForecastDraft(frame, fit);
    const { metrics, comparison, trainingRows, model } = draft;
    const evaluation = task.test === undefined ? {} : await evaluationOn(task.test, model);
    const { channels } = frame.frame;
    return {
      draft: { info: draft.info, files: draft.files },
      result: { metrics, comparison, trainingRows, channels, ...evaluation, ...triedOf(candidates) },
    };
  }
  const options = { ...task.options, ...algorithm };
  if (input.windows !== undefined) {
    const windows = await readWindows(input.windows);
    reading(1);
    const model = { detector, feature: input.windows, windows, options, seed, promise, progress: fitting, checkpoints };
    const { info, files, learnt, columns, dropped, backtest: later } = await trainWindowModel(model);
    return { draft: { info, files }, result: { metrics: info.metrics, rows: learnt, columns, dropped, backtest: later } };
  }
  if ((await createDetector(detector)).detector.shape === 'rows') {
    const table = await flowsOf(input, reading);
    if (task.leaveOneOut && table.labels === undefined)
      throw new VedetteError('DATA_INSUFFICIENT', 'these flows carry no label, so no attack family can be left out', {
        hint: 'Name the column of the labels.',
      });
    const fitted = {
      ...{ detector, table, options, seed, promise, progress: fitting, checkpoints },
      ...(task.grid && { grid: task.grid }),
    };
    const { info, files, trained } = await trainFlowModel(fitted);
    if (task.leaveOneOut) progress(1, 'leaving out each attack family');
    const left = task.leaveOneOut && (await leaveOneOut(table, cleanFlows(table, flowDataOptions(options)), { seed }));
    const { split, cleaning, importance, report } = trained;
    const found = { ...(report && { report }), ...(left && { leave_one_out: left }), ...triedOf(trained.candidates) };
    return { draft: { info, files }, result: { metrics: info.metrics, rows: info.data.rows, split, cleaning, importance, ...found } };
  }
  const data = await sequencesOf(input, reading);
  const { info, files, resolved, smallestRate, leftOut } = await trainSequenceModel({
    detector,
    data,
    options,
    seed,
    promise,
    progress: fitting,
  });
  return {
    draft: { info, files },
    result: {
      metrics: info.metrics,
      rows: info.data.rows,
      promiseResolved: resolved,
      smallestRate,
      leftOut,
      sessions: data.feature?.why ?? '',
    },
  };
}

/** As asked for, or the best of the grid. */
async function chosenForecast(
  { algorithm: name, options, grid, steps, seed }: TrainTask,
  frame: NamedFrame['frame'],
  checkpoints: FolderCheckpoints,
  progress: (share: number) => void,
): Promise<ChosenForecast> {
  const algorithm = forecastAlgorithm(name ?? DEFAULT_FORECAST_ALGORITHM);
  if (grid === undefined) return { algorithm, settings: forecastSettings(algorithm, options), candidates: [] };
  const settings = Object.fromEntries(Object.entries(options).map(([key, value]) => [key, forecastSetting(key, value).value]));
  return bestForecast(frame, grid, { algorithm, settings }, { steps, seed, checkpoints, progress });
}

/** What a grid tried, best first. */
function triedOf(candidates: readonly object[]): { readonly grid?: readonly object[] } {
  return candidates.length === 0 ? {} : { grid: candidates };
}

/** What came, beside the forecasts, in a time that was not learnt from; a time without data is said, not an error of the training. */
async function evaluationOn(input: JobInput, model: ForecastModel): Promise<Record<string, unknown>> {
  try {
    const { evaluation } = await forecastRange(model, (await seriesOf(input, () => {})).frame);
    return { evaluation };
  } catch (error) {
    if (error instanceof VedetteError) return { evaluation: {}, evaluation_error: error.message };
    throw error;
  }
}

async function predictTask({ model, input }: PredictTask): Promise<JobOutcome> {
  const forecaster = unpackForecastModel(model.files['model.bin'] ?? new Uint8Array(0));
  const { channels, times, predictions, evaluation } = await forecastRange(forecaster, (await seriesOf(input, () => {})).frame);
  return { result: { channels, times, predictions, evaluation } };
}

async function measureTask(task: MeasureTask, progress: Progress): Promise<JobOutcome> {
  const { model, input } = task;
  const reading = (share: number) => progress(share * 0.5, 'reading');
  const promised = task.promise === undefined ? {} : { promise: task.promise };
  if (model.manifest.detector === 'forecast') {
    const forecaster = unpackForecastModel(model.files['model.bin'] ?? new Uint8Array(0));
    const channels = await forecastNext(forecaster, (await seriesOf(input, reading)).frame);
    return { result: { channels, algorithm: forecaster.algorithm, coverage: forecaster.coverage } };
  }
  if (model.manifest.features.flows !== undefined) {
    const { windows } = input;
    const table = windows === undefined ? await flowsOf(input, reading) : windowTable(await readWindows(windows));
    progress(0.6, 'scoring');
    const scored = await scoreFlowModel(model, table, task.promise);
    if (task.kind === 'evaluate') {
      if (!scored.labelled)
        throw new VedetteError('DATA_INSUFFICIENT', 'these flows carry no label', { hint: 'Name the column that holds it.' });
      return { result: { rows: scored.predictions.length, ...evaluateFlows(scored), ...(scored.report && { report: scored.report }) } };
    }
    const anomalous = scored.predictions.filter((one) => one.anomalous).length;
    const accuracy = scored.report === undefined ? {} : { accuracy: scored.report.accuracy.value };
    const { calibration, promise } = scored;
    const promised = { promisedRate: promise, smallestRate: calibration.smallest_rate, extrapolated: promise < calibration.smallest_rate };
    return {
      scores: csvOf(predictionCsv(scored.predictions, scored)),
      result: { rows: scored.predictions.length, anomalous, ...promised, predicted: predictedCounts(scored.predictions), ...accuracy },
    };
  }
  const opened = await openSequenceModel(model);
  const data = await sequencesOf(input, reading, opened);
  progress(0.6, 'scoring');
  const common = { detector: opened.detector, calibration: opened.calibration, data, promise: opened.promise, ...promised };
  if (task.kind === 'evaluate') return { result: { ...(await evaluateModel(common)) } };
  const rows = await scoreData({ ...common, whenTooSmall: 'mark' });
  const anomalous = rows.anomalous.reduce((sum, one) => sum + one, 0);
  const { rate, extrapolated } = rows.threshold;
  return { scores: csvOf(scoreCsv(rows)), result: { rows: rows.ids.length, anomalous, promisedRate: rate, extrapolated } };
}

async function backtestTask(task: BacktestTask, progress: Progress): Promise<JobOutcome> {
  const { stored } = task.input;
  if (stored === undefined) throw new VedetteError('USAGE', 'a backtest runs on stored events', { hint: 'Name a source.' });
  const { status, ...found } = await backtest({
    ...{ tenant: task.tenant, source: stored.source, promise: task.promise, seed: task.seed },
    detector: { type: task.detector, ...task.options },
    lines: readStoredLines({ ...stored, progress: (share) => progress(share, 'replaying') }),
    flows: readStoredFlowBatches(stored.files, { ...stored.query, source: stored.source.name }, (share) => progress(share, 'replaying')),
  });
  return { result: { ...found, status: { ...status, readyAt: status.readyAt ?? null } } };
}

async function sequencesOf(input: JobInput, progress: (share: number) => void, model?: SequenceModel): Promise<SequenceData> {
  const { stored } = input;
  const feature = model?.feature;
  if (stored !== undefined) {
    const { source, files, query } = stored;
    const { features, learning } = source as { features: object; learning: { lines: number } };
    return readStoredSequences({ files, query, choice: features, lines: learning.lines, progress, ...(feature && { feature }) });
  }
  const { label, format, session } = input;
  const given = { ...(label && { label }), ...(format && { format }), ...(session && { session }) };
  return readSequenceData({ data: pathsOf(input), ...given }, progress, model);
}

async function seriesOf(input: JobInput, progress: (share: number) => void): Promise<NamedFrame> {
  const { stored, windows, query, range, excluded, windowSlide } = input;
  if (windows !== undefined) return windowFrame(await readWindows(windows));
  if (stored !== undefined) return readStoredSeries({ ...stored, progress });
  const selection = {
    ...(query && { query }),
    ...(range && { range }),
    ...(excluded && { excluded }),
    ...(windowSlide && { windowSlide }),
  };
  const [frame, ...others] = await readSeries(pathsOf(input), selection);
  if (frame === undefined || others.length > 0)
    throw new VedetteError('USAGE', `${others.length + 1} series were given, a forecast model is trained on one`, {
      hint: 'Choose one file, whose columns are the channels, or DEEP MODS archives.',
    });
  return frame;
}

/** Uploaded flows, or those of a source. */
async function flowsOf(input: JobInput, progress: (share: number) => void): Promise<FlowTable> {
  const { stored, label } = input;
  if (stored !== undefined) return storedFlowTable(stored.files, { ...stored.query, source: stored.source.name }, progress);
  return readFlows(pathsOf(input), { progress, ...(label === undefined ? {} : { label }) });
}

function pathsOf({ paths }: JobInput): readonly string[] {
  if (paths !== undefined) return paths;
  throw new VedetteError('USAGE', 'that model learns from uploaded files', { hint: 'Upload its data first.' });
}

function csvOf(lines: Iterable<string>): Uint8Array {
  return new TextEncoder().encode([...lines].join(''));
}
