import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { checkConfig } from '../../src/config/index.ts';
import { seededRandom } from '../../src/core/index.ts';
import { pipelineSchema } from '../../src/pipeline/index.ts';
import { ethernet, type Frame, ipv4, pcap, tcp } from '../../src/testing/packets.ts';
import { comparable, outcomeOf } from './outcome.ts';
import { Child } from './process.ts';

const KILLS = 3;
const T0 = 1_600_000_000_000_000;
const root = mkdtempSync(join(tmpdir(), 'vedette-kill-packets-'));
const random = seededRandom(4711);

afterAll(() => rmSync(root, { recursive: true, force: true }));

const sleep = (millis: number) => new Promise((resolve) => setTimeout(resolve, millis));

/** A flood with scans in between, over five minutes. */
function attacks(): Frame[] {
  const syn = (time: number, from: string, to: string, port: number): Frame => ({
    time: T0 + time,
    bytes: ethernet(0x0800, ipv4({ from, to, protocol: 6, payload: tcp({ from: 40_000, to: port, flags: 2 }) })),
  });
  return Array.from({ length: 9_000 }, (_, i) => {
    const time = i * 33_000;
    if (i % 8 === 0) return syn(time, `10.0.1.${(i / 600) | 0}`, '10.0.0.3', 1 + ((i / 8) % 100));
    return syn(time, `198.${(i >>> 16) & 255}.${(i >>> 8) & 255}.${i & 255}`, '10.0.0.2', 80);
  });
}

async function writeConfig(folder: string): Promise<string> {
  const path = join(root, 'config.json');
  const detectors = [{ type: 'packet-windows', memory: 16_384, maxKeys: 1024, unansweredSyns: 100 }];
  const source = { type: 'directory', name: 'tap', path: folder, records: 'packets', pollMs: 20, detectors };
  const never = { idle: '10m', disorder: '10m' };
  const config = {
    epochs: { every: '50ms' },
    tenants: { t: { retention: { maxAge: '9999d', alertAge: '9999d' }, sources: [{ ...source, eventTime: never }] } },
  };
  writeFileSync(path, JSON.stringify(checkConfig(config, await pipelineSchema())));
  return path;
}

it(`${KILLS} kills while a capture grows: no packet lost or counted twice, the alerts of an uninterrupted run`, {
  timeout: 120_000,
}, async () => {
  const folder = join(root, 'captures');
  mkdirSync(folder);
  const frames = attacks();
  const bytes = pcap(frames);
  const capture = join(folder, 'a.pcap');
  writeFileSync(capture, bytes.subarray(0, 30_000));
  const config = await writeConfig(folder);
  const home = join(root, 'interrupted');
  let written = 30_000;
  for (let round = 1; round <= KILLS; round++) {
    const child = new Child(home, config);
    await child.untilStarted();
    const stop = Math.floor((bytes.length * round) / (KILLS + 1));
    for (const end = Date.now() + 200 + random() * 500; Date.now() < end; ) {
      const piece = bytes.subarray(written, Math.min(stop, written + 1 + Math.floor(random() * 60_000)));
      appendFileSync(capture, piece);
      written += piece.length;
      await sleep(10);
    }
    await child.kill();
  }
  appendFileSync(capture, bytes.subarray(written));
  const last = new Child(home, config, frames.length);
  await last.untilStarted();
  await last.finish();
  const interrupted = await outcomeOf(home);
  const reference = new Child(join(root, 'reference'), config, frames.length);
  await reference.untilStarted();
  await reference.finish();
  const uninterrupted = await outcomeOf(join(root, 'reference'));

  expect(uninterrupted.alerts.length).toBeGreaterThan(10);
  expect(comparable(interrupted.alerts)).toEqual(comparable(uninterrupted.alerts));
  expect(interrupted.counters).toEqual(uninterrupted.counters);
  expect(interrupted.counters['source/tap/events']).toBeGreaterThan(7_000);
});
