import { formatMicros, VedetteError } from '../../core/index.ts';
import { readWindows, type StoredFeature, scoreFlowModel, trainWindowModel, windowTable } from '../../training/index.ts';
import type { CommonOptions } from '../options.ts';
import { print, printJson } from '../output.ts';
import { startProgress } from '../progress.ts';
import { tenantRegistry } from './registry.ts';
import { writeScores } from './row-models.ts';

export interface WindowTrainOptions extends CommonOptions {
  readonly name?: string;
  readonly promise: number;
  readonly promote?: boolean;
  readonly leaveOneOut?: boolean;
  readonly label?: string;
  readonly labelFrom?: string;
  readonly grid: readonly string[];
  readonly recalibrate?: string;
}

/** `vedette train DETECTOR --features NAME`. */
export async function trainWindows(
  detector: string,
  feature: StoredFeature,
  options: WindowTrainOptions,
  given: Readonly<Record<string, unknown>>,
): Promise<void> {
  const labelled = [options.label, options.labelFrom, options.recalibrate, options.leaveOneOut, options.grid[0]];
  if (labelled.some((value) => value !== undefined)) {
    throw new VedetteError('USAGE', 'windows of stored events carry no labels', {
      hint: 'Leave --label, --label-from, --grid, --leave-one-out and --recalibrate out.',
    });
  }
  const json = options.output === 'json';
  const progress = await startProgress(`Training ${detector}`, json);
  try {
    progress.update(0, 'reading');
    const windows = await readWindows(feature);
    const { seed, promise } = options;
    const trained = await trainWindowModel({
      ...{ detector, feature, windows, options: given, seed, promise },
      progress: (share) => progress.update(0.3 + share * 0.7, 'fitting'),
    });
    const registry = tenantRegistry(options);
    const name = options.name ?? detector;
    const version = await registry.saveModel(name, trained.info, trained.files);
    if (options.promote === true) await registry.promote(`${name}@${version.version}`);
    progress.stop();
    const { learnt, columns, dropped, backtest, smallestRate } = trained;
    if (json) {
      printJson({
        model: `${name}@${version.version}`,
        ...version,
        span: feature.span,
        windows: windows.batch.rows,
        columns,
        dropped,
        backtest,
        promise_resolved: promise >= smallestRate,
      });
      return;
    }
    const { from = Number.NaN, to = Number.NaN } = feature.span ?? {};
    print(`${name}@${version.version}: ${detector} learnt from ${learnt.toLocaleString('en')} windows of ${feature.name}.`);
    print(
      `  ${windows.batch.rows.toLocaleString('en')} windows from ${formatMicros(from)} to ${formatMicros(to)}, the earlier 70 % learnt from`,
    );
    print(`  columns: ${columns.join(', ')}`);
    for (const [column, reason] of Object.entries(dropped)) print(`  left out ${column}: ${reason}`);
    const { observed, above_maximum: above } = backtest;
    print(
      `  of the ${observed.of.toLocaleString('en')} later windows ${observed.count} would be raised: ${observed.value.toFixed(5)} [${observed.low.toFixed(5)}, ${observed.high.toFixed(5)}] at a promised ${promise}`,
    );
    if (promise < smallestRate)
      print(`  the promise is below 1 in ${Math.round(1 / smallestRate)}, which these windows resolve; extrapolated`);
    print(`  some figure above all that were learnt from: ${above.count} (${above.value.toFixed(5)})`);
  } finally {
    progress.stop();
  }
}

/** `vedette score --features NAME`: every window of a time, by a model that learnt from the same feature. */
export async function scoreWindows(
  options: CommonOptions & { readonly model: string; readonly out?: string; readonly promise?: number },
  feature: StoredFeature | undefined,
): Promise<void> {
  if (feature === undefined) {
    throw new VedetteError('MODEL_MISMATCH', `${options.model} learnt from windows of stored events, not from files`, {
      hint: 'Give --features instead of --data.',
    });
  }
  const loaded = await tenantRegistry(options).loadModel(options.model);
  if (loaded.manifest.features.windows === undefined) {
    throw new VedetteError('MODEL_MISMATCH', `${options.model} did not learn from windows of a feature`, {
      hint: 'Train one with `vedette train isolation-forest --features NAME`.',
    });
  }
  await writeScores(await scoreFlowModel(loaded, windowTable(await readWindows(feature)), options.promise), 'windows', options);
}
