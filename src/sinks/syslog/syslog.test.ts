import { createSocket } from 'node:dgram';
import { type AddressInfo, createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { seededRandom, silentLogger } from '../../core/index.ts';
import { sampleAlert } from '../../testing/report-input.ts';
import { describeSinkContract } from '../../testing/sink-contract.ts';
import { cefLine, syslogMessage } from './format.ts';
import syslog from './index.ts';

const context = { name: 'syslog', log: silentLogger, now: () => 0, random: seededRandom(1) };
const HEADER = { facility: 13, hostname: 'sensor', application: 'vedette', enterprise: 32473 };

/** Octet-counted frames (RFC 6587 3.4.1). */
function frames(stream: Buffer): string[] {
  const out: string[] = [];
  for (let at = 0; at < stream.length; ) {
    const space = stream.indexOf(32, at);
    const length = Number(stream.toString('ascii', at, space));
    out.push(stream.toString('utf8', space + 1, space + 1 + length));
    at = space + 1 + length;
  }
  return out;
}

const idOf = (message: string) => /^<\d+>1 \S+ \S+ \S+ - (\S+) /.exec(message)?.[1] ?? message;

async function until(done: () => boolean): Promise<void> {
  for (let i = 0; i < 200 && !done(); i++) await new Promise((resolve) => setTimeout(resolve, 10));
}

async function tcpReceiver(port = 0) {
  const connections: Buffer[] = [];
  const server = createServer((socket) => {
    const parts: Buffer[] = [];
    socket.on('data', (part) => parts.push(part));
    socket.on('end', () => connections.push(Buffer.concat(parts)));
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    connections,
    port: (server.address() as AddressInfo).port,
    stop: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
}

describeSinkContract('syslog over TCP', async () => {
  let server = await tcpReceiver();
  const { port } = server;
  const messages = () => server.connections.flatMap(frames).map(idOf);
  return {
    sink: syslog.create(syslog.config.parse({ endpoint: `tcp://127.0.0.1:${port}`, hostname: 'sensor' }), context),
    received: async (expected) => {
      await until(() => messages().length >= expected);
      return messages();
    },
    break: () => server.stop(),
    repair: async () => {
      server = await tcpReceiver(port);
    },
    stop: () => server.stop(),
  };
});

describeSinkContract('syslog over UDP', async () => {
  const got: string[] = [];
  const socket = createSocket('udp4');
  socket.on('message', (message) => got.push(idOf(message.toString())));
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  return {
    sink: syslog.create(syslog.config.parse({ endpoint: `udp://127.0.0.1:${socket.address().port}`, hostname: 'sensor' }), context),
    received: async (expected) => {
      await until(() => got.length >= expected);
      return got;
    },
    stop: () => new Promise<void>((resolve) => socket.close(() => resolve())),
  };
});

describe('syslog messages', () => {
  it('have the header of RFC 5424, structured data and UTF-8 text', () => {
    const message = syslogMessage(sampleAlert(1, {}, { title: 'Höhe', entity: 'a"b]c\\d' }), HEADER, 'rfc5424');
    expect(message).toMatch(
      /^<107>1 2008-11-09T20:36:48Z sensor vedette - a000000000000001 \[vedette@32473 id="a000000000000001" tenant="acme" /,
    );
    expect(message).toContain('entity="a\\"b\\]c\\\\d"');
    expect(message).toContain('] \ufeffHöhe: Session blk_1 ended');
  });

  it('keep CEF fields apart whatever they hold', () => {
    const line = cefLine(sampleAlert(1, {}, { title: 'a|b\\c\nd', entity: 'x=1 cs9=2\r\n' }));
    expect(line).toMatch(/^CEF:0\|vedette\|vedette\|0\.1\.0\|sequence\|a\\\|b\\\\c d\|6\|externalId=a000000000000001 start=1226263008000 /);
    expect(line).toContain('cs1=x\\=1 cs9\\=2\\n cs2Label=group');
    expect(line).not.toMatch(/[\r\n]/);
  });

  it('map severity to the four syslog levels in use', () => {
    const priority = (severity: number) => /^<(\d+)>/.exec(syslogMessage(sampleAlert(1, {}, { severity }), HEADER, 'cef'))?.[1];
    expect([80, 60, 30, 10].map(priority)).toEqual(['106', '107', '108', '109']);
  });

  it('are refused a receiver that is none', () => {
    for (const endpoint of ['http://a:1', 'udp://a', 'tcp://a b:1', 'udp://:5'])
      expect(syslog.config.safeParse({ endpoint }).success).toBe(false);
    expect(syslog.config.safeParse({ endpoint: 'tcp://[::1]:601' }).success).toBe(true);
  });
});
