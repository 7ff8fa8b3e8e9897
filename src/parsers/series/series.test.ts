import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { frameRows } from '../../core/index.ts';
import { dataset, missing, needs } from '../../testing/datasets.ts';
import {
  DEFAULT_MODS_QUERY,
  inRange,
  ModsReader,
  modsPath,
  parseModsQuery,
  parseSeriesJson,
  parseSeriesTable,
  parseTimeRange,
  tellsReadings,
} from './index.ts';

const SAMPLE = 'series/deep-mods/sample-train-w01h-s10m.tsv.gz';
const NAB = 'series/nab/data/realTraffic/speed_6005.csv.gz';

describe('series tables', () => {
  it('reads times of several kinds, orders rows, keeps the first of doubled times and marks gaps', () => {
    const frame = parseSeriesTable(
      'timestamp,cpu,"mem",text\n2020-01-01 00:10:00,2,5,x\n1577836800,1,,y\n2020-01-01T00:20:00Z,3,7,z\n2020-01-01T00:20:00Z,9,9,z\n',
      { name: 'a.csv' },
    );
    expect(frame.channels).toEqual(['cpu', 'mem']);
    expect([...frame.times]).toEqual([0, 600e6, 1200e6].map((plus) => Date.parse('2020-01-01') * 1000 + plus));
    expect(frame.values.map((column) => [...column])).toEqual([
      [1, 2, 3],
      [Number.NaN, 5, 7],
    ]);
    expect(frame.step).toBe(600e6);
    expect(frameRows(frame, 1, 3).values[0]).toEqual(Float64Array.of(2, 3));
  });

  it('reads tables without a header or a time', () => {
    const frame = parseSeriesTable('0.1,0.2\n0.3,0.4\n', { name: 'smd', from: 10, step: 60 });
    expect(frame.channels).toEqual(['channel_1', 'channel_2']);
    expect([...frame.times]).toEqual([10, 70]);
    expect(frame.undated).toBeUndefined();
    expect(parseSeriesTable('a,b\n1,2\n3,4\n', { name: 'untimed' })).toMatchObject({ channels: ['a', 'b'], undated: true });
  });

  it('tells readings, with times and without, from other tables', () => {
    const rows = (line: string, count = 30): string => `${line}\n`.repeat(count);
    expect(tellsReadings(`timestamp,cpu\n${rows('2020-01-01,1', 1)}`)).toBe(true);
    expect(tellsReadings(`conn_in\tconn_out\n${rows('1.5\t2')}`)).toBe(true);
    expect(tellsReadings(rows('0.1,0.2,'))).toBe(true);
    expect(tellsReadings(rows('0'))).toBe(true);
    expect(tellsReadings('{"time":"2020-01-01","a":1}\n')).toBe(true);
    // Too short to be sure, doubled names, words, rows of other widths, times that are none.
    expect(tellsReadings(rows('1,2', 5))).toBe(false);
    expect(tellsReadings(`5,a\n${rows('1,2')}`)).toBe(false);
    expect(tellsReadings(`a,a\n${rows('1,2')}`)).toBe(false);
    expect(tellsReadings(`a,b\n${rows('1,GET')}`)).toBe(false);
    expect(tellsReadings(`a,b\n${rows('1,2')}${rows('1', 1)}`)).toBe(false);
    expect(tellsReadings(`time,b\n${rows('7,2')}`)).toBe(false);
    expect(tellsReadings(rows('Jan  1 00:00:00 host sshd[1]: session opened'))).toBe(false);
  });

  it('looks at any text without failing', () => {
    const cell = fc.oneof(fc.string(), fc.constantFrom('time', '1', '', 'nan', '{', '[{', '\ufeff', '__proto__', '1e999'));
    const text = fc
      .array(
        fc.array(cell, { maxLength: 4 }).map((row) => row.join(',')),
        { maxLength: 30 },
      )
      .map((rows) => rows.join('\n'));
    fc.assert(fc.property(text, (head) => typeof tellsReadings(head) === 'boolean'));
  });

  const SMD = 'series/smd/machine-1-6_test.csv.gz';
  it.skipIf(missing(SMD, SAMPLE))(needs('tells real tables without times', SMD, SAMPLE), () => {
    for (const name of [SMD, SAMPLE]) expect(tellsReadings(gunzipSync(readFileSync(dataset(name) as string)).toString())).toBe(true);
  });

  it('refuses what holds no readings', () => {
    expect(() => parseSeriesTable('timestamp,word\n2020-01-01,abc\n', { name: 'w.csv' })).toThrow(/w\.csv holds no readings/);
    expect(() => parseSeriesJson('{"message":"no"}\n[', 'j')).toThrow(/j holds no readings/);
  });

  it('reads JSON arrays and lines; a hostile key is a channel like any other', () => {
    const lines = parseSeriesJson('{"time":"2020-01-01T00:00:00Z","a":1}\nbroken\n{"time":"2020-01-01T00:01:00Z","__proto__":4}', 'j');
    expect(lines.channels).toEqual(['a', '__proto__']);
    expect(lines.values[1]).toEqual(Float64Array.of(Number.NaN, 4));
    expect(parseSeriesJson('[{"ts":1577836800,"v":2}]', 'j').values[0]).toEqual(Float64Array.of(2));
  });

  it.skipIf(missing(SAMPLE, NAB))(needs('reads the real files', SAMPLE, NAB), () => {
    const read = (name: string) => parseSeriesTable(gunzipSync(readFileSync(dataset(name) as string)).toString(), { name });
    expect(read(SAMPLE)).toMatchObject({ rows: 17_280, channels: ['conn_in', 'conn_out', 'dns_in_distinct', 'ssh_in'] });
    expect(read(NAB)).toMatchObject({ rows: 2_500, channels: ['value'], step: 300e6 });
  });
});

