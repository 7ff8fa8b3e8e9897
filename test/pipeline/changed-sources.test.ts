import { createSocket } from 'node:dgram';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { checkConfig, type LoadedConfig } from '../../src/config/index.ts';
import { type Pipeline, pipelineSchema, startPipeline } from '../../src/pipeline/index.ts';
import { type Home, openHome } from '../../src/store/index.ts';
import { freePort } from '../../src/testing/net.ts';
import { generatedLog } from './generated-log.ts';

const LINES = 400;
const folder = mkdtempSync(join(tmpdir(), 'vedette-changed-'));
const path = join(folder, 'app.log');
let home: Home;
let pipeline: Pipeline;
let port: number;

const file = (name: string, own: object = {}) => ({ type: 'file', name, path, pollMs: 20, ...own });
const received = (own: object = {}) => ({ type: 'syslog', name: 'fw1', udpPort: port, ...own });
const load = async (sources: readonly object[], own: object = {}): Promise<LoadedConfig> =>
  checkConfig({ tenants: { acme: { retention: { maxAge: '9999d', alertAge: '9999d' }, ...own, sources } } }, await pipelineSchema());
const status = async () => new Map((await pipeline.status()).tenants[0]?.sources.map((one) => [one.name, one]));
const pause = (millis: number) => new Promise((resolve) => setTimeout(resolve, millis));
async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await pause(20);
}

/** Datagrams, 200 a second. */
function sender() {
  const socket = createSocket('udp4');
  let sent = 0;
  const timer = setInterval(() => {
    socket.send(`<134>1 ${new Date().toISOString()} fw1 pf 77 - - pass in n=${++sent} from 10.1.1.${sent % 200}`, port, '127.0.0.1');
  }, 5);
  const stop = async (): Promise<number> => {
    clearInterval(timer);
    await pause(100);
    await new Promise<void>((resolve) => socket.close(() => resolve()));
    return sent;
  };
  return { stop };
}

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

it('of changed sources only those stop that changed: every datagram of the others is kept', { timeout: 120_000 }, async () => {
  pipeline = await startPipeline(await load([file('one'), received()]), { home, program: 'vedette test' });
  const sending = sender();
  const records = async (name: string) => (await status()).get(name)?.counters.records ?? 0;
  await until(async () => (await records('fw1')) > 100 && (await records('one')) === LINES);

  // What cannot work, or be opened, is refused before anything stops.
  await expect(pipeline.apply(await load([file('one'), received(), { type: 'syslog', name: 'nowhere' }]))).rejects.toThrow(
    /^tenants\.acme\.sources\[2\] \(nowhere\): no port to listen on; set udpPort, tcpPort or tls$/,
  );
  const other = createSocket('udp4');
  const taken = await freePort();
  await new Promise<void>((resolve) => other.bind(taken, '127.0.0.1', () => resolve()));
  const occupied = { type: 'syslog', name: 'taken', udpPort: taken };
  await expect(pipeline.apply(await load([file('one'), received(), occupied]))).rejects.toThrow(/EADDRINUSE/);
  await expect(pipeline.apply(await load([{ ...occupied, name: 'one' }, received()]))).rejects.toThrow(/EADDRINUSE/);
  expect([...(await status()).keys()]).toEqual(['one', 'fw1']);

  // Another source, no longer one of them, other detectors of the same, another setting of the tenant.
  await pipeline.apply(await load([file('one'), received(), file('two')]));
  await until(async () => (await records('two')) === LINES);
  await pipeline.apply(await load([received(), file('two')]));
  expect([...(await status()).keys()]).toEqual(['fw1', 'two']);
  await pipeline.apply(await load([received({ detectors: [{ type: 'novelty' }] }), file('two')]));
  expect((await status()).get('fw1')?.detectors.map(({ detector }) => detector)).toEqual(['novelty']);
  await pipeline.apply(await load([received({ detectors: [{ type: 'novelty' }] }), file('two'), file('one')], { alertBudget: 7 }));
  // What it read before is nothing that it reads now.
  expect((await status()).get('one')).toMatchObject({ recordsPerSecond: 0, counters: { records: LINES } });
  await pause(500);

  const sent = await sending.stop();
  await until(async () => {
    await pipeline.flush();
    return (await records('fw1')) >= sent && (await (await home.tenant('acme')).events.count()) >= sent + 2 * LINES;
  });
  expect((await status()).get('fw1')).toMatchObject({ state: 'reading', counters: { records: sent, failures: 0 } });
  expect(await (await home.tenant('acme')).events.count()).toBe(sent + 2 * LINES);
  expect((await status()).get('one')?.counters.records).toBe(LINES);

  // An option of its own: it is opened again on the same port; where that fails it goes on as it was.
  await pipeline.apply(await load([received({ gatherMs: 10 }), file('two')]));
  await expect(pipeline.apply(await load([received({ udpPort: taken }), file('two')]))).rejects.toThrow(/EADDRINUSE/);
  other.close();
  const again = sender();
  await pause(300);
  const more = await again.stop();
  await until(async () => (await records('fw1')) >= sent + more);
  expect(await records('fw1')).toBe(sent + more);
  await pipeline.stop();
  expect(await (await home.tenant('acme')).events.count()).toBe(sent + more + 2 * LINES);
});
