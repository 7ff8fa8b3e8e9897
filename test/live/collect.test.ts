import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { freePort, hasOpenssl, selfSigned } from '../../src/testing/net.ts';
import { ethernet, ipv4, pcap, tcp } from '../../src/testing/packets.ts';
import { collectStatus } from '../kill/collect-status.ts';
import { outcomeOf } from '../kill/outcome.ts';
import { Program } from '../kill/program.ts';
import { Namespace, whyNot } from './namespace.ts';

const reason = whyNot() ?? (hasOpenssl() ? undefined : 'openssl is not installed');
const title = (name: string) => (reason === undefined ? name : `${name} [skipped: ${reason}]`);
const TOKEN = 'a-token-that-is-never-logged';
const sleep = (millis: number) => new Promise((resolve) => setTimeout(resolve, millis));

/** A host that tries `ports` ports of another, 20 ms apart. */
function scan(ports: number): Uint8Array {
  const bytes = (port: number) => {
    const payload = tcp({ from: 50_000, to: port, flags: 2, payload: new Uint8Array() });
    return ethernet(0x0800, ipv4({ from: '10.66.0.1', to: '10.2.0.2', protocol: 6, payload }));
  };
  return pcap(Array.from({ length: ports }, (_, i) => ({ time: 1_700_000_000_000_000 + i * 20_000, bytes: bytes(1 + i) })));
}

describe.skipIf(reason !== undefined)(title('a collector that captures in a network namespace, its server behind TLS'), () => {
  let root = '';
  let namespace: Namespace;
  const programs: Program[] = [];
  beforeAll(() => {
    root = mkdtempSync(join(tmpdir(), 'vedette-collected-'));
    namespace = new Namespace();
  });
  afterEach(async () => {
    for (const program of programs.splice(0)) await program.end('SIGKILL').catch(() => undefined);
  });
  afterAll(() => {
    namespace.remove();
    rmSync(root, { recursive: true, force: true });
  });

  it('a scan on the wire of one host is an alert at the server, its log lines are events', { timeout: 90_000 }, async () => {
    const [lines, packets] = [await freePort(), await freePort()];
    const { key, certificate } = selfSigned(root);
    const listening = { host: '127.0.0.1', token: TOKEN, tls: { key, certificate } };
    const received = [
      { type: 'http', name: 'collected', port: lines, ...listening, eventTime: { idle: '1s' } },
      { type: 'capture-chunks', name: 'wire', port: packets, ...listening },
    ];
    const server = { listen: '127.0.0.1:0', tenants: { t: { retention: { maxAge: '9999d', alertAge: '9999d' }, sources: received } } };
    writeFileSync(join(root, 'server.yaml'), JSON.stringify(server));
    writeFileSync(join(root, 'token'), `${TOKEN}\n`);
    writeFileSync(join(root, 'app.log'), '2026-03-01T10:00:00Z web1 app[7]: begun\n2026-03-01T10:00:01Z web1 app[7]: ready\n');
    const sources = [
      { name: 'app', type: 'file', path: 'app.log' },
      { name: 'wire', type: 'capture', interface: 'far', command: namespace.wrapper(root, 'tcpdump') },
    ];
    const to = { logs: `https://127.0.0.1:${lines}`, packets: `https://127.0.0.1:${packets}`, tokenFile: 'token', ca: certificate };
    writeFileSync(join(root, 'collect.yaml'), JSON.stringify({ name: 'web1', server: to, sources }));
    writeFileSync(join(root, 'scan.pcap'), scan(60));
    writeFileSync(join(root, 'hello.pcap'), scan(1));

    const receiving = new Program(root, 'up', '-c', 'server.yaml', '--home', 'server');
    const collecting = new Program(root, 'collect', '-c', 'collect.yaml', '--home', 'collector');
    programs.push(receiving, collecting);
    receiving.start();
    collecting.start();
    const sent = (source: string): number => {
      const status = collectStatus(join(root, 'collector'), source);
      return status?.waitingBatches === 0 ? (status.counters.sent_batches ?? 0) : 0;
    };
    for (let tries = 0; sent('wire') === 0 && tries < 200; tries++) {
      await namespace.play(join(root, 'hello.pcap'));
      await sleep(100);
    }
    const before = sent('wire');
    await namespace.play(join(root, 'scan.pcap'));
    for (const end = Date.now() + 20_000; (sent('wire') === before || sent('app') === 0) && Date.now() < end; ) await sleep(100);
    await sleep(5000);
    expect(await collecting.end('SIGTERM')).toBe(0);
    expect(await receiving.end('SIGTERM')).toBe(0);
    for (const { said } of [receiving, collecting]) expect(said).not.toContain(TOKEN);

    const { alerts, events } = await outcomeOf(join(root, 'server'));
    const scans = alerts.filter(({ detection }) => detection.lineage.model === 'port-scan');
    expect(scans.map(({ detection }) => detection.evidence[0]?.input)).toEqual(['sensor/web1.wire']);
    expect(scans[0]).toMatchObject({ notified: true, detection: { entity: expect.stringContaining('10.66.0.1') } });
    expect(events.map(({ message, input }) => [input, message])).toEqual(
      ['begun', 'ready'].map((message) => ['collector/web1/app/app.log', message]),
    );
  });
});
