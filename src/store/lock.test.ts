import { spawn } from 'node:child_process';
import { readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lockHome } from './lock.ts';
import { temporaryFolder } from './testing/fixtures.ts';

let folder: ReturnType<typeof temporaryFolder>;
let path: string;
beforeEach(() => {
  folder = temporaryFolder();
  path = join(folder.path, 'lock');
});
afterEach(() => folder.remove());

const locked = expect.objectContaining({ code: 'HOME_LOCKED' });
const own = (more: object) => writeFileSync(path, JSON.stringify({ pid: process.pid, started: '1', host: hostname(), ...more }));

describe('home lock', () => {
  it('admits one owner, and the next after release', () => {
    const lock = lockHome(folder.path);
    expect(() => lockHome(folder.path)).toThrow(locked);
    lock.release();
    lockHome(folder.path).release();
  });

  it('refuses while another process lives, and recovers when it is gone', async () => {
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
    own({ pid: child.pid, started: '' });
    expect(() => lockHome(folder.path)).toThrow(locked);
    const gone = new Promise((resolve) => child.on('close', resolve));
    child.kill('SIGKILL');
    await gone;
    lockHome(folder.path).release();
  });

  it.skipIf(process.platform !== 'linux')('is not kept by a reused pid', () => {
    own({});
    const lock = lockHome(folder.path);
    expect(JSON.parse(readFileSync(path, 'utf8')).started).not.toBe('1');
    lock.release();
  });

  it('replaces a lock that is no lock, and one of another machine once it is silent', () => {
    writeFileSync(path, '{"pid":');
    lockHome(folder.path).release();
    own({ host: 'elsewhere' });
    expect(() => lockHome(folder.path)).toThrow(locked);
    utimesSync(path, new Date(0), new Date(0));
    lockHome(folder.path).release();
  });
});
