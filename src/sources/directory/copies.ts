import type { StoredFile } from '../files/stored-file.ts';

const LAST_BYTES = 1024;

/**
 * Whether a file holds the beginning of another, or as a `whole` just as much: both begin alike, and end so at the length of the file. Without the
 * original only the beginnings are compared. A short content that was compressed may as well be another that says the same.
 */
export async function isCopyOf(
  file: StoredFile,
  head: Uint8Array,
  original?: StoredFile,
  part: 'beginning' | 'whole' = 'beginning',
): Promise<boolean> {
  const begins = (await file.contentHead()) ?? new Uint8Array(0);
  const length = Math.min(begins.length, head.length);
  if (length === 0 || Buffer.compare(begins.subarray(0, length), head.subarray(0, length)) !== 0) return false;
  if (original === undefined) return true;
  const { offset, last } = await file.contentEnd(LAST_BYTES);
  if (part === 'whole' ? offset !== original.size || offset < LAST_BYTES : offset > original.size) return false;
  const there = await original.contentBefore(offset, last.length);
  return there !== undefined && Buffer.compare(last, there) === 0;
}
