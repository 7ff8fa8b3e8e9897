import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { isSystemError, VedetteError } from '../../core/index.ts';

const BLOCK = 512;
/** Eleven octal digits. */
const MOST_BYTES = 8 ** 11 - 1;
const MANIFEST = 'manifest.json';
const MOST_MANIFEST = 256 * 1024 ** 2;

export interface BackupSummary {
  readonly files: number;
  readonly bytes: number;
}

interface Manifest {
  readonly format: 'vedette-backup';
  readonly version: 1;
  readonly program: string;
  readonly createdAt: number;
  readonly files: readonly { readonly path: string; readonly bytes: number; readonly sha256: string }[];
}

/** A folder as one file: a tar whose last member lists every other with its SHA-256. Appears complete or not at all. */
export async function writeBackup(folder: string, target: string, program: string, createdAt: number): Promise<BackupSummary> {
  const partial = `${target}.part`;
  const files: Manifest['files'][number][] = [];
  try {
    await pipeline(Readable.from(members(folder, files, { program, createdAt })), createWriteStream(partial, { flags: 'wx', mode: 0o600 }));
    const handle = await open(partial, 'r+');
    await handle.sync().finally(() => handle.close());
    await rename(partial, target);
  } catch (error) {
    if (isSystemError(error) && error.code === 'EEXIST')
      throw new VedetteError('USAGE', `${partial} is there already`, { hint: 'Another backup writes to it; remove it if none does.' });
    await rm(partial, { force: true });
    throw error;
  }
  return { files: files.length, bytes: files.reduce((sum, { bytes }) => sum + bytes, 0) };
}

async function* members(
  folder: string,
  files: Manifest['files'][number][],
  about: Pick<Manifest, 'program' | 'createdAt'>,
): AsyncGenerator<Buffer> {
  for (const path of await listFiles(folder)) {
    const name = relative(folder, path).split(sep).join('/');
    const { size } = await stat(path);
    yield header(name, size);
    const hash = createHash('sha256');
    if (size > 0) {
      // A log that still grows is taken as long as it was.
      for await (const chunk of createReadStream(path, { end: size - 1 }) as AsyncIterable<Buffer>) {
        hash.update(chunk);
        yield chunk;
      }
    }
    yield padding(size);
    files.push({ path: name, bytes: size, sha256: hash.digest('hex') });
  }
  const manifest: Manifest = { format: 'vedette-backup', version: 1, ...about, files };
  const bytes = Buffer.from(JSON.stringify(manifest));
  yield header(MANIFEST, bytes.length);
  yield bytes;
  yield padding(bytes.length);
  yield Buffer.alloc(2 * BLOCK);
}

async function listFiles(folder: string): Promise<string[]> {
  const found: string[] = [];
  for (const entry of (await readdir(folder, { withFileTypes: true })).sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) found.push(...(await listFiles(path)));
    else if (entry.isFile()) found.push(path);
  }
  return found;
}

/** A ustar header. */
function header(name: string, size: number): Buffer {
  if (size > MOST_BYTES) throw new VedetteError('LIMIT_EXCEEDED', `${name} is larger than a backup holds (8 GiB)`);
  const block = Buffer.alloc(BLOCK);
  const bytes = Buffer.byteLength(name);
  const split = bytes <= 100 ? -1 : name.lastIndexOf('/', name.length - 1);
  const [prefix, own] = split < 0 ? ['', name] : [name.slice(0, split), name.slice(split + 1)];
  if (Buffer.byteLength(own) > 100 || Buffer.byteLength(prefix) > 155)
    throw new VedetteError('LIMIT_EXCEEDED', `the name ${name.slice(0, 120)} is too long for a backup`);
  block.write(own, 0);
  block.write('0000600\0', 100);
  block.write('0000000\0'.repeat(2), 108);
  block.write(`${size.toString(8).padStart(11, '0')}\0`, 124);
  block.write('00000000000\0', 136);
  block.write('        0', 148);
  block.write('ustar\x0000', 257);
  block.write(prefix, 345);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return block;
}

const padding = (size: number): Buffer => Buffer.alloc((BLOCK - (size % BLOCK)) % BLOCK);

