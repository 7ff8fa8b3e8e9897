import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync } from 'node:fs';
import { type FileHandle, mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isSystemError, VedetteError } from '../core/index.ts';
import type { ByteStore } from './contract.ts';
import { storeError } from './errors.ts';

export const FOLDER_MODE = 0o700;
export const FILE_MODE = 0o600;
const TEMPORARY = '.tmp-';

/** Refuses keys that could leave the root or that differ between systems. */
export function checkKey(key: string): string {
  const bad =
    key.length > 1024 ||
    key.includes('\\') ||
    key.includes('\0') ||
    key.split('/').some((part) => part === '' || part === '.' || part === '..');
  if (bad)
    throw new VedetteError('USAGE', `not a valid store key: ${JSON.stringify(key.slice(0, 100))}`, {
      hint: 'Use names without `..`, `\\` or empty parts.',
    });
  return key;
}

/**
 * Atomic, durable replacement of one file; the folder must exist. A crash leaves the old content or the new, never a mix; its
 * temporary file is in nobody's way, also where the next process has the same number or another thread writes beside it.
 */
export async function writeDurably(path: string, bytes: Uint8Array): Promise<void> {
  const temporary = join(dirname(path), `${TEMPORARY}${randomBytes(8).toString('hex')}`);
  let file: FileHandle | undefined;
  try {
    file = await open(temporary, 'wx', FILE_MODE);
    await file.writeFile(bytes);
    await file.sync();
    await file.close();
    file = undefined;
    await rename(temporary, path);
    await syncFolder(dirname(path));
  } catch (error) {
    await file?.close().catch(() => undefined);
    await rm(temporary, { force: true }).catch(() => undefined);
    throw storeError(error, `Writing ${path}`);
  }
}

/** Makes renames and new names in a folder durable. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

export async function syncFile(path: string): Promise<void> {
  const file = await open(path, 'r+');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

/** A byte store in a folder of the disk; folders 0700, files 0600. */
export function diskBytes(root: string): ByteStore {
  const at = (key: string) => join(root, checkKey(key));
  mkdirSync(root, { recursive: true, mode: FOLDER_MODE });
  chmodSync(root, FOLDER_MODE);
  return {
    async read(key) {
      try {
        const { buffer, byteOffset, byteLength } = await readFile(at(key));
        return new Uint8Array(buffer, byteOffset, byteLength);
      } catch (error) {
        if (isSystemError(error) && (error.code === 'ENOENT' || error.code === 'EISDIR' || error.code === 'ENOTDIR')) return undefined;
        throw storeError(error, `Reading ${key}`);
      }
    },
    async write(key, bytes) {
      const path = at(key);
      await mkdir(dirname(path), { recursive: true, mode: FOLDER_MODE }).catch((error: unknown) => {
        throw storeError(error, `Writing ${key}`);
      });
      await writeDurably(path, bytes);
    },
    async list(prefix) {
      const found: { key: string; bytes: number }[] = [];
      await walk(root, prefix === '' ? '' : checkKey(prefix), found);
      return found.sort((a, b) => (a.key < b.key ? -1 : 1));
    },
    async remove(key) {
      const path = at(key);
      await rm(path, { recursive: true, force: true });
      await syncFolder(dirname(path)).catch(() => undefined);
    },
    local(key) {
      const path = at(key);
      mkdirSync(dirname(path), { recursive: true, mode: FOLDER_MODE });
      return path;
    },
  };
}

async function walk(root: string, key: string, found: { key: string; bytes: number }[]): Promise<void> {
  const entries = await readdir(join(root, key), { withFileTypes: true }).catch((error: unknown) => {
    if (isSystemError(error) && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) return [];
    throw storeError(error, `Listing ${key}`);
  });
  for (const entry of entries) {
    const child = key === '' ? entry.name : `${key}/${entry.name}`;
    if (entry.isDirectory()) await walk(root, child, found);
    else if (entry.isFile() && !entry.name.startsWith(TEMPORARY)) found.push({ key: child, bytes: (await stat(join(root, child))).size });
  }
}
