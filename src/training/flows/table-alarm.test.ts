import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seededRandom } from '../../core/index.ts';
import {
  cleanFlows,
  explainTableFlow,
  type FlowTable,
  fitTableAlarm,
  packTableAlarm,
  readFlows,
  scoreTableWindows,
  unpackTableAlarm,
} from './index.ts';

const HEADER = 'Src IP,Src Port,Dst IP,Dst Port,Protocol,Timestamp,Flow Duration,Total Fwd Packet,Flow Bytes/s,Label';
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'alarm-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Packets go with duration; `strange` flows break that, each cell alone is usual. */
function lines(count: number, seed: number, label = 'BENIGN', source = (i: number) => `10.0.0.${i % 40}`, port = 443): string[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, (_, i) => {
    const size = 1 + Math.floor(random() * 50);
    const packets = label === 'BENIGN' ? size : 51 - size;
    const time = `2017-07-03 ${String(8 + (i % 10)).padStart(2, '0')}:${String(i % 60).padStart(2, '0')}:00`;
    return `${source(i)},${1024 + i},192.168.0.1,${port},6,${time},${size * 1000},${packets},${size * 7},${label}`;
  });
}

async function table(name: string, rows: readonly string[]): Promise<FlowTable> {
  const path = join(folder, name);
  await writeFile(path, `${[HEADER, ...rows].join('\n')}\n`);
  return readFlows([path], { label: 'Label' });
}

describe('alarm of flows by score A', () => {
  it('ranks a source whose flows break what goes together first, and scores the same after packing', async () => {
    const learnt = await table('benign.csv', lines(400, 1));
    const alarm = await fitTableAlarm(learnt, cleanFlows(learnt), { seed: 2 });
    expect(alarm.trees).toBeUndefined();
    expect(alarm.rows).toBe(400);
    const seen = await table('mixed.csv', [...lines(120, 3), ...lines(12, 4, 'Odd', () => '10.9.9.9')]);
    const windows = await scoreTableWindows(alarm, seen);
    const [worst] = windows.toSorted((a, b) => b.statistic - a.statistic);
    expect(worst?.source).toBe('10.9.9.9');
    expect(windows.reduce((sum, { rows }) => sum + rows.length, 0)).toBe(132);
    expect(await scoreTableWindows(unpackTableAlarm(packTableAlarm(alarm)), seen)).toEqual(windows);
    expect(packTableAlarm(await fitTableAlarm(learnt, cleanFlows(learnt), { seed: 2 }))).toEqual(packTableAlarm(alarm));
  }, 60_000);

  it('is alarmed by flows that differ in nothing but a port nobody went to, and says so', async () => {
    const learnt = await table('usual.csv', lines(400, 8));
    const alarm = await fitTableAlarm(learnt, cleanFlows(learnt), { seed: 3 });
    const seen = await table('port.csv', [...lines(120, 9), ...lines(12, 10, 'BENIGN', () => '10.9.9.9', 4444)]);
    const windows = await scoreTableWindows(alarm, seen);
    const [worst] = windows.toSorted((a, b) => b.statistic - a.statistic);
    expect(worst?.source).toBe('10.9.9.9');
    const { contributions, what } = explainTableFlow(alarm, seen, worst?.strangest ?? 0, 'A flow');
    expect(contributions[0]).toMatchObject({ subject: 'destination port', observed: '4444', seenBefore: 0 });
    expect(what).toMatch(/Its destination port is 4444: 0 of \d+ learnt flows went to it\.$/);
  }, 60_000);

  it('learns known attacks where the table has them, and refuses too few benign flows', async () => {
    const both = await table('both.csv', [...lines(150, 5), ...lines(90, 6, 'DoS')]);
    expect((await fitTableAlarm(both, cleanFlows(both))).trees).toBeDefined();
    const few = await table('few.csv', lines(20, 7));
    await expect(fitTableAlarm(few, cleanFlows(few))).rejects.toMatchObject({ code: 'DATA_INSUFFICIENT' });
    expect(() => unpackTableAlarm(Uint8Array.of(1, 2, 3))).toThrow();
  }, 60_000);
});
