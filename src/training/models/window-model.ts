import { calibrate, scoreAtRate } from '../../alerts/index.ts';
import { type FeatureText, VedetteError } from '../../core/index.ts';
import { type KeptFeature, keptFeatureSchema } from '../../features/index.ts';
import type { LoadedModel } from '../../registry/index.ts';
import { type Rate, rateOf } from '../confusion.ts';
import { cleanFlows } from '../flows/clean.ts';
import { encodeRows } from '../flows/encode.ts';
import type { FlowTable } from '../flows/flow-table.ts';
import { divideRows } from '../flows/split.ts';
import { type TrainedFlows, trainFlows } from '../flows/train-flows.ts';
import type { StoredWindows } from '../windows/read-windows.ts';
import type { StoredFeature } from '../windows/stored-feature.ts';
import { windowTable } from '../windows/window-table.ts';
import type { ModelDraft } from './draft.ts';
import { type FlowModelOptions, flowModelDraft } from './flow-model.ts';

export interface WindowModelOptions extends Omit<FlowModelOptions, 'table' | 'grid'> {
  readonly feature: StoredFeature;
  readonly windows: StoredWindows;
}

export interface TrainedWindowModel extends ModelDraft {
  /** Windows learnt from, and the later ones that measure. */
  readonly learnt: number;
  readonly columns: readonly string[];
  /** Columns left out, with the reason. */
  readonly dropped: Readonly<Record<string, string>>;
  readonly backtest: WindowBacktest;
  /** Smallest rate that the windows held back for calibration resolve; a smaller promise is extrapolated. */
  readonly smallestRate: number;
}

/** What the model raises in the latest 30 % of the windows, which it did not learn from. */
export interface WindowBacktest {
  readonly promised_rate: number;
  readonly observed: Rate;
  /** The simple rule beside it: some figure is larger than all that were learnt from. */
  readonly above_maximum: Rate;
}

/** Detectors of rows that alarm by how unlike the others a row is, whatever its columns mean. */
const OF_WINDOWS: readonly string[] = ['isolation-forest', 'autoencoder', 'half-space-trees', 'nearest-neighbour'];
/** Learns what windows of a feature are usual from the earlier ones, taken for normal, and measures itself on the later ones. */
export async function trainWindowModel(given: WindowModelOptions): Promise<TrainedWindowModel> {
  const { detector, feature, windows, options, seed, promise } = given;
  if (!OF_WINDOWS.includes(detector)) {
    throw new VedetteError('USAGE', `${detector} does not learn from windows of a feature`, {
      hint: `Train ${OF_WINDOWS.join(', ')} or forecast.`,
    });
  }
  const table = windowTable(windows);
  const trained = await trainFlows(table, {
    ...{ detector, options, seed, split: 'time', duplicates: 'keep' },
    ...(given.checkpoints && { checkpoints: given.checkpoints }),
    ...(given.progress && { progress: given.progress }),
  });
  const draft = flowModelDraft(trained, await trained.detector.snapshot(), table, { detector, seed, promise, attempted: 'benign' });
  const backtest = await backtestOf(trained, table, promise);
  return {
    info: {
      ...draft.info,
      features: { ...draft.info.features, windows: windowsOf(feature) },
      metrics: {
        ...draft.info.metrics,
        backtest_windows: backtest.observed.of,
        backtest_observed_rate: backtest.observed.value,
        backtest_above_maximum: backtest.above_maximum.value,
      },
    },
    files: draft.files,
    learnt: draft.info.data.rows,
    columns: trained.encoding.features.map((column) => column.name),
    dropped: trained.encoding.dropped,
    backtest,
    smallestRate: trained.manifest.calibration.smallest_rate,
  };
}

async function backtestOf({ detector, encoding, summary }: TrainedFlows, table: FlowTable, promise: number): Promise<WindowBacktest> {
  const { train, test } = divideRows(table, cleanFlows(table, { duplicates: 'keep' }).labels, 'time');
  const [learnt, later] = [encodeRows(table, encoding, train), encodeRows(table, encoding, test)];
  const width = learnt.columns.length;
  const most = new Float32Array(width).fill(Number.NEGATIVE_INFINITY);
  for (const [i, value] of learnt.values.entries()) if (value > (most[i % width] as number)) most[i % width] = value;
  const above = new Set<number>();
  for (const [i, value] of later.values.entries()) if (value > (most[i % width] as number)) above.add(Math.floor(i / width));
  const { score } = await detector.score(later);
  const threshold = scoreAtRate(calibrate(summary.calibration), promise).score;
  const raised = score.reduce((sum, one) => sum + (one > threshold ? 1 : 0), 0);
  return { promised_rate: promise, observed: rateOf(raised, later.rows), above_maximum: rateOf(above.size, later.rows) };
}

/** How the manifest of a model names the feature it learnt from. */
export function windowsOf({ name, declaration, homeNetworks }: StoredFeature): KeptFeature {
  return { name, declaration: { ...declaration }, homeNetworks: [...homeNetworks] };
}

/** The feature a version learnt from, as it was declared then: what it scores is computed by the same. Undefined for other models. */
export function featureOfModel({
  manifest,
}: Pick<LoadedModel, 'manifest'>): Pick<StoredFeature, 'name' | 'declaration' | 'homeNetworks'> | undefined {
  const kept = keptFeatureSchema.safeParse(manifest.features.windows);
  if (!kept.success) return undefined;
  const { name, declaration, homeNetworks } = kept.data;
  return { name, declaration: declaration as unknown as FeatureText, homeNetworks };
}
