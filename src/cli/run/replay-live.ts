import { rm } from 'node:fs/promises';
import { type Alert, type Detection, VedetteError } from '../../core/index.ts';
import { homeOptions, keptConfiguration, replayAlert } from '../../pipeline/index.ts';
import { readControlFile, remoteSnapshot } from '../../server/index.ts';
import { type Home, type HomeOptions, openHome } from '../../store/index.ts';
import type { CommonOptions } from '../options.ts';
import { programVersion } from '../version.ts';
import { readConfig } from './read-config.ts';

/**
 * Recomputes an alert of the pipeline from the state of its epoch and the source, under the configuration it was found with: the
 * present one, or the one that the home kept of then. Where a server owns the home, from a snapshot of the tenant that it makes.
 */
export async function replayLive(stored: Alert, options: CommonOptions): Promise<Detection> {
  const { loaded: current } = await readConfig(options);
  const { configHash } = stored.detection.lineage;
  const kept = current.hash === configHash ? undefined : await keptConfiguration(options.home, configHash);
  const loaded = kept ?? current;
  const replayIn = (home: Home): Promise<Detection> =>
    replayAlert({ home, tenant: options.tenant, alertId: stored.id, loaded, program: programVersion() });
  return withHome(options, homeOptions(loaded.config), replayIn);
}

async function withHome<T>({ home: path, tenant }: CommonOptions, how: HomeOptions, work: (home: Home) => Promise<T>): Promise<T> {
  const opened = await openHome(path, how).catch(async (error: unknown) => {
    if (!(error instanceof VedetteError) || error.code !== 'HOME_LOCKED') throw error;
    const control = await readControlFile(path);
    if (control === undefined) throw error;
    return remoteSnapshot(control, tenant);
  });
  if (typeof opened !== 'string') return closing(opened, work);
  try {
    return await closing(await openHome(opened, how), work);
  } finally {
    await rm(opened, { recursive: true, force: true });
  }
}

async function closing<T>(home: Home, work: (home: Home) => Promise<T>): Promise<T> {
  try {
    return await work(home);
  } finally {
    await home.close();
  }
}
