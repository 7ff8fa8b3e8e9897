import { createSocket } from 'node:dgram';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkConfig, type LoadedConfig } from '../../src/config/index.ts';
import { type Pipeline, pipelineSchema, startPipeline } from '../../src/pipeline/index.ts';
import { type Home, openHome } from '../../src/store/index.ts';
import { freePort } from '../../src/testing/net.ts';
import { generatedLog } from './generated-log.ts';

const KEEP = { maxAge: '9999d', alertAge: '9999d' };
const LINES = 400;
const folder = mkdtempSync(join(tmpdir(), 'vedette-tenants-'));
const path = join(folder, 'app.log');
let home: Home;
let pipeline: Pipeline;
let port: number;

const file = (name: string, own: object = {}) => ({ retention: KEEP, sources: [{ type: 'file', name, path, pollMs: 20 }], ...own });
/** A source that cannot be read again, so that whatever disturbs it shows. */
const received = () => ({ retention: KEEP, sources: [{ type: 'syslog', name: 'received', tcpPort: port }] });
const load = async (tenants: object, own: object = {}): Promise<LoadedConfig> => checkConfig({ ...own, tenants }, await pipelineSchema());

const running = async () => new Map((await pipeline.status()).tenants.map((one) => [one.tenant, one]));
async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 20));
}
const stored = async (tenant: string) => (await home.tenant(tenant)).events.count();
/** Everything of the file is stored, once. */
const whole = (tenant: string, lines = LINES) =>
  until(async () => {
    await pipeline.flush();
    return (await stored(tenant)) >= lines;
  });

beforeAll(async () => {
  writeFileSync(path, `${generatedLog(LINES, 5).lines.slice(0, LINES).join('\n')}\n`);
  home = await openHome(join(folder, 'home'));
  port = await freePort();
});
afterAll(async () => {
  await pipeline?.stop().catch(() => undefined);
  await home.close();
  rmSync(folder, { recursive: true, force: true });
});

describe('a pipeline that has started', () => {
  it('listens on every port it was given', { timeout: 60_000 }, async () => {
    const [udpPort, tcpPort] = [await freePort(), await freePort()];
    const config = await load({ open: { retention: KEEP, sources: [{ type: 'syslog', name: 'net', udpPort, tcpPort }] } });
    pipeline = await startPipeline(config, { home, program: 'vedette test' });
    const udp = createSocket('udp4');
    const refused = await new Promise((resolve) => udp.once('error', resolve).bind(udpPort, '127.0.0.1', () => resolve(undefined)));
    expect(refused).toMatchObject({ code: 'EADDRINUSE' });
    await new Promise((resolve, reject) => connect(tcpPort, '127.0.0.1', () => resolve(undefined)).once('error', reject));
    await pipeline.stop();
  });

  it('does not wait for a port that somebody else has', { timeout: 60_000 }, async () => {
    const udpPort = await freePort();
    const udp = createSocket('udp4');
    await new Promise((resolve) => udp.bind(udpPort, '127.0.0.1', () => resolve(undefined)));
    const config = await load({ taken: { retention: KEEP, sources: [{ type: 'syslog', name: 'net', udpPort }] } });
    pipeline = await startPipeline(config, { home, program: 'vedette test' });
    expect((await running()).get('taken')?.sources[0]).toMatchObject({ state: 'retrying' });
    udp.close();
    await pipeline.stop();
  });
});

describe.each([1, 2])('changed settings with %i pipeline workers', (workers) => {
  it('restart what they change; another tenant keeps its connections and every line', { timeout: 120_000 }, async () => {
    const [a, b, c] = ['a', 'b', 'c'].map((name) => `${name}${workers}`) as [string, string, string];
    const limits = { limits: { workers } };
    pipeline = await startPipeline(await load({ [a]: file('one'), [b]: received() }, limits), { home, program: 'vedette test' });
    let socket: Socket | undefined;
    await until(
      () =>
        new Promise((resolve) => {
          socket = connect(port, '127.0.0.1', () => resolve(true)).once('error', () => resolve(false));
        }),
    );
    let closed = false;
    socket?.on('close', () => {
      closed = true;
    });
    let sent = 0;
    const sending = setInterval(() => socket?.write(`line ${++sent} of b\n`), 10);
    await whole(a);
    const before = (await running()).get(b)?.epoch ?? 0;

    // Another option, a source more, another tenant, none of them any more.
    const second = { type: 'file', name: 'two', path, pollMs: 20 };
    await pipeline.apply(await load({ [a]: file('one', { alertBudget: 7 }), [b]: received() }, limits));
    await pipeline.apply(await load({ [a]: { ...file('one'), sources: [...file('one').sources, second] }, [b]: received() }, limits));
    await whole(a, 2 * LINES);
    await pipeline.apply(await load({ [a]: file('one'), [b]: received(), [c]: file('three') }, limits));
    await whole(c);
    expect([...(await running()).keys()]).toEqual([a, b, c]);
    await until(async () => ((await running()).get(b)?.epoch ?? 0) > before);
    // One that cannot start changes nothing.
    const unreadable = { pseudonymise: { keyFile: join(folder, 'no such key') } };
    await expect(pipeline.apply(await load({ [a]: file('one', unreadable), [b]: received() }, limits))).rejects.toThrow(/no such key/);
    expect([...(await running()).keys()]).toEqual([a, b, c]);
    await pipeline.apply(await load({ [b]: received() }, limits));
    expect([...(await running()).keys()]).toEqual([b]);

    clearInterval(sending);
    await whole(b, sent);
    expect(closed).toBe(false);
    expect(await stored(b)).toBe(sent);
    const after = (await running()).get(b)?.sources[0];
    expect(after?.counters.records).toBe(sent);
    expect(after?.counters.failures).toBe(0);
    // What was read before is not read again, whatever was changed in between; the second source read the file for itself.
    expect([await stored(a), await stored(c)]).toEqual([2 * LINES, LINES]);
    socket?.destroy();
    await pipeline.stop();
  });
});
