import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Position } from '../../core/index.ts';
import { fileChunks } from '../bytes/chunks.ts';
import { contentOf, peek } from '../bytes/content.ts';
import { DEFAULT_EXPANSION } from '../bytes/expansion.ts';
import { type Generation, hashOf, parseGeneration } from './generation.ts';

/** A rotated predecessor of a log file, such as `app.log.1` or `app.log-20240131.gz`. */
export interface Sibling {
  readonly path: string;
  readonly device: string;
  readonly inode: string;
}

/** Rotated files of a log, oldest first: numbers count backwards in time, dates forwards. */
export async function siblingsOf(path: string): Promise<Sibling[]> {
  // A rotation under way moves names while they are read: two equal lists in a row are believed.
  let before = await listSiblings(path);
  for (let attempt = 0; attempt < 20; attempt++) {
    const now = await listSiblings(path);
    if (JSON.stringify(now) === JSON.stringify(before)) break;
    before = now;
  }
  return before;
}

async function listSiblings(path: string): Promise<Sibling[]> {
  const base = basename(path);
  const names = await readdir(dirname(path)).catch(() => []);
  const rotated = names.filter((name) => name.startsWith(base) && /^[.-]/.test(name.slice(base.length)));
  rotated.sort((a, b) => byAge(a.slice(base.length), b.slice(base.length)));
  const siblings: Sibling[] = [];
  for (const name of rotated) {
    const info = await stat(join(dirname(path), name), { bigint: true }).catch(() => undefined);
    if (info?.isFile() === true) siblings.push({ path: join(dirname(path), name), device: String(info.dev), inode: String(info.ino) });
  }
  return siblings;
}

function byAge(a: string, b: string): number {
  const [numberA, numberB] = [rotationNumber(a), rotationNumber(b)];
  if (numberA !== undefined && numberB !== undefined) return numberB - numberA;
  if (numberA === undefined && numberB === undefined) return a < b ? -1 : 1;
  return numberA === undefined ? -1 : 1;
}

function rotationNumber(suffix: string): number | undefined {
  const match = /^[.-](\d{1,5})(?:\.\w+)?$/.exec(suffix);
  return match === null ? undefined : Number(match[1]);
}

/** Index of the sibling that holds what `position` was read from: the renamed file itself, else a copy with its beginning. */
export async function findGeneration(siblings: readonly Sibling[], position: Position): Promise<number> {
  const generation = parseGeneration(position.generation);
  if (generation === undefined) return -1;
  const matches: boolean[] = [];
  for (const sibling of siblings) matches.push(await holds(sibling.path, generation));
  const same = siblings.findIndex((sibling, i) => matches[i] && sibling.inode === generation.inode && sibling.device === generation.device);
  return same === -1 ? matches.lastIndexOf(true) : same;
}

/** The (uncompressed) file begins as the generation does. */
export async function holds(path: string, generation: Generation): Promise<boolean> {
  if (generation.headBytes === 0) return false;
  try {
    const content = await contentOf(fileChunks(path, 0, Number.POSITIVE_INFINITY, 64 << 10), path, DEFAULT_EXPANSION);
    const mark = content.offset;
    const { head, chunks } = await peek(content.chunks, generation.headBytes - mark);
    // A generator that was never asked for anything would end without closing the file below it.
    await chunks.next();
    await chunks.return(undefined);
    if (head.length + mark < generation.headBytes) return false;
    return hashOf(mark === 0 ? head : withMark(head)) === generation.headHash;
  } catch {
    return false;
  }
}

function withMark(bytes: Uint8Array): Uint8Array {
  const whole = new Uint8Array(bytes.length + 3);
  whole.set([0xef, 0xbb, 0xbf]);
  whole.set(bytes, 3);
  return whole;
}
