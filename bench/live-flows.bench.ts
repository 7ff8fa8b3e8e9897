import { createSocket } from 'node:dgram';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkConfig } from '../src/config/index.ts';
import { type Alert, seededRandom } from '../src/core/index.ts';
import { type Pipeline, pipelineSchema, startPipeline } from '../src/pipeline/index.ts';
import { openRegistry } from '../src/registry/index.ts';
import { type Home, openHome } from '../src/store/index.ts';
import { readFlows } from '../src/training/flows/index.ts';
import { trainFlowModel } from '../src/training/index.ts';
import type { Measurement, Skipped } from './measurement.ts';

/** What a large site asks for, and what leaves cores to others. */
const RATES = [81_000, 1_000] as const;
const SECONDS = 10;
const SCANS_PER_SECOND = 10;
/** Ports of a scan, the last of which makes the rule true; its first flow is what the classifier names. */
const PORTS = 20;
const TICK_MS = 10;
const TARGET_MS = 1000;
/** Windows of a source and a destination, short enough to end within the run. */
const WINDOW_MS = 5000;
const LATENESS_MS = 500;
const LEARNT_WINDOWS = 500;
const DETECTORS = ['use-cases', 'flow-classifier', 'flow-alarm'] as const;

/**
 * Records of a router (NetFlow 5 over UDP on loopback) through the whole pipeline, every one scored by a
 * registered classifier and in windows by flow-alarm, scans of new hosts among them. The clock of the rule and of the classifier
 * runs from the sending of a scan to the alert's commit; that of flow-alarm from the time at which its window is due.
 */
export default async function bench(): Promise<readonly (Measurement | Skipped)[]> {
  const all: (Measurement | Skipped)[] = [];
  for (const rate of RATES) all.push(...(await atRate(rate)));
  return all;
}

async function atRate(perSecond: number): Promise<(Measurement | Skipped)[]> {
  const folder = mkdtempSync(join(tmpdir(), 'vedette-bench-live-flows-'));
  const home = await openHome(join(folder, 'home'));
  try {
    const port = await freePort();
    await register(home, folder);
    const source = {
      ...{ type: 'flow-export', name: 'router', port, learning: { sessions: LEARNT_WINDOWS } },
      features: { flows: { perSecond: 10 * perSecond }, pairs: { window: `${WINDOW_MS}ms`, lateness: `${LATENESS_MS}ms` } },
      detectors: [{ type: 'use-cases' }, { type: 'flow-classifier', model: 'fc' }, { type: 'flow-alarm' }],
    };
    const loaded = checkConfig({ tenants: { t: { sources: [source] } } }, await pipelineSchema());
    const pipeline = await startPipeline(loaded, { home, program: 'bench' });
    const traffic = new Exporter(port);
    try {
      return await measured(pipeline, traffic, perSecond);
    } finally {
      traffic.close();
      await pipeline.stop();
    }
  } finally {
    await home.close();
    rmSync(folder, { recursive: true });
  }
}

async function measured(pipeline: Pipeline, traffic: Exporter, perSecond: number): Promise<(Measurement | Skipped)[]> {
  const before = process.cpuUsage();
  await learn(pipeline, traffic);
  const scanned = new Map<string, number>();
  const told = new Map<string, number>();
  pipeline.on('alert', ({ detection }: Alert) => {
    const key = `${detection.detector} ${detection.entity}`;
    if (!told.has(key)) told.set(key, Date.now());
  });
  const began = Date.now();
  let [records, scans] = [0, 0];
  for (let elapsed = 0; elapsed < SECONDS * 1000; elapsed = Date.now() - began) {
    const due = Math.floor((elapsed / 1000) * perSecond) - records;
    traffic.ordinary(due);
    records += due;
    for (; scans < (elapsed / 1000) * SCANS_PER_SECOND; scans++) {
      traffic.scan(scans);
      scanned.set(scanner(scans), Date.now());
    }
    await pause(TICK_MS);
  }
  // windows still open end with the traffic that follows
  for (let waited = 0; told.size < DETECTORS.length * scans && waited < 60_000; waited += 100) {
    traffic.ordinary(30);
    await pause(100);
  }
  const { user, system } = process.cpuUsage(before);
  const [status] = (await pipeline.status()).tenants[0]?.sources ?? [];
  const events = status?.counters.events ?? 0;
  const rate: Measurement = {
    name: `${perSecond} records/s: ${events} taken of ${traffic.sent} with those learnt from, sender included`,
    value: events / ((user + system) / 1e6),
    unit: 'records/CPU s',
  };
  return [rate, ...DETECTORS.flatMap((detector) => delaysOf(detector, perSecond, scanned, told))];
}

function delaysOf(
  detector: (typeof DETECTORS)[number],
  perSecond: number,
  scanned: ReadonlyMap<string, number>,
  told: ReadonlyMap<string, number>,
) {
  const due = (at: number) => (detector === 'flow-alarm' ? (Math.floor(at / WINDOW_MS) + 1) * WINDOW_MS + LATENESS_MS : at);
  const delays = [...scanned].map(([entity, at]) => Math.max(0, (told.get(`${detector} ${entity}`) ?? Number.POSITIVE_INFINITY) - due(at)));
  delays.sort((a, b) => a - b);
  const found = delays.filter(Number.isFinite).length;
  return ([0.5, 0.99] as const).map((share): Measurement | Skipped => {
    const name = `${detector}: flow to alert at ${perSecond} records/s, p${share * 100}, ${found} of ${delays.length} scans`;
    const value = delays[Math.min(delays.length - 1, Math.floor(delays.length * share))] ?? Number.NaN;
    if (!Number.isFinite(value)) return { name, skipped: 'not every scan was told' };
    return { name, value, unit: 'ms', baseline: 'target of p99', baseline_value: TARGET_MS, ratio: value / TARGET_MS };
  });
}

