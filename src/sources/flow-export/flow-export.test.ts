import { createSocket } from 'node:dgram';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { testContext } from '../../testing/context.ts';
import { collect, records, sourceContract } from '../../testing/source-contract.ts';
import flowExport, { type FlowExportSource } from './index.ts';

const DATAGRAMS = Array.from({ length: 200 }, (_, i) => `datagram ${i}`);

function create(settings: object = {}): FlowExportSource {
  return flowExport.create(flowExport.config.parse({ port: 0, gatherMs: 5, ...settings }), testContext('flows')) as FlowExportSource;
}

async function send(source: FlowExportSource, texts: readonly string[]): Promise<void> {
  await source.listen();
  const client = createSocket('udp4');
  for (const text of texts) await new Promise((resolve) => client.send(text, source.port as number, '127.0.0.1', resolve));
  client.close();
}

describe('flow export', () => {
  sourceContract({
    create: () => create(),
    feed: (source) => send(source as FlowExportSource, DATAGRAMS),
    expected: DATAGRAMS,
    finite: false,
  });

  it('names the exporter, and refuses those that are not listed', async () => {
    const source = create();
    const reading = collect(source, records(2));
    await send(source, ['a', 'b']);
    expect((await reading)[0]?.input).toBe('flow-export/127.0.0.1');
    await source.close();
    const closed = create({ exporters: ['192.0.2.1'] });
    await send(closed, ['a']);
    for (let i = 0; i < 100 && closed.counters().refused === 0; i++) await sleep(5);
    expect(closed.counters()).toMatchObject({ refused: 1, datagrams: 0 });
    await closed.close();
  });
});
