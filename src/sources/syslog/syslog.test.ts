import { createSocket } from 'node:dgram';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect as connectTls } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { testContext } from '../../testing/context.ts';
import { hasOpenssl, selfSigned } from '../../testing/net.ts';
import { collect, FROM_START, records, recordTexts, sourceContract } from '../../testing/source-contract.ts';
import syslog, { type SyslogSource } from './index.ts';

function create(settings: object): SyslogSource {
  return syslog.create(syslog.config.parse({ gatherMs: 5, ...settings }), testContext('syslog')) as SyslogSource;
}

async function sendTcp(source: SyslogSource, text: string): Promise<void> {
  await source.listen();
  const socket = connect(source.ports.tcp as number, '127.0.0.1');
  await new Promise<void>((resolve) => socket.end(text, resolve));
}

const LINES = Array.from({ length: 500 }, (_, i) => `<13>1 2024-01-31T00:00:00Z host app - - - message ${i}`);

describe('syslog', () => {
  sourceContract({
    create: () => create({ tcpPort: 0 }),
    feed: (source) => sendTcp(source as SyslogSource, `${LINES.join('\n')}\n`),
    expected: LINES,
    finite: false,
  });

  it('receives octet-counted messages with line breaks in them', async () => {
    const source = create({ tcpPort: 0 });
    const reading = collect(source, records(2));
    await sendTcp(source, '9 <1>a\nbcd\n5 <2>xy');
    const batches = await reading;
    expect(recordTexts(batches)).toEqual(['<1>a\nbcd', '<2>xy']);
    expect(batches[0]?.input).toBe('syslog/127.0.0.1');
    await source.close();
  });

  it('receives datagrams, and counts those that find the queue full', async () => {
    const source = create({ udpPort: 0, queueBytes: 2000, senderShare: 1 });
    await source.listen();
    const client = createSocket('udp4');
    const send = (text: string) => new Promise((resolve) => client.send(text, source.ports.udp as number, '127.0.0.1', resolve));
    for (let i = 0; i < 100; i++) await send(`<13>datagram ${i}`);
    for (let i = 0; i < 200 && (source.counters().messages ?? 0) + (source.counters().udp_dropped ?? 0) < 100; i++) await sleep(5);
    const { messages = 0, udp_dropped = 0 } = source.counters();
    expect(udp_dropped).toBeGreaterThan(0);
    expect(messages + udp_dropped).toBe(100);
    const batches = await collect(source, records(messages));
    expect(recordTexts(batches)).toEqual(Array.from({ length: messages }, (_, i) => `<13>datagram ${i}`));
    client.close();
    await source.close();
  });

  it('gives out what it has received when reading ends', async () => {
    const source = create({ udpPort: 0, gatherMs: 60_000 });
    const abort = new AbortController();
    const got: string[] = [];
    const reading = (async () => {
      for await (const batch of source.read(FROM_START, abort.signal)) got.push(...recordTexts([batch]));
    })();
    await source.listen();
    const client = createSocket('udp4');
    for (let i = 0; i < 50; i++) client.send(`<13>datagram ${i}`, source.ports.udp as number, '127.0.0.1');
    await expect.poll(() => source.counters().messages, { timeout: 10_000 }).toBe(50);
    abort.abort();
    await reading;
    expect(got).toEqual(Array.from({ length: 50 }, (_, i) => `<13>datagram ${i}`));
    client.close();
    await source.close();
  });

  it('slows TCP senders down instead of losing messages when nobody reads', async () => {
    const source = create({ tcpPort: 0, queueBytes: 4096 });
    const lines = Array.from({ length: 20_000 }, (_, i) => `<13>${i} ${'x'.repeat(50)}`);
    const sending = sendTcp(source, `${lines.join('\n')}\n`);
    await sleep(100);
    expect(source.counters().messages).toBeLessThan(200);
    expect(recordTexts(await collect(source, records(lines.length)))).toEqual(lines);
    await sending;
    await source.close();
  });

  it('refuses connections beyond the limit and closes idle ones', async () => {
    const source = create({ tcpPort: 0, maxConnectionsPerAddress: 2, idleTimeoutMs: 150 });
    await source.listen();
    const sockets = Array.from({ length: 4 }, () => connect(source.ports.tcp as number, '127.0.0.1').on('error', () => undefined));
    const settled = { connections: 2, connections_refused: 2, connections_idle: 2, connections_open: 0 };
    await expect.poll(() => source.counters(), { timeout: 10_000 }).toMatchObject(settled);
    for (const socket of sockets) socket.destroy();
    await source.close();
  });

  it('says which port it cannot take', async () => {
    const first = create({ tcpPort: 0 });
    await first.listen();
    const second = create({ tcpPort: first.ports.tcp as number });
    await expect(second.read(FROM_START, new AbortController().signal).next()).rejects.toMatchObject({ code: 'INPUT_UNREADABLE' });
    await first.close();
    await second.close();
  });

  it.skipIf(!hasOpenssl())('receives over TLS [skipped where openssl is not installed]', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'vedette-tls-'));
    const { key, certificate } = selfSigned(folder);
    const source = create({ tls: { port: 0, key, certificate } });
    const reading = collect(source, records(1));
    await source.listen();
    const socket = connectTls({ port: source.ports.tls as number, host: '127.0.0.1', rejectUnauthorized: false });
    socket.end('11 <13>private');
    expect(recordTexts(await reading)).toEqual(['<13>private']);
    await source.close();
    rmSync(folder, { recursive: true });
  });
});
