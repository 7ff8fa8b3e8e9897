import { PassThrough } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { testContext } from '../testing/context.ts';
import { collect, records, recordTexts, sourceContract } from '../testing/source-contract.ts';
import stdin, { StdinSource } from './stdin.ts';

const LINES = Array.from({ length: 2000 }, (_, i) => `piped line ${i}`);

function create(stream: PassThrough): StdinSource {
  return new StdinSource(stdin.config.parse({ gatherMs: 10 }), testContext('stdin'), stream);
}

describe('stdin', () => {
  let stream = new PassThrough();
  sourceContract({
    create: () => {
      stream = new PassThrough();
      return create(stream);
    },
    feed: async () => {
      stream.end(`${LINES.join('\n')}\n`);
    },
    expected: LINES,
    finite: true,
  });

  it('gives lines on while more may come, and reads gzip', async () => {
    const live = new PassThrough();
    const reading = collect(create(live), records(1));
    live.write('now\npart'.padEnd(100_000, 'x'));
    await sleep(1);
    expect(recordTexts(await reading)).toEqual(['now']);
    const packed = new PassThrough();
    packed.end(gzipSync('a\nb'));
    expect(recordTexts(await collect(create(packed)))).toEqual(['a', 'b']);
  });
});
