import { closeSync, openSync, writeSync } from 'node:fs';
import { seededRandom } from '../core/index.ts';

const START = Date.UTC(2026, 2, 1);
const ADDRESSES = 200_000;
const PATHS = 3000;
const LINES_AT_ONCE = 10_000;

/**
 * Writes a generated access log of at least `bytes` bytes and returns how many they are: 200,000 addresses, most of which come a few times, so that five lines make a session.
 * Same seed, same bytes.
 */
export function writeAccessLog(path: string, bytes: number, seed: number): number {
  const random = seededRandom(seed);
  const below = (most: number): number => Math.floor(random() * most);
  /** Small numbers are more frequent than large ones. */
  const few = (most: number): number => Math.floor(most * random() ** 3);
  const addresses = Array.from({ length: ADDRESSES }, () => `${1 + below(220)}.${below(256)}.${below(256)}.${below(256)}`);
  const paths = Array.from({ length: PATHS }, (_, i) => `/${['shop', 'blog', 'api', 'img', 'static'][below(5)]}/item/${i}`);
  let at = START;
  const line = (): string => {
    at += 130;
    const iso = new Date(at).toISOString();
    const request = `GET ${paths[few(PATHS)]}?id=${below(1e6)} HTTP/1.1`;
    const status = random() < 0.97 ? 200 : 404;
    return `${addresses[few(ADDRESSES)]} - - [${iso.slice(8, 10)}/Mar/2026:${iso.slice(11, 19)} +0000] "${request}" ${status} ${below(60_000)} "-" "Mozilla/5.0 (X11; Linux x86_64) Chrome/${90 + below(30)}.0"`;
  };
  const file = openSync(path, 'w');
  let written = 0;
  try {
    while (written < bytes) written += writeSync(file, `${Array.from({ length: LINES_AT_ONCE }, line).join('\n')}\n`);
  } finally {
    closeSync(file);
  }
  return written;
}
