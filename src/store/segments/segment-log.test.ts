import { appendFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RecordBatch } from '../../core/index.ts';
import type { SegmentLog } from '../contract.ts';
import { recordBatch, temporaryFolder } from '../testing/fixtures.ts';
import { decodeBatch, encodeBatch, frameLength } from './frame.ts';
import { openSegmentLog } from './segment-log.ts';

let folder: ReturnType<typeof temporaryFolder>;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => folder.remove());

async function texts(log: SegmentLog, after = 0): Promise<string[]> {
  const found: string[] = [];
  for await (const { sequence, batch } of log.replay(after)) found.push(`${sequence} ${new TextDecoder().decode(batch.bytes)}`);
  return found;
}

describe('segment frames', () => {
  it('give back every batch, and no damaged byte passes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.string(), fc.array(fc.nat()), fc.nat(), (bytes, input, ends, hit) => {
        const batch: RecordBatch = { ...recordBatch(''), input, bytes, ends: Uint32Array.from(ends) };
        const frame = encodeBatch(batch);
        expect(frameLength(frame, 0)).toBe(frame.length);
        expect(decodeBatch(frame)).toEqual(batch);
        const damaged = Buffer.from(frame);
        const at = hit % frame.length;
        damaged[at] = (damaged[at] as number) ^ 0x10;
        expect(frameLength(damaged, 0)).toBe(0);
        expect(frameLength(frame.subarray(0, at), 0)).toBe(0);
      }),
    );
  });
});

describe('segment log', () => {
  it('numbers entries across files and restarts, and replays from any of them', async () => {
    let log = await openSegmentLog(folder.path, { segmentBytes: 300 });
    const numbers = await Promise.all(Array.from({ length: 10 }, (_, i) => log.append(recordBatch(`a${i}`))));
    for (let i = 10; i < 20; i++) numbers.push(await log.append(recordBatch(`a${i}`)));
    expect(numbers).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
    expect(readdirSync(folder.path).length).toBeGreaterThan(2);
    await log.close();
    log = await openSegmentLog(folder.path, { segmentBytes: 300 });
    expect(log.last).toBe(20);
    expect(await texts(log, 17)).toEqual(['18 a17', '19 a18', '20 a19']);
    expect((await texts(log)).length).toBe(20);
    expect(await log.append(recordBatch('b'))).toBe(21);
    await log.close();
  });

  it('cuts a torn tail and keeps what was acknowledged', async () => {
    let log = await openSegmentLog(folder.path);
    await log.append(recordBatch('kept'));
    await log.close();
    const file = join(folder.path, readdirSync(folder.path)[0] as string);
    appendFileSync(file, encodeBatch(recordBatch('torn')).subarray(0, 30));
    log = await openSegmentLog(folder.path);
    expect(await texts(log)).toEqual(['1 kept']);
    expect(await log.append(recordBatch('next'))).toBe(2);
    expect(await texts(log)).toEqual(['1 kept', '2 next']);
    await log.close();
  });

  it('names the file when an acknowledged entry is damaged', async () => {
    const log = await openSegmentLog(folder.path);
    await log.append(recordBatch('first'));
    await log.append(recordBatch('second'));
    const file = join(folder.path, readdirSync(folder.path)[0] as string);
    const bytes = readFileSync(file);
    bytes[20] = (bytes[20] as number) ^ 1;
    writeFileSync(file, bytes);
    await expect(texts(log)).rejects.toMatchObject({ code: 'STORE_CORRUPT' });
    await log.close();
  });

  it('makes the sender wait when it is full, and goes on after a trim', async () => {
    const log = await openSegmentLog(folder.path, { maxBytes: 2000, segmentBytes: 400 });
    const big = 'x'.repeat(300);
    let appended = 0;
    const sending = (async () => {
      for (let i = 0; i < 12; i++) {
        await log.append(recordBatch(big));
        appended++;
      }
    })();
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(appended).toBeLessThan(6);
    expect(log.bytes).toBeLessThanOrEqual(2000);
    while (appended < 12) {
      await log.trim(log.last);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    await sending;
    expect(log.last).toBe(12);
    await log.close();
  });

  it('refuses with STORE_FULL where the sender cannot wait', async () => {
    const log = await openSegmentLog(folder.path, { maxBytes: 600, whenFull: 'reject' });
    await log.append(recordBatch('x'.repeat(300)));
    await expect(log.append(recordBatch('x'.repeat(300)))).rejects.toMatchObject({ code: 'STORE_FULL' });
    await expect(log.append(recordBatch('x'.repeat(700)))).rejects.toMatchObject({ code: 'LIMIT_EXCEEDED' });
    await log.trim(1);
    expect(await log.append(recordBatch('after'))).toBe(2);
    await log.close();
  });

  it('keeps the files that an alert needs, and keeps counting after everything was trimmed', async () => {
    let log = await openSegmentLog(folder.path, { segmentBytes: 1 });
    for (let i = 0; i < 5; i++) await log.append(recordBatch(`r${i}`));
    await log.trim(5, [[2, 3]]);
    expect(log.bytes).toBe(0);
    expect(await texts(log)).toEqual(['2 r1', '3 r2']);
    await log.trim(5);
    expect(await texts(log)).toEqual([]);
    await log.close();
    log = await openSegmentLog(folder.path);
    expect(await log.append(recordBatch('later'))).toBe(6);
    await log.close();
  });

  it('acknowledges nothing that a full disk did not take, and goes on when there is room', async () => {
    let full = false;
    const log = await openSegmentLog(folder.path, {}, async (path) => {
      const file = await open(path, 'ax');
      return {
        writev: async (buffers) => {
          if (!full) return file.writev(buffers);
          // Half of it fits, then the disk is full.
          await file.write((buffers[0] as Uint8Array).subarray(0, 20));
          throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
        },
        datasync: () => file.datasync(),
        close: () => file.close(),
      };
    });
    await log.append(recordBatch('one'));
    full = true;
    await expect(log.append(recordBatch('two'))).rejects.toMatchObject({ code: 'STORE_FULL' });
    full = false;
    expect(await log.append(recordBatch('three'))).toBe(2);
    await log.close();
    const again = await openSegmentLog(folder.path);
    expect(await texts(again)).toEqual(['1 one', '2 three']);
    await again.close();
  });
});
