import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type DeadLetter, dictAt, encodeReading, READING_TYPES } from '../../core/index.ts';
import { MetricParser } from './parser.ts';

const ARRIVAL = 1_700_000_000_000_000;

function parse(format: string, text: string | Uint8Array, input = 'plant/oven.csv', parser = new MetricParser(format), line = 1) {
  const bytes = typeof text === 'string' ? new TextEncoder().encode(text) : text;
  const dead: DeadLetter[] = [];
  const batch = parser.parse({ input, generation: 'g', offset: 0, line, bytes, arrival: ARRIVAL, last: false }, 'src', (one) =>
    dead.push(one),
  );
  const readings = Array.from({ length: batch.rows }, (_, row) => [
    dictAt(batch.entity, row),
    dictAt(batch.series, row),
    batch.value[row],
    (batch.time[row] as number) / 1e6,
    READING_TYPES[batch.type[row] as number],
  ]);
  return { readings, dead, parser };
}

describe('metric formats', () => {
  it('reads the normal form, and puts aside what is none', () => {
    const line = new TextDecoder().decode(encodeReading({ time: 5e6, entity: 'a', series: 's', value: 1.5, type: 'counter' }));
    const { readings, dead } = parse('readings', `${line}\n{"time":1}\nnot json\n\n`);
    expect(readings).toEqual([['a', 's', 1.5, 5, 'counter']]);
    expect(dead.map(({ reason, line: at }) => [reason, at])).toEqual([
      ['its entity is no text, or too long', 2],
      ['it is no JSON', 3],
    ]);
  });

  it('reads a row for every metric, with decimal commas and days before months', () => {
    const { readings, dead } = parse(
      'series',
      'Zeit;host;metric;Wert\n14.11.2023 22:13;web;load;1,5\n14.11.2023 22:13;web;mem;2\n11/12/2023 10:00;web;mem;2\n',
    );
    expect(readings).toEqual([
      ['web', 'load', 1.5, 1_699_999_980, 'gauge'],
      ['web', 'mem', 2, 1_699_999_980, 'gauge'],
      // What dots tell holds for slashes, as in reports.
      ['web', 'mem', 2, 1_702_288_800, 'gauge'],
    ]);
    expect(dead).toEqual([]);
  });

  it('keeps the devices of a table apart by whatever name their column has', () => {
    const rows = '2023-11-14 22:13:20,web,cpu,5\n2023-11-14 22:13:20,db,cpu,7\n';
    for (const name of ['host', 'hostname', 'device_id', 'Instance', 'station']) {
      expect(parse('series', `time,${name},metric,value\n${rows}`).readings).toEqual([
        ['web', 'cpu', 5, 1_700_000_000, 'gauge'],
        ['db', 'cpu', 7, 1_700_000_000, 'gauge'],
      ]);
    }
    const both = '{"ts":1700000000,"site":"north","hostname":"web","host":"db","cpu":5}\n{"ts":1700000060,"hostname":"web","cpu":6}\n';
    expect(parse('series', both).readings.map(([entity]) => entity)).toEqual(['db', 'web']);
  });

  it('reads dates and times of day in two columns, whichever comes first', () => {
    for (const table of [
      'Date,Time,load\n2023-11-14,9:05,1\n2023-11-14,1:30 PM,2\n',
      'Uhrzeit;Datum;load\n9:05;14.11.2023;1\n13:30:00;14.11.2023;2\n',
    ]) {
      expect(parse('series', table).readings.map(([, series, value, time]) => [series, value, time])).toEqual([
        ['load', 1, 1_699_952_700],
        ['load', 2, 1_699_968_600],
      ]);
    }
    // A column of whole times beside one of dates is no time of day.
    expect(parse('series', 'time,data\n2023-11-14T09:05:00Z,1\n').readings).toEqual([['oven', 'data', 1, 1_699_952_700, 'gauge']]);
  });

  it('reads dates with slashes line by line, whichever number is the day, and loses none while nothing tells', () => {
    const april = (day: number) => (Date.UTC(2025, 3, day, 10) / 1e6) * 1e3;
    const times = (text: string, parser?: MetricParser, line = 1) =>
      parse('series', text, 'a.csv', parser, line).readings.map(([, , value, time]) => [value, time]);
    const expected = [3, 4, 13].map((day, i) => [i + 1, april(day)]);
    // Each line by itself, and after a restart between them: the third tells.
    let parser = new MetricParser('series');
    const got: unknown[] = [];
    for (const [i, row] of ['time,load', '03/04/2025 10:00,1', '03/04/2025 10:00,1.5', '13/04/2025 10:00,3'].entries()) {
      got.push(...times(`${row}\n`, parser, i + 1));
      const state = parser.snapshot();
      parser = new MetricParser('series');
      parser.restore(state);
    }
    expect(got).toEqual([expected[0], [1.5, april(3)], expected[2]]);
    // The next day is nearer than the next month.
    expect(times('time,load\n03/04/2025 10:00,1\n04/04/2025 10:00,2\n')).toEqual(expected.slice(0, 2));
    expect(times('time,load\n04/03/2025 10:00,1\n04/04/2025 10:00,2\n')).toEqual(expected.slice(0, 2));
    // Whatever its name, a first column of dates is one of times.
    expect(times('when,load\n13/04/2025 10:00,3\n')).toEqual([expected[2]]);
    expect(parse('series', 'one,two\nx,y\nv,w\n').dead.map(({ line }) => line)).toEqual([1, 2, 3]);
    const alone = new MetricParser('series');
    const letters: DeadLetter[] = [];
    const bytes = new TextEncoder().encode('one,two\n');
    alone.parse({ input: 'x', generation: 'g', offset: 0, line: 1, bytes, arrival: ARRIVAL, last: true }, 's', (one) => letters.push(one));
    expect(letters).toHaveLength(1);
  });

  it('reads tables that grow, by their header, also after a restart', () => {
    const first = parse('series', 'timestamp,temperature,"flow",note\n2023-11-14 22:13:20,200.5,3,ok\n');
    expect(first.readings).toEqual([
      ['oven', 'temperature', 200.5, 1_700_000_000, 'gauge'],
      ['oven', 'flow', 3, 1_700_000_000, 'gauge'],
    ]);
    const again = new MetricParser('series');
    again.restore(first.parser.snapshot());
    expect(parse('series', '1700000060,201,,\nyesterday,1,1,\n', undefined, again, 3).readings).toEqual([
      ['oven', 'temperature', 201, 1_700_000_060, 'gauge'],
    ]);
  });

  it('reads JSON lines, device columns and DEEP MODS aggregates', () => {
    expect(parse('series', '{"ts":1700000000,"device":"pump","rpm":5,"state":"on"}\n').readings).toEqual([
      ['pump', 'rpm', 5, 1_700_000_000, 'gauge'],
    ]);
    const mods = 'window_start\twindow_end\tin_count\n2019-06-01T00:00:00.000Z\t2019-06-01T01:00:00.000Z\t7\n';
    expect(parse('series', mods, 'x/conn/2019/06/01/w01h-s10m.tsv').readings).toEqual([['conn', 'in_count', 7, 1_559_347_200, 'gauge']]);
  });

  it('reads what snmpwalk prints', () => {
    const text = [
      '# 2023-11-14T22:13:20Z',
      'IF-MIB::ifHCInOctets.1 = Counter64: 12345',
      '.1.3.6.1.2.1.2.2.1.10.2 = Counter32: 99',
      'IF-MIB::ifOperStatus.1 = INTEGER: up(1)',
      'SNMPv2-MIB::sysDescr.0 = STRING: Linux',
      'nonsense',
    ].join('\n');
    const { readings, dead } = parse('snmp', text, 'walks/switch1.txt');
    expect(readings).toEqual([
      ['switch1', 'IF-MIB::ifHCInOctets.1', 12345, 1_700_000_000, 'counter'],
      ['switch1', '.1.3.6.1.2.1.2.2.1.10.2', 99, 1_700_000_000, 'counter'],
      ['switch1', 'IF-MIB::ifOperStatus.1', 1, 1_700_000_000, 'gauge'],
    ]);
    expect(dead.map(({ reason }) => reason)).toEqual(['it is no line of snmpwalk']);
  });

  it.each(['readings', 'series', 'snmp'])('%s takes any bytes', (format) => {
    const hostile = fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc
        .constantFrom('{"time":1e999}', '{"__proto__":{"time":1}}', 'timestamp\n,,,\n', `${'a,'.repeat(20_000)}time`, '# \n = Counter32: 1')
        .map((text) => new TextEncoder().encode(text)),
    );
    fc.assert(
      fc.property(fc.array(hostile, { maxLength: 4 }), (parts) => {
        const parser = new MetricParser(format);
        for (const part of parts) {
          const { readings } = parse(format, part, 'x', parser);
          expect(readings.every(([, , value]) => Number.isFinite(value))).toBe(true);
        }
      }),
      { numRuns: 150 },
    );
  });

  it('reads times without a zone off a wall clock: the hour it shows twice, and the one it never shows', () => {
    const parser = new MetricParser('series', 'Europe/Berlin');
    const rows = ['timestamp,load', '2024-10-27 02:30:00,1', '2024-10-27 02:50:00,2', '2024-10-27 02:10:00,3', '2024-10-27 03:00:00,4'];
    const { readings, dead } = parse('series', `${rows.join('\n')}\n2024-10-27T04:00:00Z,5\n`, 'a.csv', parser);
    const utc = (text: string) => Date.parse(text) / 1000;
    const times = ['2024-10-27T00:30Z', '2024-10-27T00:50Z', '2024-10-27T01:10Z', '2024-10-27T02:00Z', '2024-10-27T04:00Z'].map(utc);
    expect(readings.map(([, , , time]) => time)).toEqual(times);
    expect(dead).toEqual([]);
    expect(parser.counters()).toMatchObject({ repeated_times: 3, skipped_times: 0 });
    const again = new MetricParser('series', 'Europe/Berlin');
    again.restore(parser.snapshot());
    const spring = parse('series', '2025-03-30 01:59:00,1\n2025-03-30 02:30:00,2\n2025-03-30 03:01:00,3\n', 'a.csv', again, 7);
    expect(spring.readings.map(([, , value, time]) => [value, time])).toEqual([
      [1, utc('2025-03-30T00:59Z')],
      [3, utc('2025-03-30T01:01Z')],
    ]);
    expect(spring.dead.map(({ reason }) => reason)).toEqual(['its time 2025-03-30 02:30:00 lies in an hour that the clocks skipped']);
    expect(again.counters()).toMatchObject({ repeated_times: 3, skipped_times: 1 });
  });

  it('knows after a restart within the repeated hour that it is the second one, each file by itself', () => {
    const parser = new MetricParser('series', 'Europe/Berlin');
    parse('series', 'timestamp,load\n2024-10-27 02:50:00,1\n2024-10-27 02:10:00,2\n', 'a.csv', parser);
    const again = new MetricParser('series', 'Europe/Berlin');
    again.restore(parser.snapshot());
    const second = parse('series', '2024-10-27 02:20:00,3\n', 'a.csv', again, 4);
    expect(second.readings.map(([, , , time]) => time)).toEqual([Date.parse('2024-10-27T01:20Z') / 1000]);
    const other = parse('series', 'timestamp,load\n2024-10-27 02:20:00,3\n', 'b.csv', again);
    expect(other.readings.map(([, , , time]) => time)).toEqual([Date.parse('2024-10-27T00:20Z') / 1000]);
  });

  it('takes from snmpwalk no value that is no number, no line without end, and names no longer than others have', () => {
    const walk = (text: string) => parse('snmp', text, 'router.txt');
    const big = `A::b.1 = Counter64: ${'9'.repeat(400)}\n`;
    expect(walk(big).readings).toEqual([]);
    expect(walk(`A::b.1 = Counter64: 18446744073709551615\n`).readings).toHaveLength(1);
    const { readings } = walk(`A::${'b'.repeat(1_500)}.1 = Gauge32: 5\n`);
    expect(readings.map(([, series]) => (series as string).length)).toEqual([1024]);
    const endless = `${'A::b.1 = Gauge32: 5 '.repeat(70_000)}\n`;
    expect(walk(endless).dead.map(({ reason }) => reason)).toEqual(['it is too long']);
    expect(
      walk(`# 9999999999999999999999\nA::b.1 = Gauge32: -3\n-5 A::b.2 = Gauge32: 1\n`).readings.every(
        ([, , value, time]) => Number.isFinite(value) && Number.isFinite(time),
      ),
    ).toBe(true);
    const began = performance.now();
    walk(`${'a'.repeat(500_000)} = \n${'A:'.repeat(200_000)}\n${'x '.repeat(200_000)}\n`);
    expect(performance.now() - began).toBeLessThan(2_000);
  });

  it('holds back no more than so much until a date tells its order, of however many inputs', () => {
    const parser = new MetricParser('series');
    const row = `03/04/2020,1${' '.repeat(1_000_000)}\n`;
    const { readings } = parse('series', `time,load\n${row.repeat(40)}`, 'long.csv', parser);
    expect(readings.length).toBeGreaterThan(30);
    for (let i = 0; i < 1_200; i++) parse('series', 'time,load\n03/04/2020,1\n', `${i}.csv`, parser);
    const { held } = JSON.parse(new TextDecoder().decode(parser.snapshot())) as { held: unknown[] };
    expect(held.length).toBeLessThanOrEqual(1_000);
    const { readings: rest } = parse('series', '13/04/2020,7\n', '5.csv', parser, 3);
    expect(rest.map(([, , value]) => value)).toEqual([1, 7]);
  });
});
