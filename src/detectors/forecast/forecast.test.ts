import { describe, expect, it } from 'vitest';
import { type SeriesBatch, seededRandom } from '../../core/index.ts';
import { detectorContract } from '../../testing/detector-contract.ts';
import { config } from './config.ts';
import { ForecastDetector } from './detector.ts';

const MINUTE = 60e6;

function readings(values: readonly number[], first = 0, series = 'oven temperature'): SeriesBatch {
  const rows = values.length;
  return {
    shape: 'series',
    rows,
    series: [series],
    code: new Int32Array(rows),
    entities: [series.split(' ')[0] as string],
    value: Float64Array.from(values),
    start: Float64Array.from(values, (_, i) => (first + i) * MINUTE),
    end: Float64Array.from(values, (_, i) => (first + i + 1) * MINUTE),
  };
}

function normal(rows: number, seed = 5): number[] {
  const random = seededRandom(seed);
  return Array.from({ length: rows }, () => 200 + 4 * (random() - 0.5));
}

detectorContract('forecast', {
  create: () => new ForecastDetector(config.parse({}), () => 0),
  normal: readings(normal(500)),
  mixed: readings([200, 200.5, 199, 201, 260, 200, 199.5], 500),
  abnormalRow: 4,
  quietRow: 1,
  learnsAsItGoes: true,
});

