import { copyFileSync, linkSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { isSystemError } from '../../core/index.ts';

/** What a process owns while it runs, and databases, which are copied by themselves. */
const LEFT_OUT = /^(lock|lock-.*|control\.json|snapshot-.*|tmp|.*\.part|.*\.db|.*\.db-(wal|journal|shm)|.*\.db\.lock)$/;

/** Segments of a log: the newest is appended to in place. */
const SEGMENT = /\.seg$/;

/**
 * The files below a folder once more, as hard links where the file system can: whole before anything else may change them. What is
 * written in place is copied, so that neither side sees what the other does to it.
 */
export function linkTree(from: string, to: string): void {
  mkdirSync(to, { recursive: true, mode: 0o700 });
  const entries = readdirSync(from, { withFileTypes: true }).filter(({ name }) => !LEFT_OUT.test(name));
  const newest = entries
    .flatMap(({ name }) => (SEGMENT.test(name) ? [name] : []))
    .sort()
    .at(-1);
  for (const entry of entries) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) linkTree(source, target);
    else if (entry.name === newest) copyFileSync(source, target);
    else if (entry.isFile()) linkOrCopy(source, target);
  }
}

function linkOrCopy(source: string, target: string): void {
  try {
    linkSync(source, target);
  } catch (error) {
    if (!isSystemError(error) || error.code === 'ENOENT') return;
    copyFileSync(source, target);
  }
}

/** SQL that writes a consistent copy of an open database. */
export function copyDatabaseSql(path: string): string {
  return `VACUUM INTO '${path.replaceAll("'", "''")}'`;
}
