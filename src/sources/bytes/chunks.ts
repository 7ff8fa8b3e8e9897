import { type FileHandle, open } from 'node:fs/promises';
import { isSystemError, VedetteError } from '../../core/index.ts';

/** Bytes in order, in pieces of any size; every piece is owned by whoever gets it. */
export type Chunks = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

/** Memory that nothing else shares, so its buffer can be transferred to another thread. */
export function freshBytes(length: number): Uint8Array {
  const buffer = Buffer.allocUnsafeSlow(length);
  return new Uint8Array(buffer.buffer, buffer.byteOffset, length);
}

export function concatBytes(parts: readonly Uint8Array[], length = parts.reduce((sum, part) => sum + part.length, 0)): Uint8Array {
  const whole = freshBytes(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

export interface LookAhead {
  /** What came until there were as many bytes as asked for: more, or fewer where the stream ended or failed. */
  readonly begun: Uint8Array;
  /** Met while looking; whoever reads on meets it again. */
  readonly failure: { readonly error: unknown } | undefined;
  /** The stream from `start` on, which lies within `begun`. Called once. */
  whole(start: number): AsyncGenerator<Uint8Array>;
}

/** The beginning of a stream, and the stream again. */
export async function lookAhead(chunks: Chunks, bytes: number): Promise<LookAhead> {
  const iterator = iterate(chunks);
  const parts: Uint8Array[] = [];
  let length = 0;
  let failure: { error: unknown } | undefined;
  while (length < bytes && failure === undefined) {
    try {
      const next = await iterator.next();
      if (next.done === true) break;
      parts.push(next.value);
      length += next.value.length;
    } catch (error) {
      failure = { error };
    }
  }
  const begun = parts.length === 1 ? (parts[0] as Uint8Array) : concatBytes(parts, length);
  async function* whole(start: number): AsyncGenerator<Uint8Array> {
    try {
      if (start < begun.length) yield begun.subarray(start);
      if (failure !== undefined) throw failure.error;
      yield* iterator;
    } finally {
      await iterator.return(undefined);
    }
  }
  return { begun, failure, whole };
}

async function* iterate(chunks: Chunks): AsyncGenerator<Uint8Array> {
  yield* chunks;
}

/** A file's bytes [start, end). */
export async function* fileChunks(
  path: string,
  start = 0,
  end = Number.POSITIVE_INFINITY,
  chunkBytes = 1 << 20,
): AsyncGenerator<Uint8Array> {
  const handle = await open(path, 'r').catch((error: unknown) => {
    throw unreadable(path, error);
  });
  try {
    yield* handleChunks(handle, start, end, chunkBytes);
  } catch (error) {
    throw isSystemError(error) ? unreadable(path, error) : error;
  } finally {
    await handle.close();
  }
}

/** The same of an open file, which stays open. */
export async function* handleChunks(
  handle: FileHandle,
  start = 0,
  end = Number.POSITIVE_INFINITY,
  chunkBytes = 1 << 20,
): AsyncGenerator<Uint8Array> {
  let at = start;
  while (at < end) {
    const bytes = freshBytes(Math.min(chunkBytes, end - at));
    const { bytesRead } = await handle.read(bytes, 0, bytes.length, at);
    if (bytesRead === 0) return;
    at += bytesRead;
    yield bytesRead === bytes.length ? bytes : bytes.subarray(0, bytesRead);
  }
}

/** The first bytes of a file, fewer where it is shorter. */
export async function headOf(path: string, length: number): Promise<Uint8Array> {
  for await (const chunk of fileChunks(path, 0, length, length)) return chunk;
  return new Uint8Array(0);
}

export function unreadable(path: string, error: unknown): VedetteError {
  const code = isSystemError(error) ? error.code : undefined;
  if (code === 'ENOENT')
    return new VedetteError('INPUT_MISSING', `${path} does not exist`, { hint: 'check the path for a typing error', cause: error });
  if (code === 'EACCES' || code === 'EPERM')
    return new VedetteError('INPUT_UNREADABLE', `${path} may not be read by this user`, {
      hint: 'grant read permission, or run as a user who has it (group adm or systemd-journal for system logs)',
      cause: error,
    });
  const reason = error instanceof Error ? error.message : String(error);
  return new VedetteError('INPUT_UNREADABLE', `${path} cannot be read: ${reason}`, { hint: 'check the file and its disk', cause: error });
}
