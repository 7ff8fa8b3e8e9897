import { type Detector, type FitProgress, type SequenceBatch, VedetteError } from '../../core/index.ts';
import type { SequenceFeature } from '../../features/index.ts';
import { KNOWN_TEMPLATES, type KnownTemplates, packKnownTemplates, unpackKnownTemplates } from '../../parsers/index.ts';
import type { LoadedModel, ModelManifest } from '../../registry/index.ts';
import { onlyNormal } from '../select.ts';
import type { SequenceData } from '../sequence-data.ts';
import { createDetector, trainDetector } from '../train.ts';
import type { ModelDraft } from './draft.ts';

export interface SequenceModelOptions {
  readonly detector: string;
  readonly data: SequenceData;
  readonly options: Readonly<Record<string, unknown>>;
  readonly seed: number;
  /** Promised false-alarm rate per scored unit. */
  readonly promise: number;
  readonly progress?: FitProgress;
}

export interface TrainedSequenceModel extends ModelDraft {
  /** False where the calibration is too small to resolve the promise: it is extrapolated. */
  readonly resolved: boolean;
  readonly smallestRate: number;
  /** Sessions with an abnormal label, left out. */
  readonly leftOut: number;
}

/** Fits a detector of sequences on the normal rows. */
export async function trainSequenceModel(options: SequenceModelOptions): Promise<TrainedSequenceModel> {
  const { detector, data, seed, promise, progress } = options;
  const normal = onlyNormal(data);
  const trained = await trainDetector({ detector, data: normal, options: options.options, seed, ...(progress && { progress }) });
  const { manifest, summary } = trained;
  const { rows, from = 0, to = 0, sha256 } = normal.fingerprint;
  return {
    info: {
      detector,
      seed,
      data: { from, to, rows, sha256 },
      features: data.feature === undefined ? { session_file: true } : { sequences: data.feature },
      hyperParameters: manifest.hyperparameters as Record<string, unknown>,
      metrics: manifest.metrics,
      calibration: { ...manifest.calibration, promised_rate: promise },
    },
    files: {
      'model.bin': await trained.detector.snapshot(),
      'calibration.bin': new Uint8Array(summary.calibration.slice().buffer),
      ...(data.known === undefined ? {} : { [KNOWN_TEMPLATES]: packKnownTemplates(data.known) }),
    },
    resolved: promise >= manifest.calibration.smallest_rate,
    smallestRate: manifest.calibration.smallest_rate,
    leftOut: data.batch.rows - normal.batch.rows,
  };
}

/** A registered version, ready to score. */
export interface SequenceModel {
  readonly name: string;
  readonly manifest: ModelManifest;
  readonly sha256: string;
  readonly detector: Detector<SequenceBatch>;
  readonly calibration: Float64Array;
  /** Promised false-alarm rate it was registered with. */
  readonly promise: number;
  readonly feature?: SequenceFeature;
  /** Templates of the logs it learnt from: other lines of their kinds get the ids it knows. */
  readonly known?: readonly KnownTemplates[];
}

/** MODEL_MISMATCH for a version of another kind. */
export async function openSequenceModel({ manifest, sha256, files }: LoadedModel): Promise<SequenceModel> {
  const name = `${manifest.name}@${manifest.version}`;
  const state = files['model.bin'];
  const scores = files['calibration.bin'];
  const templates = files[KNOWN_TEMPLATES];
  if (state === undefined || scores === undefined) {
    throw new VedetteError('MODEL_MISMATCH', `${name} holds no sequence model`, { hint: 'Train it again with `vedette train`.' });
  }
  const { detector } = await createDetector(manifest.detector, manifest.hyperParameters, manifest.seed);
  if (detector.shape !== 'sequences')
    throw new VedetteError('MODEL_MISMATCH', `${name} scores ${detector.shape}, no sequences`, {
      hint: 'Choose another model or other data.',
    });
  await detector.restore(state);
  const feature = manifest.features.sequences as SequenceFeature | undefined;
  return {
    ...{ name, manifest, sha256, calibration: new Float64Array(scores.slice().buffer) },
    detector: detector as unknown as Detector<SequenceBatch>,
    promise: Number(manifest.calibration.promised_rate ?? 0.001),
    ...(feature === undefined ? {} : { feature }),
    ...(templates === undefined ? {} : { known: unpackKnownTemplates(templates) }),
  };
}
