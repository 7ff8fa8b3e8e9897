import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config, LoadedConfig } from '../config/index.ts';
import { canonicalJson, sha256Hex } from '../core/index.ts';

/** Former configurations of a home; the one used longest ago is given up. */
const MOST_KEPT = 100;
const HASH = /^[0-9a-f]{64}$/;

/**
 * Keeps a configuration under its hash, so that what was found with it can be found again after settings changed. As it is shown:
 * secrets are hidden, which the hash does not depend on and a replay does not need.
 */
export async function keepConfiguration(home: string, { hash, shown }: LoadedConfig): Promise<void> {
  const folder = folderOf(home);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const path = pathOf(home, hash);
  const now = new Date();
  const known = await utimes(path, now, now).then(
    () => true,
    () => false,
  );
  if (known) return;
  await writeFile(`${path}.tmp`, canonicalJson(shown), { mode: 0o600 });
  await rename(`${path}.tmp`, path);
  const names = (await readdir(folder)).filter((name) => name.endsWith('.json'));
  const dated = await Promise.all(names.map(async (name) => ({ name, at: (await stat(join(folder, name))).mtimeMs })));
  const old = dated.sort((a, b) => b.at - a.at || (a.name < b.name ? -1 : 1)).slice(MOST_KEPT);
  for (const { name } of old) await rm(join(folder, name), { force: true });
}

/** The configuration of a hash, checked when it was kept, with hidden secrets; undefined where it is not kept whole. */
export async function keptConfiguration(home: string, hash: string): Promise<LoadedConfig | undefined> {
  const text = HASH.test(hash) ? await readFile(pathOf(home, hash), 'utf8').catch(() => undefined) : undefined;
  if (text === undefined || sha256Hex(text) !== hash) return undefined;
  const config = JSON.parse(text) as Config;
  return { config, shown: config, hash };
}

function folderOf(home: string): string {
  return join(home, 'configurations');
}

function pathOf(home: string, hash: string): string {
  return join(folderOf(home), `${hash}.json`);
}
