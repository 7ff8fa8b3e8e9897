import { open } from 'node:fs/promises';

const MAGIC = 'PAR1';

export function isParquet(head: Uint8Array): boolean {
  return new TextDecoder().decode(head.subarray(0, MAGIC.length)) === MAGIC;
}

/** Its footer is there: the last that a writer writes. */
export async function isWholeParquet(path: string): Promise<boolean> {
  const handle = await open(path);
  try {
    const { size } = await handle.stat();
    const end = new Uint8Array(MAGIC.length);
    if (size < 3 * MAGIC.length) return false;
    await handle.read(end, 0, end.length, size - end.length);
    return isParquet(end);
  } finally {
    await handle.close();
  }
}
