import { z } from 'zod';
import { formatMicros, VedetteError } from '../../core/index.ts';
import { fillGaps } from '../../ml/index.ts';
import { featureOfModel, readWindows, trainForecastDraft, windowFrame, windowsOf } from '../../training/index.ts';
import { type ForecastErrors, type ForecastModel, forecastNext, readSeries, unpackForecastModel } from '../../training/series/index.ts';
import type { FeatureOptions } from '../commands/feature-options.ts';
import { type ModsOptions, modsSelection } from '../commands/mods-options.ts';
import type { CommonOptions } from '../options.ts';
import { print, printJson } from '../output.ts';
import { startProgress } from '../progress.ts';
import { chooseForecast } from './choose-forecast.ts';
import { comparisonLines } from './forecast-comparison.ts';
import { tenantRegistry } from './registry.ts';
import { chosenData } from './stored-feature.ts';
import { TrainingFolder } from './training-checkpoints.ts';

export interface ForecastOptions extends CommonOptions, ModsOptions, FeatureOptions {
  readonly model: string;
  readonly data?: readonly string[];
}

export interface TrainForecastCommandOptions extends CommonOptions, ModsOptions, FeatureOptions {
  readonly data?: readonly string[];
  readonly name?: string;
  readonly algorithm?: string;
  readonly steps: number;
  readonly promote?: boolean;
  readonly option?: readonly string[];
  readonly grid?: readonly string[];
}

/** A stored forecast model, and how its data were chosen: what it forecasts is chosen alike unless told otherwise. */
export interface StoredForecast {
  readonly name: string;
  readonly sha256: string;
  readonly model: ForecastModel;
  readonly rows: number;
  readonly selection: { readonly query?: string; readonly windowSlide?: string };
  /** What it learnt from, where that were windows of stored events. */
  readonly feature?: NonNullable<ReturnType<typeof featureOfModel>>;
}

const selectionSchema = z
  .object({ query: z.string().optional(), windowSlide: z.string().optional() })
  .transform(({ query, windowSlide }) => modsSelection({ ...(query && { query }), ...(windowSlide && { windowSlide }) }));

/** A registered forecast model by its name. */
export async function loadForecast(options: Pick<CommonOptions, 'home' | 'tenant'>, reference: string): Promise<StoredForecast> {
  const { manifest, sha256, files } = await tenantRegistry(options).loadModel(reference);
  const name = `${manifest.name}@${manifest.version}`;
  const stored = files['model.bin'];
  if (stored !== undefined && manifest.detector === 'forecast') {
    const selection = selectionSchema.parse(manifest.features);
    const feature = featureOfModel({ manifest });
    return { name, sha256, model: unpackForecastModel(stored), rows: manifest.data.rows, selection, ...(feature && { feature }) };
  }
  throw new VedetteError('MODEL_MISMATCH', `${name} is a ${manifest.detector} model, no forecast`, {
    hint: 'Train one with `vedette train forecast`.',
  });
}

export async function forecast(options: ForecastOptions): Promise<void> {
  const { name, model, selection, feature } = await loadForecast(options, options.model);
  const from = await chosenData(options, feature);
  const inputs = [];
  const frames =
    'feature' in from
      ? [windowFrame(await readWindows(from.feature), model.channels)]
      : await readSeries(from.data, { ...selection, ...modsSelection(options) });
  for (const { name, frame } of frames) {
    inputs.push({ input: name, channels: await forecastNext(model, fillGaps(frame)) });
  }
  if (options.output === 'json') {
    const readable = inputs.map(({ input, channels }) => ({
      input,
      channels: channels.map(({ channel, next }) => ({
        channel,
        forecast: next.map((step) => ({ ...step, time: formatMicros(step.time) })),
      })),
    }));
    printJson({ model: name, algorithm: model.algorithm, coverage: model.coverage, inputs: readable });
    return;
  }
  for (const { input, channels } of inputs) {
    print(`${input}: next ${model.steps} steps by ${name} (${model.algorithm}), with ${Math.round(100 * model.coverage)} % intervals`);
    for (const { channel, next } of channels) {
      print(`  ${channel}`);
      for (const { time, value, lower, upper } of next)
        print(`    ${formatMicros(time)}  ${shown(value)}  (${shown(lower)} to ${shown(upper)})`);
    }
  }
}

/** `vedette train forecast`. */
export async function trainForecastModel(options: TrainForecastCommandOptions): Promise<void> {
  const json = options.output === 'json';
  const progress = await startProgress('Training forecast', json);
  try {
    const from = await chosenData(options);
    const [input, ...others] =
      'feature' in from ? [windowFrame(await readWindows(from.feature))] : await readSeries(from.data, modsSelection(options));
    if (input === undefined || others.length > 0) {
      throw new VedetteError('USAGE', `${others.length + 1} series files were given, a forecast model is trained on one`, {
        hint: 'Name one file, whose columns are the channels, or one DEEP MODS tree.',
      });
    }
    const name = options.name ?? 'forecast';
    const checkpoints = new TrainingFolder(options, name);
    const chosen = await chooseForecast(input.frame, options, checkpoints, (share) => progress.update(share * 0.7, 'comparing'));
    const { algorithm } = chosen;
    const trained = await trainForecastDraft(input, {
      algorithm,
      settings: chosen.settings,
      steps: options.steps,
      seed: options.seed,
      checkpoints,
      selection: { ...keptSelection(options), ...('feature' in from && { windows: windowsOf(from.feature) }) },
      progress: (share) => progress.update(share, 'fitting'),
    });
    const { frame } = input;
    const registry = tenantRegistry(options);
    const version = await registry.saveModel(name, trained.info, trained.files);
    await checkpoints.remove();
    if (options.promote === true) await registry.promote(`${name}@${version.version}`);
    progress.stop();
    if (json) {
      const grid = chosen.candidates.length === 0 ? {} : { grid: chosen.candidates };
      printJson({ model: `${name}@${version.version}`, ...version, comparison: trained.comparison, ...grid });
      return;
    }
    for (const { algorithm: tried, settings, smape } of chosen.candidates) {
      print(`  tried ${tried} ${JSON.stringify(settings)}: SMAPE ${smape.toFixed(2)} % on the validation span`);
    }
    report(`${name}@${version.version}`, algorithm, options.steps, trained.comparison, frame.channels.length, trained.trainingRows);
  } finally {
    progress.stop();
  }
}

/** Columns and windows, by which later data are chosen too; times are of the training only. */
function keptSelection({ query, windowSlide }: ModsOptions) {
  return modsSelection({ ...(query === undefined ? {} : { query }), ...(windowSlide === undefined ? {} : { windowSlide }) });
}

function report(
  model: string,
  algorithm: string,
  steps: number,
  comparison: readonly ForecastErrors[],
  channels: number,
  rows: number,
): void {
  print(`${model}: ${algorithm} learnt ${channels} channel${channels === 1 ? '' : 's'} from ${rows.toLocaleString('en')} rows.`);
  print('  On the latest tenth, not learnt from, SMAPE in %; intervals made for 90 %:');
  for (const line of comparisonLines(comparison, steps)) print(line);
}

function shown(value: number): string {
  return Number.isFinite(value) ? Number(value.toPrecision(5)).toString() : 'unknown';
}
