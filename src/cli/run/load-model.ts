import type { FittedModel } from '../../analysis/index.ts';
import type { ModelManifest } from '../../registry/index.ts';
import { openSequenceModel } from '../../training/index.ts';
import type { CommonOptions } from '../options.ts';
import { tenantRegistry } from './registry.ts';

/** A registered version with its promise, ready to score. */
export interface RegisteredModel extends FittedModel {
  readonly manifest: ModelManifest;
  /** Promised false-alarm rate it was registered with. */
  readonly promise: number;
}

export async function loadModel(options: Pick<CommonOptions, 'home' | 'tenant'>, reference: string): Promise<RegisteredModel> {
  const model = await openSequenceModel(await tenantRegistry(options).loadModel(reference));
  const { manifest } = model;
  return {
    ...model,
    detectorName: manifest.detector,
    rows: manifest.data.rows,
    from: manifest.data.from,
    to: manifest.data.to,
  };
}

/** Whether a version scores fixed rows, such as flows. */
export async function isRowModel(options: Pick<CommonOptions, 'home' | 'tenant'>, reference: string): Promise<boolean> {
  const { manifest } = await tenantRegistry(options).loadModel(reference);
  return manifest.features.flows !== undefined;
}
