import type { FittedModel } from '../../analysis/index.ts';
import { VedetteError } from '../../core/index.ts';
import type { SequenceFeature } from '../../features/index.ts';
import type { ModelManifest } from '../../registry/index.ts';
import { createDetector } from '../../training/index.ts';
import type { CommonOptions } from '../options.ts';
import { tenantRegistry } from './registry.ts';

/** A registered version with its promise, ready to score. */
export interface RegisteredModel extends FittedModel {
  readonly manifest: ModelManifest;
  /** Promised false-alarm rate it was registered with. */
  readonly promise: number;
}

export async function loadModel(options: Pick<CommonOptions, 'home' | 'tenant'>, reference: string): Promise<RegisteredModel> {
  const { manifest, sha256, files } = await tenantRegistry(options).loadModel(reference);
  const state = files['model.bin'];
  const scores = files['calibration.bin'];
  if (state === undefined || scores === undefined) {
    throw new VedetteError('MODEL_MISMATCH', `${manifest.name}@${manifest.version} holds no sequence model`, {
      hint: 'Train it again with `vedette train`.',
    });
  }
  const { detector } = await createDetector(manifest.detector, manifest.hyperParameters, manifest.seed);
  await detector.restore(state);
  const feature = manifest.features.sequences as SequenceFeature | undefined;
  return {
    detectorName: manifest.detector,
    detector: detector as unknown as FittedModel['detector'],
    calibration: new Float64Array(scores.slice().buffer),
    name: `${manifest.name}@${manifest.version}`,
    sha256,
    rows: manifest.data.rows,
    from: manifest.data.from,
    to: manifest.data.to,
    manifest,
    promise: Number(manifest.calibration.promised_rate ?? 0.001),
    ...(feature === undefined ? {} : { feature }),
  };
}

/** Whether a version scores fixed rows, such as flows. */
export async function isRowModel(options: Pick<CommonOptions, 'home' | 'tenant'>, reference: string): Promise<boolean> {
  const { manifest } = await tenantRegistry(options).loadModel(reference);
  return manifest.features.flows !== undefined;
}
