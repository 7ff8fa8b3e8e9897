import { VedetteError } from '../core/index.ts';

export interface ArchiveEntry {
  readonly name: string;
  readonly bytes: Uint8Array;
}

const BLOCK = 512;
const MAX_ENTRIES = 1000;

/** POSIX ustar with fixed times, owners and order given by the caller: equal entries, equal bytes. Names up to 100 bytes. */
export function writeArchive(entries: readonly ArchiveEntry[]): Uint8Array {
  const size = entries.reduce((sum, entry) => sum + BLOCK + padded(entry.bytes.length), 2 * BLOCK);
  const archive = Buffer.alloc(size);
  let at = 0;
  for (const { name, bytes } of entries) {
    archive.write(name, at, 100, 'utf8');
    const octal = (value: number, offset: number, width: number) =>
      archive.write(`${value.toString(8).padStart(width - 1, '0')}\0`, at + offset, 'latin1');
    octal(0o600, 100, 8);
    octal(0, 108, 8);
    octal(0, 116, 8);
    octal(bytes.length, 124, 12);
    octal(0, 136, 12);
    archive.write('        0', at + 148, 'latin1');
    archive.write('ustar\x0000', at + 257, 'latin1');
    archive.write(
      `${checksum(archive.subarray(at, at + BLOCK))
        .toString(8)
        .padStart(6, '0')}\0 `,
      at + 148,
      'latin1',
    );
    archive.set(bytes, at + BLOCK);
    at += BLOCK + padded(bytes.length);
  }
  return archive;
}

/** Reads plain files of a ustar archive; anything else in it (links, folders, extensions, bad checksums, twice the same name) is refused. */
export function readArchive(bytes: Uint8Array): readonly ArchiveEntry[] {
  const archive = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const entries = new Map<string, ArchiveEntry>();
  for (let at = 0; at + BLOCK <= archive.length; ) {
    const header = archive.subarray(at, at + BLOCK);
    if (header.every((byte) => byte === 0)) {
      if (archive.length - at < 2 * BLOCK || archive.subarray(at).some((byte) => byte !== 0)) throw refused('it does not end as it should');
      return [...entries.values()];
    }
    const name = header.toString('utf8', 0, 100).replace(/\0.*$/s, '');
    const length = octalAt(header, 124, 12);
    const type = header[156];
    if (octalAt(header, 148, 8) !== checksum(header) || (type !== 0x30 && type !== 0))
      throw refused(`the entry at byte ${at} is not a plain file`);
    if (!(length <= archive.length - at - BLOCK)) throw refused(`${JSON.stringify(name)} is cut off`);
    if (entries.has(name) || entries.size >= MAX_ENTRIES) throw refused(`it holds ${JSON.stringify(name)} twice, or too many files`);
    entries.set(name, { name, bytes: Uint8Array.from(archive.subarray(at + BLOCK, at + BLOCK + length)) });
    at += BLOCK + padded(length);
  }
  throw refused('it ends too early');
}

export function refused(reason: string): VedetteError {
  return new VedetteError('MODEL_CORRUPT', `This is not an intact .vmodel file: ${reason}`, {
    hint: 'Export the model again with `vedette models export`, and compare the sizes after copying.',
  });
}

function padded(length: number): number {
  return Math.ceil(length / BLOCK) * BLOCK;
}

/** Sum of the header's bytes with its own checksum field read as spaces. */
function checksum(header: Uint8Array): number {
  let sum = 8 * 0x20;
  for (let i = 0; i < BLOCK; i++) if (i < 148 || i >= 156) sum += header[i] as number;
  return sum;
}

/** NaN when the field is not octal digits. */
function octalAt(header: Buffer, at: number, width: number): number {
  const text = header.toString('latin1', at, at + width).replace(/[\0 ]+$/, '');
  return /^[0-7]+$/.test(text) ? Number.parseInt(text, 8) : Number.NaN;
}
