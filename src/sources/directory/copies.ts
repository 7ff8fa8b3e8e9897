import type { ContentEnd, StoredFile } from '../files/stored-file.ts';

/** How much of a content's end tells whether another holds it. */
export const LAST_BYTES = 1024;

/** Whether two contents begin alike, as far as the shorter goes; nothing is like nothing. */
export function beginAlike(one: Uint8Array, other: Uint8Array): boolean {
  const length = Math.min(one.length, other.length);
  return length > 0 && Buffer.compare(one.subarray(0, length), other.subarray(0, length)) === 0;
}

/**
 * Whether a content that begins like a file and ends so is the beginning of it, or as a `whole` just as much: the file ends so at that length. A short
 * content that was compressed may as well be another that says the same.
 */
export async function endsAlike({ offset, last }: ContentEnd, original: StoredFile, part: 'beginning' | 'whole'): Promise<boolean> {
  if (part === 'whole' ? offset !== original.size || offset < LAST_BYTES : offset > original.size) return false;
  const there = await original.contentBefore(offset, last.length);
  return there !== undefined && Buffer.compare(last, there) === 0;
}