/** Unpacks a backup into a home that is not there or empty; every checksum is verified before anything takes its place. */
export async function restoreBackup(source: string, home: string): Promise<BackupSummary & { readonly program: string }> {
  const target = resolve(home);
  const kept = await readdir(target).catch((error: unknown) => {
    if (isSystemError(error) && error.code === 'ENOENT') return [];
    throw error;
  });
  if (kept.length > 0)
    throw new VedetteError('USAGE', `${target} is not empty`, { hint: 'Name another folder with --home, or move that one away first.' });
  const staging = `${target}.restoring-${process.pid}`;
  try {
    const { manifest, found } = await unpack(source, staging);
    const listed = new Map(manifest.files.map((file) => [file.path, file]));
    for (const [path, { bytes, sha256 }] of found) {
      const wanted = listed.get(path);
      if (wanted?.sha256 !== sha256 || wanted.bytes !== bytes) throw damaged(source, `${path} does not match its checksum`);
    }
    if (found.size !== listed.size) throw damaged(source, `it holds ${found.size} of ${listed.size} files`);
    await rm(target, { recursive: true, force: true });
    await mkdir(dirname(target), { recursive: true });
    await rename(staging, target);
    return { files: found.size, bytes: [...found.values()].reduce((sum, { bytes }) => sum + bytes, 0), program: manifest.program };
  } catch (error) {
    await rm(staging, { recursive: true, force: true });
    throw error;
  }
}

type Found = Map<string, { readonly bytes: number; readonly sha256: string }>;

async function unpack(source: string, staging: string): Promise<{ manifest: Manifest; found: Found }> {
  const file = await open(source, 'r').catch((cause: unknown) => {
    throw new VedetteError('INPUT_MISSING', `${source} cannot be read`, { hint: 'Check the path of the backup.', cause });
  });
  const found: Found = new Map();
  try {
    await mkdir(staging, { recursive: true, mode: 0o700 });
    const block = Buffer.alloc(BLOCK);
    for (let at = 0; ; ) {
      const { bytesRead } = await file.read(block, 0, BLOCK, at);
      if (bytesRead < BLOCK || block.every((byte) => byte === 0)) throw damaged(source, 'it ends before its list of files');
      at += BLOCK;
      const { name, size } = parseHeader(block, source);
      if (name === MANIFEST) return { manifest: await readManifest(file, at, size, source), found };
      const path = join(staging, ...safeParts(name, source));
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      found.set(name, { bytes: size, sha256: await copyOut(file, at, size, path, source) });
      at += size + ((BLOCK - (size % BLOCK)) % BLOCK);
    }
  } finally {
    await file.close();
  }
}

type Handle = Awaited<ReturnType<typeof open>>;

async function readManifest(file: Handle, at: number, size: number, source: string): Promise<Manifest> {
  if (size > MOST_MANIFEST) throw damaged(source, 'its list of files is too long');
  const bytes = Buffer.alloc(size);
  await file.read(bytes, 0, size, at);
  try {
    const manifest = JSON.parse(bytes.toString('utf8')) as Manifest;
    if (manifest.format === 'vedette-backup' && manifest.version === 1 && Array.isArray(manifest.files)) return manifest;
  } catch {
    // Reported below.
  }
  throw damaged(source, 'its list of files cannot be read');
}

async function copyOut(file: Handle, at: number, size: number, path: string, source: string): Promise<string> {
  const hash = createHash('sha256');
  const chunk = Buffer.alloc(1024 ** 2);
  const out = await open(path, 'wx', 0o600);
  try {
    for (let done = 0; done < size; ) {
      const { bytesRead } = await file.read(chunk, 0, Math.min(chunk.length, size - done), at + done);
      if (bytesRead === 0) throw damaged(source, `it ends within ${path}`);
      const part = chunk.subarray(0, bytesRead);
      hash.update(part);
      await out.write(part);
      done += bytesRead;
    }
    await out.sync();
  } finally {
    await out.close();
  }
  return hash.digest('hex');
}

function parseHeader(block: Buffer, source: string): { name: string; size: number } {
  const text = (from: number, length: number) => block.toString('utf8', from, from + length).replace(/\0.*$/s, '');
  const sum = Number.parseInt(text(148, 8), 8);
  const own = block.reduce((total, byte, i) => total + (i >= 148 && i < 156 ? 32 : byte), 0);
  const size = Number.parseInt(text(124, 12), 8);
  if (sum !== own || !Number.isSafeInteger(size) || text(257, 5) !== 'ustar') throw damaged(source, 'a header is damaged');
  const prefix = text(345, 155);
  return { name: prefix === '' ? text(0, 100) : `${prefix}/${text(0, 100)}`, size };
}

/** Nothing leaves the folder it is unpacked into. */
function safeParts(name: string, source: string): string[] {
  const parts = name.split('/');
  if (parts.every((part) => part !== '' && part !== '.' && part !== '..' && !/[\\\0]/.test(part))) return parts;
  throw damaged(source, `it names a file ${JSON.stringify(name.slice(0, 80))}`);
}

function damaged(source: string, why: string): VedetteError {
  return new VedetteError('STORE_CORRUPT', `${source} is no whole backup: ${why}`, { hint: 'Take another backup; nothing was changed.' });
}
