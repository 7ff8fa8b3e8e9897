import { rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import { VedetteError } from '../../core/index.ts';
import { type ControlFile, localAdminLink, readControlFile, remoteAdminLink, remoteSnapshot } from '../../server/index.ts';
import { type Home, openHome, restoreBackup, writeBackup } from '../../store/index.ts';
import type { CommonOptions } from '../options.ts';
import { print, printJson } from '../output.ts';
import { programVersion } from '../version.ts';
import { mayReplace } from './write-output.ts';

/** Everything of a home in one file: of the process that owns it when there is one, else by opening the home. */
export async function backup(file: string, options: CommonOptions): Promise<void> {
  if (!(await mayReplace(resolve(file), isArchive))) {
    throw new VedetteError('USAGE', `${file} is there already and is no backup`, {
      hint: 'Name a new file, or an earlier backup that may be replaced.',
    });
  }
  const summary = await byOwner(
    options.home,
    async (home) => archive(await home.snapshot(), file),
    async (control) => archive(await remoteSnapshot(control), file),
  );
  if (options.output === 'json') printJson({ backup: resolve(file), ...summary });
  else print(`${file}: ${summary.files.toLocaleString('en')} files, ${summary.bytes.toLocaleString('en')} bytes, each with its checksum`);
}

/** `ustar` stands in the header of a tar archive. */
function isArchive(head: Uint8Array): boolean {
  return Buffer.from(head.subarray(257, 262)).toString('latin1') === 'ustar';
}

async function archive(snapshot: string, file: string): Promise<Awaited<ReturnType<typeof writeBackup>>> {
  try {
    return await writeBackup(snapshot, resolve(file), programVersion(), Date.now() * 1000);
  } finally {
    await rm(snapshot, { recursive: true, force: true });
  }
}

export async function restore(file: string, options: CommonOptions): Promise<void> {
  const { program, ...summary } = await restoreBackup(resolve(file), options.home);
  if (options.output === 'json') printJson({ home: options.home, ...summary, program });
  else
    print(
      `${options.home}: ${summary.files.toLocaleString('en')} files restored from a backup of version ${program}; every checksum matched`,
    );
}

export async function adminLink(options: CommonOptions): Promise<void> {
  const { path, address } = await byOwner(
    options.home,
    async (home) => ({ ...(await localAdminLink(home, Date.now() * 1000)), address: '' }),
    async (control) => ({ ...(await remoteAdminLink(control)), address: control.address }),
  );
  if (options.output === 'json') printJson({ path, address });
  else if (address !== '') print(`open ${address}${path} (once, within 24 hours)`);
  else print(`start \`vedette up\` and open ${path} at its address (once, within 24 hours)`);
}

async function byOwner<T>(path: string, own: (home: Home) => Promise<T>, ask: (control: ControlFile) => Promise<T>): Promise<T> {
  let home: Home;
  try {
    home = await openHome(path);
  } catch (error) {
    if (!(error instanceof VedetteError) || error.code !== 'HOME_LOCKED') throw error;
    const control = await readControlFile(path);
    if (control === undefined) throw error;
    return ask(control);
  }
  try {
    return await own(home);
  } finally {
    await home.close();
  }
}
