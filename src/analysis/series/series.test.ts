import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seededRandom } from '../../core/index.ts';
import { buildReport, renderHtml, renderJson } from '../../sinks/report/index.ts';
import { writeParquet } from '../../store/index.ts';
import { dataset, missing, needs } from '../../testing/datasets.ts';
import { weeklyLoad, weeklyLoadCsv, weeklyLoadDay } from '../../testing/weekly-load.ts';
import { type NamedFrame, readSeries, trainForecast } from '../../training/series/index.ts';
import { analyzeInputs, type InputAnalysis } from '../analyze.ts';
import type { AnalysisOptions } from '../options.ts';

const MODS = 'series/deep-mods/features/2019-06-01.zip';

/** A pump whose outlet follows its inlet; the outlet stands still at the end, the inlet shows one wild reading. */
function csv(rows: number, seed: number, faulty: boolean): string {
  const random = seededRandom(seed);
  const lines = ['timestamp,inlet,outlet,anomaly'];
  for (let i = 0; i < rows; i++) {
    const inlet = 50 + 5 * Math.sin(i / 15) + random();
    const stuck = faulty && i >= rows - 60;
    const time = new Date(Date.UTC(2026, 0, 1) + i * 60_000).toISOString();
    lines.push(
      `${time},${faulty && i === rows - 150 ? 250 : inlet.toFixed(3)},${stuck ? 33.125 : (0.7 * inlet + 0.3 * random()).toFixed(3)},0`,
    );
  }
  return `${lines.join('\n')}\n`;
}

