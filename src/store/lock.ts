import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { linkSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { isSystemError, VedetteError } from '../core/index.ts';
import { FILE_MODE } from './disk.ts';
import { storeError } from './errors.ts';

interface Owner {
  readonly pid: number;
  /** When the process started, as the system tells it: tells a reused pid from the owner. */
  readonly started: string;
  readonly host: string;
}

const HEARTBEAT_MS = 10_000;
/** An owner on another machine (or in another container) that has not touched its lock for so long is gone. */
const FOREIGN_STALE_MS = 60_000;

export interface HomeLock {
  release(): void;
}

/**
 * One owner of a home: `<home>/lock` names pid, process start and host. It is made by link(2), which fails when it exists, so
 * two processes cannot both win. A lock whose process is gone, or whose pid now belongs to another process, is replaced.
 */
export function lockHome(home: string): HomeLock {
  const path = join(home, 'lock');
  const mine = JSON.stringify({ pid: process.pid, started: startOf(process.pid) ?? '', host: hostname() } satisfies Owner);
  const temporary = join(home, `lock-${process.pid}-${randomBytes(4).toString('hex')}`);
  try {
    writeFileSync(temporary, mine, { mode: FILE_MODE, flag: 'wx' });
    for (let attempt = 0; attempt < 5; attempt++) {
      if (linked(temporary, path)) return hold(path, mine);
      removeStale(path, temporary);
    }
  } catch (error) {
    throw storeError(error, `Locking ${home}`);
  } finally {
    rmSync(temporary, { force: true });
  }
  throw locked(path, undefined);
}

function linked(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if (isSystemError(error) && error.code === 'EEXIST') return false;
    throw error;
  }
}

function removeStale(path: string, temporary: string): void {
  const text = read(path);
  if (text === undefined) return;
  const owner = parse(text);
  if (owner !== undefined && isAlive(owner, path)) throw locked(path, owner);
  // Another process may replace the stale lock in this moment: what was moved away must be what was judged, else it goes back.
  const aside = `${temporary}-stale`;
  try {
    renameSync(path, aside);
  } catch (error) {
    if (isSystemError(error) && error.code === 'ENOENT') return;
    throw error;
  }
  if (read(aside) !== text) linked(aside, path);
  rmSync(aside, { force: true });
}

function isAlive(owner: Owner, path: string): boolean {
  if (owner.host !== hostname()) return Date.now() - statSync(path).mtimeMs < FOREIGN_STALE_MS;
  const started = startOf(owner.pid);
  return started !== undefined && (started === '' || owner.started === '' || started === owner.started);
}

/** Start time of a living process; '' when it lives and the system does not tell; undefined when there is none. */
function startOf(pid: number): string | undefined {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (!isSystemError(error) || error.code !== 'EPERM') return undefined;
  }
  try {
    if (process.platform === 'linux') {
      const fields = readFileSync(`/proc/${pid}/stat`, 'latin1');
      // Field 22, counted after the command name, which may itself hold spaces and parentheses.
      return fields.slice(fields.lastIndexOf(')') + 2).split(' ')[19] ?? '';
    }
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim();
  } catch {
    return '';
  }
}

function hold(path: string, mine: string): HomeLock {
  const timer = setInterval(() => {
    try {
      utimesSync(path, new Date(), new Date());
    } catch {
      // The home was removed under us; releasing will find that too.
    }
  }, HEARTBEAT_MS);
  timer.unref();
  return {
    release() {
      clearInterval(timer);
      if (read(path) === mine) rmSync(path, { force: true });
    },
  };
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (isSystemError(error) && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/** undefined = torn by a crash while it was written by something else: stale. */
function parse(text: string): Owner | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null) return undefined;
    const { pid, started, host } = value as Partial<Record<keyof Owner, unknown>>;
    return Number.isSafeInteger(pid) && (pid as number) > 0 && typeof started === 'string' && typeof host === 'string'
      ? { pid: pid as number, started, host }
      : undefined;
  } catch {
    return undefined;
  }
}

function locked(path: string, owner: Owner | undefined): VedetteError {
  const who = owner === undefined ? 'another process' : `process ${owner.pid} on ${owner.host}`;
  return new VedetteError('HOME_LOCKED', `The home is in use by ${who} (${path})`, {
    hint: 'Stop that process, let it do the work (`vedette up` answers other commands), or choose another folder with --home.',
  });
}
