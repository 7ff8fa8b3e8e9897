import { describe, expect, it } from 'vitest';
import { AlertFolder } from '../../src/alerts/index.ts';
import { checkConfig, configSchema } from '../../src/config/index.ts';
import { type Detection, encodeReading, type Reading, type RecordBatch, seededRandom, silentLogger } from '../../src/core/index.ts';
import { buildLane } from '../../src/pipeline/build.ts';
import { catalogueOf, loadComponents } from '../../src/pipeline/index.ts';
import type { Finding, Lane, LaneOutput } from '../../src/pipeline/lane/lane.ts';

const SECOND = 1e6;
const START = 1_700_000_000 * SECOND;
const components = loadComponents();

async function makeLane(options: Record<string, unknown> = {}): Promise<Lane> {
  const loaded = await components;
  const source = {
    ...{
      type: 'host-metrics',
      name: 'plant',

      detectors: [{ type: 'forecast', promisedRate: 0.0001 }],
    },
    ...options,
  };
  const { config } = checkConfig({ tenants: { t: { sources: [source] } } }, configSchema(catalogueOf(loaded)));
  const tenant = config.tenants.t;
  const [configured] = tenant?.sources ?? [];
  if (tenant === undefined || configured === undefined) throw new Error('the configuration has no source');
  return buildLane(configured, tenant, { tenant: 't', config, components: loaded, clock: { now: () => 0 }, log: silentLogger });
}

/** Readings that arrive together, as a record batch. */
function batchOf(readings: readonly Reading[], offset: number): RecordBatch {
  const records = readings.map((reading) => [...encodeReading(reading), 10]);
  const arrival = Math.max(...readings.map(({ time }) => time));
  return { input: 'net', generation: 'g', offset, line: offset + 1, bytes: Uint8Array.from(records.flat()), arrival, last: false };
}

interface Row {
  readonly series: string;
  readonly time: number;
  readonly score: number;
  readonly expected: number;
}

class Run {
  lane: Lane;
  readonly rows: Row[] = [];
  readonly findings: Finding[] = [];

  constructor(lane: Lane) {
    this.lane = lane;
  }

  take({ points = [], findings }: LaneOutput): void {
    this.findings.push(...findings);
    for (const { names, entities, code, time, score, expected, rows } of points) {
      for (let row = 0; row < rows; row++) {
        const series = `${entities[code[row] as number]} ${names[code[row] as number]}`;
        this.rows.push({ series, time: time[row] as number, score: score[row] as number, expected: expected[row] as number });
      }
    }
  }

  async feed(readings: readonly Reading[], size: number): Promise<this> {
    for (let from = 0; from < readings.length; from += size)
      this.take(await this.lane.process(batchOf(readings.slice(from, from + size), from)));
    return this;
  }
}

/** Two devices with two channels for `seconds`; `change` bends them. */
function plant(seconds: number, change: (reading: Reading, second: number) => Reading | undefined = (reading) => reading): Reading[] {
  const random = seededRandom(3);
  return Array.from({ length: seconds }, (_, second) =>
    ['oven', 'pump'].flatMap((entity) => [
      { time: START + second * SECOND, entity, series: 'temperature', value: 200 + 5 * Math.sin(second / 50) + 2 * random() },
      { time: START + second * SECOND, entity, series: 'revolutions', value: second * 25 + random(), type: 'counter' as const },
    ]),
  ).flatMap((readings, second) => readings.flatMap((reading) => change(reading, second) ?? []));
}

