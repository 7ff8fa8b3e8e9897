import { describe, expect, it } from 'vitest';
import { concatFloats, pack, type Random, type SeriesBatch, seededRandom, unpack } from '../../core/index.ts';
import { slice } from '../../testing/batches.ts';
import { detectorContract } from '../../testing/detector-contract.ts';
import { config } from './config.ts';
import { DeviceFaultsDetector } from './detector.ts';
import { LIMITS_LENGTH, UNTIMED_LENGTH } from './reading-limits.ts';

const MINUTE = 60e6;
const SERIES = ['inlet temperature', 'outlet temperature'];

/** Pairs of readings, one pair a minute; the outlet follows the inlet. */
function readings(pairs: readonly (readonly [number, number])[], first = 0): SeriesBatch {
  const rows = 2 * pairs.length;
  const start = Float64Array.from({ length: rows }, (_, i) => (first + Math.floor(i / 2)) * MINUTE);
  return {
    shape: 'series',
    rows,
    series: SERIES,
    code: Int32Array.from({ length: rows }, (_, i) => i % 2),
    entities: Array.from({ length: rows }, () => 'boiler'),
    value: Float64Array.from(pairs.flat()),
    start,
    end: start.map((time) => time + MINUTE),
  };
}

/** The wave goes on where the training data, 1,000 pairs, end. */
function pairs(count: number, seed: number, shift: (i: number, random: Random) => number = () => 0, first = 1_000): [number, number][] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, (_, i) => {
    const inlet = 200 + 10 * Math.sin((first + i) / 20) + random();
    return [inlet, 0.8 * inlet + 0.5 * random() + shift(i, random)];
  });
}

const abnormal = pairs(3, 7);
(abnormal[2] as [number, number])[1] = 320;

detectorContract('device-faults', {
  create: () => new DeviceFaultsDetector(config.parse({ maxPeers: 3 })),
  normal: readings(pairs(600, 5, undefined, 400)),
  mixed: readings(abnormal, 600),
  abnormalRow: 5,
  quietRow: 1,
  learnsAsItGoes: true,
});

