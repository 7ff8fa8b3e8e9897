import { userInfo } from 'node:os';
import { VedetteError } from '../../core/index.ts';
import { localOperations, type Operations, readControlFile, remoteOperations } from '../../server/index.ts';
import { openHome } from '../../store/index.ts';
import type { CommonOptions } from '../options.ts';

/** The tenant's alerts, labels and reports: by the process that owns the home when there is one, else by opening the home. */
export async function openOperations(options: Pick<CommonOptions, 'home' | 'tenant'>): Promise<Operations> {
  try {
    const home = await openHome(options.home);
    return await localOperations(home, options.tenant, { by: userName(), now: () => Date.now() * 1000, ownsHome: true });
  } catch (error) {
    if (!(error instanceof VedetteError) || error.code !== 'HOME_LOCKED') throw error;
    const control = await readControlFile(options.home);
    if (control === undefined) throw error;
    return remoteOperations(control, options.tenant);
  }
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return 'unknown';
  }
}