describe('the lane of readings', () => {
  it('finds a spike, says which channel, and what was expected', async () => {
    const run = await new Run(await makeLane()).feed(
      plant(400, (reading, second) =>
        second === 350 && reading.entity === 'oven' && reading.series === 'temperature' ? { ...reading, value: 260 } : reading,
      ),
      100,
    );
    expect(run.findings.map(({ detection }) => detection.key)).toEqual(['oven temperature']);
    const [found] = run.findings;
    expect(found?.detection.entity).toBe('oven');
    expect(found?.detection.title).toMatch(/oven temperature read 260\b.* expected was 2\d\d/);
    expect(run.lane.series?.rows().map(({ entity, name }) => `${entity} ${name}`)).toHaveLength(4);
  });

  it('is alive after the first minute: band, forecast with interval, and when it will judge', async () => {
    const run = await new Run(await makeLane()).feed(plant(20), 7);
    const early = run.lane.series?.rows().find(({ name }) => name === 'temperature');
    expect(early?.view).toMatchObject({ needed: 30 });
    expect((early?.view.readyAt ?? 0) - START).toBeCloseTo(29 * SECOND, -6);
    await run.feed(plant(60).slice(80), 40);
    const row = run.lane.series?.rows().find(({ entity, name }) => entity === 'oven' && name === 'temperature');
    expect(row?.view.lower).toBeLessThan(row?.view.lastValue ?? 0);
    expect(row?.view.upper).toBeGreaterThan(row?.view.lastValue ?? 0);
    const forecast = run.lane.series?.forecast(row?.id ?? '', 30) ?? [];
    expect(forecast).toHaveLength(30);
    expect(forecast[29]?.upper).toBeGreaterThan(forecast[29]?.lower ?? Number.POSITIVE_INFINITY);
    expect(forecast[0]?.time).toBeCloseTo((row?.view.lastTime ?? 0) + SECOND, -5);
  });

  it('looks at nothing that comes later: an input cut anywhere has the same scores up to there', async () => {
    const readings = plant(160, (reading, second) => (second % 37 === 36 ? { ...reading, value: reading.value * 1.4 } : reading));
    const whole = await new Run(await makeLane()).feed(readings, 50);
    for (const cut of [1, 33, 147, 400, 611]) {
      const part = await new Run(await makeLane()).feed(readings.slice(0, cut), 50);
      expect(part.rows.length).toBeGreaterThan(cut / 2 - 8);
      expect(part.rows).toEqual(whole.rows.slice(0, part.rows.length));
    }
  });

  it('gives the same for any cut into batches, and goes on from a snapshot as if nothing had happened', async () => {
    const readings = plant(200, (reading, second) => (second > 150 && reading.entity === 'pump' ? undefined : reading));
    const whole = await new Run(await makeLane()).feed(readings, 1_000);
    const cut = await new Run(await makeLane()).feed(readings, 17);
    expect(cut.rows).toEqual(whole.rows);
    expect(cut.findings).toEqual(whole.findings);
    const run = new Run(await makeLane());
    let blobs: Record<string, Uint8Array> = {};
    for (let from = 0; from < readings.length; from += 101) {
      run.take(await run.lane.process(batchOf(readings.slice(from, from + 101), from)));
      blobs = { ...blobs, ...(await run.lane.snapshot()) };
      run.lane = await makeLane();
      await run.lane.restore(blobs);
    }
    expect(run.rows).toEqual(whole.rows);
    expect(run.findings).toEqual(whole.findings);
    expect(run.lane.series?.rows()).toEqual(whole.lane.series?.rows());
  });

  it('tells of a device that stops reporting, once', async () => {
    const run = await new Run(await makeLane()).feed(
      plant(200, (reading, second) => (second > 120 && reading.entity === 'pump' ? undefined : reading)),
      100,
    );
    expect(run.findings.map(({ detection }) => detection.title)).toEqual([
      expect.stringMatching(/^pump has stopped reporting: nothing since 2023-11-14T22:15:20Z/),
    ]);
  });

  it('says when a silent device reports again, of the same alert, and how long nothing came', async () => {
    const run = await new Run(await makeLane()).feed(
      plant(300, (reading, second) => (second > 120 && second < 200 && reading.entity === 'pump' ? undefined : reading)),
      100,
    );
    const [silent, over] = run.findings.map(({ detection }) => detection);
    expect(run.findings.filter(({ model }) => model === 'silence')).toHaveLength(2);
    expect(over?.id).toBe(silent?.id);
    expect(over?.title).toBe('pump did not report for 80 s, from 2023-11-14T22:15:20Z to 2023-11-14T22:16:40Z.');
    expect(over?.severity).toBeLessThan(silent?.severity ?? 0);
    const folder = new AlertFolder('t');
    const lineage = {} as Detection['lineage'];
    const changes = [silent, over].map((one) => folder.fold({ ...(one as Detection), lineage }));
    expect(changes.map(({ change }) => change)).toEqual(['new', 'rescored']);
    expect(changes[1]?.alert.detection.title).toBe(over?.title);
  });

  it('tells within its first day nothing that is not far beyond its promise, and at a rate of its own as low', async () => {
    const readings = plant(400, (reading, second) =>
      second === 350 && reading.entity === 'oven' && reading.series === 'temperature' ? { ...reading, value: 260 } : reading,
    );
    const usual = await new Run(await makeLane({ detectors: [{ type: 'forecast' }] })).feed(readings, 100);
    expect(usual.findings).toEqual([]);
    const own = await new Run(await makeLane()).feed(readings, 100);
    expect(own.findings.map(({ detection }) => detection.severity < 25)).toEqual([true]);
  });

  it('tells that a limit will be crossed before it is, with the time left', async () => {
    const random = seededRandom(4);
    const filling = Array.from({ length: 1_400 }, (_, second) => ({
      ...{ time: START + second * SECOND, entity: 'nas', series: 'disk.used_ratio' },
      value: 0.5 + 0.0003 * second + 0.002 * random(),
    }));
    const run = await new Run(await makeLane()).feed(filling, 100);
    const warnings = run.findings.filter(({ model }) => model.startsWith('limit'));
    expect(warnings).toHaveLength(1);
    const detection = warnings[0]?.detection;
    expect(detection?.title).toMatch(/nas disk.used_ratio will rise above 0.95 in about \d+ minutes/);
    // Its source is not known for a day yet.
    expect(detection?.severity).toBe(24);
    // It ends when it was told; when the limit is crossed is in its text.
    expect(detection?.end).toBe(detection?.start);
    const crossing = Date.parse(/crossed in time, about (\S+)\.$/.exec(detection?.explanation.why ?? '')?.[1] ?? '') * 1000 - START;
    expect(crossing).toBeGreaterThan(1400 * SECOND);
    expect(crossing).toBeLessThan(1600 * SECOND);
  });

  it('puts readings from the future aside and survives any values', async () => {
    const far = plant(60).map((reading, i) => (i === 100 ? { ...reading, time: reading.time + 3600 * SECOND } : reading));
    const lane = await makeLane();
    const { dead } = await lane.process({ ...batchOf(far, 0), arrival: START + 60 * SECOND });
    expect(dead.map(({ reason }) => reason)).toEqual([expect.stringContaining('lies in the future')]);
    const wild = [1e308, -1e308, 0, 5e-324, Number.MAX_SAFE_INTEGER].flatMap((value, i) =>
      Array.from({ length: 40 }, (_, k) => ({ time: START + (i * 40 + k) * SECOND, entity: 'x', series: 'y', value: k % 2 ? value : 0 })),
    );
    const run = await new Run(await makeLane()).feed(wild, 50);
    expect(run.rows.filter(({ score }) => score === Number.POSITIVE_INFINITY)).toEqual([]);
    for (const { detection } of run.findings) expect(detection.title).not.toContain('NaN');
  });

  it('tells once of a device that several detectors find faulty, by the one that names the fault', async () => {
    const faulty = plant(900, (reading, second) => {
      if (reading.entity !== 'oven' || reading.series !== 'temperature') return reading;
      if (second >= 700 && second < 760) return { ...reading, value: 203.5 };
      return second === 860 ? { ...reading, value: 320 } : reading;
    });
    const detectors = [
      { type: 'forecast', promisedRate: 0.0001 },
      { type: 'device-faults', promisedRate: 0.0001, learn: 400 },
    ];
    const each = async (one: Record<string, unknown>) =>
      (await new Run(await makeLane({ detectors: [one] })).feed(faulty, 300)).findings.filter(
        ({ detection }) => detection.entity === 'oven',
      );
    const alone = await Promise.all(detectors.map(each));
    const whole = await new Run(await makeLane({ detectors })).feed(faulty, 300);
    const oven = whole.findings.filter(({ detection }) => detection.entity === 'oven').map(({ detection }) => detection);
    const at = (from: number, to: number) => oven.filter(({ start }) => start >= START + from * SECOND && start < START + to * SECOND);
    expect(alone.every((findings) => findings.length > 0)).toBe(true);
    expect(oven.length).toBeLessThan(alone.flat().length);
    expect(new Set(at(700, 800).map(({ detector }) => detector)).size).toBe(1);
    expect(at(860, 861).map(({ detector }) => detector)).toEqual(['device-faults']);
    expect(at(860, 861)[0]?.title).toMatch(/outside its range|jumped to 320/);
    expect(whole.lane.ownCounters.toldAlready).toBeGreaterThan(0);
    const cut = await new Run(await makeLane({ detectors })).feed(faulty, 23);
    expect(cut.findings.map(({ detection }) => detection.id)).toEqual(whole.findings.map(({ detection }) => detection.id));
    const killed = new Run(await makeLane({ detectors }));
    let blobs: Record<string, Uint8Array> = {};
    for (let from = 0; from < faulty.length; from += 301) {
      killed.take(await killed.lane.process(batchOf(faulty.slice(from, from + 301), from)));
      blobs = { ...blobs, ...(await killed.lane.snapshot()) };
      await killed.lane.close?.();
      killed.lane = await makeLane({ detectors });
      await killed.lane.restore(blobs);
    }
    expect(killed.findings.map(({ detection }) => detection.id)).toEqual(whole.findings.map(({ detection }) => detection.id));
  });

  it('puts readings from before 1970 aside, and gets over one wild value', async () => {
    const lane = await makeLane();
    const old = [-1, -8.64e18, -1e300].map((time) => ({ time, entity: 'x', series: 'y', value: 1 }));
    const { dead } = await lane.process({ ...batchOf(old, 0), arrival: START });
    expect(dead.map(({ reason }) => reason)).toEqual(old.map(() => 'its time lies before 1970'));
    const random = seededRandom(9);
    const wild = Array.from({ length: 900 }, (_, second) => ({
      time: START + second * SECOND,
      entity: 'x',
      series: 'y',
      value: second === 300 ? 1e308 : second === 301 ? -1e308 : 50 + random(),
    }));
    const run = await new Run(await makeLane()).feed(wild, 50);
    const { view } = run.lane.series?.rows()[0] ?? {};
    expect(view?.expected).toBeGreaterThan(49);
    expect(view?.expected).toBeLessThan(52);
    expect(run.rows.slice(310).every(({ expected }) => Number.isFinite(expected))).toBe(true);
  });
});
