import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { decodeUtf8, type LogBatch, type Template } from '../src/core/index.ts';
import { parseSessionKey, Sessionizer, sessionConfig, sessionOptions } from '../src/features/index.ts';
import { dataset } from '../src/testing/datasets.ts';
import { logBatch } from '../src/testing/log-batch.ts';
import type { Measurement, Skipped } from './measurement.ts';

const FILE = 'logs/hdfs-100k/HDFS_100k.log.gz';
const ROUNDS = 9;

/** Log lines -> sessions by block with positions, times and numbers, against a Map of strings found by a regular expression. */
export default async function bench(): Promise<readonly (Measurement | Skipped)[]> {
  const name = 'sessions by identifier, 1 thread';
  const path = dataset(FILE);
  if (path === undefined) return [{ name, skipped: `data set ${FILE} is absent` }];
  const lines = gunzipSync(readFileSync(path)).toString().trimEnd().split('\n');
  const batch = logBatch(lines.map((line, i) => ({ message: line.slice(line.indexOf(': ') + 2), time: i * 1e4, template: i % 30 })));
  const templates = Array.from({ length: 30 }, (_, i): Template => ({ id: `t${i}`, text: `t${i}`, count: 1 }));
  let ours = Number.POSITIVE_INFINITY;
  let plain = Number.POSITIVE_INFINITY;
  for (let round = 0; round < ROUNDS; round++) {
    ours = Math.min(
      ours,
      seconds(() => sessions(batch, templates)),
    );
    plain = Math.min(
      plain,
      seconds(() => grouped(batch)),
    );
  }
  const value = batch.rows / ours;
  const baseline_value = batch.rows / plain;
  return [
    { name, value, unit: 'events/s', baseline: 'Map of strings by regular expression', baseline_value, ratio: value / baseline_value },
  ];
}

function seconds(work: () => number): number {
  const start = performance.now();
  if (work() === 0) throw new Error('no session was found');
  return (performance.now() - start) / 1000;
}

function sessions(batch: LogBatch, templates: readonly Template[]): number {
  const running = new Sessionizer(parseSessionKey('blk_'), sessionOptions(sessionConfig.parse({}), false));
  running.add(batch, templates);
  running.finish();
  return running.take()?.rows ?? 0;
}

/** What a plain script does: template codes per block, without times, numbers or positions. */
function grouped(batch: LogBatch): number {
  const found = new Map<string, number[]>();
  const { bytes, start, end } = batch.message;
  for (let row = 0; row < batch.rows; row++) {
    const message = decodeUtf8(bytes, start[row] as number, end[row] as number);
    for (const [key] of message.matchAll(/blk_-?\d+/g)) {
      const events = found.get(key);
      if (events === undefined) found.set(key, [batch.template[row] as number]);
      else events.push(batch.template[row] as number);
    }
  }
  return found.size;
}
