import { describe, expect, it } from 'vitest';
import { type Detector, type GroupBatch, seededRandom, silentLogger } from '../../core/index.ts';
import { FLOW_COLUMNS } from '../../features/index.ts';
import { detectorContract } from '../../testing/detector-contract.ts';
import flowAlarm from './index.ts';

const context = () => ({ name: 'test', log: silentLogger, now: () => 0, random: seededRandom(4) });
const create = (): Detector<GroupBatch> =>
  flowAlarm.create(flowAlarm.config.parse({ epochs: 10, rounds: 10 }), context()) as unknown as Detector<GroupBatch>;

type Flow = readonly [protocol: number, port: number, ms: number, out: number, back: number, packetsOut: number, packetsIn: number];

function groups(windows: readonly (readonly Flow[])[], entity: (row: number) => string = (row) => `10.0.0.${row}`): GroupBatch {
  const members = windows.flat();
  const offsets = [0];
  for (const window of windows) offsets.push((offsets.at(-1) as number) + window.length);
  return {
    shape: 'groups',
    rows: windows.length,
    columns: FLOW_COLUMNS,
    offsets: Int32Array.from(offsets),
    values: Float32Array.from(members.flat()),
    sizes: Float64Array.from(windows, (window) => window.length),
    keys: windows.map((_, row) => `w${row}`),
    entities: windows.map((_, row) => entity(row)),
    related: windows.map(() => '10.1.0.1'),
    start: Float64Array.from(windows, (_, row) => row * 1e6),
    end: Float64Array.from(windows, (_, row) => row * 1e6 + 1),
    inputs: ['conn.log', 'other.log'],
    memberInput: Int32Array.from(members, (_, i) => i % 2),
    memberLine: Float64Array.from(members, (_, i) => i + 1),
    memberOffset: Float64Array.from(members, (_, i) => i * 100),
    memberLength: Int32Array.from(members, () => 90),
    memberTime: Float64Array.from(members, (_, i) => i * 1e5),
  };
}

const random = seededRandom(9);
const usual = (): Flow => {
  const size = 4 + Math.floor(random() * 12);
  return [6, random() < 0.8 ? 443 : 80, 100 + random() * 2000, size * 120, size * 900, size, size];
};
const windowOf = () => Array.from({ length: 1 + Math.floor(random() * 5) }, usual);
const ordinary = Array.from({ length: 300 }, windowOf);
const upload: Flow = [6, 4444, 600_000, 90_000_000, 4000, 60_000, 70];
const normal = groups(ordinary);
const mixed = groups([...ordinary.slice(0, 12), Array.from({ length: 6 }, () => upload)]);

detectorContract('flow-alarm', { create, normal, mixed, abnormalRow: 12, quietRow: 1 });

describe('flow-alarm', () => {
  it('names the columns, the other end, and every flow behind with its place', async () => {
    const detector = create();
    await detector.fit(normal);
    const { what, contributions, evidence } = await detector.explain(mixed, 12);
    expect(what).toMatch(/^6 flows from 10\.0\.0\.12 to 10\.1\.0\.1 are unlike ordinary ones\./);
    const port = contributions.find(({ subject }) => subject === 'the port');
    const out = contributions.find(({ subject }) => subject === 'bytes out');
    expect([port?.observed, port?.seenBefore, out?.observed]).toEqual(['4444/TCP', 0, '90000000']);
    expect(Number(out?.expected.replace('about ', ''))).toBeLessThan(2000);
    expect(evidence.map(({ line }) => line).sort((a, b) => a - b)).toEqual(
      Array.from({ length: 6 }, (_, i) => (mixed.offsets[12] as number) + i + 1),
    );
    expect(new Set(evidence.map(({ input }) => input))).toEqual(new Set(['conn.log', 'other.log']));
  });

  it('measures windows it learns from by fits that had not seen them: one strange window among them stays strange', async () => {
    const detector = create();
    const { calibration } = await detector.fit(groups([...ordinary, Array.from({ length: 6 }, () => upload)]));
    expect(calibration).toHaveLength(301);
    expect(calibration.indexOf(Math.max(...calibration))).toBe(300);
  });

  it('finds usual what it has learnt since', async () => {
    const detector = create();
    await detector.fit(normal);
    const before = (await detector.score(mixed)).score[12] as number;
    await detector.learn(groups(Array.from({ length: 100 }, () => [upload])));
    expect((await detector.score(mixed)).score[12] as number).toBeLessThan(before / 2);
  });

  it('takes flows without figures', async () => {
    const detector = create();
    await detector.fit(normal);
    const absent = Array.from({ length: 7 }, () => Number.NaN) as unknown as Flow;
    const { score } = await detector.score(groups([[absent], []]));
    expect(Array.from(score).every(Number.isFinite)).toBe(true);
  });
});