describe('device faults', () => {
  const learnt = async () => {
    const detector = new DeviceFaultsDetector(config.parse({}));
    await detector.fit(readings(pairs(1_000, 5, undefined, 0)));
    return detector;
  };
  const explained = async (batch: SeriesBatch, row: number) => (await (await learnt()).explain(batch, row)).what;
  const worst = async (batch: SeriesBatch) => Math.max(...(await (await learnt()).score(batch)).score);

  it('says nothing of a device that works', async () => {
    expect(await worst(readings(pairs(400, 6), 1_000))).toBeLessThan(5);
  });

  it('does not call noisy what it has learnt from too few readings to know', async () => {
    const detector = new DeviceFaultsDetector(config.parse({}));
    await detector.fit(readings(pairs(57, 5, undefined, 0)));
    const { arms } = await detector.score(readings(pairs(60, 6, undefined, 57), 57));
    expect(Math.max(...(arms?.noise ?? [Number.NaN]))).toBe(0);
  });

  it('takes a reading that never changed for what it is', async () => {
    const still = (count: number, first: number) =>
      readings(
        Array.from({ length: count }, (): [number, number] => [7, 8]),
        first,
      );
    const detector = new DeviceFaultsDetector(config.parse({}));
    await detector.fit(still(300, 0));
    const { score } = await detector.score(still(900, 300));
    expect(Math.max(...score)).toBeLessThan(5);
    expect((await detector.explain(readings([[1e300, 8]], 300), 0)).what).toContain('1.000e+300');
  });

  it('names each kind', async () => {
    const stuck = readings(
      pairs(30, 6).map(([inlet]): [number, number] => [inlet, 160.25]),
      1_000,
    );
    expect(await explained(stuck, 59)).toContain('30 times in a row');
    const noisy = readings(
      pairs(120, 6, (_, random) => 8 * (random() - 0.5)),
      1_000,
    );
    expect(await explained(noisy, 181)).toContain('unusually noisy');
    const jumped = readings([...pairs(5, 6), ...pairs(5, 6, () => 8)], 1_000);
    expect(await explained(jumped, 11)).toContain('jumped to');
    expect(await explained(readings(abnormal, 1_000), 5)).toMatch(/outside its range|jumped/);
    const drifting = readings(
      pairs(300, 6, (i) => i / 100),
      1_000,
    );
    expect(await explained(drifting, 599)).toContain('the readings beside it');
    expect(await explained(drifting, 598)).not.toContain('outlet');
  });

  it('holds no series against a neighbour that is stuck, spikes or left its range', async () => {
    const names = ['a', 'b', 'c'];
    const random = seededRandom(12);
    const noise = () => 0.4 * (random() - 0.5);
    const rows = (from: number, to: number, faulty: boolean): SeriesBatch => {
      const value = Float64Array.from({ length: 3 * (to - from) }, (_, i) => {
        const row = from + Math.floor(i / 3);
        const common = 20 + 2 * Math.sin(row / 40) + Math.cos(row / 7);
        if (faulty && i % 3 === 1 && row >= 1_300) return 19.5;
        if (faulty && i % 3 === 2 && (row === 1_250 || (row >= 1_600 && row < 1_640))) return 60;
        return common + noise();
      });
      const start = value.map((_, i) => (from + Math.floor(i / 3)) * MINUTE);
      return {
        ...{ shape: 'series', rows: value.length, series: names, code: Int32Array.from(value, (_, i) => i % 3), value, start },
        ...{ entities: Array.from(value, () => 'plant'), end: start.map((time) => time + MINUTE) },
      };
    };
    const detector = new DeviceFaultsDetector(config.parse({}));
    await detector.fit(rows(0, 1_200, false));
    const { arms } = await detector.score(rows(1_200, 1_800, true));
    const worstOf = (series: number, fault: string) => Math.max(...(arms?.[fault] ?? []).filter((_, i) => i % 3 === series));
    expect(worstOf(0, 'drift')).toBeLessThan(1);
    expect(worstOf(2, 'range')).toBeGreaterThan(1);
    expect(worstOf(1, 'stuck')).toBeGreaterThan(1);
    for (const fault of ['stuck', 'range', 'jump', 'noise']) expect(worstOf(0, fault)).toBeLessThan(1);
  });

  it('holds a series that drifts against its neighbours while one of them is stuck', async () => {
    const drifting = (row: number) => Math.max(0, row - 1_250) / 100;
    const random = seededRandom(3);
    const rows = (from: number, to: number): SeriesBatch => {
      const value = Float64Array.from({ length: 3 * (to - from) }, (_, i) => {
        const row = from + Math.floor(i / 3);
        if (i % 3 === 1 && row >= 1_200) return 19.5;
        return 20 + 2 * Math.sin(row / 40) + 0.4 * random() + (i % 3 === 0 ? drifting(row) : 0);
      });
      const start = value.map((_, i) => (from + Math.floor(i / 3)) * MINUTE);
      return {
        ...{ shape: 'series', rows: value.length, series: ['a', 'b', 'c'], code: Int32Array.from(value, (_, i) => i % 3), value, start },
        ...{ entities: Array.from(value, () => 'plant'), end: start.map((time) => time + MINUTE) },
      };
    };
    const detector = new DeviceFaultsDetector(config.parse({}));
    await detector.fit(rows(0, 1_200));
    const { arms } = await detector.score(rows(1_200, 1_500));
    expect(Math.max(...(arms?.drift ?? []).filter((_, i) => i % 3 === 0))).toBeGreaterThan(1);
  });

  it('holds no series against a neighbour that has fallen silent', async () => {
    const random = seededRandom(21);
    const rows = (from: number, to: number, silentFrom: number): SeriesBatch => {
      const all = Array.from({ length: 3 * (to - from) }, (_, i) => {
        const row = from + Math.floor(i / 3);
        return { row, code: i % 3, value: 20 + 4 * Math.sin(row / 40) + 0.3 * random() };
      }).filter(({ row, code }) => code !== 1 || row < silentFrom);
      const start = Float64Array.from(all, ({ row }) => row * MINUTE);
      return {
        ...{ shape: 'series', rows: all.length, series: ['a', 'b', 'c'], code: Int32Array.from(all, ({ code }) => code) },
        ...{ value: Float64Array.from(all, ({ value }) => value), entities: all.map(() => 'plant') },
        ...{ start, end: start.map((time) => time + MINUTE) },
      };
    };
    const detector = new DeviceFaultsDetector(config.parse({}));
    await detector.fit(rows(0, 1_200, 9_999));
    const { score } = await detector.score(rows(1_200, 1_800, 1_260));
    expect(Math.max(...score)).toBeLessThan(5);
  });

  it('knows no range from a few readings of a slow curve, and still finds what lies far beyond', async () => {
    const random = seededRandom(8);
    const sensors = 200;
    const rows = (from: number, to: number, wild: boolean): SeriesBatch => {
      const value = Float64Array.from({ length: sensors * (to - from) }, (_, i) => {
        const row = from + Math.floor(i / sensors);
        const sensor = i % sensors;
        return wild && sensor === 5 && row === 35 ? 520 : 20 + Math.sin(row / 8 + sensor) + 0.1 * (random() - 0.5);
      });
      const start = value.map((_, i) => (from + Math.floor(i / sensors)) * MINUTE);
      return {
        ...{ shape: 'series', rows: value.length, series: Array.from({ length: sensors }, (_, i) => `dev${i} temperature`) },
        ...{ code: Int32Array.from(value, (_, i) => i % sensors), entities: Array.from({ length: sensors }, (_, i) => `dev${i}`) },
        ...{ value, start, end: start.map((time) => time + MINUTE) },
      };
    };
    const detector = new DeviceFaultsDetector(config.parse({}));
    await detector.fit(rows(0, 16, false));
    const { score, arms } = await detector.score(rows(16, 40, true));
    const told = [...score.keys()].filter((i) => (score[i] as number) > -Math.log(0.001));
    expect(told).toContain((35 - 16) * sensors + 5);
    expect(told.length).toBeLessThan(0.001 * score.length);
    expect(told.every((i) => (arms?.learnt?.[i] as number) < 100)).toBe(true);
  });

  it('compares as many series with one another as it may, and the others among themselves', async () => {
    const random = seededRandom(4);
    const rows = (from: number, to: number, drift: number): SeriesBatch => {
      const value = Float64Array.from({ length: 6 * (to - from) }, (_, i) => {
        const row = from + Math.floor(i / 6);
        return 20 + 4 * Math.sin(row / 30) + 0.3 * random() + (i % 6 === 5 ? drift * (row - from) : 0);
      });
      const start = value.map((_, i) => (from + Math.floor(i / 6)) * MINUTE);
      return {
        ...{ shape: 'series', rows: value.length, series: ['a t', 'b t', 'c t', 'd t', 'e t', 'f t'], peers: Array(6).fill('all t') },
        ...{ code: Int32Array.from(value, (_, i) => i % 6), entities: ['a', 'b', 'c', 'd', 'e', 'f'] },
        ...{ value, start, end: start.map((time) => time + MINUTE) },
      };
    };
    const detector = new DeviceFaultsDetector(config.parse({ maxPeers: 3 }));
    await detector.fit(rows(0, 1_200, 0));
    const { arms } = await detector.score(rows(1_200, 1_500, 0.01));
    const of = (series: number, arm: string) => [...(arms?.[arm] ?? [])].filter((_, i) => i % 6 === series);
    expect(of(5, 'peers')).not.toContain(0);
    expect(Math.max(...of(5, 'drift'))).toBeGreaterThan(1);
    expect(Math.max(...of(0, 'drift'))).toBeLessThan(1);
  });

  /** One series by itself: noise about 5 with a spike of 400 every 90 readings. */
  const alone = (count: number, seed: number, first: number, shift: (i: number) => number = () => 0): SeriesBatch => {
    const random = seededRandom(seed);
    const value = Float64Array.from({ length: count }, (_, i) => 5 + random() + shift(i) + ((first + i) % 90 === 0 ? 400 : 0));
    const start = value.map((_, i) => (first + i) * MINUTE);
    return {
      ...{ shape: 'series', rows: count, series: ['level'], code: new Int32Array(count), entities: ['tank'] },
      ...{ value, start, end: start.map((time) => time + MINUTE) },
    };
  };

  it('finds a drift of a series without peers beside its spikes, which are none', async () => {
    const detector = new DeviceFaultsDetector(config.parse({}));
    await detector.fit(alone(2_000, 5, 0));
    const drift = async (batch: SeriesBatch) => Math.max(...((await detector.score(batch)).arms?.drift ?? []));
    expect(await drift(alone(600, 6, 2_000))).toBeLessThan(1);
    const away = alone(600, 6, 2_000, (i) => Math.min(2, i / 150));
    expect(await drift(away)).toBeGreaterThan(1);
    expect((await detector.explain(away, 590)).what).toContain('away from its usual level of 5.');
  });

  it('takes the first reading after a gap for no jump, and one without a gap for one', async () => {
    const sine = (count: number, first: number): SeriesBatch => {
      const random = seededRandom(first);
      const batch = alone(count, 5, first);
      return { ...batch, value: batch.value.map((_, i) => 20 + 5 * Math.sin((first + i) / 100) + 0.05 * random()) };
    };
    const detector = new DeviceFaultsDetector(config.parse({}));
    await detector.fit(sine(2_000, 0));
    const jump = async (batch: SeriesBatch) => Math.max(...((await detector.score(batch)).arms?.jump ?? []));
    const later = sine(60, 2_240);
    expect(await jump(later)).toBeLessThan(1);
    const atOnce = { ...later, start: later.start.map((time) => time - 240 * MINUTE), end: later.end.map((time) => time - 240 * MINUTE) };
    expect(await jump(atOnce)).toBeGreaterThan(1);
    detector.observe(later);
    expect(await jump({ ...alone(1, 5, 2_300), value: Float64Array.of(20) })).toBeGreaterThan(1);
  });

  it('goes on learning from a snapshot as without it', async () => {
    const whole = new DeviceFaultsDetector(config.parse({ learn: 1_500 }));
    whole.observe(alone(1_500, 5, 0));
    let resumed = new DeviceFaultsDetector(config.parse({ learn: 1_500 }));
    for (const [from, to] of [
      [0, 300],
      [300, 700],
      [700, 1_500],
    ] as const) {
      const snapshot = await resumed.snapshot();
      resumed = new DeviceFaultsDetector(config.parse({ learn: 1_500 }));
      await resumed.restore(snapshot);
      resumed.observe(slice(alone(1_500, 5, 0), from, to));
    }
    expect(await resumed.snapshot()).toEqual(await whole.snapshot());
  });

  it('reads what it kept before it knew of gaps', async () => {
    const detector = await learnt();
    const { header, float64 } = unpack(await detector.snapshot()) as { header: object; float64: (name: string) => Float64Array };
    const limits = float64('limits');
    const untimed = concatFloats(SERIES.map((_, i) => limits.slice(i * LIMITS_LENGTH, i * LIMITS_LENGTH + UNTIMED_LENGTH)));
    const arrays = Object.fromEntries(['drift', 'sums', 'origins', 'latest'].map((name) => [name, float64(name)]));
    const resumed = new DeviceFaultsDetector(config.parse({}));
    await resumed.restore(pack({ ...header, version: 2 }, { limits: untimed, ...arrays }));
    const next = readings(pairs(400, 6), 1_000);
    expect((await resumed.score(next)).score).toEqual((await detector.score(next)).score);
  });

  it('learns as it goes and judges no reading before', async () => {
    const detector = new DeviceFaultsDetector(config.parse({ learn: 200 }));
    const { score } = await detector.score(readings(pairs(300, 5)));
    expect(score.slice(0, 400).every(Number.isNaN)).toBe(true);
    expect(score.slice(400).some(Number.isNaN)).toBe(false);
  });
});
