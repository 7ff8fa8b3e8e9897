import { createSocket } from 'node:dgram';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkConfig } from '../src/config/index.ts';
import { type Alert, seededRandom } from '../src/core/index.ts';
import { type Pipeline, pipelineSchema, type SourceStatus, startPipeline } from '../src/pipeline/index.ts';
import { openRegistry } from '../src/registry/index.ts';
import { type Home, openHome } from '../src/store/index.ts';
import { readFlows } from '../src/training/flows/index.ts';
import { trainFlowModel } from '../src/training/index.ts';
import { ordinaryFlow } from './live-flows/ordinary-flow.ts';
import { Router } from './live-flows/router.ts';
import type { Measurement, Skipped } from './measurement.ts';

/** What a large site asks for, and what leaves cores to others. */
const RATES = [81_000, 20_000, 1_000] as const;
const SECONDS = 10;
/** More would be a flood to flow-alarm, which is paused then. */
const SCANS_PER_SECOND = 4;
/** Without a further record for so long, what has not come was dropped by the system. */
const SILENT_MS = 4000;
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
    const traffic = await Router.start(port);
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

async function measured(pipeline: Pipeline, traffic: Router, perSecond: number): Promise<(Measurement | Skipped)[]> {
  await learn(pipeline, traffic);
  const told = new Map<string, number>();
  pipeline.on('alert', ({ detection }: Alert) => {
    const key = `${detection.detector} ${detection.entity}`;
    if (!told.has(key)) told.set(key, Date.now());
  });
  const before = await counted(pipeline);
  const [cpu, sentBefore] = [process.cpuUsage(), traffic.sent];
  const scans = await traffic.run(perSecond, SECONDS, SCANS_PER_SECOND);
  const sent = traffic.sent - sentBefore;
  const ended = Date.now();
  let [after, latest] = [await counted(pipeline), ended];
  for (let now = ended; after.events - before.events < sent && now - latest < SILENT_MS; now = Date.now()) {
    await pause(20);
    const next = await counted(pipeline);
    if (next.events > after.events) latest = Date.now();
    after = next;
  }
  const { user, system } = process.cpuUsage(cpu);
  // windows still open end with the traffic that follows
  for (let waited = 0; told.size < DETECTORS.length * scans.length && waited < 60_000; waited += 100) {
    await traffic.ordinary(30);
    await pause(100);
  }
  const { lost } = await counted(pipeline);
  const taken = after.events - before.events;
  const share = { baseline: 'sent', baseline_value: sent, ratio: taken / sent };
  const load = loadavg()[0]?.toFixed(0);
  const scanned = new Map(scans.map((at, number) => [`10.99.${number >>> 8}.${number & 255}`, at]));
  return [
    { name: `${perSecond} records/s, load average ${load}: taken`, value: taken, unit: 'records', ...share },
    { name: `${perSecond} records/s: dropped by the system, by sequence numbers`, value: lost - before.lost, unit: 'records' },
    { name: `${perSecond} records/s: all threads`, value: taken / ((user + system) / 1e6), unit: 'records/CPU s' },
    { name: `${perSecond} records/s: last record sent to processed`, value: latest - ended, unit: 'ms' },
    ...DETECTORS.flatMap((detector) => delaysOf(detector, perSecond, scanned, told)),
  ];
}

async function counted(pipeline: Pipeline): Promise<{ readonly events: number; readonly lost: number }> {
  const counters = { ...(await sourceOf(pipeline))?.counters } as Readonly<Record<string, number>>;
  return { events: counters.events ?? 0, lost: counters.lost ?? 0 };
}

async function sourceOf(pipeline: Pipeline): Promise<SourceStatus | undefined> {
  return (await pipeline.status()).tenants[0]?.sources[0];
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
async function learn(pipeline: Pipeline, traffic: Router): Promise<void> {
  let [ready, before, still] = [false, -1, 0];
  for (let waited = 0; waited < 120_000; waited += 500) {
    if (!ready) await traffic.ordinary(3000);
    await pause(500);
    const source = await sourceOf(pipeline);
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
