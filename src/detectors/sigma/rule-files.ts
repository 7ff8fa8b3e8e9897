import { closeSync, constants, fstatSync, opendirSync, openSync, readSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { VedetteError } from '../../core/index.ts';
import { untar } from './archive.ts';

export interface RuleFile {
  /** Below the folder or in the archive. */
  readonly name: string;
  readonly text: string;
}

/** A rule is a few KiB; the largest public collection has about 4,000 of them, together 15 MB. */
const MOST_FILE_BYTES = 4 * 1024 * 1024;
const MOST_ARCHIVE_BYTES = 64 * 1024 * 1024;
const MOST_TOTAL_BYTES = 128 * 1024 * 1024;
const MOST_FILES = 20_000;
/** Of all kinds: a whole disk is no folder of rules. */
const MOST_ENTRIES = 100_000;
const MOST_DEPTH = 32;

const HINT = 'Name a folder of Sigma rules (*.yml), or a tar or tar.gz archive of one.';

/**
 * The rules' files of a folder or of a tar(.gz) archive, in the order of their paths. Regular files only, of bounded size and number;
 * links are not followed below the folder. INPUT_MISSING or INPUT_UNREADABLE for anything else, with nothing of what a file holds.
 */
export function ruleFiles(path: string): RuleFile[] {
  try {
    const files = statSync(path).isDirectory() ? filesBelow(path) : untar(regularFile(path, MOST_ARCHIVE_BYTES), path);
    return files.filter(({ name }) => isRule(name)).sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch (cause) {
    if (cause instanceof VedetteError) throw cause;
    throw new VedetteError('INPUT_MISSING', `the rules in ${path} cannot be read${codeOf(cause)}`, { hint: HINT });
  }
}

function filesBelow(folder: string): RuleFile[] {
  const files: RuleFile[] = [];
  const left = { bytes: MOST_TOTAL_BYTES, entries: MOST_ENTRIES };
  const visit = (below: string, depth: number): void => {
    if (depth > MOST_DEPTH) throw unusable(folder, `are nested deeper than ${MOST_DEPTH} folders`);
    const entries = opendirSync(below);
    try {
      for (let entry = entries.readSync(); entry !== null; entry = entries.readSync()) {
        if (--left.entries < 0) throw unusable(folder, `lie in a folder of more than ${MOST_ENTRIES} files`);
        const path = join(below, entry.name);
        if (entry.isDirectory()) visit(path, depth + 1);
        if (!entry.isFile() || !isRule(entry.name)) continue;
        const bytes = regularFile(path, MOST_FILE_BYTES);
        left.bytes -= bytes.length;
        if (left.bytes < 0) throw unusable(folder, `are larger than ${MOST_TOTAL_BYTES / 1024 / 1024} MiB together`);
        files.push({ name: relative(folder, path), text: bytes.toString('utf8') });
        if (files.length > MOST_FILES) throw unusable(folder, `are more than ${MOST_FILES} files`);
      }
    } finally {
      entries.closeSync();
    }
  };
  visit(folder, 0);
  return files;
}

/** Its bytes; opened without waiting for a writer, so that a pipe is refused as a device is. */
function regularFile(path: string, most: number): Buffer {
  const file = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    const found = fstatSync(file);
    if (!found.isFile()) throw unusable(path, 'are no regular file');
    if (found.size > most) throw unusable(path, `are a file of more than ${most / 1024 / 1024} MiB`);
    const bytes = Buffer.alloc(found.size);
    let length = 0;
    while (length < bytes.length) {
      const read = readSync(file, bytes, length, bytes.length - length, length);
      if (read === 0) break;
      length += read;
    }
    return bytes.subarray(0, length);
  } finally {
    closeSync(file);
  }
}

function isRule(name: string): boolean {
  return /\.ya?ml$/.test(name);
}

function codeOf(cause: unknown): string {
  const { code } = cause as NodeJS.ErrnoException;
  return typeof code === 'string' ? ` (${code})` : '';
}

function unusable(path: string, why: string): VedetteError {
  return new VedetteError('INPUT_UNREADABLE', `the rules in ${path} ${why}`, { hint: HINT });
}
