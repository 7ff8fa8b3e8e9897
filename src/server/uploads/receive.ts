import { createWriteStream } from 'node:fs';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { FastifyRequest } from 'fastify';
import { VedetteError } from '../../core/index.ts';
import { safeFileName } from './file-name.ts';

export interface Received {
  readonly name: string;
  readonly path: string;
  readonly bytes: number;
}

/**
 * Streams the one file of a multipart body to disk; what is cut off by the cap, the sender or an error is removed. `placeOf` gives what
 * the file of a (safe) name is called and where it goes.
 */
export async function receiveFile(
  request: FastifyRequest,
  maxBytes: number,
  placeOf: (name: string) => Pick<Received, 'name' | 'path'>,
): Promise<Received> {
  if (!request.isMultipart())
    throw new VedetteError('USAGE', 'the body is no multipart/form-data', { hint: 'Send the file as the field `file`.' });
  const part = await request.file({ limits: { files: 1, fields: 4, parts: 5, fieldSize: 1024, headerPairs: 20, fileSize: maxBytes } });
  if (part === undefined) throw new VedetteError('USAGE', 'the body holds no file', { hint: 'Send the file as the field `file`.' });
  const { name, path } = placeOf(safeFileName(part.filename));
  const partial = `${path}.part`;
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    const file = createWriteStream(partial, { flags: 'wx', mode: 0o600 });
    await pipeline(part.file, file);
    if (part.file.truncated)
      throw new VedetteError('LIMIT_EXCEEDED', `the file is larger than ${maxBytes} bytes`, { hint: 'Compress it, or split it.' });
    if (file.bytesWritten === 0) throw new VedetteError('USAGE', 'the file is empty');
    const handle = await open(partial, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(partial, path);
    return { name, path, bytes: file.bytesWritten };
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
}
