import { type Alert, type Detection, VedetteError } from '../../core/index.ts';
import { homeOptions, keptConfiguration, replayAlert } from '../../pipeline/index.ts';
import { openHome } from '../../store/index.ts';
import type { CommonOptions } from '../options.ts';
import { programVersion } from '../version.ts';
import { readConfig } from './read-config.ts';

/**
 * Recomputes an alert of the pipeline from the state of its epoch and the source, under the configuration it was found with: the
 * present one, or the one that the home kept of then.
 */
export async function replayLive(stored: Alert, options: CommonOptions): Promise<Detection> {
  const { loaded: current } = await readConfig(options);
  const { configHash } = stored.detection.lineage;
  const kept = current.hash === configHash ? undefined : await keptConfiguration(options.home, configHash);
  const loaded = kept ?? current;
  const home = await openHome(options.home, homeOptions(loaded.config)).catch((error: unknown) => {
    if (!(error instanceof VedetteError) || error.code !== 'HOME_LOCKED') throw error;
    throw new VedetteError('HOME_LOCKED', `${stored.id} cannot be replayed while its home is in use`, {
      hint: 'Stop `vedette up`, replay, and start it again.',
      cause: error,
    });
  });
  try {
    return await replayAlert({ home, tenant: options.tenant, alertId: stored.id, loaded, program: programVersion() });
  } finally {
    await home.close();
  }
}
