import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdtempSync,
  renameSync,
  rmSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Source, SourceState } from '../core/index.ts';
import { testContext } from '../testing/context.ts';
import { collect, committed, FROM_START, records, recordTexts, sourceContract } from '../testing/source-contract.ts';
import file from './file.ts';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'vedette-tail-'));
  path = join(folder, 'app.log');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function follow(settings: object = {}): Source {
  return file.create(file.config.parse({ path, pollMs: 5, rotationGraceMs: 15, ...settings }), testContext('file'));
}

/** Moves app.log.1 to app.log.2 and so on, as logrotate does. */
function shift(): void {
  for (let i = 50; i >= 1; i--) if (existsSync(`${path}.${i}`)) renameSync(`${path}.${i}`, `${path}.${i + 1}`);
}

function rotate(): void {
  shift();
  if (existsSync(path)) renameSync(path, `${path}.1`);
  writeFileSync(path, '');
}

function copyTruncate(): void {
  shift();
  copyFileSync(path, `${path}.1`);
  truncateSync(path);
}

const LINES = Array.from({ length: 3000 }, (_, i) => `event ${i} of this file`);

describe('file', () => {
  sourceContract({
    create: () => {
      writeFileSync(path, `${LINES.join('\n')}\n`);
      return follow({ batchBytes: 4096 });
    },
    expected: LINES,
    finite: false,
  });

  it('holds a partial line back until it is complete', async () => {
    writeFileSync(path, 'one\ntw');
    const source = follow();
    const reading = collect(source, records(2));
    await sleep(40);
    appendFileSync(path, 'o\n');
    expect(recordTexts(await reading)).toEqual(['one', 'two']);
  });

  it('waits for a file that does not exist yet and goes on after deletion', async () => {
    let came = 0;
    const reading = collect(follow(), (batches) => {
      came = recordTexts(batches).length;
      return came === 2;
    });
    await sleep(20);
    writeFileSync(path, 'first\n');
    await expect.poll(() => came, { timeout: 10_000 }).toBe(1);
    unlinkSync(path);
    await sleep(20);
    writeFileSync(path, 'second\n');
    expect(recordTexts(await reading)).toEqual(['first', 'second']);
  });

  it('begins at the end when told to', async () => {
    writeFileSync(path, 'old\n');
    const reading = collect(follow({ from: 'end' }), records(1));
    // When the source has looked at the file is not seen from outside, so lines are added until it gives one.
    const writer = setInterval(() => appendFileSync(path, 'new\n'), 50);
    try {
      expect(new Set(recordTexts(await reading))).toEqual(new Set(['new']));
    } finally {
      clearInterval(writer);
    }
  });

  it('cuts a 64 MiB line at the limit, keeps the line count and goes on behind it', async () => {
    writeFileSync(path, Buffer.concat([Buffer.from('before\n'), Buffer.alloc(64 << 20, 120), Buffer.from('\nafter\n')]));
    const source = follow({ maxRecordBytes: 1 << 20 });
    const batches = await collect(source, records(3));
    expect(batches.map((batch) => [batch.line, batch.bytes.length, batch.truncated])).toEqual([
      [1, 7, undefined],
      [2, 1 << 20, true],
      [3, 6, undefined],
    ]);
    expect(source.counters()).toMatchObject({ oversized: 1, skipped_bytes: (63 << 20) + 1 });
    const resumed = await collect(follow({ maxRecordBytes: 1 << 20 }), records(1), committed(batches.slice(0, 2)));
    expect(recordTexts(resumed)).toEqual(['after']);
    expect(resumed[0]?.line).toBe(3);
  });

  it('finishes compressed rotated files that were left behind while stopped', async () => {
    writeFileSync(path, 'a1\na2\na3\n');
    const before = await collect(follow({ batchBytes: 1 }), records(1));
    const cut = committed([{ ...(before[0] as (typeof before)[0]), bytes: Buffer.from('a1\n') }]);
    writeFileSync(`${path}.2.gz`, gzipSync('a1\na2\na3\n'));
    writeFileSync(`${path}.1`, 'b1\n');
    unlinkSync(path);
    writeFileSync(path, 'c1\n');
    expect(recordTexts(await collect(follow(), records(4), cut))).toEqual(['a2', 'a3', 'b1', 'c1']);
  });

  it('loses and doubles nothing while a log is written, rotated and copied away at random, and the reader restarts', async () => {
    const operation = fc.constantFrom('append', 'append', 'partial', 'rotate', 'copytruncate', 'pause', 'restart');
    await fc.assert(
      fc.asyncProperty(fc.array(operation, { minLength: 3, maxLength: 14 }), async (operations) => {
        rmSync(folder, { recursive: true, force: true });
        folder = mkdtempSync(join(tmpdir(), 'vedette-tail-'));
        path = join(folder, 'app.log');
        writeFileSync(path, 'start of everything\n');
        const written = ['start of everything'];
        let open = '';
        const got: string[] = [];
        let state: SourceState = FROM_START;
        // A file rotated away before it was ever opened is not the source's to read, so the first line is awaited.
        let stop = read(1);
        await stop();
        stop = read(0);
        function read(atLeast: number): () => Promise<void> {
          const source = follow();
          const controller = new AbortController();
          const batches: Awaited<ReturnType<typeof collect>> = [];
          const running = (async () => {
            for await (const batch of source.read(state, controller.signal)) batches.push(batch);
          })();
          return async () => {
            for (let i = 0; i < 400 && recordTexts(batches).length < atLeast; i++) await sleep(5);
            controller.abort();
            await running;
            got.push(...recordTexts(batches));
            const positions = new Map([...state.positions, ...committed(batches).positions].map((position) => [position.input, position]));
            state = { positions: [...positions.values()] };
          };
        }
        for (const [i, op] of operations.entries()) {
          if (op === 'append' || op === 'partial') {
            const line = `line ${i} ${'abc'.repeat(i)}.`;
            appendFileSync(path, op === 'append' ? `${line}\n` : line);
            open += line;
            if (op === 'append') {
              written.push(open);
              open = '';
            }
          } else if (op === 'pause') await sleep(25);
          else if (op === 'restart') {
            await stop();
            stop = read(0);
          } else {
            // A writer closes its line before it is rotated away.
            if (open !== '') {
              appendFileSync(path, '\n');
              written.push(open);
              open = '';
            }
            if (op === 'rotate') rotate();
            else copyTruncate();
            appendFileSync(path, `after ${op} ${i}\n`);
            written.push(`after ${op} ${i}`);
          }
        }
        await stop();
        stop = read(written.length - got.length);
        await stop();
        expect(got).toEqual(written);
      }),
      { numRuns: 40 },
    );
  });
});
