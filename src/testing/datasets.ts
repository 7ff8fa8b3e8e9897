import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** Folder of the real data sets that tests and benches read: `VEDETTE_DATASETS`, else `../shared/datasets` beside the repository. */
export const DATASETS = resolve(process.env.VEDETTE_DATASETS ?? join(import.meta.dirname, '../../../shared/datasets'));

/** Absolute path of a data file, or undefined when it is not on this machine. */
export function dataset(relative: string): string | undefined {
  const path = join(DATASETS, relative);
  return existsSync(path) ? path : undefined;
}

/**
 * For `it.skipIf(missing('logs/x'))(needs('title', 'logs/x'), …)`: absent data make a test skip by name, never pass.
 */
export function missing(...relatives: string[]): boolean {
  return relatives.some((relative) => dataset(relative) === undefined);
}

export function needs(title: string, ...relatives: string[]): string {
  const absent = relatives.filter((relative) => dataset(relative) === undefined);
  return absent.length === 0 ? title : `${title} [skipped: data set ${absent.join(', ')} is absent]`;
}
