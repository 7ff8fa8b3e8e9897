import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Source } from '../core/index.ts';
import { testContext } from '../testing/context.ts';
import { collect, committed, records, recordTexts, sourceContract } from '../testing/source-contract.ts';
import directory from './directory.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'vedette-directory-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function create(settings: object = {}): Source {
  return directory.create(directory.config.parse({ path: folder, pollMs: 5, settleMs: 20, ...settings }), testContext('directory'));
}

function put(name: string, content: string | Uint8Array): void {
  mkdirSync(join(folder, name, '..'), { recursive: true });
  writeFileSync(join(folder, name), content);
}

const lines = (name: string) => Array.from({ length: 400 }, (_, i) => `${name} ${i}`);
const text = (name: string) => `${lines(name).join('\n')}\n`;

describe('directory', () => {
  sourceContract({
    create: () => {
      put('a.log', text('a'));
      put('b/c.log', text('c'));
      return create({ batchBytes: 1000 });
    },
    expected: [...lines('a'), ...lines('c')],
    finite: false,
  });

  it('finds new files, follows old ones and leaves out what is excluded', async () => {
    put('a.log', 'a1\n');
    put('skip.tmp', 'no\n');
    const reading = collect(create({ exclude: ['*.tmp'] }), records(4));
    await sleep(40);
    put('sub/new.log', 'n1\n');
    appendFileSync(join(folder, 'a.log'), 'a2\n');
    put('z.log.gz', gzipSync('z1\n'));
    expect(recordTexts(await reading).sort()).toEqual(['a1', 'a2', 'n1', 'z1']);
  });

  it('reads every line once while files are rotated away under it, again and again', async () => {
    const rounds = 60;
    const written: string[] = [];
    const source = create();
    const reading = collect(source, records(rounds * 20));
    for (let round = 0; round < rounds; round++) {
      for (let part = 0; part < 4; part++) {
        const some = Array.from({ length: 5 }, (_, i) => `round ${round} line ${part * 5 + i}`);
        written.push(...some);
        appendFileSync(join(folder, 'app.log'), `${some.join('\n')}\n`);
        await sleep(1);
      }
      renameSync(join(folder, 'app.log'), join(folder, `app.log.${round}`));
      if (round % 2 === 0) await sleep(1);
    }
    expect(recordTexts(await reading).sort()).toEqual(written.sort());
  }, 60_000);

  it('reads a file once though it is renamed, compressed and the reader restarted', async () => {
    put('app.log', 'one\ntwo\n');
    const source = create();
    const first = await collect(source, records(2));
    renameSync(join(folder, 'app.log'), join(folder, 'app.log.1'));
    put('app.log', 'three\n');
    const second = await collect(create(), records(1), committed(first));
    expect(recordTexts(second)).toEqual(['three']);
    put('app.log.2.gz', gzipSync(readFileSync(join(folder, 'app.log.1'))));
    unlinkSync(join(folder, 'app.log.1'));
    appendFileSync(join(folder, 'app.log'), 'four\n');
    const third = await collect(create(), () => false, committed([...first, ...second]), 300);
    expect(recordTexts([...first, ...second, ...third])).toEqual(['one', 'two', 'three', 'four']);
  });
});
