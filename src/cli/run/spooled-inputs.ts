import { createReadStream, createWriteStream, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { stat, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { isSystemError, VedetteError } from '../../core/index.ts';

/** Left free on the disk of temporary files. */
const RESERVE_BYTES = 256 << 20;
const CHECK_EVERY_BYTES = 16 << 20;
const STDIN = ['-', '/dev/stdin'];

/** What was read from a pipe is recorded as this: it can't be read again. */
export const PIPED = '-';

/** Paths that can be read more than once. */
export interface SpooledInputs {
  readonly paths: readonly string[];
  /** Of each path: as it was given, `PIPED` for what came from a pipe. */
  readonly given: readonly string[];
  /** Removes the temporary files. */
  close(): void;
}

/**
 * Standard input (`-`, `/dev/stdin`) and named pipes are copied into temporary files called `stdin` and `pipe`, as an analysis reads its
 * input several times. Throws STORE_FULL when the disk of temporary files would fill up.
 */
export async function spoolInputs(paths: readonly string[]): Promise<SpooledInputs> {
  const piped = await Promise.all(paths.map(isPipe));
  if (!piped.includes(true)) return { paths, given: paths, close: () => {} };
  const folder = mkdtempSync(join(tmpdir(), 'vedette-input-'));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  const stop = (signal: NodeJS.Signals) => {
    close();
    process.kill(process.pid, signal);
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  const close = () => {
    remove();
    process.off('exit', remove);
    for (const signal of signals) process.off(signal, stop);
  };
  process.once('exit', remove);
  for (const signal of signals) process.once(signal, stop);
  try {
    const local: string[] = [];
    for (const [i, path] of paths.entries()) local.push(piped[i] === true ? await spool(path, folder, `${i + 1}`) : path);
    return { paths: local, given: paths.map((path, i) => (piped[i] === true ? PIPED : path)), close };
  } catch (error) {
    close();
    throw error;
  }
}

/** Runs a command whose `--data` may name pipes. */
export async function withSpooledData<T extends { readonly data?: readonly string[] }>(
  options: T,
  run: (options: T) => Promise<void>,
): Promise<void> {
  if (options.data === undefined) return run(options);
  const inputs = await spoolInputs(options.data);
  try {
    await run({ ...options, data: inputs.paths });
  } finally {
    inputs.close();
  }
}

async function isPipe(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found === undefined ? path === '-' : found.isFIFO() || (path === '/dev/stdin' && !found.isFile());
}

/** Each in a folder of its own, so that its name is plain. */
async function spool(path: string, folder: string, place: string): Promise<string> {
  const isStdin = STDIN.includes(path);
  const name = isStdin ? 'stdin' : 'pipe';
  mkdirSync(join(folder, place));
  const file = join(folder, place, name);
  let written = 0;
  let unchecked = CHECK_EVERY_BYTES;
  const bounded = new Transform({
    transform(chunk: Uint8Array, _encoding, done) {
      written += chunk.length;
      unchecked += chunk.length;
      if (unchecked < CHECK_EVERY_BYTES) return done(null, chunk);
      unchecked = 0;
      statfs(folder).then(({ bavail, bsize }) => (bavail * bsize < RESERVE_BYTES ? done(full(name, written)) : done(null, chunk)), done);
    },
  });
  try {
    await pipeline(isStdin ? process.stdin : createReadStream(path), bounded, createWriteStream(file, { mode: 0o600 }));
  } catch (error) {
    if (error instanceof VedetteError) throw error;
    const code = isSystemError(error) ? error.code : String(error);
    if (code === 'ENOSPC') throw full(name, written);
    throw new VedetteError('INPUT_UNREADABLE', `${path} cannot be read: ${code}`, {
      hint: 'Save it as a file and name that.',
      cause: error,
    });
  }
  if (written === 0)
    throw new VedetteError('INPUT_EMPTY', `${path} holds no record`, {
      hint: 'Nothing came through the pipe: check the command before it.',
    });
  return file;
}

function full(name: string, written: number): VedetteError {
  return new VedetteError('STORE_FULL', `${name} doesn't fit on the disk of temporary files (${tmpdir()}): ${written} bytes came so far`, {
    hint: 'Set TMPDIR to a folder on a larger disk, or name a file.',
  });
}
