import { appendFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { checkConfig } from '../config/index.ts';
import { type Definition, type Logger, type RecordBatch, type Source, silentLogger } from '../core/index.ts';
import { CaptureReader } from '../parsers/packets/index.ts';
import { sources } from '../sources/index.ts';
import { hasOpenssl, selfSigned } from '../testing/net.ts';
import { ethernet, ipv4, pcap, udp } from '../testing/packets.ts';
import { CaptureCutter } from './capture-cutter.ts';
import { type CollectStatus, collectSchema, collectUntil } from './index.ts';
import { Spool } from './spool.ts';

interface Seen {
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

let root: string;
let server: Server | undefined;
let running: { stop: AbortController; done: Promise<void> } | undefined;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'vedette-collect-unit-'));
});
afterEach(async () => {
  running?.stop.abort();
  await running?.done.catch(() => undefined);
  running = undefined;
  server?.closeAllConnections();
  server?.close();
  server = undefined;
  rmSync(root, { recursive: true, force: true });
});

/** A server that answers as told and keeps what it was sent. */
async function serve(
  answer: (seen: Seen, count: number) => number,
  tls?: { key: Buffer; cert: Buffer },
): Promise<{ port: number; seen: Seen[] }> {
  const seen: Seen[] = [];
  const listener: Parameters<typeof createServer>[1] = async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const raw = Buffer.concat(parts);
    const body = request.headers['content-encoding'] === 'gzip' ? gunzipSync(raw) : raw;
    const one = { path: request.url ?? '', headers: request.headers, body };
    response.statusCode = answer(one, seen.length);
    if (response.statusCode === 200) seen.push(one);
    response.end('{}');
  };
  server = tls === undefined ? createServer(listener) : (createTlsServer(tls, listener) as unknown as Server);
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  return { port: (server.address() as AddressInfo).port, seen };
}

async function start(config: object, log: Logger = silentLogger): Promise<void> {
  const definitions = new Map<string, Definition<z.ZodType, Source>>();
  for (const name of ['file', 'capture', 'host-metrics', 'directory'])
    definitions.set(name, (await (sources[name] as NonNullable<(typeof sources)[string]>)()).default);
  const checked = checkConfig(config, collectSchema([...definitions.values()])).config;
  const stop = new AbortController();
  const done = collectUntil(stop.signal, {
    ...{ config: checked, folder: join(root, 'spool'), definitions, log, now: () => Date.now() * 1000, random: () => 1 },
  });
  running = { stop, done };
  done.catch(() => undefined);
}

