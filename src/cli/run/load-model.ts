import type { FittedModel, FlowModel, LearntTableAlarm } from '../../analysis/index.ts';
import type { ModelManifest } from '../../registry/index.ts';
import { unpackTableAlarm } from '../../training/flows/index.ts';
import { openSequenceModel } from '../../training/index.ts';
import type { CommonOptions } from '../options.ts';
import { loadForecast, type StoredForecast } from './forecast.ts';
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

/** What `analyze` takes for a registered version: a detector of sessions, the alarm of a flow model, or a forecast of readings. */
export async function loadAnyModel(
  options: Pick<CommonOptions, 'home' | 'tenant'>,
  reference: string,
): Promise<{
  readonly model?: RegisteredModel;
  readonly tableAlarm?: LearntTableAlarm;
  readonly flowModel?: FlowModel;
  readonly forecast?: StoredForecast;
}> {
  const { manifest, sha256, files } = await tenantRegistry(options).loadModel(reference);
  if (manifest.detector === 'forecast') return { forecast: await loadForecast(options, reference) };
  if (manifest.features.flows === undefined) return { model: await loadModel(options, reference) };
  const name = `${manifest.name}@${manifest.version}`;
  const stored = files['alarm.bin'];
  const flowModel = { loaded: { manifest, sha256, files }, name };
  if (stored === undefined) return { flowModel };
  return {
    flowModel,
    tableAlarm: { alarm: unpackTableAlarm(stored), name, sha256, learntFrom: 'model' },
  };
}
