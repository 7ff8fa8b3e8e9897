import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { isSystemError, VedetteError } from '../core/index.ts';

/** No space, no quota, or past the file-size limit of the process. */
const FULL = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);

export const FULL_HINT =
  'Free space on the disk of the home folder (or lower the retention), then run the same command again; what was stored is intact.';

export function isFull(error: unknown): boolean {
  return isSystemError(error) && FULL.has(error.code ?? '');
}

/** A file-system error as the store's own: a full disk is STORE_FULL, anything else STORE_CORRUPT; VedetteErrors pass. */
export function storeError(error: unknown, doing: string): VedetteError {
  if (error instanceof VedetteError) return error;
  const reason = error instanceof Error ? error.message : String(error);
  if (isFull(error)) return new VedetteError('STORE_FULL', `${doing}: the disk is full (${reason})`, { hint: FULL_HINT, cause: error });
  return new VedetteError('STORE_CORRUPT', `${doing}: ${reason}`, {
    hint: 'Check that the home folder exists, is readable and writable by this user, and that its disk works.',
    cause: error,
  });
}

/**
 * For libraries that hide errno (SQLite, DuckDB): asks the disk itself whether it still takes 1 MiB more in that folder, in a
 * file as long as the one that could not be written.
 */
export function diskTakesNoMore(folder: string, fileBytes = 0): boolean {
  const probe = join(folder, `.probe-${process.pid}`);
  try {
    const file = openSync(probe, 'w', 0o600);
    try {
      const bytes = new Uint8Array(1024 ** 2);
      for (let written = 0; written < bytes.length; )
        written += writeSync(file, bytes, written, bytes.length - written, fileBytes + written);
    } finally {
      closeSync(file);
    }
    return false;
  } catch (error) {
    return isFull(error);
  } finally {
    rmSync(probe, { force: true });
  }
}