describe('readings', () => {
  let folder: string;
  const path = (name: string) => join(folder, name);

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'vedette-series-'));
    await writeFile(path('pump.csv'), csv(1_500, 1, true));
    await writeFile(path('normal.csv'), csv(1_500, 2, false));
    await writeFile(
      path('readings.json'),
      JSON.stringify([
        { time: '2026-01-01T00:00:00Z', load: 1 },
        { time: '2026-01-01T00:01:00Z', load: 2 },
      ]),
    );
    await writeFile(path('plain.csv'), 'time,user\n2026-01-01T00:00:00Z,anna\n2026-01-01T00:01:00Z,bert\n');
  });
  afterAll(() => rm(folder, { recursive: true }));

  const analyze = async (
    paths: readonly string[],
    baseline: readonly string[] = [],
    more: Partial<AnalysisOptions> = {},
  ): Promise<InputAnalysis[]> => {
    const analyses: InputAnalysis[] = [];
    const options = {
      tenant: 't',
      seed: 1,
      promise: 0.001,
      program: 'vedette',
      timezone: 'UTC',
      session: 'auto',
      detectors: ['sequence'],
      baseline,
      labels: async () => [],
      progress: () => {},
      top: 100,
      signatures: { own: true },
      ...more,
    };
    for await (const analysis of analyzeInputs(paths, options)) analyses.push(analysis);
    return analyses;
  };
  const found = ({ alerts }: InputAnalysis) =>
    alerts.map(({ alert: { detection } }) => `${detection.detector} ${detection.key}: ${detection.title}`);

  it('are held against the rhythm of their week, drawn with a band that knows it and forecast no less than none', async () => {
    await writeFile(path('ordinary.csv'), weeklyLoadCsv({ seed: 4, weeks: 6, minutes: 60 }));
    await writeFile(path('saturday.csv'), weeklyLoadCsv({ seed: 4, weeks: 6, minutes: 60, days: { 33: (usual) => 10 * usual } }));
    await writeFile(path('wednesday.csv'), weeklyLoadCsv({ seed: 4, weeks: 6, minutes: 60, days: { 30: () => 0 } }));
    const ordinary = (await analyze([path('ordinary.csv')]))[0] as InputAnalysis;
    expect(found(ordinary)).toEqual([]);
    for (const [name, day] of [['saturday', 33] as const, ['wednesday', 30] as const]) {
      const [analysis] = await analyze([path(`${name}.csv`)]);
      const days = analysis?.alerts.map(({ alert }) => Math.floor((alert.detection.start - weeklyLoadDay(0)) / 86_400e6));
      expect(days?.length).toBeGreaterThan(0);
      expect(new Set(days)).toEqual(new Set([day]));
    }
    const channel = ordinary.report.channels?.[0];
    const { lower = new Float64Array(), upper = new Float64Array(), low = new Float64Array(), high = new Float64Array() } = channel ?? {};
    expect(lower.reduce((least, one) => Math.min(least, Number.isNaN(one) ? 0 : one), 0)).toBe(0);
    // Nights have a narrower band than noons, and about as many readings as said lie within.
    const widths = Array.from(upper, (one, i) => one - (lower[i] as number))
      .filter(Number.isFinite)
      .sort((a, b) => a - b);
    expect(widths[Math.floor(0.1 * widths.length)] as number).toBeLessThan(0.4 * (widths[Math.floor(0.9 * widths.length)] as number));
    const within = Array.from(low, (one, i) => one >= (lower[i] as number) && (high[i] as number) <= (upper[i] as number));
    expect(within.filter(Boolean).length / low.length).toBeGreaterThan(0.8);
    // Sunday ends; Monday's noon is among the next 24 hours, its night is no less than none.
    const forecast = channel?.forecast ?? [];
    expect(Math.min(...forecast.map(({ value, lower: least }) => Math.min(value, least)))).toBeGreaterThanOrEqual(0);
    const truth = weeklyLoad({ seed: 4, weeks: 7, minutes: 60 }).slice(6 * 168, 6 * 168 + 24);
    const error = forecast.reduce((sum, { value }, i) => sum + Math.abs(value - (truth[i]?.value as number)), 0) / forecast.length;
    expect(error).toBeLessThan(12);
  });

  it('are told from logs, drawn with band and forecast, and their faults are found', async () => {
    const [analysis] = await analyze([path('pump.csv')]);
    expect(analysis?.input).toMatchObject({ format: 'readings', lines: 1_500 });
    const titles = found(analysis as InputAnalysis).join('\n');
    expect(titles).toMatch(/device-faults outlet: .*times in a row/);
    expect(titles).toMatch(/inlet: .*(250|outside)/);
    const report = buildReport((analysis as InputAnalysis).report);
    expect(report.channels?.map(({ name }) => name)).toEqual(['inlet', 'outlet']);
    expect(report.channels?.[0]?.forecast.length).toBe(24);
    const html = renderHtml(report);
    expect(html).toContain('class="band"');
    expect(html).toContain('class="next"');
    expect(html).toMatch(/<title>[^<]*250/);
    const outlier = (analysis as InputAnalysis).alerts.find(({ alert }) => alert.detection.title.includes('250'))?.alert.detection;
    const bytes = await readFile(path('pump.csv'));
    const wild = outlier?.evidence.find(({ value }) => value === 250);
    expect(wild).toMatchObject({ input: 'pump.csv', line: 1_352, time: Date.UTC(2026, 0, 1) * 1000 + 1_350 * 60e6 });
    const text = bytes.subarray(wild?.offset, (wild?.offset ?? 0) + (wild?.length ?? 0)).toString();
    expect(text).toMatch(/^2026-01-01T22:30:00.000Z,250,[\d.]+,0\n$/);
    expect(html).toMatch(/inlet (read 250, outside its range|jumped to 250)/);
    expect((analysis as InputAnalysis).alerts.every(({ alert }) => alert.detection.evidence.length > 0)).toBe(true);
    const [again] = await analyze([path('pump.csv')]);
    expect(renderJson(buildReport((again as InputAnalysis).report))).toBe(renderJson(report));
  });

  it('of many devices in one table are of each device, one cause among them is one kind, and a device that stops is told of', async () => {
    const random = seededRandom(6);
    const lines = ['time,device,temperature_celsius'];
    for (let minute = 0; minute < 90; minute++) {
      for (let device = 0; device < 40; device++) {
        if (device === 7 && minute >= 60) continue;
        const wild = minute === 75 && device >= 3 && device < 6;
        const value = wild ? 500 + random() : 20 + Math.sin((minute + 9 * device) / 11) + 0.1 * random();
        lines.push(`${new Date(Date.UTC(2026, 0, 1) + minute * 60_000).toISOString()},dev${device},${value.toFixed(2)}`);
      }
    }
    await writeFile(path('fleet.csv'), lines.join('\n'));
    const [fleet] = await analyze([path('fleet.csv')]);
    const alerts = (fleet as InputAnalysis).alerts.map(({ alert }) => alert);
    const wild = alerts.filter(({ detection }) => detection.detector === 'device-faults');
    expect(wild.map(({ detection }) => detection.entity).sort()).toEqual(['dev3', 'dev4', 'dev5']);
    expect(new Set(wild.map(({ group }) => group)).size).toBe(1);
    expect(wild.every(({ detection }) => detection.key === `${detection.entity} temperature_celsius` && detection.severity < 50)).toBe(
      true,
    );
    const texts = wild.map(({ detection: { entity, evidence } }) => {
      const of500 = evidence.find(({ value = 0 }) => value >= 500);
      return [entity, lines[(of500?.line ?? 1) - 1]];
    });
    for (const [entity, text] of texts) expect(text).toMatch(new RegExp(`^2026-01-01T01:15:00.000Z,${entity},50`));
    const silent = alerts.filter(({ detection }) => detection.detector === 'silence');
    expect(silent.map(({ detection }) => [detection.entity, detection.title])).toEqual([
      ['dev7', expect.stringContaining('dev7 has stopped reporting: nothing since 2026-01-01T00:59')],
    ]);
    expect(silent[0]?.detection.severity).toBeLessThan(25);
    expect(alerts).toHaveLength(4);
  });

  it('are held against a baseline', async () => {
    const [analysis] = await analyze([path('pump.csv')], [path('normal.csv')]);
    expect(found(analysis as InputAnalysis).join('\n')).toMatch(/device-faults outlet: .*times in a row/);
    expect(analysis?.report.detectors.every(({ learntFrom }) => learntFrom === 'baseline')).toBe(true);
  });

  it('come from Parquet too', async () => {
    const times = Float64Array.from({ length: 300 }, (_, i) => 1_767_225_600_000_000 + i * 60e6);
    const load = times.map((_, i) => (i === 280 ? 900 : 50 + 5 * Math.sin(i / 7)));
    await writeParquet(
      [
        { name: 'timestamp', type: 'time', values: times },
        { name: 'load', type: 'number', values: load },
        { name: 'host', type: 'string', values: Array.from(times, () => 'web') },
      ],
      path('load.parquet'),
    );
    const [analysis] = await analyze([path('load.parquet')]);
    expect(analysis?.input).toMatchObject({ format: 'readings', lines: 300 });
    expect(analysis?.report.channels?.map(({ name }) => name)).toEqual(['load']);
    expect(found(analysis as InputAnalysis).join('\n')).toMatch(/load.*900/);
  });

  it('of a few rows are read and nothing is claimed; tables of other things are no readings', async () => {
    const [few] = await analyze([path('readings.json')]);
    expect(few?.input.format).toBe('readings');
    expect(few?.alerts).toEqual([]);
    const [plain] = await analyze([path('plain.csv')]);
    expect(plain?.input.format).not.toBe('readings');
  });

  it.skipIf(missing(MODS))(needs('DEEP MODS archives are one series', MODS), async () => {
    const [analysis] = await analyze([dataset(MODS) as string]);
    expect(analysis?.input).toMatchObject({ name: 'deep-mods', lines: 144 });
    expect(analysis?.report.channels?.map(({ name }) => name)).toEqual(['conn_in', 'conn_out', 'dns_in_distinct', 'ssh_in']);
  });

  it('that a device cannot give at once are one finding, that of the detector which names the fault', async () => {
    const [analysis] = await analyze([path('pump.csv')]);
    const begin = Date.UTC(2026, 0, 1) * 1000 + 1_440 * 60e6;
    const told = (analysis as InputAnalysis).alerts
      .map(({ alert: { detection } }) => detection)
      .filter(({ key, start }) => key === 'outlet' && start >= begin);
    expect(new Set(told.map(({ detector }) => detector))).toEqual(new Set(['device-faults']));
    expect(told.map(({ explanation }) => explanation.why).join(' ')).toContain('The detector forecast finds it too.');
    const spans = (analysis as InputAnalysis).alerts.map(({ alert: { detection } }) => [detection.key, detection.start, detection.end]);
    for (const [key, start, end] of spans) {
      expect(
        spans.filter(([other, from, to]) => other === key && (from as number) <= (end as number) && (to as number) >= (start as number)),
      ).toHaveLength(1);
    }
  });

  it('of many channels that stop belonging together are found by all of them at once', async () => {
    const random = seededRandom(4);
    const lines = ['timestamp,a,b,c'];
    for (let i = 0; i < 2_000; i++) {
      const wave = 10 * Math.sin(i / 30) + random();
      const apart = i >= 1_800 && i < 1_860;
      const c = apart ? 10 * Math.sin(i / 30 + Math.PI) + random() : wave + 0.2 * random();
      lines.push(`${new Date(Date.UTC(2026, 0, 1) + i * 60_000).toISOString()},${wave},${wave + 0.2 * random()},${c}`);
    }
    await writeFile(path('three.csv'), lines.join('\n'));
    const [analysis] = await analyze([path('three.csv')]);
    const together = (analysis as InputAnalysis).alerts.find(({ alert }) => alert.detection.detector === 'var')?.alert.detection;
    expect(together?.key).toBe('all channels');
    expect(together?.explanation.contributions[0]?.subject).toBe('c');
    const minute = ((together?.start ?? 0) / 1e6 - Date.UTC(2026, 0, 1) / 1000) / 60;
    expect(minute).toBeGreaterThanOrEqual(1_800);
    expect(minute).toBeLessThan(1_860);
    expect(analysis?.report.detectors.find(({ name }) => name === 'var')).toMatchObject({ unit: 'row', learntFrom: 'input' });
    const [single] = await analyze([path('pump.csv')], [], {});
    expect(single?.report.detectors.map(({ name }) => name)).toEqual(['forecast', 'device-faults', 'discord', 'var']);
  });

  it('of a channel that spikes, stands still or falls silent accuse neither its neighbours nor all channels together', async () => {
    const table = (fault: (i: number, usual: string) => string) => {
      const random = seededRandom(14);
      const lines = ['timestamp,a,b,c,d'];
      for (let i = 0; i < 2_000; i++) {
        const wave = 50 + 10 * Math.sin(i / 30) + 4 * Math.sin(i / 7);
        const row = [1, 0.8, 1.2, 0.5].map((factor) => (factor * wave + 0.6 * random()).toFixed(3));
        row[1] = fault(i, row[1] as string);
        lines.push(`${new Date(Date.UTC(2026, 0, 1) + i * 60_000).toISOString()},${row.join(',')}`);
      }
      return lines.join('\n');
    };
    const faults = {
      spike: (i: number, usual: string) => (i === 1_500 ? '400' : usual),
      still: (i: number, usual: string) => (i >= 1_500 && i < 1_600 ? '41.5' : usual),
      silent: (i: number, usual: string) => (i >= 1_500 && i < 1_700 ? '' : usual),
    };
    for (const [name, fault] of Object.entries(faults)) {
      await writeFile(path(`${name}.csv`), table(fault));
      const [analysis] = await analyze([path(`${name}.csv`)]);
      const told = (analysis as InputAnalysis).alerts.map(({ alert: { detection } }) => [detection.key, detection.severity >= 50] as const);
      expect(told.filter(([key]) => key === 'b').length).toBeGreaterThan(0);
      expect(told.filter(([key, high]) => key !== 'b' && high)).toEqual([]);
    }
  });

  it('are rated by a stored forecast, whose band is drawn', async () => {
    const [frame] = await readSeries([path('normal.csv')], { ignore: ['anomaly'] });
    const { model } = await trainForecast((frame as NamedFrame).frame, { algorithm: 'ridge', steps: 6, seed: 1 });
    const forecast = { model, name: 'pump@3', sha256: 'ab', rows: 1_500 };
    const [analysis] = await analyze([path('pump.csv')], [], { forecast });
    const rated = analysis?.report.detectors.find(({ name }) => name === 'forecast');
    expect(rated).toMatchObject({ learntFrom: 'model', learntFromName: 'pump@3', modelSha256: 'ab' });
    const inlet = (analysis as InputAnalysis).alerts.find(({ alert }) => alert.detection.key === 'inlet')?.alert.detection;
    expect(inlet?.title).toMatch(/250/);
    expect(analysis?.report.channels?.[0]?.forecast).toHaveLength(6);
    await expect(analyze([path('readings.json')], [], { forecast })).rejects.toThrow('the data have no channel inlet');
  });

  it.skipIf(missing(MODS))(needs('of DEEP MODS are chosen by query and time range', MODS), async () => {
    const mods = { query: 'ssh|in~ssh_in;dns|in_distinct_query#window_start,window_end', range: '<2019-06-01,2019-06-01T12:00:00)' };
    const [analysis] = await analyze([dataset(MODS) as string], [], { mods });
    expect(analysis?.report.channels?.map(({ name }) => name)).toEqual(['ssh_in', 'in_distinct_query']);
    expect(analysis?.input.lines).toBeLessThan(80);
    await expect(analyze([dataset(MODS) as string], [], { mods: { range: 'June' } })).rejects.toThrow('time range June cannot be read');
  });

  it('in local time keep the hour that clocks show twice and leave out the one they never show, and say so', async () => {
    const start = Date.UTC(2024, 9, 26, 22);
    const local = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Europe/Berlin', dateStyle: 'short', timeStyle: 'medium' });
    const lines = Array.from({ length: 600 }, (_, i) => `${local.format(start + i * 60_000)},${50 + 5 * Math.sin(i / 9)}`);
    await writeFile(path('local.csv'), ['timestamp,load', '2024-03-31 02:30:00,7', ...lines].join('\n'));
    const [berlin] = await analyze([path('local.csv')], [], { timezone: 'Europe/Berlin' });
    expect(berlin?.input.lines).toBe(600);
    expect(berlin?.report.lastEvent).toBe((start + 599 * 60_000) * 1000);
    const warning = berlin?.report.warnings.find(({ code }) => code === 'clock-changes')?.text;
    expect(warning).toContain('120 lie in an hour that the clocks showed twice');
    expect(warning).toContain('1 lie in an hour that the clocks skipped');
    expect(berlin?.report.warnings.some(({ code }) => code === 'irregular')).toBe(false);
    const [utc] = await analyze([path('local.csv')]);
    expect(utc?.report.warnings.some(({ code }) => code === 'clock-changes')).toBe(false);
    expect(utc?.input.lines).toBe(541);
  });

  it('find nothing but the silence where readings are missing for hours, as rows or as empty cells', async () => {
    const day = (kind: 'rows' | 'cells' | 'none') => {
      const random = seededRandom(8);
      const lines = ['timestamp,temp,humidity'];
      for (let minute = 0; minute < 10 * 1440; minute += 5) {
        const phase = (2 * Math.PI * minute) / 1440;
        const row = [20 + 4 * Math.sin(phase) + 0.1 * random(), 50 - 9 * Math.sin(phase + 0.2) + 0.3 * random()].map((one) =>
          one.toFixed(3),
        );
        const missing = kind !== 'none' && minute >= 8 * 1440 + 600 && minute < 8 * 1440 + 840;
        if (missing && kind === 'rows') continue;
        lines.push(`${new Date(Date.UTC(2026, 0, 1) + minute * 60_000).toISOString()},${missing ? ',' : row.join(',')}`);
      }
      return `${lines.join('\n')}\n`;
    };
    const all: Record<string, string[]> = {};
    for (const kind of ['none', 'rows', 'cells'] as const) {
      await writeFile(path(`${kind}.csv`), day(kind));
      const [analysis] = await analyze([path(`${kind}.csv`)]);
      all[kind] = found(analysis as InputAnalysis);
    }
    expect(all.none).toEqual([]);
    for (const kind of ['rows', 'cells']) expect(all[kind]?.filter((one) => !one.startsWith('silence'))).toEqual([]);
    for (const kind of ['rows', 'cells']) expect(all[kind]?.filter((one) => one.startsWith('silence'))).not.toEqual([]);
  });

  it('say when a device or one channel of it does not report, and count what was amiss in their rows', async () => {
    const random = seededRandom(6);
    const at = (minute: number) => new Date(Date.UTC(2026, 0, 1) + minute * 60_000).toISOString();
    const lines = ['timestamp,a,b'];
    for (let i = 0; i < 600; i++) {
      // The device says nothing for two hours, then channel b stops for good; c. every sixth minute a is not sent.
      if (i >= 200 && i < 320) continue;
      lines.push(`${at(i)},${i % 6 === 0 ? '' : (20 + random()).toFixed(3)},${i >= 500 ? '' : (5 + random()).toFixed(3)}`);
    }
    lines.push(`${at(599)},21,`, `${at(10)},20,5`, 'yesterday,20,5');
    await writeFile(path('gaps.csv'), lines.join('\n'));
    const [analysis] = await analyze([path('gaps.csv')]);
    const silent = (analysis as InputAnalysis).alerts.map(({ alert }) => alert.detection).filter(({ detector }) => detector === 'silence');
    expect(silent.map(({ key, start, end }) => [key, start / 1e3, end / 1e3])).toEqual(
      expect.arrayContaining([
        ['gaps reports', Date.parse(at(199)), Date.parse(at(320))],
        ['b', Date.parse(at(499)), Date.parse(at(599))],
      ]),
    );
    expect(silent).toHaveLength(2);
    expect(silent.find(({ key }) => key === 'b')?.title).toBe('b has stopped reporting: nothing since 2026-01-01T08:19:00Z.');
    expect(silent.find(({ key }) => key === 'gaps reports')?.explanation.what).toContain('gaps did not report for 2 h');
    const warnings = Object.fromEntries(analysis?.report.warnings.map(({ code, text }) => [code, text]) ?? []);
    expect(warnings).toMatchObject({
      duplicates: expect.stringMatching(/^2 rows/),
      unordered: expect.stringMatching(/^1 rows/),
      untimed: expect.stringMatching(/^1 rows/),
      irregular: expect.stringMatching(/^1 times/),
    });
    const html = renderHtml(buildReport((analysis as InputAnalysis).report));
    expect(html).toContain('b has stopped reporting');
  });

  it('of SNMP walks are rates of their counters, resets and wraps counted', async () => {
    const random = seededRandom(8);
    let octets = 2 ** 32 - 40_000;
    let packets = 0;
    const walks: string[] = [];
    for (let i = 0; i < 200; i++) {
      octets = (octets + 6_000 + Math.floor(600 * random()) + (i === 180 ? 6_000_000 : 0)) % 2 ** 32;
      packets = i === 100 ? 7 : packets + 60;
      walks.push(
        `# ${new Date(Date.UTC(2026, 0, 1) + i * 60_000).toISOString()}`,
        `IF-MIB::ifInOctets.1 = Counter32: ${octets}`,
        `IF-MIB::ifInUcastPkts.1 = Counter32: ${packets}`,
        'SNMPv2-MIB::sysDescr.0 = STRING: Linux',
      );
    }
    await writeFile(path('switch.txt'), `${walks.join('\n')}\n`);
    const [analysis] = await analyze([path('switch.txt')]);
    expect(analysis?.input).toMatchObject({ format: 'readings', lines: 200 });
    const [octetsDrawn, packetsDrawn] = analysis?.report.channels ?? [];
    expect(octetsDrawn?.name).toBe('IF-MIB::ifInOctets.1');
    expect(Math.max(...(packetsDrawn?.high ?? []).filter(Number.isFinite))).toBeCloseTo(1, 6);
    const codes = analysis?.report.warnings.filter(({ code }) => code === 'resets' || code === 'wraps').map(({ text }) => text);
    expect(codes).toEqual([expect.stringMatching(/^1 times a counter started anew/), expect.stringMatching(/^1 times a counter wrapped/)]);
    expect(found(analysis as InputAnalysis).join('\n')).toMatch(/ifInOctets\.1 read 1/);
  });
});
