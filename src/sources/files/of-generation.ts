import { compressionOf } from '../bytes/content.ts';
import { parseGeneration } from './generation.ts';
import { type FileInput, walk } from './inputs.ts';
import { holds, siblingsOf } from './rotation.ts';
import { StoredFile } from './stored-file.ts';

export interface FoundFile {
  readonly input: FileInput;
  readonly compressed: boolean;
}

/** Files that hold what has this generation, most likely first: that at `path`, those rotated from it, then any of `folder`. */
export async function filesOfGeneration(path: string, folder: string | undefined, text: string): Promise<FoundFile[]> {
  const generation = parseGeneration(text);
  if (generation === undefined || generation.headBytes === 0) return [];
  const others = folder === undefined ? [] : await walk(folder).catch(() => []);
  const paths = new Set([path, ...(await siblingsOf(path)).map((one) => one.path), ...others.map((one) => one.path)]);
  const same: FoundFile[] = [];
  const copies: FoundFile[] = [];
  for (const candidate of paths) {
    const file = await StoredFile.open(candidate, candidate, false).catch(() => undefined);
    if (file === undefined) continue;
    const found = { input: { name: candidate, path: candidate, bytes: file.size }, compressed: compressionOf(file.head) !== undefined };
    try {
      if (file.begins(generation)) (file.isFile(generation) ? same : copies).push(found);
      else if (found.compressed && (await holds(candidate, generation))) copies.push(found);
    } finally {
      await file.close();
    }
    if (same.length > 0) return same;
  }
  return copies;
}
