import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { VedetteError } from '../../core/index.ts';
import { headOf, unreadable } from '../bytes/chunks.ts';
import { isZip } from '../bytes/content.ts';
import { type ZipMember, zipMembers } from '../bytes/zip.ts';
import { globTest, isGlob } from './glob.ts';

/** One finite input: a file, or a member of a zip archive. */
export interface FileInput {
  /** Stable name: path relative to the root, with `/`; a zip member as `archive.zip!member`. */
  readonly name: string;
  readonly path: string;
  readonly member?: ZipMember;
  /** Stored size in bytes; 0 where it is not known (pipes). */
  readonly bytes: number;
}

export interface InputOptions {
  /** Names are relative to this folder; default: the folder given, or the folder of the file given, or what all share. */
  readonly root?: string;
  /** Globs on names; a pattern without `/` is compared with the file name. */
  readonly include?: readonly string[];
  readonly exclude?: readonly string[];
}

/** Files, folders (recursive), globs and zip archives as a list sorted by name. Hidden files in folders are left out. */
export async function listInputs(paths: readonly string[], options: InputOptions = {}): Promise<FileInput[]> {
  const found = new Map<string, { path: string; bytes: number; base: string }>();
  for (const path of paths) {
    for (const file of await expand(path)) if (!found.has(file.path)) found.set(file.path, file);
  }
  const files = named([...found.values()], options.root).filter(({ name }) => selected(name, options));
  const inputs: FileInput[] = [];
  for (const file of files) inputs.push(...(await inputsOf(file)));
  if (inputs.length === 0) {
    throw new VedetteError('INPUT_EMPTY', `${paths.join(', ')} holds no file to read`, {
      hint: 'name a file, or a folder with files in it; hidden files are left out',
    });
  }
  return inputs.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

/** Files of no bytes beside others say nothing and stop nothing; where there are no others they stay, so that the error names them. */
export function withoutEmpty(inputs: readonly FileInput[]): readonly FileInput[] {
  const filled = inputs.filter(({ bytes }) => bytes > 0);
  return filled.length === 0 ? inputs : filled;
}

export function selected(name: string, options: Pick<InputOptions, 'include' | 'exclude'>): boolean {
  const matches = (pattern: string) => globTest(pattern)(name);
  return (options.include === undefined || options.include.some(matches)) && !(options.exclude ?? []).some(matches);
}

async function expand(path: string): Promise<{ path: string; bytes: number; base: string }[]> {
  const absolute = resolve(path);
  const info = await stat(absolute).catch((error: unknown) => {
    if (isGlob(path)) return undefined;
    throw unreadable(path, error);
  });
  if (info === undefined) return expandGlob(path);
  if (!info.isDirectory()) return [{ path: absolute, bytes: info.isFile() ? info.size : 0, base: dirname(absolute) }];
  return (await walk(absolute)).map((file) => ({ ...file, base: absolute }));
}

async function expandGlob(pattern: string): Promise<{ path: string; bytes: number; base: string }[]> {
  const absolute = resolve(pattern).split(sep).join('/');
  const segments = absolute.split('/');
  const firstGlob = segments.findIndex(isGlob);
  const base = segments.slice(0, firstGlob).join('/') || '/';
  const matches = globTest(absolute);
  const exists = await stat(base).catch(() => undefined);
  const files = exists === undefined ? [] : (await walk(base)).filter((file) => matches(file.path.split(sep).join('/')));
  if (files.length > 0) return files.map((file) => ({ ...file, base }));
  throw new VedetteError('INPUT_MISSING', `no file matches ${pattern}`, {
    hint: 'check the pattern; quote it so that the shell leaves it alone',
  });
}

/** All regular files below a folder, links to files included, links to folders not followed. */
export async function walk(folder: string): Promise<{ path: string; bytes: number }[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    throw unreadable(folder, error);
  });
  const files: { path: string; bytes: number }[] = [];
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (entry.name.startsWith('.')) continue;
    const path = join(folder, entry.name);
    if (entry.isDirectory()) files.push(...(await walk(path)));
    else if (entry.isFile() || entry.isSymbolicLink()) {
      const info = await stat(path).catch(() => undefined);
      if (info?.isFile() === true) files.push({ path, bytes: info.size });
    }
  }
  return files;
}

function named(files: readonly { path: string; bytes: number; base: string }[], root: string | undefined): FileInput[] {
  const base = root === undefined ? undefined : resolve(root);
  const names = files.map((file) => slashes(relative(base ?? file.base, file.path)));
  const unique = new Set(names).size === names.length;
  const shared = unique ? undefined : sharedFolder(files.map((file) => file.path));
  return files.map(({ path, bytes }, i) => ({
    name: shared === undefined ? names[i] || basename(path) : slashes(relative(shared, path)),
    path,
    bytes,
  }));
}

function slashes(path: string): string {
  return path.split(sep).join('/');
}

function sharedFolder(paths: readonly string[]): string {
  let shared = dirname(paths[0] ?? '/');
  while (!paths.every((path) => path.startsWith(shared === sep ? sep : shared + sep))) shared = dirname(shared);
  return shared;
}

/** A file, or the members of an archive. */
export async function inputsOf(file: FileInput): Promise<FileInput[]> {
  if (file.bytes < 22 || !isZip(await headOf(file.path, 4))) return [file];
  const members = await zipMembers(file.path, file.name);
  return members.map((member) => ({ name: `${file.name}!${member.name}`, path: file.path, member, bytes: member.compressedBytes }));
}
