import { stat } from 'node:fs/promises';
import { relative, sep } from 'node:path';
import { selected, walk } from '../files/inputs.ts';

/** A file of the folder as it was when the folder was looked at. */
export interface Listed {
  readonly path: string;
  /** Path below the folder, with `/`. */
  readonly name: string;
  readonly device: string;
  readonly inode: string;
  /** Changes whenever the content does. */
  readonly version: string;
}

interface Selection {
  readonly include?: string[] | undefined;
  readonly exclude: string[];
  readonly subfolders: boolean;
}

export function idOf({ device, inode }: Pick<Listed, 'device' | 'inode'>): string {
  return `${device}:${inode}`;
}

/** The files of a folder, each once: of several names, links or not, the one that it had before. */
export async function listFolder(
  folder: string,
  { include, exclude, subfolders }: Selection,
  keptName: (file: Listed) => string | undefined,
): Promise<Listed[]> {
  const files = new Map<string, Listed>();
  for (const { path } of await walk(folder)) {
    const name = relative(folder, path).split(sep).join('/');
    if (!subfolders && name.includes('/')) continue;
    if (!selected(name, include === undefined ? { exclude } : { include, exclude })) continue;
    const info = await stat(path, { bigint: true }).catch(() => undefined);
    if (info === undefined) continue;
    const file = { path, name, device: String(info.dev), inode: String(info.ino), version: `${info.size}:${info.mtimeNs}` };
    const id = idOf(file);
    if (!files.has(id) || keptName(file) === name) files.set(id, file);
  }
  return [...files.values()];
}

/** The same files, each after the one that holds what was last read under its name: that must be committed before the name is taken over. */
export function renamedFirst(files: readonly Listed[], holderOf: (name: string) => Listed | undefined): Listed[] {
  const ordered = new Set<Listed>();
  for (const file of files) {
    const chain: Listed[] = [];
    const onChain = new Set<Listed>();
    for (let next: Listed | undefined = file; next !== undefined && !ordered.has(next) && !onChain.has(next); next = holderOf(next.name)) {
      chain.push(next);
      onChain.add(next);
    }
    for (const last of chain.reverse()) ordered.add(last);
  }
  return [...ordered];
}
