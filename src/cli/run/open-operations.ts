import { userInfo } from 'node:os';
import { setTimeout } from 'node:timers/promises';
import type { TenantConfig } from '../../config/index.ts';
import { VedetteError } from '../../core/index.ts';
import { localOperations, type Operations, readControlFile, remoteOperations } from '../../server/index.ts';
import { openHome } from '../../store/index.ts';
import type { CommonOptions } from '../options.ts';
import { programVersion } from '../version.ts';

/** How long another command that holds the home is waited for, and how often it is asked, in milliseconds. */
const PATIENCE = 30_000;
const PAUSE = 200;

type OperationOptions = Pick<CommonOptions, 'home' | 'tenant'> & Partial<Pick<CommonOptions, 'config' | 'set'>>;

/** Without a configuration that can be read, what it would tell is left out. */
async function configured({ tenant, set = [], ...options }: OperationOptions): Promise<TenantConfig | undefined> {
  const { readConfig } = await import('./read-config.ts');
  const read = await readConfig({ ...options, set }).catch(() => undefined);
  return read?.loaded.config.tenants[tenant];
}

/**
 * The tenant's alerts, labels and reports: by the process that owns the home when there is one, else by opening the home.
 * A command that is at work in the home leaves it soon, so it is waited for.
 */
export async function openOperations(options: OperationOptions, patience = PATIENCE): Promise<Operations> {
  const until = performance.now() + patience;
  for (;;) {
    try {
      const home = await openHome(options.home);
      return await localOperations(home, options.tenant, {
        ...{ by: userName(), now: () => Date.now() * 1000, program: programVersion(), ownsHome: true },
        configured: () => configured(options),
      });
    } catch (error) {
      if (!(error instanceof VedetteError) || error.code !== 'HOME_LOCKED') throw error;
      const control = await readControlFile(options.home);
      if (control !== undefined) return remoteOperations(control, options.tenant);
      if (performance.now() > until) throw error;
      await setTimeout(PAUSE);
    }
  }
}

export async function withOperations<T>(options: OperationOptions, work: (operations: Operations) => Promise<T>): Promise<T> {
  const operations = await openOperations(options);
  try {
    return await work(operations);
  } finally {
    await operations.close();
  }
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return 'unknown';
  }
}
