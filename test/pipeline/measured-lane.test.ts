import { describe, expect, it } from 'vitest';
import { type Config, checkConfig, configSchema, type TenantConfig } from '../../src/config/index.ts';
import { type RecordBatch, type SeriesPoints, silentLogger, systemClock } from '../../src/core/index.ts';
import { buildLane } from '../../src/pipeline/build.ts';
import { catalogueOf, factsOf, loadComponents } from '../../src/pipeline/catalogue.ts';
import { checkGraph } from '../../src/pipeline/graph.ts';
import type { Lane, LaneOutput } from '../../src/pipeline/lane/lane.ts';

const START = Date.UTC(2026, 0, 2);
const components = await loadComponents();
const schema = configSchema(catalogueOf(components));

function configOf(tenant: Record<string, unknown>): Config {
  return checkConfig({ tenants: { t: tenant } }, schema).config;
}

const LOGS = {
  features: { lines: { from: 'log', key: ['template'], window: { size: '10s' }, aggregates: { lines: 'count()' } } },
  sources: [
    {
      ...{ type: 'file', name: 'app', path: '/nowhere', parser: { format: 'syslog' } },
      features: { mode: 'window', series: { measures: ['lines'] } },
    },
  ],
};
const ZEEK = {
  sources: [
    {
      type: 'directory',
      name: 'zeek',
      path: '/nowhere',
      records: 'sensor',
      features: { series: { measures: ['source-fan-out', 'names'] } },
    },
  ],
};

async function laneOf(tenant: Record<string, unknown>, mayStartAnew = false): Promise<Lane> {
  const config = configOf(tenant);
  const own = config.tenants.t as TenantConfig;
  const options = { tenant: 't', config, components, clock: systemClock, log: silentLogger, mayStartAnew };
  return buildLane(own.sources[0] as (typeof own.sources)[number], own, options);
}

/** A steady service for 100 windows of 10 s, and many more of one of its messages in the last but one. */
function syslog(): string[] {
  const lines: [number, string][] = [];
  const add = (second: number, message: string) => lines.push([second, message]);
  for (let window = 0; window < 100; window++) {
    for (let i = 0; i < 20 + (window % 3); i++) add(window * 10 + (i % 10), `accepted connection from 10.0.0.${i + 1} port ${4000 + i}`);
    const retries = window === 98 ? 300 : 4 + (window % 2);
    for (let i = 0; i < retries; i++) add(window * 10 + (i % 10), `retry ${i} of request ${window * 1000 + i} after timeout`);
  }
  return lines
    .sort(([a], [b]) => a - b)
    .map(([second, message]) => `${new Date(START + second * 1000).toISOString().slice(0, 19)}Z web app[7]: ${message}`);
}

/** Connections of a quiet host that meets two others a minute, and in the end eighty. */
function zeek(): string[] {
  const lines = ['#separator \\x09', '#path\tconn', '#fields\tts\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto\tconn_state\tduration'];
  for (let minute = 0; minute < 120; minute++) {
    const hosts = minute === 118 ? 80 : 2;
    for (let i = 0; i < hosts; i++)
      lines.push(`${START / 1000 + minute * 60 + i * 0.5}\t10.0.0.9\t${40_000 + i}\t10.0.1.${i}\t443\ttcp\tSF\t0.1`);
  }
  return lines;
}

function batchesOf(lines: readonly string[], perBatch: number): RecordBatch[] {
  const out: RecordBatch[] = [];
  let offset = 0;
  for (let i = 0; i < lines.length; i += perBatch) {
    const part = lines.slice(i, i + perBatch).map((line) => new TextEncoder().encode(`${line}\n`));
    const bytes = Buffer.concat(part);
    const arrival = (START + 86_400_000) * 1000;
    out.push({
      input: 'in',
      generation: 'g',
      offset,
      line: i + 1,
      bytes: new Uint8Array(bytes),
      arrival,
      last: i + perBatch >= lines.length,
    });
    offset += bytes.length;
  }
  return out;
}

