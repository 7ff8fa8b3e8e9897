import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Source, SourceState } from '../../core/index.ts';
import { testContext } from '../../testing/context.ts';
import { collect, committed, records, recordTexts, sourceContract } from '../../testing/source-contract.ts';
import { zipOf } from '../../testing/zip.ts';
import directory from './index.ts';

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

  /** As versions without fingerprints wrote them. */
  const older = ({ positions }: SourceState): SourceState => ({ positions: positions.map(({ content: _content, ...rest }) => rest) });

  it.each([
    ['', (state: SourceState) => state],
    [' from positions of older versions', older],
  ])('reads the rest of a file that was rotated and compressed while nobody read%s', async (_case, asStored) => {
    put('access.log', text('old'));
    const first = await collect(create(), records(400));
    appendFileSync(join(folder, 'access.log'), 'unread 1\nunread 2\n');
    put('access.log-20261124.gz', gzipSync(readFileSync(join(folder, 'access.log'))));
    unlinkSync(join(folder, 'access.log'));
    put('access.log', text('new'));
    const second = await collect(create(), () => false, asStored(committed(first)), 400);
    expect(recordTexts(second).sort()).toEqual(['unread 1', 'unread 2', ...lines('new')].sort());
    const third = await collect(create(), () => false, committed([...first, ...second]), 300);
    expect(recordTexts(third)).toEqual([]);
  });

  it('reads compressed files once though each gets the name of the next, running or not', async () => {
    put('access.log', text('a'));
    put('access.log.1', text('b'));
    put('access.log.2.gz', gzipSync(text('c')));
    put('access.log.3.gz', gzipSync(text('d')));
    const rotate = () => {
      for (const [from, to] of [
        ['3.gz', '4.gz'],
        ['2.gz', '3.gz'],
      ])
        renameSync(join(folder, `access.log.${from}`), join(folder, `access.log.${to}`));
      put('access.log.2.gz', gzipSync(readFileSync(join(folder, 'access.log.1'))));
      renameSync(join(folder, 'access.log'), join(folder, 'access.log.1'));
      put('access.log', text(`new ${Math.random()}`));
    };
    const source = create();
    const reading = collect(source, () => false, undefined, 1200);
    await sleep(500);
    rotate();
    const first = await reading;
    expect(recordTexts(first)).toHaveLength(2000);
    renameSync(join(folder, 'access.log.4.gz'), join(folder, 'access.log.5.gz'));
    rotate();
    const second = await collect(create(), () => false, older(committed(first)), 600);
    expect(recordTexts(second)).toHaveLength(400);
  });

  it('leaves a compressed copy unread while its original is there, and reads a file that only begins like another', async () => {
    put('a.log', text('a'));
    const reading = collect(create(), () => false, undefined, 600);
    await sleep(100);
    put('a.log.gz', gzipSync(text('a')));
    put('b.log.gz', gzipSync(`${text('a')}more\n`));
    put('c.log', `${lines('a').slice(0, 300).join('\n')}\nother\n`);
    expect(recordTexts(await reading)).toHaveLength(400 + 401 + 301);
  });

  it('reads every member of an archive once, whatever its name is by then', async () => {
    put('all.zip', zipOf({ 'a.log': text('a'), 'b.log': text('b') }));
    const first = await collect(create(), records(800));
    renameSync(join(folder, 'all.zip'), join(folder, 'older.zip'));
    const second = await collect(create(), () => false, committed(first), 300);
    expect([recordTexts(first).length, recordTexts(second).length]).toEqual([800, 0]);
  });

  it('finishes the last line of a rotated file that has no end', async () => {
    put('app.log', 'one\ntwo');
    const source = create();
    const reading = collect(source, () => false, undefined, 500);
    await sleep(80);
    renameSync(join(folder, 'app.log'), join(folder, 'app.log.1'));
    expect(recordTexts(await reading)).toEqual(['one', 'two']);
  });
});