async function until(condition: () => boolean, millis = 10_000): Promise<void> {
  const end = Date.now() + millis;
  while (!condition()) {
    if (Date.now() > end) throw new Error('it did not happen in time');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const status = (): CollectStatus[] => JSON.parse(readFileSync(join(root, 'spool/status.json'), 'utf8')) as CollectStatus[];
/** Lines as a server keeps them: what comes again under its number is not taken again. */
const linesOf = (seen: readonly Seen[]) => {
  const taken = new Map(seen.map((one) => [one.headers['vedette-sequence'], one]));
  return [...taken.values()].flatMap(({ body }) => body.toString().trim().split('\n'));
};

describe('a collector', () => {
  it('sends lines with its token, numbered, named after host, source and file, and goes on where it was', async () => {
    const { port, seen } = await serve(() => 200);
    writeFileSync(join(root, 'token'), 'a-long-token\n');
    writeFileSync(join(root, 'app log.txt'), 'one\ntwo\n');
    const config = {
      name: 'web1',
      server: { logs: `http://127.0.0.1:${port}/in`, tokenFile: join(root, 'token') },
      sources: [{ name: 'app', type: 'file', path: join(root, 'app log.txt'), pollMs: 20 }],
    };
    await start(config);
    await until(() => seen.length === 1);
    running?.stop.abort();
    await running?.done;
    appendFileSync(join(root, 'app log.txt'), 'three\n');
    await start(config);
    await until(() => linesOf(seen).length === 3);
    expect(linesOf(seen)).toEqual(['one', 'two', 'three']);
    expect(new Set(seen.map(({ path }) => path))).toEqual(new Set(['/in']));
    expect(seen[0]?.headers).toMatchObject({ authorization: 'Bearer a-long-token', 'vedette-stream': 'app', 'vedette-sequence': '1' });
    expect(decodeURIComponent(String(seen[0]?.headers['vedette-input']))).toBe('web1/app/app log.txt');
    expect(seen.at(-1)?.headers['vedette-sequence']).toBe('2');
    expect(seen.at(-1)?.headers['vedette-collector']).toBe(seen[0]?.headers['vedette-collector']);
  });

  it('keeps what the server does not take, says so once, and sends it in order when it does', async () => {
    let up = false;
    const { port, seen } = await serve(() => (up ? 200 : 503));
    const said: string[] = [];
    const log = { ...silentLogger, warn: (message: string) => said.push(message), info: (message: string) => said.push(message) };
    writeFileSync(join(root, 'a.log'), 'first\n');
    await start(
      { server: { logs: `http://127.0.0.1:${port}` }, sources: [{ name: 'a', type: 'file', path: join(root, 'a.log'), pollMs: 20 }] },
      log,
    );
    await until(() => said.length === 1);
    for (const line of ['second', 'third']) {
      appendFileSync(join(root, 'a.log'), `${line}\n`);
      await new Promise((resolve) => setTimeout(resolve, 60));
    }
    up = true;
    await until(() => linesOf(seen).length === 3);
    expect(linesOf(seen)).toEqual(['first', 'second', 'third']);
    expect(said).toEqual(['records wait in the spool', 'the server takes records again']);
  });

  it('puts aside what the server refuses for good, and goes on with what comes after it', async () => {
    const { port, seen } = await serve(({ body }) => (body.includes('poison') ? 400 : 200));
    writeFileSync(join(root, 'a.log'), 'poison\n');
    await start({
      server: { logs: `http://127.0.0.1:${port}` },
      sources: [{ name: 'a', type: 'file', path: join(root, 'a.log'), pollMs: 20 }],
    });
    await until(() => existsSync(join(root, 'spool/refused')));
    appendFileSync(join(root, 'a.log'), 'good\n');
    await until(() => seen.length === 1);
    expect(linesOf(seen)).toEqual(['good']);
    expect(readFileSync(join(root, 'spool/refused/a-1'), 'utf8')).toBe('poison\n');
    running?.stop.abort();
    await running?.done;
    // Whether the answer to the good one was read before the stop is chance.
    expect(status()[0]?.counters).toMatchObject({ refused_batches: 1 });
  });

  it('keeps its token to itself where the server does not take it', async () => {
    const { port } = await serve(() => 401);
    const said: string[] = [];
    const keep = (message: string, fields?: object) => void said.push(`${message} ${JSON.stringify(fields)}`);
    writeFileSync(join(root, 'a.log'), 'first\n');
    const config = {
      server: { logs: `http://127.0.0.1:${port}`, token: 'not-to-be-seen' },
      sources: [{ name: 'a', type: 'file', path: join(root, 'a.log') }],
    };
    await start(config, { debug: keep, info: keep, warn: keep, error: keep });
    await until(() => said.length > 0);
    expect(said.join()).toContain('does not take the token (401)');
    running?.stop.abort();
    await running?.done;
    expect(said.join() + readFileSync(join(root, 'spool/status.json'), 'utf8')).not.toContain('not-to-be-seen');
  });

  it('measures the host and sends readings', async () => {
    const { port, seen } = await serve(() => 200);
    await start({
      name: 'h',
      server: { metrics: `http://127.0.0.1:${port}` },
      sources: [{ name: 'host', type: 'host-metrics', intervalMs: 100, host: 'h' }],
    });
    await until(() => seen.length >= 2);
    const readings = JSON.parse(String(seen[1]?.body)) as { entity: string; series: string; value: number }[];
    expect(readings.length).toBeGreaterThan(3);
    expect(readings.every(({ entity, value }) => entity === 'h' && Number.isFinite(value))).toBe(true);
  });

  it('sends what a capture program gives as captures of whole packets', async () => {
    const { port, seen } = await serve(() => 200);
    const frame = (i: number) =>
      ethernet(0x0800, ipv4({ from: '10.0.0.1', to: '10.0.0.2', protocol: 17, payload: udp(1000 + i, 53, new Uint8Array(8)) }));
    const bytes = pcap(Array.from({ length: 50 }, (_, i) => ({ time: 1_700_000_000_000_000 + i * 1000, bytes: frame(i) })));
    writeFileSync(join(root, 'all.pcap'), bytes);
    // A program that writes in pieces that end anywhere, and goes on listening.
    writeFileSync(
      join(root, 'tcpdump'),
      `#!/bin/sh\ntrap 'exit 0' TERM\nhead -c 700 ${join(root, 'all.pcap')}\nsleep 0.3\ntail -c +701 ${join(root, 'all.pcap')}\nwhile :; do sleep 0.1; done\n`,
      {
        mode: 0o755,
      },
    );
    const capture = { name: 'wire', type: 'capture', interface: 'eth0', command: join(root, 'tcpdump') };
    await start({ name: 'gw', server: { packets: `http://127.0.0.1:${port}` }, sources: [capture] });
    let packets = 0;
    const count = async (): Promise<number> => {
      packets = 0;
      for (const { body } of seen) {
        const chunks = (async function* () {
          yield new Uint8Array(body);
        })();
        for await (const batch of new CaptureReader({ input: 'x' }).read(chunks)) packets += batch.rows;
      }
      return packets;
    };
    for (const end = Date.now() + 10_000; (await count()) < 50 && Date.now() < end; )
      await new Promise((resolve) => setTimeout(resolve, 50));
    expect(packets).toBe(50);
    expect(seen.length).toBeGreaterThan(1);
    expect(seen.map(({ path }) => path)).toEqual(seen.map((_, i) => `/capture/gw.wire/${i}`));
  });

  it.skipIf(!hasOpenssl())(
    'speaks TLS with servers that its authority signed, and with no other [skipped where openssl is not installed]',
    async () => {
      const { key, certificate } = selfSigned(root);
      const { port, seen } = await serve(() => 200, { key: readFileSync(key), cert: readFileSync(certificate) });
      const said: string[] = [];
      const log = { ...silentLogger, warn: (_message: string, fields?: object) => void said.push(JSON.stringify(fields)) };
      writeFileSync(join(root, 'a.log'), 'first\n');
      const source = { name: 'a', type: 'file', path: join(root, 'a.log') };
      await start({ server: { logs: `https://127.0.0.1:${port}` }, sources: [source] }, log);
      await until(() => said.length > 0);
      expect(said[0]).toMatch(/cannot be reached: .*(self-signed|certificate)/i);
      expect(seen).toEqual([]);
      running?.stop.abort();
      await running?.done;
      await start({ server: { logs: `https://127.0.0.1:${port}`, ca: certificate }, sources: [source] });
      await until(() => seen.length === 1);
      expect(linesOf(seen)).toEqual(['first']);
    },
  );

  it('refuses a configuration that it could not follow, with the place', async () => {
    const fails = async (config: object) => {
      await start(config);
      return running?.done.then(
        () => 'no error',
        (error: Error) => error.message,
      );
    };
    const file = { name: 'a', type: 'file', path: 'a.log' };
    expect(await fails({ server: {}, sources: [file] })).toContain('server.logs is not set');
    expect(await fails({ server: { logs: 'http://x' }, sources: [{ ...file, records: 'packets' }] })).toContain('gives no packets to send');
    await expect(start({ server: { logs: 'ftp://x' }, sources: [file] })).rejects.toThrow(/server\.logs: it must be an address/);
    await expect(start({ server: { logs: 'http://u:p@x' }, sources: [file] })).rejects.toThrow(/give the token by tokenFile/);
    await expect(start({ server: { logs: 'http://x' }, sources: [file, file] })).rejects.toThrow(/"a" is the name of two sources/);
    await expect(start({ server: { logs: 'http://x' }, sources: [{ ...file, pth: 1 }] })).rejects.toThrow(
      /unknown key; did you mean "path"/,
    );
  });

  it('lets one process own a spool', async () => {
    const { port } = await serve(() => 200);
    const config = { server: { logs: `http://127.0.0.1:${port}` }, sources: [{ name: 'a', type: 'file', path: join(root, 'a.log') }] };
    await start(config);
    const first = running;
    await until(() => existsSync(join(root, 'spool/sources/a')));
    await start(config);
    await expect(running?.done).rejects.toMatchObject({ code: 'HOME_LOCKED' });
    running = first;
  });
});

describe('a spool', () => {
  const batch = (text: string, offset: number): RecordBatch => ({
    ...{ input: 'a', generation: 'g', offset, line: 1, bytes: new TextEncoder().encode(text), arrival: 0, last: false },
  });

  it('holds no more than it may: what comes waits until something was sent', async () => {
    const spool = await Spool.open(join(root, 's'), 4000);
    const stop = new AbortController();
    let appended = 0;
    const appending = (async () => {
      for (let i = 0; i < 20; i++) if (await spool.append(batch('x'.repeat(500), i * 500), stop.signal)) appended++;
    })();
    await new Promise((resolve) => setTimeout(resolve, 200));
    const full = appended;
    expect(full).toBeLessThan(8);
    spool.answered(full);
    await spool.save();
    await until(() => appended > full);
    stop.abort();
    await appending;
    await spool.close();
    const bytes = readdirSync(join(root, 's/segments')).reduce((sum, name) => sum + readFileSync(join(root, 's/segments', name)).length, 0);
    expect(bytes).toBeLessThanOrEqual(4000);
  });

  it('knows after a kill what was read, from entries that no state tells of yet', async () => {
    const never = new AbortController().signal;
    const first = await Spool.open(join(root, 's'), 1 << 20);
    await first.append(batch('one\n', 0), never);
    await first.save();
    await first.append(batch('two\n', 4), never);
    // No close: the process is gone.
    const second = await Spool.open(join(root, 's'), 1 << 20);
    expect(second.positions).toEqual([{ input: 'a', generation: 'g', offset: 8, line: 2 }]);
    const unsent = second.unsent(never);
    expect((await unsent.next()).value).toMatchObject({ sequence: 1 });
    expect((await unsent.next()).value).toMatchObject({ sequence: 2 });
    await second.close();
    await first.close();
  });
});

describe('pieces of a capture', () => {
  it('become captures of whole packets, whatever the pieces and the byte order; a new run begins anew', () => {
    const frames = Array.from({ length: 9 }, (_, i) => ({ time: 1_700_000_000_000_000 + i, bytes: new Uint8Array(60 + i).fill(i) }));
    for (const form of [{}, { bigEndian: true }]) {
      const whole = pcap(frames, form);
      for (const size of [1, 7, 100, 5000]) {
        const cutter = new CaptureCutter();
        const out: Uint8Array[] = [];
        const take = (bytes: Uint8Array, begins: boolean): void => {
          const ends = begins ? Uint32Array.of(0, bytes.length) : Uint32Array.of(bytes.length);
          const cut = cutter.take({ input: 'c', generation: '', offset: 0, line: 1, bytes, ends, arrival: 0, last: false });
          if (cut !== undefined) out.push(cut);
        };
        for (let from = 0; from < whole.length - 3; from += size)
          take(whole.subarray(from, Math.min(whole.length - 3, from + size)), from === 0);
        take(whole, true);
        const bodies = Buffer.concat(out.map((capture) => Buffer.from(capture.subarray(24))));
        const missing = whole.length - 24 - 16 - 68;
        expect(bodies.equals(Buffer.concat([whole.subarray(24, 24 + missing), whole.subarray(24)]))).toBe(true);
        for (const capture of out) expect(Buffer.from(capture.subarray(0, 24)).equals(Buffer.from(whole.subarray(0, 24)))).toBe(true);
        expect(cutter.damagedBytes).toBe(16 + 68 - 3);
      }
    }
  });
});
