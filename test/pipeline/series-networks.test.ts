import { afterEach, describe, expect, it } from 'vitest';
import { checkConfig, configSchema } from '../../src/config/index.ts';
import { encodeReading, type Reading, type RecordBatch, seededRandom, silentLogger } from '../../src/core/index.ts';
import { buildLane } from '../../src/pipeline/build.ts';
import { catalogueOf, loadComponents } from '../../src/pipeline/index.ts';
import type { Finding, Lane } from '../../src/pipeline/lane/lane.ts';

const SECOND = 1e6;
const START = 1_700_000_000 * SECOND;
const STEP_SECONDS = 100;
const components = loadComponents();

/** `now` decides whether steps lie in the past. */
async function makeLane(now: () => number, networks: Record<string, unknown> = {}): Promise<Lane> {
  const loaded = await components;
  const detector = { type: 'forecast', promisedRate: 0.0001, networks: { every: STEP_SECONDS, readings: 400, ...networks } };
  const source = { type: 'host-metrics', name: 'plant', detectors: [detector] };
  const { config } = checkConfig({ tenants: { t: { sources: [source] } } }, configSchema(catalogueOf(loaded)));
  const tenant = config.tenants.t;
  const [configured] = tenant?.sources ?? [];
  if (tenant === undefined || configured === undefined) throw new Error('the configuration has no source');
  return buildLane(configured, tenant, { tenant: 't', config, components: loaded, clock: { now }, log: silentLogger });
}

const PAST = () => START + 1e6 * SECOND;

function batchOf(readings: readonly Reading[], offset: number): RecordBatch {
  const records = readings.map((reading) => [...encodeReading(reading), 10]);
  const arrival = Math.max(...readings.map(({ time }) => time));
  return { input: 'net', generation: 'g', offset, line: offset + 1, bytes: Uint8Array.from(records.flat()), arrival, last: false };
}

/** A reactor whose next reading follows from the last one in a way that nothing linear sees, and a noisy room; `change` bends the reactor. */
function plant(seconds: number, change: (value: number, second: number) => number = (value) => value): Reading[] {
  const random = seededRandom(3);
  let x = 0.4;
  return Array.from({ length: seconds }, (_, second) => {
    x = 3.8 * x * (1 - x);
    const time = START + second * SECOND;
    return [
      { time, entity: 'reactor', series: 'pressure', value: change(100 + 20 * x, second) },
      { time, entity: 'room', series: 'temperature', value: 20 + random() },
    ];
  }).flat();
}

interface Row {
  readonly name: string;
  readonly score: number;
  readonly expected: number;
}

const runs: Run[] = [];
afterEach(async () => {
  for (const { lane } of runs.splice(0)) await lane.close?.();
});

class Run {
  lane: Lane;
  readonly rows: Row[] = [];
  readonly findings: Finding[] = [];

  constructor(lane: Lane) {
    this.lane = lane;
    runs.push(this);
  }

  async feed(readings: readonly Reading[], size: number, between?: (run: Run) => Promise<void>): Promise<this> {
    for (let from = 0; from < readings.length; from += size) {
      const { points = [], findings } = await this.lane.process(batchOf(readings.slice(from, from + size), from));
      this.findings.push(...findings);
      for (const { names, code, score, expected, rows } of points)
        for (let row = 0; row < rows; row++)
          this.rows.push({ name: names[code[row] as number] as string, score: score[row] as number, expected: expected[row] as number });
      await between?.(this);
    }
    return this;
  }

  /** Replaces the lane by one that knows what this one had kept when it was killed. */
  async kill(blobs: Record<string, Uint8Array>, networks: Record<string, unknown> = {}): Promise<void> {
    await this.lane.close?.();
    this.lane = await makeLane(PAST, networks);
    await this.lane.restore(blobs);
  }

  view(name: string) {
    return this.lane.series?.rows().find((row) => row.name === name)?.view;
  }
}

describe('networks of live series', () => {
  it('forecast what level, hour and autoregression do not, and are named where they do', async () => {
    const run = await new Run(await makeLane(PAST)).feed(plant(350), 200);
    expect(run.view('pressure')).toMatchObject({ network: { state: 'collecting', needed: 400 } });
    expect(run.lane.feature).toMatch(/; learning networks of 2 series, the next ready at 2023-11-14T/);
    const { readyAt = 0 } = run.view('pressure')?.network ?? {};
    await run.feed(plant(1_200, (value, second) => (second === 1_150 ? value + 15 : value)).slice(700), 200);
    const view = run.view('pressure');
    expect(view).toMatchObject({ method: 'network', network: { state: 'used' } });
    expect(readyAt).toBeLessThan(START + 800 * SECOND);
    expect(view?.network?.errors?.network).toBeLessThan(0.5 * (view?.network?.errors?.profile ?? 0));
    expect(run.view('temperature')?.network?.state).not.toBe('used');
    const spike = run.findings.find(({ detection }) => detection.key === 'reactor pressure');
    expect(spike?.detection.explanation.why).toContain('Forecast by network');
    const id = run.lane.series?.rows().find((row) => row.name === 'pressure')?.id ?? '';
    const ahead = run.lane.series?.forecast(id, 50) ?? [];
    expect(ahead).toHaveLength(50);
    expect(ahead.every(({ lower, expected, upper }) => lower < expected && expected < upper)).toBe(true);
  });

  it('give the same for any cut into batches, and after kills with trainings under way', async () => {
    const readings = plant(900);
    const whole = await new Run(await makeLane(PAST)).feed(readings, 2_000);
    const cut = await new Run(await makeLane(PAST)).feed(readings, 37);
    expect(cut.rows).toEqual(whole.rows);
    let blobs: Record<string, Uint8Array> = {};
    const killed = await new Run(await makeLane(PAST)).feed(readings, 331, async (run) => {
      blobs = { ...blobs, ...(await run.lane.snapshot()) };
      await run.kill(blobs);
    });
    expect(killed.rows).toEqual(whole.rows);
    expect(killed.lane.series?.rows()).toEqual(whole.lane.series?.rows());
    expect(whole.view('pressure')?.method).toBe('network');
  });

  it('are not waited for where scoring is live: what is not ready at its step is trained again', async () => {
    const run = await new Run(await makeLane(() => START)).feed(plant(950), 2_000);
    expect(run.view('pressure')?.network?.state).toBe('training');
    expect(run.lane.ownCounters.networksMissed).toBeGreaterThan(0);
    expect(run.rows.filter(({ name }) => name === 'pressure').length).toBeGreaterThan(900);
    expect(run.view('pressure')?.method).not.toBe('network');
  });

  it('are bounded in number, the least predictable series first', async () => {
    const run = await new Run(await makeLane(PAST, { most: 1 })).feed(plant(300), 100);
    expect(run.view('pressure')?.network?.state).toBe('collecting');
    expect(run.view('temperature')?.network).toBeUndefined();
    const none = await new Run(await makeLane(PAST, { most: 0 })).feed(plant(300), 100);
    expect(none.view('pressure')?.network).toBeUndefined();
  });
});

