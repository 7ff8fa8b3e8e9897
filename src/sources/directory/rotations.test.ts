import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type Position, positionAfter, type Source } from '../../core/index.ts';
import { testContext } from '../../testing/context.ts';
import { recordTexts } from '../../testing/source-contract.ts';
import directory from './index.ts';

const SETTLE_MS = 80;

type Scheme = 'rename' | 'copytruncate' | 'dateext';
type Step =
  | { readonly do: 'write'; readonly lines: number }
  | { readonly do: 'half'; readonly lines: number }
  | { readonly do: 'rotate' }
  | { readonly do: 'compress'; readonly as: 'gzip' | 'zstd'; readonly slowly: boolean }
  | { readonly do: 'wait' }
  | { readonly do: 'stop' }
  | { readonly do: 'start' }
  | { readonly do: 'kill'; readonly keeps: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant('write' as const), lines: fc.integer({ min: 1, max: 60 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('half' as const), lines: fc.integer({ min: 0, max: 3 }) }) },
  { weight: 4, arbitrary: fc.constant({ do: 'rotate' as const }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('compress' as const),
      as: fc.constantFrom('gzip' as const, 'zstd' as const),
      slowly: fc.boolean(),
    }),
  },
  { weight: 3, arbitrary: fc.constant({ do: 'wait' as const }) },
  { weight: 2, arbitrary: fc.constant({ do: 'stop' as const }) },
  { weight: 3, arbitrary: fc.constant({ do: 'start' as const }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('kill' as const), keeps: fc.double({ min: 0, max: 1, noNaN: true }) }) },
);

/** A reader as the pipeline runs it: positions are committed with what was read before them. */
class Reader {
  readonly folder: string;
  committed: string[] = [];
  private positions = new Map<string, Position>();
  private pending: { texts: string[]; position: Position }[] = [];
  private running: { stop: AbortController; source: Source; done: Promise<void> } | undefined;

  constructor(folder: string) {
    this.folder = folder;
  }

  start(): void {
    if (this.running !== undefined) return;
    const settings = directory.config.parse({ path: this.folder, pollMs: 5, settleMs: SETTLE_MS, batchBytes: 600 });
    const source = directory.create(settings, testContext('directory'));
    const stop = new AbortController();
    const read = async () => {
      for await (const batch of source.read({ positions: [...this.positions.values()] }, stop.signal))
        this.pending.push({ texts: recordTexts([batch]).filter((text) => text !== ''), position: positionAfter(batch) });
    };
    this.running = { stop, source, done: read() };
  }

  /** `keeps`: share of what was read since the last commit that was committed before the end. */
  async end(keeps: number): Promise<void> {
    if (this.running === undefined) return;
    const { stop, source, done } = this.running;
    stop.abort();
    await done;
    await source.close();
    this.running = undefined;
    this.commit(Math.floor(this.pending.length * keeps));
    this.pending = [];
  }

  commit(count = this.pending.length): void {
    for (const { texts, position } of this.pending.splice(0, count)) {
      this.committed.push(...texts);
      // As the store keeps them.
      this.positions.set(position.input, JSON.parse(JSON.stringify(position)) as Position);
    }
  }

  get read(): number {
    return this.committed.length + this.pending.reduce((sum, { texts }) => sum + texts.length, 0);
  }
}

/** A log and whoever rotates it. */
class Writer {
  readonly folder: string;
  readonly scheme: Scheme;
  readonly banner: string;
  written: string[] = [];
  private half = '';
  private day = 0;

  constructor(folder: string, scheme: Scheme, banner: string) {
    this.folder = folder;
    this.scheme = scheme;
    this.banner = banner;
  }

  get log(): string {
    return join(this.folder, 'app.log');
  }

  write(lines: number, half = false): void {
    let text = '';
    if ((!existsSync(this.log) || statSync(this.log).size === 0) && this.banner !== '') {
      text += this.banner;
      this.written.push(...this.banner.trimEnd().split('\n'));
    }
    for (let i = 0; i < lines; i++) {
      const rest = `line ${this.written.length} ${'x'.repeat((this.written.length * 7) % 40)}.`;
      const line = this.half === '' ? rest : `${this.half}${rest}`;
      text += `${rest}\n`;
      this.half = '';
      this.written.push(line);
    }
    if (half) {
      text += 'half ';
      this.half += 'half ';
    }
    appendFileSync(this.log, text);
  }

