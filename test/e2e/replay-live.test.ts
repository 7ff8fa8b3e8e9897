import { appendFileSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../../src/testing/net.ts';
import { ApiServer } from '../kill/api-server.ts';
import { generatedLog } from '../pipeline/generated-log.ts';
import { CliFolder } from './run-cli.ts';

const cli = new CliFolder();
const folder = mkdtempSync(join(tmpdir(), 'vedette-replay-'));
const home = join(folder, 'home');
const configuration = join(folder, 'vedette.yaml');
const path = join(folder, 'app.log');
const { lines } = generatedLog(1000, 5);
/** Learnt from; what follows is judged by the state of a committed epoch. */
const LEARNT = Math.floor(lines.length * 0.72);
let server: ApiServer;
let port: number;

interface Listed {
  readonly id: string;
  readonly detection: { readonly source: string; readonly lineage: { readonly epoch: number } };
}

async function stored(count: number): Promise<number> {
  for (;;) {
    const { total } = await server.must<{ total: number }>('GET', '/tenants/t/events/histogram?bins=1');
    if (total >= count) return total;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** To both sources: the file is read again by a replay, what came over the network only from its segment log. */
async function feed(part: readonly string[]): Promise<void> {
  appendFileSync(path, `${part.join('\n')}\n`);
  for (let sent = false; !sent; ) {
    sent = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => socket.end(`${part.join('\n')}\n`, () => resolve(true)));
      socket.once('error', () => setTimeout(() => resolve(false), 50));
    });
  }
}

beforeAll(async () => {
  port = await freePort();
  writeFileSync(path, '');
  const own = {
    features: { session: { by: 'req-', idle: '10s', lateness: '1s' } },
    learning: { sessions: 600 },
    detectors: [{ type: 'sequence' }],
  };
  const sources = [
    { type: 'file', name: 'read', path, pollMs: 20, ...own },
    { type: 'syslog', name: 'sent', tcpPort: port, ...own },
  ];
  const retention = { maxAge: '9999d', alertAge: '9999d' };
  writeFileSync(configuration, JSON.stringify({ tenants: { t: { promisedRate: 0.01, retention, sources } } }));
  server = await ApiServer.start(home, configuration);
  await feed(lines.slice(0, LEARNT));
  await stored(2 * LEARNT);
  await feed(lines.slice(LEARNT));
  await stored(2 * lines.length);
}, 180_000);
afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
  cli.remove();
});

describe('`alerts replay` while the server runs', () => {
  it('recomputes alerts byte for byte, of files and of what was received, and leaves the server as it is', {
    timeout: 180_000,
  }, async () => {
    const { items } = await server.must<{ items: Listed[] }>('GET', '/tenants/t/alerts?limit=100');
    const live = items.filter(({ detection }) => detection.lineage.epoch > 0);
    for (const source of ['read', 'sent']) {
      const alert = live.find(({ detection }) => detection.source === source);
      expect(alert, source).toBeDefined();
      const args = ['alerts', 'replay', alert?.id ?? '', '--tenant', 't', '--home', home, '-c', configuration, '-o', 'json'];
      const replayed = cli.run(args);
      expect(replayed.stderr).toBe('');
      expect(JSON.parse(replayed.stdout)).toMatchObject({ alert_id: alert?.id, identical: true, detection: { source } });
      expect(replayed.status).toBe(0);
    }
    expect(readdirSync(home).filter((name) => name.startsWith('snapshot-'))).toEqual([]);
    // What is received goes on where it was, over the end of the process too.
    for (const more of [200, 400]) {
      await feed(lines.slice(0, 100));
      expect(await stored(2 * lines.length + more)).toBe(2 * lines.length + more);
      await server.kill();
      server = await ApiServer.start(home, configuration);
    }
  });
});
