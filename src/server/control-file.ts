import { randomBytes } from 'node:crypto';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isSystemError } from '../core/index.ts';

/** How a command on the same machine reaches the process that owns a home: `<home>/control.json`, readable by its owner only. */
export interface ControlFile {
  readonly address: string;
  readonly token: string;
  readonly pid: number;
}

const path = (home: string): string => join(home, 'control.json');

export const newToken = (): string => randomBytes(32).toString('base64url');

export async function writeControlFile(home: string, control: ControlFile): Promise<void> {
  const whole = `${path(home)}.${control.pid}.tmp`;
  await rm(whole, { force: true });
  await writeFile(whole, JSON.stringify(control), { mode: 0o600, flag: 'wx' });
  await rename(whole, path(home));
}

export async function readControlFile(home: string): Promise<ControlFile | undefined> {
  try {
    return JSON.parse(await readFile(path(home), 'utf8')) as ControlFile;
  } catch (error) {
    if (error instanceof SyntaxError || (isSystemError(error) && error.code === 'ENOENT')) return undefined;
    throw error;
  }
}

export async function removeControlFile(home: string): Promise<void> {
  await rm(path(home), { force: true });
}