describe('DEEP MODS queries', () => {
  it('parses the default, renames and units', () => {
    const query = parseModsQuery(DEFAULT_MODS_QUERY);
    expect(query.protocols.map(({ protocol }) => protocol)).toEqual(['conn', 'dns', 'ssh']);
    expect(query.merge).toEqual(['window_start', 'window_end']);
    expect(parseModsQuery('conn|in_sum_orig_bytes~in_MB').protocols[0]?.columns[0]).toEqual({
      column: 'in_sum_orig_bytes',
      name: 'in_MB',
      divisor: 1e6,
    });
  });

  it.each(['', 'conn', '|a', 'conn|', 'conn|a~b~c', 'conn|a#b#c', 'conn|a~x|b~x', `conn|${'a'.repeat(20_000)}`])(
    'refuses %.20s',
    (text) => {
      expect(() => parseModsQuery(text)).toThrow(/data_select_query/);
    },
  );

  it('parses time ranges with open and closed ends', () => {
    const range = parseTimeRange('<2019-06-01,2019-06-03)');
    const at = (text: string) => inRange(range, Date.parse(text) * 1000);
    expect([at('2019-05-31T23:59:59Z'), at('2019-06-01'), at('2019-06-02T23:50:00Z'), at('2019-06-03')]).toEqual([
      false,
      true,
      true,
      false,
    ]);
    expect(inRange(parseTimeRange('(2019-06-01,2019-06-03>'), Date.parse('2019-06-01') * 1000)).toBe(false);
    for (const bad of ['2019-06-01', '<a,b>', '<2019-06-03,2019-06-01)', `<${'9'.repeat(5000)}`])
      expect(() => parseTimeRange(bad)).toThrow(/time range/);
  });

  it('joins protocols by window and takes the paths of folders and zips', () => {
    expect(modsPath('x.zip!ssh/2019/06/01/w01h-s10m.tsv')).toEqual({ protocol: 'ssh', day: '2019-06-01', windowSlide: 'w01h-s10m' });
    expect(modsPath('notes.tsv')).toBeUndefined();
    const reader = new ModsReader({ query: parseModsQuery('conn|in~a;ssh|in~b_kB'), windowSlide: 'w01h-s10m' });
    const head = 'window_start\twindow_end\tin\n';
    reader.add('conn/2019/06/01/w01h-s10m.tsv', `${head}2019-06-01T00:00:00.000Z\t2019-06-01T01:00:00.000Z\t5\n`);
    reader.add(
      'ssh/2019/06/01/w01h-s10m.tsv',
      `${head}2019-06-01T00:00:00.000Z\t2019-06-01T01:00:00.000Z\t7000\n2019-06-01T00:10:00.000Z\t2019-06-01T01:10:00.000Z\t""\n`,
    );
    const frame = reader.finish();
    expect(frame.channels).toEqual(['a', 'b_kB']);
    expect(frame.values).toEqual([Float64Array.of(5, Number.NaN), Float64Array.of(7, Number.NaN)]);
    expect(() => reader.add('conn/2019/06/01/w01h-s10m.tsv', 'window_start\twindow_end\tother\n')).toThrow(/no column in/);
  });
});
