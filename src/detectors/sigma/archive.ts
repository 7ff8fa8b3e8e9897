import { gunzipSync } from 'node:zlib';
import { VedetteError } from '../../core/index.ts';

const BLOCK = 512;
const MAX_BYTES = 256 * 1024 * 1024;
const MAX_FILES = 20_000;

/** Files of a tar archive, gzip or not, by name. Only regular files; names are only ever compared and printed. */
export function untar(bytes: Uint8Array, archive: string): { name: string; text: string }[] {
  const tar = bytes[0] === 0x1f && bytes[1] === 0x8b ? inflated(bytes, archive) : bytes;
  const decoder = new TextDecoder();
  const files: { name: string; text: string }[] = [];
  let longName = '';
  for (let at = 0; at + BLOCK <= tar.length; ) {
    const field = (from: number, to: number): string => decoder.decode(tar.subarray(at + from, at + to)).replace(/\0.*$/s, '');
    const name = field(0, 100);
    if (name === '') break;
    const size = Number.parseInt(field(124, 136).trim(), 8);
    const type = field(156, 157);
    const end = at + BLOCK + size;
    if (!Number.isInteger(size) || size < 0 || end > tar.length) throw damaged(archive, 'an entry is cut short');
    if (files.length >= MAX_FILES) throw damaged(archive, `it has more than ${MAX_FILES} files`);
    const content = tar.subarray(at + BLOCK, end);
    if (type === 'L') longName = decoder.decode(content).replace(/\0.*$/s, '');
    else if (type === 'x') longName = paxPath(decoder.decode(content)) ?? longName;
    else if (type === '' || type === '0') files.push({ name: longName || joined(field(345, 500), name), text: decoder.decode(content) });
    if (type !== 'L' && type !== 'x') longName = '';
    at = end + ((BLOCK - (size % BLOCK)) % BLOCK);
  }
  return files;
}

/** Of an extended header: records `LENGTH NAME=VALUE`. */
function paxPath(header: string): string | undefined {
  return /(?:^|\n)\d+ path=([^\n]*)\n/.exec(header)?.[1];
}

function joined(prefix: string, name: string): string {
  return prefix === '' ? name : `${prefix}/${name}`;
}

function inflated(bytes: Uint8Array, archive: string): Uint8Array {
  try {
    return gunzipSync(bytes, { maxOutputLength: MAX_BYTES });
  } catch {
    throw damaged(archive, `it is no whole gzip stream of at most ${MAX_BYTES / 1024 / 1024} MiB`);
  }
}

/** Says nothing of what the file holds: it may be no archive at all. */
function damaged(archive: string, why: string): VedetteError {
  return new VedetteError('INPUT_UNREADABLE', `${archive} is no readable archive of rules: ${why}`, {
    hint: 'Name a folder of Sigma rules (*.yml), or a tar or tar.gz archive of one.',
  });
}