/** Ordinary windows until flow-alarm has learnt and nothing waits any more. */
async function learn(pipeline: Pipeline, traffic: Exporter): Promise<void> {
  let [ready, before, still] = [false, -1, 0];
  for (let waited = 0; waited < 120_000; waited += 500) {
    if (!ready) traffic.ordinary(3000);
    await pause(500);
    const source = (await pipeline.status()).tenants[0]?.sources[0];
    ready ||= source?.detectors.some(({ detector, state }) => detector === 'flow-alarm' && state === 'ready') ?? false;
    const { events = 0 } = source?.counters ?? {};
    still = events === before ? still + 1 : 0;
    // what the system dropped never comes
    if (ready && (events >= traffic.sent || still >= 8)) return;
    before = events;
  }
  throw new Error('flow-alarm has not learnt in two minutes');
}

async function register(home: Home, folder: string): Promise<void> {
  const random = seededRandom(7);
  const header = 'Protocol,Flow Duration,Total Fwd Packet,Total Bwd packets,Total Length of Fwd Packet,Total Length of Bwd Packet,Label';
  const web = Array.from({ length: 3000 }, () => {
    const { packets, bytes, millis } = ordinaryFlow(random);
    return `6,${millis * 1000},${packets},0,${bytes},0,BENIGN`;
  });
  const scans = Array.from({ length: 600 }, () => `6,${Math.floor(random() * 3) * 1000},1,0,${40 + Math.floor(random() * 4)},0,PortScan`);
  const path = join(folder, 'flows.csv');
  writeFileSync(path, `${[header, ...web, ...scans].join('\n')}\n`);
  const table = await readFlows([path], { label: 'Label' });
  const { info, files } = await trainFlowModel({ detector: 'flow-classifier', table, options: {}, seed: 1, promise: 0.001 });
  const tenant = await home.tenant('t');
  const registry = openRegistry(tenant.bytes, { now: () => Date.now() * 1000, program: 'bench' });
  const { version } = await registry.saveModel('fc', info, files);
  await registry.promote(`fc@${version}`);
}

function ordinaryFlow(random: () => number) {
  const packets = 5 + Math.floor(random() * 60);
  return { packets, bytes: packets * (300 + Math.floor(random() * 900)), millis: 50 + Math.floor(random() * 1900) };
}

const scanner = (number: number): string => `10.99.${number >>> 8}.${number & 255}`;

async function freePort(): Promise<number> {
  const socket = createSocket('udp4');
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  const { port } = socket.address();
  await new Promise<void>((resolve) => socket.close(() => resolve()));
  return port;
}

function pause(millis: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, millis));
}

const HEADER_BYTES = 24;
const RECORD_BYTES = 48;
const MOST_RECORDS = 30;

interface Record5 {
  readonly from: number;
  readonly to: number;
  readonly port: number;
  readonly packets: number;
  readonly bytes: number;
  readonly millis: number;
}

/** A router that sends NetFlow 5: web flows of 400 clients to 40 servers, and scans. */
class Exporter {
  readonly #socket = createSocket('udp4');
  readonly #port: number;
  readonly #random = seededRandom(3);
  readonly #booted = Date.now() - 60_000;
  sent = 0;
  #next = 0;

  constructor(port: number) {
    this.#port = port;
  }

  ordinary(count: number): void {
    for (let left = count; left > 0; left -= MOST_RECORDS) {
      this.#send(
        Array.from({ length: Math.min(left, MOST_RECORDS) }, () => {
          const client = this.#next++ % 400;
          return { from: 0x0a010000 | client, to: 0x0a020000 | (client % 40), port: 443, ...ordinaryFlow(this.#random) };
        }),
      );
    }
  }

  scan(number: number): void {
    const from = 0x0a630000 | number;
    this.#send(
      Array.from({ length: PORTS }, (_, i) => ({ from, to: 0x0a020000 | (number % 40), port: 1 + i, packets: 1, bytes: 40, millis: 0 })),
    );
  }

  close(): void {
    this.#socket.close();
  }

  #send(records: readonly Record5[]): void {
    const now = Date.now();
    const up = now - this.#booted;
    const bytes = Buffer.alloc(HEADER_BYTES + records.length * RECORD_BYTES);
    bytes.writeUInt16BE(5, 0);
    bytes.writeUInt16BE(records.length, 2);
    bytes.writeUInt32BE(up, 4);
    bytes.writeUInt32BE(Math.floor(now / 1000), 8);
    bytes.writeUInt32BE((now % 1000) * 1e6, 12);
    bytes.writeUInt32BE(this.sent, 16);
    this.sent += records.length;
    for (const [i, { from, to, port, packets, bytes: octets, millis }] of records.entries()) {
      const at = HEADER_BYTES + i * RECORD_BYTES;
      bytes.writeUInt32BE(from, at);
      bytes.writeUInt32BE(to, at + 4);
      bytes.writeUInt32BE(packets, at + 16);
      bytes.writeUInt32BE(octets, at + 20);
      bytes.writeUInt32BE(up - millis, at + 24);
      bytes.writeUInt32BE(up, at + 28);
      bytes.writeUInt16BE(20_000 + (i % 1000), at + 32);
      bytes.writeUInt16BE(port, at + 34);
      bytes.writeUInt8(6, at + 38);
    }
    this.#socket.send(bytes, this.#port, '127.0.0.1');
  }
}
