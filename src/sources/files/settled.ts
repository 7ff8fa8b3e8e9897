import { stat } from 'node:fs/promises';

interface Seen {
  readonly size: number;
  /** When its content, name or times last changed: a compressor gives its file the modification time of what it compressed. */
  readonly modified: number;
  readonly inode: number;
  since: number;
}

/** Tells which files nobody writes any more: size and time unchanged for a while, also compared with the clock. */
export class Settled {
  readonly #settleMs: number;
  readonly #nowMs: () => number;
  readonly #seen = new Map<string, Seen>();

  /** `nowMs`: the wall clock in milliseconds, compared with modification times. */
  constructor(settleMs: number, nowMs: () => number) {
    this.#settleMs = settleMs;
    this.#nowMs = nowMs;
  }

  /** State of a settled file, undefined while it may still change or is gone. */
  async check(path: string): Promise<{ size: number; version: string } | undefined> {
    const info = await stat(path).catch(() => undefined);
    if (info === undefined) {
      this.#seen.delete(path);
      return undefined;
    }
    const before = this.#seen.get(path);
    const steady = performance.now();
    const same = before !== undefined && before.size === info.size && before.modified === info.ctimeMs && before.inode === info.ino;
    if (!same) this.#seen.set(path, { size: info.size, modified: info.ctimeMs, inode: info.ino, since: steady });
    const unchangedFor = same ? steady - before.since : 0;
    const settled = unchangedFor >= this.#settleMs || this.#nowMs() - info.ctimeMs >= this.#settleMs;
    return settled ? { size: info.size, version: `${info.ino}:${info.size}:${info.mtimeMs}` } : undefined;
  }

  forget(present: ReadonlySet<string>): void {
    for (const path of this.#seen.keys()) if (!present.has(path)) this.#seen.delete(path);
  }
}
