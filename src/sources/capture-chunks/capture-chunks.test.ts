import { afterEach, describe, expect, it } from 'vitest';
import { type RecordBatch, recordEnds } from '../../core/index.ts';
import { testContext } from '../../testing/context.ts';
import type { HttpSource } from '../http/index.ts';
import chunks from './index.ts';

let stop: (() => Promise<void>) | undefined;
afterEach(() => stop?.());

async function serve(
  settings: object = {},
): Promise<{ source: HttpSource; send: (path: string, text: string) => Promise<number>; batches: RecordBatch[] }> {
  const config = chunks.config.parse({ port: 0, ...settings });
  const source = chunks.create(config, { ...testContext('chunks'), now: () => Date.now() * 1000 }) as HttpSource;
  const controller = new AbortController();
  const batches: RecordBatch[] = [];
  const url = `http://127.0.0.1:${await source.listen()}`;
  const running = (async () => {
    for await (const batch of source.read({ positions: [] }, controller.signal)) {
      batches.push(batch);
      source.acknowledge(batch);
    }
  })();
  stop = async () => {
    controller.abort();
    await running;
    await source.close();
    stop = undefined;
  };
  const send = async (path: string, text: string) => (await fetch(url + path, { method: 'POST', body: text })).status;
  return { source, send, batches };
}

const said = (batches: readonly RecordBatch[]) => batches.map(({ input, bytes }) => `${input} ${Buffer.from(bytes)}`);

describe('chunks of captures over HTTP', () => {
  it('come out in the order of their numbers, each sensor a stream, each chunk a capture', async () => {
    const { send, batches } = await serve();
    const answers = await Promise.all([
      send('/capture/a/1', 'two'),
      send('/capture/b/0', 'other'),
      send('/capture/a/2', 'three'),
      send('/capture/a/0', 'one'),
    ]);
    expect(answers).toEqual([200, 200, 200, 200]);
    expect(said(batches.filter(({ input }) => input === 'sensor/a'))).toEqual(['sensor/a one', 'sensor/a two', 'sensor/a three']);
    for (const batch of batches) expect(recordEnds(batch)[0]).toBe(0);
    expect(await send('/capture/a/1', 'two')).toBe(200);
    expect(batches).toHaveLength(4);
  });

  it('a chunk that never comes holds the others up for a while only, and is refused later', async () => {
    const { source, send, batches } = await serve({ gapTimeoutMs: 150, chunks: 'slices' });
    expect(await Promise.all([send('/capture/a/0', 'one'), send('/capture/a/2', 'three')])).toEqual([200, 200]);
    expect(await send('/capture/a/1', 'two')).toBe(410);
    expect(await send('/capture/a/3', 'four')).toBe(200);
    expect(batches.map((batch) => recordEnds(batch)[0] === 0)).toEqual([true, true, false]);
    expect(source.counters()).toMatchObject({ missing_chunks: 1, late_chunks: 1, waiting_bytes: 0, held_bytes: 0 });
  });

  it('refuses other paths and names', async () => {
    const { send } = await serve();
    for (const path of ['/', '/capture/a', '/capture/a/x', '/capture/../etc/1', '/capture/a b/1']) expect(await send(path, 'x')).toBe(404);
  });
});
