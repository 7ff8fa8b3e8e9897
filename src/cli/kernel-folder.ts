import { existsSync, statfsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { VedetteError } from '../core/errors.ts';

/** What statfs calls procfs (Linux, magic.h). */
const PROCFS = 0x9fa0;

/**
 * Throws USAGE for a path in `/proc`: nothing can be made there, and Node's recursive mkdir tries for ever, because the kernel
 * says that the parent does not exist.
 */
export function refuseKernelFolder(option: string, path: string): void {
  let folder = resolve(path);
  while (!existsSync(folder) && dirname(folder) !== folder) folder = dirname(folder);
  if (process.platform !== 'linux' || !existsSync(folder) || statfsSync(folder).type !== PROCFS) return;
  throw new VedetteError('USAGE', `${option} ${path} lies in ${folder}, where the kernel shows itself and nothing can be kept`, {
    hint: `Name a folder on a disk for ${option}.`,
  });
}
