import { createSocket } from 'node:dgram';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { checkConfig } from '../../src/config/index.ts';
import { type Pipeline, pipelineSchema, startPipeline } from '../../src/pipeline/index.ts';
import { openHome } from '../../src/store/index.ts';

const root = mkdtempSync(join(tmpdir(), 'vedette-flow-export-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** NetFlow 5 of connections that ended a second ago. */
function netflow(flows: readonly { readonly from: number; readonly to: number; readonly port: number }[], sequence: number): Buffer {
  const seconds = Math.floor(Date.now() / 1000);
  const datagram = Buffer.alloc(24 + 48 * flows.length);
  datagram.writeUInt16BE(5, 0);
  datagram.writeUInt16BE(flows.length, 2);
  datagram.writeUInt32BE(100_000, 4);
  datagram.writeUInt32BE(seconds, 8);
  datagram.writeUInt32BE(sequence, 16);
  for (const [i, { from, to, port }] of flows.entries()) {
    const at = 24 + 48 * i;
    datagram.writeUInt32BE(0x0a000000 + from, at);
    datagram.writeUInt32BE(0x0a000000 + to, at + 4);
    datagram.writeUInt32BE(1, at + 16);
    datagram.writeUInt32BE(44, at + 20);
    datagram.writeUInt32BE(99_000, at + 24);
    datagram.writeUInt32BE(99_000, at + 28);
    datagram.writeUInt16BE(40_000 + i, at + 32);
    datagram.writeUInt16BE(port, at + 34);
    datagram.writeUInt8(2, at + 37);
    datagram.writeUInt8(6, at + 38);
  }
  return datagram;
}

async function until<T>(pipeline: Pipeline, look: () => Promise<T | undefined>): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    const { tenants } = await pipeline.status();
    if (tenants[0]?.state === 'failed') throw new Error(tenants[0].lastError);
    const found = await look();
    if (found !== undefined) return found;
    if (attempt > 500) throw new Error('it did not happen');
    await new Promise((resolve) => setTimeout(resolve, 40));
  }
}

describe('flow exports in the running pipeline', () => {
  it('become flows in the store, and a port scan among them an alert', async () => {
    const port = 20_000 + (process.pid % 10_000);
    const value = { tenants: { t: { sources: [{ type: 'flow-export', name: 'router', port }] } } };
    const home = await openHome(join(root, 'home'));
    const pipeline = await startPipeline(checkConfig(value, await pipelineSchema()), { home, program: 'vedette test' });
    const client = createSocket('udp4');
    const send = (bytes: Buffer) => new Promise((resolve) => client.send(bytes, port, '127.0.0.1', resolve));
    await until(pipeline, async () => {
      await send(Buffer.from('no flow export'));
      return ((await pipeline.status()).tenants[0]?.sources[0]?.counters.unparsed ?? 0) > 0 ? true : undefined;
    });
    for (let i = 0; i < 3; i++)
      await send(
        netflow(
          Array.from({ length: 20 }, (_, n) => ({ from: 9, to: 1, port: 1 + 20 * i + n })),
          20 * i,
        ),
      );
    const store = await home.tenant('t');
    const alert = await until(pipeline, async () =>
      (await store.alerts.list()).items.find(({ detection }) => detection.title.includes('10.0.0.9')),
    );
    expect(alert.detection).toMatchObject({ detector: 'use-cases', entity: '10.0.0.9', techniques: ['T1046'] });
    await pipeline.finish();
    const [source] = (await pipeline.status()).tenants[0]?.sources ?? [];
    expect(source?.counters).toMatchObject({ events: 60, flows: 60 });
    await pipeline.stop();
    client.close();
    await home.close();
  });
});
