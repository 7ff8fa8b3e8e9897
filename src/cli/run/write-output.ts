import { createWriteStream } from 'node:fs';
import { open, rename, rm, stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/** A file that a command was asked for: whole under its name or not at all, so that a full disk leaves an earlier one as it was. */
export async function writeOutput(path: string, content: Uint8Array | Iterable<string> | AsyncIterable<string>): Promise<void> {
  const chunks = content instanceof Uint8Array ? [content] : content;
  const known = await stat(path).catch(() => undefined);
  // A pipe or a device is written to as it is.
  if (known !== undefined && !known.isFile()) {
    await pipeline(Readable.from(chunks), createWriteStream(path));
    return;
  }
  const partial = `${path}.part`;
  try {
    await pipeline(Readable.from(chunks), createWriteStream(partial, { flush: true }));
    await rename(partial, path);
  } catch (error) {
    await rm(partial, { force: true }).catch(() => undefined);
    throw named(error, partial, path);
  }
}

/** The error speaks of the file that was asked for. */
function named(error: unknown, partial: string, path: string): unknown {
  if (error instanceof Error) error.message = error.message.replaceAll(partial, path);
  return error;
}

/** True where the file may be replaced: there is none, it is empty, or it begins as `isOwn` says. */
export async function mayReplace(path: string, isOwn: (head: Uint8Array) => boolean): Promise<boolean> {
  const file = await open(path, 'r').catch(() => undefined);
  if (file === undefined) return true;
  try {
    const { buffer, bytesRead } = await file.read(new Uint8Array(512), 0, 512, 0);
    return bytesRead === 0 || isOwn(buffer.subarray(0, bytesRead));
  } finally {
    await file.close();
  }
}
