import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { PacketWindows, packetWindowsConfig } from '../src/detectors/packet-windows/index.ts';
import { CaptureReader, FlowMeter, flowHeader, flowLine } from '../src/parsers/packets/index.ts';
import { dataset } from '../src/testing/datasets.ts';
import type { Measurement, Skipped } from './measurement.ts';

const FILE = 'packets/zeek__echo-connections.pcap.gz';
const ROUNDS = 5;
/** The capture is repeated this often, each time a day later, so that start-up does not count. */
const COPIES = 12;
const PACKETS = 82_582 * COPIES;

/** nfstream without dissection of applications, with its statistical columns, one metering process. */
const NFSTREAM = `
import sys, time
from nfstream import NFStreamer
path, csv = sys.argv[1], sys.argv[2]
def streamer():
    return NFStreamer(source=path, statistical_analysis=True, n_dissections=0, n_meters=1, idle_timeout=600, active_timeout=120)
for mode in ("columns", "csv"):
    start = time.perf_counter()
    if mode == "csv":
        streamer().to_csv(csv)
    else:
        packets = sum(flow.bidirectional_packets for flow in streamer())
    print(mode, packets / (time.perf_counter() - start))
`;

/** Packets a second of one thread: decoded, metered to columns, to CSV, and through the window rules. */
export default async function bench(): Promise<readonly (Measurement | Skipped)[]> {
  const name = 'packets to flows, 1 thread';
  const stored = dataset(FILE);
  if (stored === undefined) return [{ name, skipped: `data set ${FILE} is absent` }];
  const folder = mkdtempSync(join(tmpdir(), 'vedette-bench-'));
  try {
    const capture = repeated(gunzipSync(readFileSync(stored)));
    const path = join(folder, 'capture.pcap');
    writeFileSync(path, capture);
    let [decoded, columns, csv, rules] = [0, 0, 0, 0];
    let nfstream: Record<string, number> | string = {};
    // Ours and the baseline in turns, so that other work on the machine slows both.
    for (let round = 0; round < ROUNDS; round++) {
      decoded = Math.max(decoded, await rateOf(capture, () => undefined));
      columns = Math.max(
        columns,
        await rateOf(
          capture,
          metered(() => {}),
        ),
      );
      csv = Math.max(csv, await rateOf(capture, written(join(folder, 'flows.csv'))));
      rules = Math.max(rules, await rateOf(capture, () => undefined, true));
      if (typeof nfstream !== 'string') nfstream = better(nfstream, baselineOf(path, join(folder, 'nfstream.csv')));
    }
    const unit = 'packets/s';
    const compare = (label: string, value: number, mode: string): Measurement | Skipped =>
      typeof nfstream === 'string'
        ? { name: `${label} [without baseline: ${nfstream}]`, value, unit }
        : {
            name: label,
            value,
            unit,
            baseline: 'nfstream 1 meter',
            baseline_value: nfstream[mode] as number,
            ratio: value / (nfstream[mode] as number),
          };
    return [
      { name: 'packets decoded, 1 thread', value: decoded, unit },
      compare('packets to flow columns (81), 1 thread', columns, 'columns'),
      compare('packets to flow CSV (91), 1 thread', csv, 'csv'),
      againstCicFlowMeter(path, folder, csv),
      { name: 'packets through the window rules, 1 thread', value: rules, unit },
    ];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** CICFlowMeter's launcher (`cfm`, built from its Java sources) with a capture and a folder, start of the virtual machine included. */
function againstCicFlowMeter(path: string, folder: string, value: number): Measurement | Skipped {
  const name = 'packets to flow CSV (91) beside CICFlowMeter';
  const launcher = process.env.VEDETTE_BENCH_CICFLOWMETER;
  if (launcher === undefined) return { name, skipped: 'VEDETTE_BENCH_CICFLOWMETER names no launcher of CICFlowMeter' };
  const start = performance.now();
  const run = spawnSync(launcher, [path, folder], { timeout: 600_000, stdio: 'ignore' });
  if (run.status !== 0) return { name, skipped: 'the launcher named by VEDETTE_BENCH_CICFLOWMETER fails' };
  const baseline_value = PACKETS / ((performance.now() - start) / 1000);
  return { name, value, unit: 'packets/s', baseline: 'CICFlowMeter', baseline_value, ratio: value / baseline_value };
}

type Consumer = { add(batch: Parameters<FlowMeter['add']>[0]): void; end(): void };

function better(before: Record<string, number>, now: Record<string, number> | string): Record<string, number> | string {
  if (typeof now === 'string') return now;
  return Object.fromEntries(Object.entries(now).map(([mode, rate]) => [mode, Math.max(rate, before[mode] ?? 0)]));
}

async function rateOf(capture: Uint8Array, make: () => Consumer | undefined, rules = false): Promise<number> {
  const consumer = make();
  const detector = rules ? new PacketWindows(packetWindowsConfig.parse({})) : undefined;
  const start = performance.now();
  let packets = 0;
  for await (const batch of new CaptureReader({ input: 'bench' }).read(chunksOf(capture))) {
    packets += batch.rows;
    consumer?.add(batch);
    detector?.take(batch);
  }
  consumer?.end();
  return packets / ((performance.now() - start) / 1000);
}

function metered(end: () => void, onFlow: ConstructorParameters<typeof FlowMeter>[0] = () => {}): () => Consumer {
  return () => {
    const meter = new FlowMeter(onFlow);
    return {
      add: (batch) => meter.add(batch),
      end: () => {
        meter.flush();
        end();
      },
    };
  };
}

function written(path: string): () => Consumer {
  return () => {
    const file = openSync(path, 'w');
    let text = `${flowHeader(false)}\n`;
    const flush = (): void => {
      writeSync(file, text);
      text = '';
    };
    const onFlow = (flow: Parameters<typeof flowLine>[0]): void => {
      text += `${flowLine(flow, false)}\n`;
      if (text.length > 1 << 20) flush();
    };
    return metered(() => {
      flush();
      closeSync(file);
    }, onFlow)();
  };
}

function* chunksOf(bytes: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 1 << 20) yield bytes.subarray(at, at + (1 << 20));
}

/** The packets of a little-endian capture again and again, a day apart. */
function repeated(capture: Buffer): Uint8Array {
  const body = capture.subarray(24);
  const parts: Buffer[] = [capture.subarray(0, 24)];
  for (let copy = 0; copy < COPIES; copy++) {
    const shifted = Buffer.from(body);
    for (let at = 0; at + 16 <= shifted.length; at += 16 + shifted.readUInt32LE(at + 8)) {
      shifted.writeUInt32LE(shifted.readUInt32LE(at) + copy * 86_400, at);
    }
    parts.push(shifted);
  }
  return Buffer.concat(parts);
}

function baselineOf(path: string, csv: string): Record<string, number> | string {
  const python = process.env.VEDETTE_BENCH_PYTHON ?? 'python3';
  const run = spawnSync(python, ['-c', NFSTREAM, path, csv], { encoding: 'utf8', timeout: 120_000 });
  if (run.status !== 0) return `nfstream does not run under ${python === 'python3' ? python : 'VEDETTE_BENCH_PYTHON'}`;
  const rates = Object.fromEntries(
    run.stdout
      .trim()
      .split('\n')
      .map((line) => line.split(' '))
      .map(([mode, rate]) => [mode, Number(rate)]),
  );
  return Number.isFinite(rates.csv) && Number.isFinite(rates.columns) ? (rates as Record<string, number>) : 'nfstream printed no rates';
}
