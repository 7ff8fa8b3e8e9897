import { createSocket } from 'node:dgram';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { freePort } from '../../src/testing/net.ts';
import { ApiServer } from '../kill/api-server.ts';

const root = mkdtempSync(join(tmpdir(), 'vedette-live-inputs-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const sleep = (millis: number) => new Promise((resolve) => setTimeout(resolve, millis));

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let tries = 0; !(await holds()); tries++) {
    if (tries > 300) throw new Error('it did not come about within 30 s');
    await sleep(100);
  }
}

interface StoredEvent {
  readonly time: number | null;
  readonly host?: string;
  readonly component?: string;
  readonly level?: string;
  readonly message: string;
}

/** Runs `up` with one source, feeds it, and gives the events once there are `expected`, or what there is after half a minute. */
async function stored(name: string, source: object, expected: number, feed: (server: ApiServer) => Promise<void>): Promise<StoredEvent[]> {
  const config = { tenants: { t: { retention: { maxAge: '9999d', alertAge: '9999d' }, sources: [source] } } };
  writeFileSync(join(root, `${name}.yaml`), JSON.stringify(config));
  const server = await ApiServer.start(join(root, name), join(root, `${name}.yaml`));
  try {
    await feed(server);
    for (let tries = 0; ; tries++) {
      const { items } = await server.must<{ items: StoredEvent[] }>('GET', '/tenants/t/events?limit=50');
      if (items.length >= expected || tries > 150) return items;
      await sleep(200);
    }
  } finally {
    await server.kill();
  }
}

describe('a running pipeline', () => {
  it('takes syslog of both RFCs and messages without a header from one sender', { timeout: 60_000 }, async () => {
    const udpPort = await freePort();
    const events = await stored('syslog', { type: 'syslog', name: 'net', udpPort }, 3, async () => {
      const socket = createSocket('udp4');
      await until(
        () =>
          existsSync(`/proc/net/udp`) &&
          readFileSync('/proc/net/udp', 'utf8').includes(`:${udpPort.toString(16).toUpperCase().padStart(4, '0')} `),
      );
      const messages = [
        '<34>Jan  5 10:00:00 fw1 sshd[7]: old style',
        '<34>1 2026-01-05T10:00:00Z fw2 app 8 ID1 - new style',
        '<13>no header',
      ];
      for (const message of messages) await new Promise((resolve) => socket.send(message, udpPort, '127.0.0.1', resolve));
      socket.close();
    });
    expect(events.map(({ host, component, message, level }) => [host, component, message, level]).sort()).toEqual([
      [undefined, undefined, 'no header', 'notice'],
      ['fw1', 'sshd', 'old style', 'crit'],
      ['fw2', 'app', 'new style', 'crit'],
    ]);
    for (const { time } of events) expect(Number.isNaN(time)).toBe(false);
  });

  it('takes JSON over HTTP apart without being told its format', { timeout: 60_000 }, async () => {
    const port = await freePort();
    const body = `{"@timestamp":"2026-01-05T10:00:00Z","host":{"name":"web1"},"message":"one"}\n{"@timestamp":"2026-01-05T10:00:01Z","message":"two"}\n`;
    const events = await stored('http', { type: 'http', name: 'in', port }, 2, async () => {
      const headers = { 'content-type': 'application/x-ndjson' };
      await until(
        async () => (await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', headers, body }).catch(() => undefined))?.ok === true,
      );
    });
    expect(events.map(({ time, message }) => [time, message]).sort()).toEqual([
      [Date.UTC(2026, 0, 5, 10) * 1000, 'one'],
      [Date.UTC(2026, 0, 5, 10, 0, 1) * 1000, 'two'],
    ]);
  });

  it('reads its standard input', { timeout: 60_000 }, async () => {
    const events = await stored('stdin', { type: 'stdin', name: 'in' }, 2, async (server) => {
      server.write('Jan  5 10:00:00 web1 app[7]: first\nJan  5 10:00:01 web1 app[7]: second\n');
    });
    expect(events.map(({ host, message }) => [host, message]).sort()).toEqual([
      ['web1', 'first'],
      ['web1', 'second'],
    ]);
  });
});