  rotate(): void {
    if (!existsSync(this.log) || statSync(this.log).size === 0) return;
    if (this.half !== '') this.write(1);
    this.day++;
    if (this.scheme === 'dateext') {
      renameSync(this.log, join(this.folder, `app.log-202611${String(this.day).padStart(2, '0')}`));
      return;
    }
    const rotated = readdirSync(this.folder).flatMap((name) => {
      const match = /^app\.log\.(\d+)(.*)$/.exec(name);
      return match === null ? [] : [{ name, number: Number(match[1]), ending: match[2] ?? '' }];
    });
    for (const { name, number, ending } of rotated.sort((a, b) => b.number - a.number))
      renameSync(join(this.folder, name), join(this.folder, `app.log.${number + 1}${ending}`));
    const newest = join(this.folder, 'app.log.1');
    if (this.scheme === 'rename') renameSync(this.log, newest);
    else {
      copyFileSync(this.log, newest);
      truncateSync(this.log);
    }
  }

  /** The newest rotated file that is not compressed. */
  async compress(as: 'gzip' | 'zstd', slowly: boolean): Promise<void> {
    const [name] = readdirSync(this.folder).filter((other) => /^app\.log[.-]\d+$/.test(other));
    if (name === undefined) return;
    const path = join(this.folder, name);
    const { atime, mtime } = statSync(path);
    const bytes = as === 'gzip' ? gzipSync(readFileSync(path)) : zstd(readFileSync(path));
    const to = `${path}.${as === 'gzip' ? 'gz' : 'zst'}`;
    if (slowly) {
      writeFileSync(to, bytes.subarray(0, bytes.length >> 1));
      await sleep(8);
      appendFileSync(to, bytes.subarray(bytes.length >> 1));
    } else writeFileSync(to, bytes);
    // As gzip and zstd do.
    utimesSync(to, atime, mtime);
    if (slowly) await sleep(8);
    unlinkSync(path);
  }
}

/** A frame of blocks that are stored as they are (RFC 8878). */
function zstd(content: Uint8Array): Buffer {
  const parts = [Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x58])];
  for (let at = 0; at === 0 || at < content.length; at += 100_000) {
    const block = content.subarray(at, at + 100_000);
    const header = (block.length << 3) | (at + 100_000 >= content.length ? 1 : 0);
    parts.push(Buffer.from([header & 255, (header >> 8) & 255, (header >> 16) & 255]), Buffer.from(block));
  }
  return Buffer.concat(parts);
}

function differences(read: readonly string[], written: readonly string[]): { lost: string[]; doubled: string[] } {
  const left = new Map<string, number>();
  for (const line of written) left.set(line, (left.get(line) ?? 0) + 1);
  const doubled: string[] = [];
  for (const line of read) {
    const count = left.get(line) ?? 0;
    if (count === 0) doubled.push(line);
    else left.set(line, count - 1);
  }
  return { lost: [...left].flatMap(([line, count]) => Array.from({ length: count }, () => line)), doubled };
}

const BANNERS: Readonly<Record<string, string>> = {
  none: '',
  short: 'application starting\n',
  // Longer than what tells a file by its beginning.
  long: Array.from({ length: 60 }, (_, i) => `banner ${i} of an application\n`).join(''),
};

it('every line is read once, whatever is written, rotated, compressed, stopped and killed in whatever order', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom<Scheme>('rename', 'copytruncate', 'dateext'),
      fc.constantFrom(...Object.keys(BANNERS)),
      fc.array(step, { minLength: 6, maxLength: 30 }),
      async (scheme, banner, steps) => {
        const folder = mkdtempSync(join(tmpdir(), 'vedette-rotations-'));
        const reader = new Reader(folder);
        const writer = new Writer(folder, scheme, BANNERS[banner] ?? '');
        try {
          writer.write(3);
          reader.start();
          for (const next of steps) {
            if (next.do === 'write') writer.write(next.lines);
            else if (next.do === 'half') writer.write(next.lines, true);
            else if (next.do === 'rotate') writer.rotate();
            else if (next.do === 'compress') await writer.compress(next.as, next.slowly);
            else if (next.do === 'wait') {
              await sleep(15);
              reader.commit();
            } else if (next.do === 'start') reader.start();
            else await reader.end(next.do === 'stop' ? 1 : next.keeps);
          }
          writer.write(1);
          reader.start();
          for (let i = 0; i < 300 && reader.read < writer.written.length; i++) await sleep(10);
          await sleep(3 * SETTLE_MS);
          await reader.end(1);
          expect(differences(reader.committed, writer.written)).toEqual({ lost: [], doubled: [] });
        } finally {
          await reader.end(1);
          rmSync(folder, { recursive: true, force: true });
        }
      },
    ),
    { numRuns: Number(process.env.VEDETTE_ROTATIONS ?? 25), endOnFailure: process.env.VEDETTE_SHRINK === undefined },
  );
}, 600_000);
