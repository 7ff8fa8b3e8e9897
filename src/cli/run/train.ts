import { VedetteError } from '../../core/index.ts';
import { createDetector, readSequenceData, SEQUENCE_MEMORY, trainSequenceModel } from '../../training/index.ts';
import type { DataOrFeature } from '../commands/data-options.ts';
import type { FeatureOptions } from '../commands/feature-options.ts';
import type { CommonOptions } from '../options.ts';
import { print, printJson } from '../output.ts';
import { startProgress } from '../progress.ts';
import { jsonOrText, ownParameters } from './detector-options.ts';
import { parsingOptions } from './parsing-options.ts';
import { tenantRegistry } from './registry.ts';
import { recalibrateRows, trainRows } from './row-models.ts';
import { withSpooledData } from './spooled-inputs.ts';
import { chosenData } from './stored-feature.ts';
import { trainWindows } from './window-models.ts';

export interface TrainCommandOptions extends CommonOptions, DataOrFeature, FeatureOptions {
  readonly name?: string;
  readonly algorithm?: string;
  readonly option: readonly string[];
  readonly promise: number;
  readonly promote?: boolean;
  readonly leaveOneOut?: boolean;
  readonly grid: readonly string[];
  readonly recalibrate?: string;
  readonly memory?: number;
}

export async function train(detector: string, options: TrainCommandOptions): Promise<void> {
  await withSpooledData(options, (spooled) => trainFrom(detector, spooled));
}

async function trainFrom(detector: string, options: TrainCommandOptions): Promise<void> {
  const json = options.output === 'json';
  const chosen = await chosenData(options);
  const algorithm = options.algorithm === undefined ? {} : { [detector === 'deeplog' ? 'cell' : 'algorithm']: options.algorithm };
  if ('feature' in chosen) {
    await trainWindows(detector, chosen.feature, options, { ...ownParameters(detector, options.option), ...algorithm });
    return;
  }
  const { data: paths } = chosen;
  if ((await createDetector(detector)).detector.shape === 'rows') {
    if (options.recalibrate !== undefined) {
      await recalibrateRows({ ...options, data: paths, recalibrate: options.recalibrate });
      return;
    }
    await trainRows(
      detector,
      { ...options, data: paths, grid: gridOf(options.grid) },
      { ...ownParameters(detector, options.option), ...algorithm },
    );
    return;
  }
  if (options.grid.length > 0) {
    throw new VedetteError('USAGE', `--grid is of forecast and flow-classifier, not of ${detector}`, { hint: 'Leave it out.' });
  }
  const parsing = await parsingOptions(options, options.format);
  const progress = await startProgress(`Training ${detector}`, json);
  try {
    const { memory = SEQUENCE_MEMORY } = options;
    const data = await readSequenceData({ ...options, data: paths, parsing, memory }, (share) => progress.update(share * 0.5, 'reading'));
    const trained = await trainSequenceModel({
      detector,
      data,
      options: { ...ownParameters(detector, options.option), ...algorithm },
      seed: options.seed,
      promise: options.promise,
      progress: (share) => progress.update(0.5 + share * 0.5, 'fitting'),
    });
    const registry = tenantRegistry(options);
    const name = options.name ?? detector;
    const version = await registry.saveModel(name, trained.info, trained.files);
    if (options.promote === true) await registry.promote(`${name}@${version.version}`);
    progress.stop();
    const { resolved, leftOut, smallestRate } = trained;
    if (json) printJson({ model: `${name}@${version.version}`, ...version, promise_resolved: resolved });
    else {
      print(`${name}@${version.version}: ${detector} learnt from ${trained.info.data.rows.toLocaleString('en')} sessions.`);
      if (data.drawnFrom !== undefined) {
        print(`  They are evenly drawn from ${data.drawnFrom.toLocaleString('en')}: more do not fit in the memory for them (--memory).`);
      }
      if (leftOut > 0) print(`  ${leftOut} sessions with an abnormal label were left out.`);
      if (data.feature !== undefined) print(`  ${data.feature.why}`);
      for (const { input, reason } of data.skipped) print(`  skipped ${input}: ${reason}`);
      print(
        `  promised false-alarm rate ${options.promise}${resolved ? '' : `: below 1 in ${Math.round(1 / smallestRate)}, which these data resolve; extrapolated`}`,
      );
    }
  } finally {
    progress.stop();
  }
}

/** `key=a,b` pairs; values as in `hyperParameters`. */
function gridOf(pairs: readonly string[]): Record<string, readonly unknown[]> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const at = pair.indexOf('=');
      const values = pair.slice(at + 1).split(',');
      if (at < 1 || values.includes('')) {
        throw new VedetteError('USAGE', `--grid ${pair} is no key=a,b,…`, { hint: 'Write for example --grid leaves=15,31.' });
      }
      return [pair.slice(0, at), values.map(jsonOrText)];
    }),
  );
}
