import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ObservationBatch } from '../../core/index.ts';
import { detectorContract } from '../../testing/detector-contract.ts';
import { BoundedTable, hashOf, type Kept } from './bounded-table.ts';
import { config } from './config.ts';
import { NoveltyDetector } from './detector.ts';
import { Journal } from './journal.ts';

type Row = readonly [entity: string, field: string, value: string, time?: number];

function observations(rows: readonly Row[], [entities, fields, values]: string[][] = [[], [], []]): ObservationBatch {
  const code = (names: string[], name: string) => (names.includes(name) ? names.indexOf(name) : names.push(name) - 1);
  const count = rows.length;
  return {
    shape: 'observations',
    rows: count,
    entity: Int32Array.from(rows, (row) => code(entities as string[], row[0])),
    field: Int32Array.from(rows, (row) => code(fields as string[], row[1])),
    value: Int32Array.from(rows, (row) => code(values as string[], row[2])),
    entities: entities as string[],
    fields: fields as string[],
    values: values as string[],
    time: Float64Array.from(rows, (row, i) => row[3] ?? i * 1e6),
    input: ['a.log'],
    inputCode: new Int32Array(count),
    line: Float64Array.from(rows, (_, i) => i + 1),
    offset: Float64Array.from(rows, (_, i) => i * 80),
    length: new Int32Array(count).fill(80),
  };
}

const steady = (count: number): Row[] => Array.from({ length: count }, (_, i) => [`host${i % 3}`, 'template', `t${(i * 7) % 5}`] as const);

detectorContract('novelty', {
  create: () => new NoveltyDetector(config.parse({ warmUp: 20 })),
  normal: observations(steady(400)),
  mixed: observations([...steady(9), ['host1', 'template', 'dump'], ...steady(3)]),
  abnormalRow: 9,
  quietRow: 1,
  learnsAsItGoes: true,
});

const detector = (options = {}) => new NoveltyDetector(config.parse({ warmUp: 20, ...options }));

