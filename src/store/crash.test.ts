import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { seededRandom, workerUrl } from '../core/index.ts';
import { openHome } from './home.ts';
import { alertWrite, DAY, EPOCH_MICROS, EPOCH_ROWS, epochCommit, recordBatch, temporaryFolder } from './testing/fixtures.ts';

const KILLS = 20;
const script = (name: string) => fileURLToPath(workerUrl(import.meta.url, `./testing/${name}.process.ts`));
let folder: ReturnType<typeof temporaryFolder>;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => folder.remove());

interface Acknowledged {
  readonly epoch: number;
  readonly segment: number;
  readonly dead: number;
}

/** Starts the writer, kills it `delayMs` after so many acknowledgements, and returns the last numbers it saw acknowledged. */
async function writeAndKill(home: string, acknowledgements: number, delayMs: number): Promise<Acknowledged> {
  const child = spawn(process.execPath, [script('writer'), home], { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => {
    errors += chunk.toString();
  });
  const exited = new Promise((resolve) => child.on('close', resolve));
  await new Promise<void>((resolve) => {
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      if (output.split('\n').length > acknowledgements) resolve();
    });
    child.on('close', () => resolve());
  });
  await new Promise((resolve) => setTimeout(resolve, delayMs));
  child.kill('SIGKILL');
  await exited;
  expect(errors).toBe('');
  expect(child.signalCode).toBe('SIGKILL');
  const highest = (word: string) =>
    Math.max(0, ...output.split('\n').map((line) => (line.startsWith(`${word} `) ? Number(line.split(' ')[1]) : 0)));
  return { epoch: highest('EPOCH'), segment: highest('SEGMENT'), dead: highest('DEAD') };
}

describe('SIGKILL', () => {
  it(`at ${KILLS} random moments loses nothing acknowledged and doubles nothing`, { timeout: 300_000 }, async () => {
    const random = seededRandom(20);
    const seen = { epoch: 0, segment: 0, dead: 0 };
    for (let kill = 0; kill < KILLS; kill++) {
      const acknowledged = await writeAndKill(folder.path, 1 + Math.floor(random() * 100), random() * 40);
      for (const name of ['epoch', 'segment', 'dead'] as const) seen[name] = Math.max(seen[name], acknowledged[name]);
      const home = await openHome(folder.path);
      const tenant = await home.tenant('acme');
      const { epoch } = tenant;
      expect(epoch).toBeGreaterThanOrEqual(seen.epoch);
      expect(await tenant.events.count()).toBe(epoch * EPOCH_ROWS);
      // Every row of every epoch is there once, also where their files were merged.
      for (const one of [1, epoch - 1, epoch].filter((number) => number > 0 && number <= epoch)) {
        const range = { from: DAY + one * EPOCH_MICROS, to: DAY + one * EPOCH_MICROS + EPOCH_ROWS * 1_000_000, limit: 10_000 };
        const found = (await tenant.events.query(range)).items.filter(({ line }) => line === EPOCH_ROWS);
        expect(found.filter(({ time }) => time === range.to - 1_000_000)).toHaveLength(1);
      }
      expect((await tenant.bytes.list('events')).length).toBe((await tenant.events.files({})).length);
      expect(await tenant.journal.counters()).toEqual(epoch === 0 ? {} : { rows: epoch * EPOCH_ROWS });
      expect(await tenant.alerts.count()).toBe(epoch === 0 ? 0 : epoch + 1);
      expect(await tenant.outbox.pending()).toBe(epoch);
      if (epoch > 0) {
        expect((await tenant.alerts.get('repeated'))?.detection.title).toBe(`seen in epoch ${epoch}`);
        expect(new TextDecoder().decode((await tenant.checkpoints.latest()).state)).toBe(`epoch ${epoch} `.repeat(500));
        expect((await tenant.positions.of('auth'))[0]?.offset).toBe(epoch * 1000);
      }
      const { kept } = await tenant.deadLetters.counts();
      expect(kept).toBeGreaterThanOrEqual(seen.dead);
      expect(kept).toBeLessThanOrEqual(epoch + 1);
      const log = await tenant.segments('udp', { segmentBytes: 20_000 });
      expect(log.last).toBeGreaterThanOrEqual(seen.segment);
      let next = 1;
      for await (const entry of log.replay(0)) expect(entry.sequence).toBe(next++);
      expect(next - 1).toBe(log.last);
      await home.close();
    }
    expect(seen.epoch).toBeGreaterThan(KILLS / 2);
    const home = await openHome(folder.path);
    const tenant = await home.tenant('acme');
    await tenant.commitEpoch(epochCommit(tenant.epoch + 1));
    await tenant.events.merged();
    expect((await tenant.events.files({})).length).toBeLessThan(seen.epoch / 2);
    await home.close();
  });
});

describe.skipIf(process.platform === 'win32')('a full disk', () => {
  it('is STORE_FULL from every store, and what was there stays', { timeout: 120_000 }, async () => {
    const home = await openHome(folder.path);
    const tenant = await home.tenant('acme');
    await tenant.commitEpoch(
      epochCommit(1, { alerts: [alertWrite('before')], checkpoints: { small: new Uint8Array([7]) }, counters: { good: 1 } }),
    );
    await (await tenant.segments('udp')).append(recordBatch('before'));
    await home.close();

    const command = `ulimit -f 2000; exec "${process.execPath}" "${script('full-disk')}" "${folder.path}"`;
    const { stdout, stderr } = spawnSync('bash', ['-c', command], { encoding: 'utf8' });
    expect(stderr).toBe('');
    const result = JSON.parse(stdout) as { codes: Record<string, string>; kept: number; segments: number };
    expect(result.codes).toEqual({
      segments: 'STORE_FULL',
      checkpoint: 'STORE_FULL',
      events: 'STORE_FULL',
      parquet: 'STORE_FULL',
      alerts: 'STORE_FULL',
    });
    expect(existsSync(join(folder.path, 'out.parquet'))).toBe(false);

    const again = await openHome(folder.path);
    const after = await again.tenant('acme');
    expect(after.epoch).toBe(1);
    expect(await after.journal.counters()).toEqual({ good: 1 });
    expect(await after.checkpoints.latest()).toEqual({ small: new Uint8Array([7]) });
    expect(await after.alerts.count()).toBe(result.kept);
    expect(await after.alerts.get('before')).toBeDefined();
    expect(await after.events.count()).toBe(0);
    const log = await after.segments('udp');
    expect(log.last).toBe(result.segments);
    await log.append(recordBatch('goes on'));
    await after.commitEpoch(epochCommit(2));
    await again.close();
    expect(readFileSync(join(folder.path, 'tenants/acme/meta.db')).subarray(0, 15).toString()).toBe('SQLite format 3');
  });
});
