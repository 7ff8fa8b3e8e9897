import { describe, expect, it } from 'vitest';
import { silentLogger, systemClock } from '../../src/core/index.ts';
import { buildLane, type LaneOptions } from '../../src/pipeline/build.ts';
import { loadComponents } from '../../src/pipeline/index.ts';
import type { Lane, LaneOutput } from '../../src/pipeline/lane/lane.ts';
import { oneSource } from '../../src/pipeline/one-source.ts';
import { batchesOf } from './records.ts';

const ARRIVAL = Date.UTC(2026, 0, 6) * 1000;
const DATED = Date.UTC(2026, 0, 5, 12) * 1000;

async function laneOf(configured: Readonly<Record<string, unknown>>, more: Partial<LaneOptions> = {}): Promise<Lane> {
  const { config, tenant, source } = await oneSource('t', configured);
  const options = { tenant: 't', config, components: await loadComponents(config), clock: systemClock, log: silentLogger, ...more };
  const lane = await buildLane(source, tenant, options);
  await lane.restore({});
  return lane;
}

const times = (outputs: readonly LaneOutput[]) =>
  outputs.flatMap(({ events }) => events.flatMap(({ batch }) => [...(batch as { time: Float64Array }).time]));

async function timesOf(lane: Lane, lines: readonly string[], cut = lines.length): Promise<number[]> {
  const outputs: LaneOutput[] = [];
  for (const batch of batchesOf(lines, [cut], ARRIVAL)) outputs.push(await lane.process(batch));
  outputs.push(await lane.end());
  return times(outputs);
}

const plain = Array.from({ length: 20 }, (_, i) => `disk controller failure on unit ${i % 3}`);
const json = ['{"msg":"before any"}', '{"time":"2026-01-05T12:00:00Z","msg":"dated"}', '{"msg":"behind it"}'];

describe('lines without a time of a file that is followed', () => {
  const file = { type: 'file', name: 'a', path: '/nowhere' };

  it('have the time of their arrival where their input names none, and are counted', async () => {
    const lane = await laneOf(file);
    expect(new Set(await timesOf(lane, plain))).toEqual(new Set([ARRIVAL]));
    expect(lane.ownCounters.undated).toBe(plain.length);
    expect(lane.watermark.value).toBeGreaterThan(DATED);
  });

  it('have that of the dated line before them, whatever the batches are and over a restart', async () => {
    const named = { ...file, parser: { format: 'json' } };
    for (const cut of [1, 2, 3]) expect(await timesOf(await laneOf(named), json, cut)).toEqual([ARRIVAL, DATED, DATED]);
    const [first, second, third] = batchesOf(json, [1], ARRIVAL);
    const before = await laneOf(named);
    if (first !== undefined) await before.process(first);
    if (second !== undefined) await before.process(second);
    const after = await laneOf(named);
    await after.restore(await before.snapshot());
    const outputs = third === undefined ? [] : [await after.process(third), await after.end()];
    expect(times(outputs)).toContain(DATED);
    expect(times(outputs)).not.toContain(ARRIVAL);
    expect(after.ownCounters.undated).toBe(2);
  });

  it('are dated by what was found in a replay, and not at all where they are kept of an upload', async () => {
    expect(new Set(await timesOf(await laneOf(file, { undated: DATED }), plain))).toEqual(new Set([DATED]));
    expect(new Set(await timesOf(await laneOf(file, { undated: 'never' }), plain))).toEqual(new Set([Number.NaN]));
  });
});