describe('forecast detector', () => {
  const learnt = async () => {
    const detector = new ForecastDetector(config.parse({}), () => 0);
    await detector.fit(readings(normal(500)));
    return detector;
  };

  it('names a stuck device, a range fault and a residual, with what was expected', async () => {
    const detector = await learnt();
    const stuck = readings(new Array<number>(30).fill(200.123), 500);
    const { score } = await detector.score(stuck);
    expect(score[5] as number).toBeLessThan(5);
    // Told of once, when the run is longer than any before.
    expect([...score].filter((one) => one > 8)).toHaveLength(1);
    expect(score[10] as number).toBeGreaterThan(8);
    expect((await detector.explain(stuck, 10)).what).toContain('11 times in a row');
    const outside = await detector.explain(readings([260], 500), 0);
    expect(outside.what).toContain('read 260');
    expect(outside.contributions[0]?.expected).toMatch(/^200|^199/);
    const usual = await detector.explain(readings([201.9], 500), 0);
    expect(usual.why).toMatch(/usual error; as large was seen \d+ times in 500 readings/);
  });

  it('tells of a change that is twenty times a spike, wherever in sixty readings before it the spike was', async () => {
    for (const spike of [0, 1, 2, 5, 29, 30, 31, 45, 55, 57, 59]) {
      const random = seededRandom(spike + 1);
      const past = Array.from({ length: 60 }, (_, i) => 100 + 2 * (random() - 0.5) + (i === spike ? 40 : 0));
      const detector = new ForecastDetector(config.parse({}), () => 0);
      await detector.fit(readings(past));
      const { score } = await detector.score(readings([900, 900.5, 899.5, 900], 60));
      expect(Math.max(...score)).toBeGreaterThan(Math.log(1000));
    }
  });

  it('forecasts no negative amount of what was never negative, and gives no figure where the usual error was next to none', async () => {
    const detector = new ForecastDetector(config.parse({}), () => 0);
    const random = seededRandom(9);
    await detector.fit(readings(Array.from({ length: 300 }, () => (random() < 0.5 ? 0 : random()))));
    const ahead = detector.forecast('oven temperature', 20);
    expect(Math.min(...ahead.map(({ lower }) => lower))).toBe(0);
    expect(Math.max(...ahead.map(({ upper }) => upper))).toBeGreaterThan(0.5);
    const idle = new ForecastDetector(config.parse({}), () => 0);
    await idle.fit(readings(new Array<number>(300).fill(0)));
    const { what, why } = await idle.explain(readings([38.33], 300), 0);
    expect(what).toBe('oven temperature read 38.33, expected was 0.');
    expect(why).toContain('more than 1,000 times its usual error');
  });

  it('leaves gaps unrated and unlearnt', async () => {
    const detector = await learnt();
    const before = await detector.snapshot();
    const gap = readings([Number.NaN], 500);
    expect((await detector.score(gap)).score[0]).toBeNaN();
    detector.observe(gap);
    expect(await detector.snapshot()).toEqual(before);
  });

  /** Highest score of `later` after an idle hour of what `usual` gives. */
  const highest = async (series: string, usual: (i: number) => number, later: readonly number[], least?: []) => {
    const detector = new ForecastDetector(config.parse(least === undefined ? {} : { least }), () => 0);
    detector.observe(
      readings(
        Array.from({ length: 120 }, (_, i) => usual(i)),
        0,
        series,
      ),
    );
    const { score } = await detector.score(readings(later, 120, series));
    return Math.max(...score);
  };

  it('takes no change below the smallest that matters, and every burst above it', async () => {
    const rest = () => 0;
    // A hundredth of a CPU that waits for a disk on an idle host; without the floor it is told of.
    expect(await highest('host cpu.iowait', rest, [0.01, 0.02])).toBe(0);
    expect(await highest('host cpu.iowait', rest, [0.01, 0.02], [])).toBeGreaterThan(8);
    expect(await highest('host cpu.iowait', rest, [0.6, 0.7])).toBeGreaterThan(8);
    expect(await highest('host network.eth0.received_bytes', (i) => i % 7, [4_000])).toBe(0);
    expect(await highest('host network.eth0.received_bytes', (i) => i % 7, [4_000_000])).toBeGreaterThan(8);
  });

  it('takes a channel at rest for no stuck device', async () => {
    const still = (value: number) => new Array<number>(40).fill(value);
    const bursts = (i: number) => (i % 3 === 0 ? 0 : 50_000 + i);
    expect(await highest('host network.eth0.received_bytes', bursts, still(0))).toBeLessThan(8);
    expect(await highest('host network.eth0.received_bytes', bursts, still(0), [])).toBeGreaterThan(8);
    expect(await highest('host network.eth0.received_bytes', bursts, still(50_001))).toBeGreaterThan(8);
  });

  it('tells by the forecast of the next readings that a limit will be crossed at the usual hour, once a day, and not where it stays below', () => {
    const random = seededRandom(9);
    // A minute each; the cache fills from 10 to 12 and is emptied at 14.
    const level = (minute: number, peak: number) => {
      const hour = (minute % 1440) / 60;
      if (hour < 10 || hour >= 14) return 0.5;
      return hour < 12 ? 0.5 + ((peak - 0.5) * (hour - 10)) / 2 : peak;
    };
    const told = (peak: number) => {
      const detector = new ForecastDetector(config.parse({}), () => 0);
      const values = Array.from({ length: 5 * 1440 }, (_, minute) => level(minute, peak) + 0.01 * (random() - 0.5));
      detector.observe(readings(values, 0, 'host cache.used_ratio'));
      return detector.takeWarnings();
    };
    const warnings = told(0.97).filter(({ explanation }) => explanation.why.includes('is forecast to be at'));
    expect(warnings.length).toBeGreaterThanOrEqual(1);
    expect(warnings.length).toBeLessThanOrEqual(5);
    for (const { at, crossingAt, probability } of warnings) {
      expect(crossingAt - at).toBeGreaterThan(60e6);
      expect(probability).toBeGreaterThanOrEqual(0.8);
    }
    expect(told(0.9).filter(({ explanation }) => explanation.why.includes('is forecast to be at'))).toEqual([]);
  });

  /** Warnings of `values`, one each `seconds`. */
  const warned = (values: ArrayLike<number>, seconds: number, options = {}) => {
    const detector = new ForecastDetector(config.parse(options), () => 0);
    const batch = readings(Array.from(values), 0, 'host memory.used_ratio');
    const start = batch.start.map((_, i) => i * seconds * 1e6);
    detector.observe({ ...batch, start, end: start.map((time) => time + seconds * 1e6) });
    return detector.takeWarnings();
  };

  it('draws a trend towards a limit on for no longer than it has lasted', () => {
    const ramp = (rows: number) =>
      warned(
        Array.from({ length: rows }, (_, i) => 0.2 + 0.004 * i + 1e-5 * (i % 2)),
        60,
      ).map(({ explanation }) => explanation.what);
    // Full after three hours and eight minutes: after half of them nobody knows whether it goes on.
    expect(ramp(100)).toEqual([]);
    expect(ramp(180)).toEqual([expect.stringMatching(/will rise above 0\.95 in about 3\d minutes/)]);
  });

  it('tells of each limit once, whatever other limits a series has', () => {
    const ramp = Array.from({ length: 190 }, (_, i) => 0.2 + 0.004 * i + 1e-5 * (i % 2));
    const limits = [
      { series: '*', above: 0.95, below: 0.01 },
      { series: '*', above: 0.9 },
    ];
    expect(warned(ramp, 60, { limits }).map(({ limit }) => limit)).toEqual([0.9, 0.95]);
  });

  it('goes on watching a trend from a snapshot as without it', async () => {
    const ramp = Array.from({ length: 200 }, (_, i) => 0.2 + 0.004 * i + 1e-5 * (i % 2));
    const part = (from: number, to: number) => readings(ramp.slice(from, to), from, 'host memory.used_ratio');
    const whole = new ForecastDetector(config.parse({}), () => 0);
    whole.observe(part(0, 200));
    const first = new ForecastDetector(config.parse({}), () => 0);
    first.observe(part(0, 150));
    const resumed = new ForecastDetector(config.parse({}), () => 0);
    await resumed.restore(await first.snapshot());
    resumed.observe(part(150, 200));
    const warnings = resumed.takeWarnings();
    expect(warnings).toHaveLength(1);
    expect(warnings).toEqual(whole.takeWarnings());
    expect(await resumed.snapshot()).toEqual(await whole.snapshot());
  });

  /** Programs of a workstation that start and end: each takes its memory within minutes, keeps it for some time and gives it back. */
  const workstation = (rows: number, seconds: number, seed: number, busy = 1) => {
    const random = seededRandom(seed);
    const values = Float64Array.from({ length: rows }, () => 0.2 + 0.002 * random());
    const exponential = (mean: number) => -mean * Math.log(1 - random());
    for (let at = exponential(900); at < rows * seconds; at += exponential(900)) {
      const [size, grows, keeps] = [busy * (0.02 + exponential(0.05)), 20 + exponential(400), exponential(1500)];
      for (let row = Math.ceil(at / seconds); row < rows && row * seconds < at + grows + keeps; row++) {
        const taken = values[row] as number;
        values[row] = Math.min(0.9, taken + size * Math.min(1, (row * seconds - at) / grows));
      }
    }
    return values;
  };

  it('tells of no limit in days of ordinary bursts', () => {
    const days = 3;
    let told = 0;
    for (let day = 0; day < days; day++) told += warned(workstation(17_280, 5, day + 1), 5).length;
    expect(told).toBe(0);
  });

  it('tells in time of memory that leaks beneath the bursts, and of a disk that fills over days', () => {
    for (const seed of [1, 2]) {
      const leak = workstation(17_280, 5, seed, 0.3).map((value, i) => Math.min(1, value + Math.max(0, i - 4_000) * 0.00006));
      const crossed = leak.findIndex((value) => value > 0.95);
      const [first] = warned(leak, 5).filter(({ at }) => at < crossed * 5e6);
      if (first === undefined) throw new Error('nothing was told');
      expect((crossed * 5e6 - first.at) / 60e6).toBeGreaterThan(60);
    }
    const random = seededRandom(4);
    const disk = Array.from({ length: 4 * 1440 }, (_, i) => 0.5 + (0.46 * i) / (4 * 1440) + 0.002 * random());
    const [first] = warned(disk, 60);
    expect((first?.crossingAt ?? Number.NaN) / 3600e6).toBeCloseTo(94, -1);
    expect((first?.at ?? Number.NaN) / 3600e6).toBeLessThan(88);
  });
});