describe('novelty', () => {
  it('holds no more values than it may, whatever the pairs', async () => {
    const bounded = detector({ maxHeld: 40 });
    const rows: Row[] = Array.from({ length: 600 }, (_, i) => [`host${i % 10}`, 'user', `u${i}`]);
    for (let at = 0; at < rows.length; at += 50) {
      const batch = observations(rows.slice(at, at + 50));
      await bounded.score(batch);
      if (at % 100 === 0) bounded.observe(batch);
      else await bounded.score(observations(steady(3)));
      bounded.observe(batch);
    }
    const again = detector({ maxHeld: 40 });
    await again.restore(await bounded.snapshot());
    const probe = observations(Array.from({ length: 600 }, (_, i) => [`host${i % 10}`, 'user', `u${i}`, 1e9] as const));
    const text = new TextDecoder().decode(await again.snapshot());
    expect(new Set(text.match(/"u\d+",1,/g)).size).toBe(40);
    expect((await again.score(probe)).score).toEqual((await bounded.score(probe)).score);
  });

  it('is quiet for an entity that sees new values all the time, loud for one that never does', async () => {
    const restless: Row[] = Array.from({ length: 200 }, (_, i) => ['proxy', 'address', `10.0.${i >> 8}.${i & 255}`]);
    const settled: Row[] = Array.from({ length: 200 }, (_, i) => ['database', 'address', `10.1.0.${i % 4}`]);
    const learnt = detector();
    await learnt.fit(observations([...restless, ...settled]));
    const { score } = await learnt.score(
      observations([
        ['proxy', 'address', 'x'],
        ['database', 'address', 'y'],
      ]),
    );
    expect(score[0]).toBeLessThan(1);
    expect(score[1]).toBeGreaterThan(5);
  });

  it('rates a value once, less where others have it, and again after the horizon', async () => {
    const learnt = detector({ horizon: '1h' });
    await learnt.fit(observations([...steady(300), ['host2', 'template', 'rare'], ...steady(30)]));
    const hour = 3600e6;
    const { score } = await learnt.score(
      observations([
        ['host0', 'template', 'rare', 400e6],
        ['host0', 'template', 'rare', 401e6],
        ['host1', 'template', 'never', 402e6],
        ['host0', 'template', 'rare', 402e6 + 2 * hour],
      ]),
    );
    expect(score[0]).toBeGreaterThan(3);
    expect(score[1]).toBe(0);
    expect(score[2]).toBeGreaterThan(score[0] as number);
    expect(score[3]).toBeGreaterThan(2);
  });

  it('knows values that come in bursts and never again: each is new, none is a surprise', async () => {
    const bursts: Row[] = Array.from({ length: 900 }, (_, i) => ['disk', 'block', `b${Math.floor(i / 3)}`]);
    const learnt = detector();
    await learnt.fit(observations(bursts));
    const { score } = await learnt.score(observations([['disk', 'block', 'x']]));
    expect(score[0]).toBeLessThan(2.5);
  });

  it('tells each of three new values that follow one another, and few of those that go on coming', async () => {
    const learnt = detector();
    await learnt.fit(observations(Array.from({ length: 4000 }, (_, i) => ['db', 'template', `t${(i * 7) % 5}`] as const)));
    const told = 1 / 1000;
    const news = (every: number, count: number): Row[] =>
      Array.from({ length: every * count }, (_, i) => ['db', 'template', i % every === 0 ? `new ${every} ${i}` : `t${i % 5}`] as const);
    const few = await learnt.score(observations(news(60, 3)));
    expect(few.score.filter((score) => Math.exp(-score) <= told)).toHaveLength(3);
    // Each comes again, so that no value is one seen once: only how often new ones come tells that they are usual.
    const many = news(100, 200).flatMap((row) => [row, row]);
    const { score } = await learnt.score(observations(many));
    expect(score.filter((value) => Math.exp(-value) <= told).length).toBeLessThan(10);
  });

  it('says where else a value occurs', async () => {
    const learnt = detector();
    await learnt.fit(observations([...steady(300), ['host2', 'template', 'rare']]));
    const batch = observations([['host0', 'template', 'rare']]);
    const { what, why } = await learnt.explain(batch, 0);
    expect(what).toBe('For the first time host0 logged "rare"; 1 other has shown it before.');
    expect(why).toMatch(/^100 observations so far gave 5 different values/);
  });

  it('takes a false positive as a sign that new values are normal there, and still raises elsewhere', async () => {
    const learnt = detector();
    await learnt.fit(observations(steady(300)));
    const batch = observations([
      ['host0', 'template', 'new1'],
      ['host0', 'template', 'new2'],
      ['host1', 'user', 'x'],
    ]);
    const before = (await learnt.score(batch)).score;
    learnt.applyLabels([{ alertId: 'a', verdict: 'false-positive', entity: 'host0', row: learnt.describe(batch, 0) }]);
    const after = (await learnt.score(batch)).score;
    expect(after[0]).toBe(0);
    expect(after[1]).toBeLessThan((before[0] as number) / 2);
  });

  it('stays within its bounds whatever comes, also names that are properties of objects', async () => {
    const name = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('__proto__', 'constructor', 'a\nb', ''));
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(name, name, name), { maxLength: 200 }), async (rows) => {
        const bounded = detector({ warmUp: 1, maxPairs: 16, maxValues: 2, maxKnown: 16 });
        const batch = observations(rows);
        const whole = (await bounded.score(batch)).score;
        const parts: number[] = [];
        for (const row of rows.keys()) {
          const one = observations([[...(rows[row] as [string, string, string]), row * 1e6]]);
          parts.push(...(await bounded.score(one)).score);
          bounded.observe(one);
        }
        expect(Float64Array.from(parts)).toEqual(whole);
        const learnt = await bounded.snapshot();
        await bounded.score(batch);
        expect(await bounded.snapshot()).toEqual(learnt);
        const table = new BoundedTable<Kept>(16, new Journal());
        for (const [i, row] of rows.entries()) {
          const [key, hash] = [row[0], hashOf(row[0])];
          if (table.find(key, hash) === undefined) table.insert({ key, hash, seen: i, held: true });
        }
        expect([...table.entries()].length).toBeLessThanOrEqual(16);
      }),
      { numRuns: 30 },
    );
  });

  it('remembers a further value of all entities in the place of the one longest unseen', () => {
    const table = new BoundedTable<Kept>(8, new Journal());
    for (let i = 0; i < 9; i++) table.insert({ key: `v${i}`, hash: hashOf(`v${i}`), seen: i, held: true });
    expect([...table.entries()].map(({ key }) => key).sort()).toEqual(['v1', 'v2', 'v3', 'v4', 'v5', 'v6', 'v7', 'v8']);
  });

  it('scores the same whether dictionaries go on from batch to batch or not, also after what was taken back, restored or crowded out', async () => {
    const row = fc.tuple(fc.nat(12), fc.nat(2), fc.nat(9), fc.nat(40));
    const batch = fc.tuple(
      fc.array(row, { minLength: 1, maxLength: 30 }),
      fc.constantFrom('learn', 'learn', 'only score', 'restore', 'explain'),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(batch, { maxLength: 12 }), async (batches) => {
        const bounds = { warmUp: 2, maxPairs: 16, maxValues: 3, maxHeld: 20, maxKnown: 16, horizon: '20s' };
        const [going, fresh] = [detector(bounds), detector(bounds)];
        const dictionaries: string[][] = [[], [], []];
        let time = 0;
        for (const [rows, what] of batches) {
          const named = rows.map(([a, b, c, d]): Row => {
            time += d;
            return [`host${a}`, `field${b}`, `v${c}`, time * 1e6];
          });
          const [one, other] = [observations(named, dictionaries), observations(named)];
          const [scores, expected] = [await going.score(one), await fresh.score(other)];
          expect(scores).toEqual(expected);
          for (let at = 0; at < named.length && what === 'explain'; at++)
            expect(await going.explain(one, at)).toEqual(await fresh.explain(other, at));
          if (what === 'only score') continue;
          going.observe(one);
          fresh.observe(other);
          const snapshot = await going.snapshot();
          expect(snapshot).toEqual(await fresh.snapshot());
          if (what === 'restore') await going.restore(snapshot);
        }
      }),
      { numRuns: 60 },
    );
  });
});