/** The follower does what the leader did two seconds ago; by itself it is noise. */
function pair(seconds: number, silentFrom = seconds, silentTo = seconds): Reading[] {
  const random = seededRandom(11);
  const leader = Array.from({ length: seconds }, () => 10 * random());
  return Array.from({ length: seconds }, (_, second) => {
    const time = START + second * SECOND;
    const of = (series: string, value: number): Reading => ({ time, entity: 'press', series, value });
    const both = [of('follower', 50 + (leader[second - 2] ?? 0)), of('leader', leader[second] as number)];
    return second >= silentFrom && second < silentTo ? both.slice(1) : both;
  }).flat();
}

describe('networks of several channels of a device', () => {
  it.each(['mlp', 'gru'])('%s: forecast a channel from another one, where one by itself cannot be forecast', async (algorithm) => {
    const run = await new Run(await makeLane(PAST, { channels: 4, algorithm })).feed(pair(900), 500);
    const follower = run.view('follower');
    expect(follower).toMatchObject({ method: 'network', network: { state: 'used', algorithm, channels: 2 } });
    expect(follower?.network?.errors?.network).toBeLessThan(0.5 * (follower?.network?.errors?.profile ?? 0));
    expect(run.view('leader')).toMatchObject({ network: { state: 'not better', channels: 2 } });
    expect(run.view('leader')?.method).not.toBe('network');
    expect(run.lane.ownCounters).toMatchObject({ networksUsed: 1, networksLearning: 0 });
    // What the follower does in one and in two seconds the leader has done already; of the third nobody knows.
    const { id = '' } = run.lane.series?.rows().find((row) => row.name === 'follower') ?? {};
    const ahead = run.lane.series?.forecast(id, 3) ?? [];
    const coming = pair(903).filter(({ series, time }) => series === 'follower' && time >= START + 900 * SECOND);
    const errors = coming.map(({ value }, k) => Math.abs(value - (ahead[k]?.expected ?? Number.NaN)));
    expect(Math.max(...errors.slice(0, 2))).toBeLessThan(1.5);
    expect(coming.every(({ value }, k) => value > (ahead[k]?.lower ?? value) && value < (ahead[k]?.upper ?? value))).toBe(true);
    const alone = await new Run(await makeLane(PAST, { algorithm })).feed(pair(900), 500);
    expect(alone.view('follower')?.method).not.toBe('network');
  });

  it('give the same for any cut into batches and after kills, a channel being silent for a while', async () => {
    const readings = pair(900, 300, 420);
    const networks = { channels: 4 };
    const whole = await new Run(await makeLane(PAST, networks)).feed(readings, 2_000);
    const cut = await new Run(await makeLane(PAST, networks)).feed(readings, 37);
    expect(cut.rows).toEqual(whole.rows);
    let blobs: Record<string, Uint8Array> = {};
    const killed = await new Run(await makeLane(PAST, networks)).feed(readings, 331, async (run) => {
      blobs = { ...blobs, ...(await run.lane.snapshot()) };
      await run.kill(blobs, networks);
    });
    expect(killed.rows).toEqual(whole.rows);
    expect(whole.view('follower')?.method).toBe('network');
  });

  it('hold series of one device only, and so many at most', async () => {
    const run = await new Run(await makeLane(PAST, { channels: 2 })).feed(plant(300), 100);
    expect(run.view('pressure')?.network).toMatchObject({ channels: 1 });
    expect(run.view('temperature')?.network).toMatchObject({ channels: 1 });
    const three = pair(300).flatMap((reading) => [reading, ...(reading.series === 'leader' ? [{ ...reading, series: 'third' }] : [])]);
    const held = await new Run(await makeLane(PAST, { channels: 2 })).feed(three, 100);
    const channels = ['leader', 'follower', 'third'].map((name) => held.view(name)?.network?.channels);
    expect(channels.sort()).toEqual([1, 2, 2]);
  });
});
