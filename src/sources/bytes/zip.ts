import { type FileHandle, open } from 'node:fs/promises';
import { VedetteError } from '../../core/index.ts';
import { fileChunks, unreadable } from './chunks.ts';
import type { Expansion } from './expansion.ts';
import { inflateRaw } from './gzip.ts';

/** A file inside a zip archive, as its central directory tells. */
export interface ZipMember {
  readonly name: string;
  readonly compressedBytes: number;
  readonly bytes: number;
  /** 0 stored, 8 deflated. */
  readonly method: number;
  readonly encrypted: boolean;
  readonly headerOffset: number;
}

const END_SIGNATURE = 0x06054b50;
const LOCATOR_SIGNATURE = 0x07064b50;
const END64_SIGNATURE = 0x06064b50;
const ENTRY_SIGNATURE = 0x02014b50;
const LOCAL_SIGNATURE = 0x04034b50;
const MAX_DIRECTORY_BYTES = 64 << 20;

/** Members of an archive in its directory's order, folders left out. Layout: APPNOTE.TXT 6.3.10, sections 4.3 and 4.5. */
export async function zipMembers(path: string, name: string): Promise<ZipMember[]> {
  const handle = await open(path, 'r').catch((error: unknown) => {
    throw unreadable(path, error);
  });
  try {
    const { size } = await handle.stat();
    const { offset, length } = await directoryRange(handle, size, name);
    return parseDirectory(await readRange(handle, offset, length, name), name);
  } finally {
    await handle.close();
  }
}

/** A member's uncompressed bytes. */
export async function* zipMemberChunks(path: string, name: string, member: ZipMember, expansion: Expansion): AsyncGenerator<Uint8Array> {
  if (member.encrypted) throw unsupported(name, 'is encrypted', 'extract it with its password first');
  if (member.method !== 0 && member.method !== 8)
    throw unsupported(name, `uses compression method ${member.method}`, 'extract it with another program first');
  const handle = await open(path, 'r').catch((error: unknown) => {
    throw unreadable(path, error);
  });
  let start: number;
  try {
    const header = await readRange(handle, member.headerOffset, 30, name);
    const view = viewOf(header);
    if (view.getUint32(0, true) !== LOCAL_SIGNATURE) throw damaged(name, 'the local header is missing');
    start = member.headerOffset + 30 + view.getUint16(26, true) + view.getUint16(28, true);
  } finally {
    await handle.close();
  }
  const stored = fileChunks(path, start, start + member.compressedBytes, 256 << 10);
  if (member.method === 8) yield* inflateRaw(stored, expansion);
  else yield* stored;
}

async function directoryRange(handle: FileHandle, size: number, name: string): Promise<{ offset: number; length: number }> {
  const tailBytes = Math.min(size, 22 + 0xffff);
  const tail = await readRange(handle, size - tailBytes, tailBytes, name);
  const view = viewOf(tail);
  let at = tailBytes - 22;
  while (at >= 0 && view.getUint32(at, true) !== END_SIGNATURE) at--;
  if (at < 0) throw damaged(name, 'its central directory is missing, so it is no zip archive or was cut short');
  let length = view.getUint32(at + 12, true);
  let offset = view.getUint32(at + 16, true);
  const isZip64 = offset === 0xffffffff || length === 0xffffffff || view.getUint16(at + 10, true) === 0xffff;
  if (isZip64 && at >= 20 && view.getUint32(at - 20, true) === LOCATOR_SIGNATURE) {
    const end64 = viewOf(await readRange(handle, Number(view.getBigUint64(at - 12, true)), 56, name));
    if (end64.getUint32(0, true) !== END64_SIGNATURE) throw damaged(name, 'its zip64 directory is missing');
    length = Number(end64.getBigUint64(40, true));
    offset = Number(end64.getBigUint64(48, true));
  }
  if (length > MAX_DIRECTORY_BYTES) {
    throw new VedetteError('LIMIT_EXCEEDED', `${name} has a directory of ${length} bytes; ${MAX_DIRECTORY_BYTES} are allowed`, {
      hint: 'extract the archive and give the folder',
    });
  }
  if (offset + length > size) throw damaged(name, 'its central directory lies outside the file');
  return { offset, length };
}

function parseDirectory(bytes: Uint8Array, archive: string): ZipMember[] {
  const view = viewOf(bytes);
  const members: ZipMember[] = [];
  let at = 0;
  while (at + 46 <= bytes.length && view.getUint32(at, true) === ENTRY_SIGNATURE) {
    const nameBytes = view.getUint16(at + 28, true);
    const extraBytes = view.getUint16(at + 30, true);
    const next = at + 46 + nameBytes + extraBytes + view.getUint16(at + 32, true);
    if (next > bytes.length) throw damaged(archive, 'its central directory is cut short');
    const name = new TextDecoder().decode(bytes.subarray(at + 46, at + 46 + nameBytes));
    const sizes = sizesOf(view, at, at + 46 + nameBytes, extraBytes);
    const flags = view.getUint16(at + 8, true);
    if (!name.endsWith('/')) members.push({ name, method: view.getUint16(at + 10, true), encrypted: (flags & 1) === 1, ...sizes });
    at = next;
  }
  return members;
}

/** Sizes and offset, from the zip64 extra field where the 32-bit ones are full. */
function sizesOf(
  view: DataView,
  at: number,
  extra: number,
  extraBytes: number,
): Pick<ZipMember, 'bytes' | 'compressedBytes' | 'headerOffset'> {
  const values = [view.getUint32(at + 24, true), view.getUint32(at + 20, true), view.getUint32(at + 42, true)];
  for (let field = extra; field + 4 <= extra + extraBytes; field += 4 + view.getUint16(field + 2, true)) {
    if (view.getUint16(field, true) !== 1) continue;
    const end = Math.min(extra + extraBytes, field + 4 + view.getUint16(field + 2, true));
    let from = field + 4;
    for (let i = 0; i < 3; i++) {
      if (values[i] !== 0xffffffff || from + 8 > end) continue;
      values[i] = Number(view.getBigUint64(from, true));
      from += 8;
    }
  }
  return { bytes: values[0] as number, compressedBytes: values[1] as number, headerOffset: values[2] as number };
}

async function readRange(handle: FileHandle, offset: number, length: number, name: string): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  let at = 0;
  while (at < length) {
    const { bytesRead } = await handle.read(bytes, at, length - at, offset + at);
    if (bytesRead === 0) throw damaged(name, 'it ends early');
    at += bytesRead;
  }
  return bytes;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}

function damaged(name: string, reason: string): VedetteError {
  return new VedetteError('INPUT_UNREADABLE', `${name} is a damaged zip archive: ${reason}`, {
    hint: 'copy the archive again, or repair it with zip -FF',
  });
}

function unsupported(name: string, reason: string, hint: string): VedetteError {
  return new VedetteError('UNSUPPORTED', `${name} ${reason}`, { hint });
}
