import {
  type ComponentContext,
  type Detector,
  type FeatureBatch,
  type FitProgress,
  type FitSummary,
  seededRandom,
  silentLogger,
  VedetteError,
} from '../core/index.ts';
import { detectors, rules } from '../detectors/index.ts';
import type { DataFingerprint, TrainingData } from './data.ts';

/** What a registry version records about a training run. Plain JSON. */
export interface TrainingManifest {
  readonly detector: string;
  readonly shape: string;
  readonly hyperparameters: unknown;
  readonly seed: number;
  readonly data: DataFingerprint;
  readonly metrics: Readonly<Record<string, number>>;
  /** Normal rows the calibration rests on, and the smallest false-alarm rate they resolve. */
  readonly calibration: { readonly rows: number; readonly smallest_rate: number };
}

export interface TrainOptions<B extends FeatureBatch> {
  readonly detector: string;
  readonly data: TrainingData<B>;
  /** The detector's own options; what is absent takes its default. */
  readonly options?: unknown;
  readonly seed?: number;
  readonly progress?: FitProgress;
  readonly context?: Partial<ComponentContext>;
}

export interface TrainedDetector<B extends FeatureBatch> {
  readonly detector: Detector<B>;
  readonly summary: FitSummary;
  readonly manifest: TrainingManifest;
}

/** A detector by name, with its options checked; it has learnt nothing yet. */
export async function createDetector(
  name: string,
  options: unknown = {},
  seed = 0,
  context: Partial<ComponentContext> = {},
): Promise<{ detector: Detector; hyperparameters: unknown }> {
  const load = Object.hasOwn(detectors, name) ? detectors[name] : undefined;
  if (load === undefined && Object.hasOwn(rules, name)) {
    throw new VedetteError(
      'USAGE',
      `${name} is a rule detector: fixed levels or signatures, which learn nothing and run on events as they come`,
      {
        hint: `to be trained or tried on stored lines: ${Object.keys(detectors).join(', ')}`,
      },
    );
  }
  if (load === undefined) {
    throw new VedetteError('USAGE', `there is no detector ${name}`, { hint: `use one of ${Object.keys(detectors).join(', ')}` });
  }
  const { default: definition } = await load();
  const parsed = definition.config.safeParse(options);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const path = issue?.path.join('.') ?? '';
    const known = 'shape' in definition.config ? Object.keys(definition.config.shape as object) : [];
    throw new VedetteError(
      'CONFIG_INVALID',
      `${path === '' ? '' : `option ${path} of `}detector ${name}: ${issue?.message ?? 'is wrong'}`,
      {
        hint: known.length === 0 ? `see vedette train ${name} --help` : `its options are ${known.join(', ')}`,
        cause: parsed.error,
      },
    );
  }
  const full: ComponentContext = { name, log: silentLogger, now: () => 0, random: seededRandom(seed), ...context };
  return { detector: definition.create(parsed.data, full), hyperparameters: parsed.data };
}

/** Fits a detector on rows taken for normal; use `onlyNormal` first where the data carry labels. */
export async function trainDetector<B extends FeatureBatch>(options: TrainOptions<B>): Promise<TrainedDetector<B>> {
  const { data, seed = 0 } = options;
  const created = await createDetector(options.detector, options.options, seed, options.context);
  if (created.detector.shape !== data.batch.shape) {
    throw new VedetteError(
      'MODEL_MISMATCH',
      `detector ${options.detector} learns from ${created.detector.shape}, the data are ${data.batch.shape}`,
      {
        hint: 'choose another detector or other data',
      },
    );
  }
  const detector = created.detector as unknown as Detector<B>;
  const summary = await detector.fit(data.batch, options.progress);
  const rows = summary.calibration.length;
  const manifest: TrainingManifest = {
    detector: options.detector,
    shape: detector.shape,
    hyperparameters: created.hyperparameters,
    seed,
    data: data.fingerprint,
    metrics: summary.metrics,
    calibration: { rows, smallest_rate: 1 / (rows + 1) },
  };
  return { detector, summary, manifest };
}