async function run(tenant: Record<string, unknown>, lines: readonly string[], perBatch: number, restoreAt = -1) {
  let lane = await laneOf(tenant);
  const outputs: LaneOutput[] = [];
  for (const [index, batch] of batchesOf(lines, perBatch).entries()) {
    if (index === restoreAt) {
      const blobs = await lane.snapshot();
      await lane.close?.();
      lane = await laneOf(tenant);
      await lane.restore(blobs);
    }
    outputs.push(await lane.process(batch));
  }
  outputs.push(await lane.end());
  const rows = lane.series?.rows() ?? [];
  const points = outputs.flatMap((output) => output.points ?? []).flatMap(pointRows);
  await lane.close?.();
  const told = outputs.flatMap(({ findings }) => findings).filter(({ detection }) => detection.detector.startsWith('forecast.'));
  return { told: told.map(({ detection }) => detection), points, rows, counters: lane.ownCounters };
}

function pointRows({ names, entities, code, time, value, score }: SeriesPoints): string[] {
  return Array.from(code, (series, row) => [entities[series], names[series], time[row], value[row], score[row]].join(' ')).sort();
}

describe('features as series', () => {
  it('forecasts lines of each template; many more of one are told with its text and lines', async () => {
    const { told, rows } = await run(LOGS, syslog(), 500);
    expect(rows).toHaveLength(2);
    expect(rows.map(({ title }) => title).sort()[0]).toMatch(/^lines lines "accepted connection from/);
    expect(rows.map(({ view }) => view.readings)).toEqual([100, 100]);
    expect(told).toHaveLength(1);
    const [finding] = told;
    expect(finding).toMatchObject({ detector: 'forecast.lines', source: 'app', start: (START + 980_000) * 1000 });
    expect(finding?.title).toContain('retry <*> of request <*> after timeout');
    expect(finding?.evidence.length).toBeGreaterThan(0);
  });

  it('gives the same for any batches and across a restart', async () => {
    const whole = await run(LOGS, syslog(), 100_000);
    for (const [perBatch, restoreAt] of [
      [37, -1],
      [500, 4],
    ] as const) {
      const parts = await run(LOGS, syslog(), perBatch, restoreAt);
      expect(parts.told).toEqual(whole.told);
      expect(parts.points.sort()).toEqual(whole.points.sort());
    }
  });

  it('begins anew where the feature was declared otherwise, if it may', async () => {
    const before = await laneOf(LOGS);
    for (const batch of batchesOf(syslog(), 500)) await before.process(batch);
    const blobs = await before.snapshot();
    const otherwise = { ...LOGS, features: { lines: { ...LOGS.features.lines, window: { size: '20s' } } } };
    await expect((await laneOf(otherwise)).restore(blobs)).rejects.toMatchObject({ code: 'MODEL_MISMATCH' });
    await expect((await laneOf(otherwise, true)).restore(blobs)).resolves.toBeUndefined();
  });

  it('measures shipped features of a sensor, by host', async () => {
    const { told, rows } = await run(ZEEK, zeek(), 50);
    expect(new Set(rows.map(({ entity }) => entity))).toEqual(new Set(['10.0.0.9']));
    expect(rows.map(({ name }) => name)).toContain('source-fan-out hosts');
    expect(told.map(({ entity }) => entity)).toContain('10.0.0.9');
    expect(told.some(({ key }) => key === '10.0.0.9 source-fan-out hosts')).toBe(true);
  });

  it('keeps as many series as it may, and names what it left out', async () => {
    const [source] = LOGS.sources;
    const few = { ...LOGS, sources: [{ ...source, features: { mode: 'window', series: { measures: ['lines'], maxSeries: 1 } } }] };
    const { rows, counters } = await run(few, syslog(), 500);
    expect(rows).toHaveLength(1);
    expect(counters.refusedReadings).toBe(100);
  });

  it('is refused where the feature is unknown or made from other events', () => {
    const [source] = LOGS.sources;
    const wrong = { sources: [{ ...source, features: { series: { measures: ['nothing', 'names'] } } }] };
    const problems = checkGraph(configOf(wrong), factsOf(components));
    expect(problems[0]).toMatch(/measures: there is no feature nothing; known are .*names/);
    expect(problems[1]).toMatch(/measures: names is made from dns events, which lines are not made into\. \w+ does not say what it holds/);
    expect(problems[1]).toMatch(/if it is the log of a sensor \(Suricata EVE, Zeek\), write `records: sensor`/);
    const lines = { sources: [{ ...source, records: 'sensor', features: { series: { measures: ['names'] } } }] };
    expect(checkGraph(configOf(lines), factsOf(components))).toEqual([]);
  });
});
