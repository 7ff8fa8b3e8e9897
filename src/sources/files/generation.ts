import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';

/** How much of a file's beginning tells it from others. */
export const HEAD_BYTES = 1024;

/** `device:inode:length:hash`, the hash over the first `length` bytes: the same as long as the file only grows. */
export interface Generation {
  readonly device: string;
  readonly inode: string;
  readonly headBytes: number;
  readonly headHash: string;
}

export async function generationOf(handle: FileHandle, headBytes = HEAD_BYTES): Promise<Generation> {
  const info = await handle.stat({ bigint: true });
  const head = new Uint8Array(headBytes);
  const { bytesRead } = headBytes === 0 ? { bytesRead: 0 } : await handle.read(head, 0, headBytes, 0);
  return { device: String(info.dev), inode: String(info.ino), headBytes: bytesRead, headHash: hashOf(head.subarray(0, bytesRead)) };
}

export function formatGeneration(generation: Generation): string {
  return `${generation.device}:${generation.inode}:${generation.headBytes}:${generation.headHash}`;
}

export function parseGeneration(text: string): Generation | undefined {
  const [device, inode, headBytes, headHash] = text.split(':');
  if (device === undefined || inode === undefined || headBytes === undefined || headHash === undefined) return undefined;
  return { device, inode, headBytes: Number(headBytes), headHash };
}

/** The same beginning; the inode may differ, as it does for a copy. */
export async function sameHead(handle: FileHandle, generation: Generation): Promise<boolean> {
  const now = await generationOf(handle, generation.headBytes);
  return now.headBytes === generation.headBytes && now.headHash === generation.headHash;
}

/** The generation with as much of the beginning as is there by now; undefined where the beginning is another. */
export async function grown(handle: FileHandle, generation: Generation): Promise<Generation | undefined> {
  if (generation.headBytes >= HEAD_BYTES) return (await sameHead(handle, generation)) ? generation : undefined;
  const head = new Uint8Array(HEAD_BYTES);
  const { bytesRead } = await handle.read(head, 0, HEAD_BYTES, 0);
  if (bytesRead < generation.headBytes || hashOf(head.subarray(0, generation.headBytes)) !== generation.headHash) return undefined;
  return { ...generation, headBytes: bytesRead, headHash: hashOf(head.subarray(0, bytesRead)) };
}

export function hashOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex').slice(0, 16);
}
