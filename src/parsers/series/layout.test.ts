import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cellsOf } from './cells.ts';
import { parseSeriesTable, tellsReadings } from './index.ts';
import { numberIn } from './numbers.ts';
import { dateOrderOf, writtenTime } from './written-time.ts';

const MIDNIGHT = Date.UTC(2025, 0, 13) * 1000;
const MINUTES = 60e6;

/** A table with a row every 15 minutes; `row` gets the time as UTC fields and a number. */
function table(head: string, row: (at: Date, value: number) => string, rows = 96): string {
  const lines = Array.from({ length: rows }, (_, i) => row(new Date((MIDNIGHT + i * 15 * MINUTES) / 1000), 1234.5 + i / 4));
  return `${head}\n${lines.join('\n')}\n`;
}

const two = (number: number) => String(number).padStart(2, '0');
const clock = (at: Date) => `${two(at.getUTCHours())}:${two(at.getUTCMinutes())}`;
const german = (at: Date) => `${two(at.getUTCDate())}.${two(at.getUTCMonth() + 1)}.${at.getUTCFullYear()} ${clock(at)}`;
const comma = (value: number) =>
  value
    .toFixed(2)
    .replace('.', ',')
    .replace(/^(\d)(\d{3})/, '$1.$2');

const SHAPES: Readonly<Record<string, readonly [text: string, readAs: RegExp]>> = {
  'semicolons, decimal commas, thousands and days first': [
    table('Zeitstempel;Leistung [kW]', (at, value) => `${german(at)};${comma(value)}`),
    /semicolons with decimal commas; times from Zeitstempel, day first/,
  ],
  'French dates behind a byte order mark, line ends of Windows': [
    table(
      '\ufeffHorodatage;Puissance',
      (at, value) => `${two(at.getUTCDate())}/01/2025 ${clock(at)}:00;${String(value).replace('.', ',')}\r`,
    ),
    /decimal commas; times from Horodatage, day first/,
  ],
  'months first, date and time of day apart': [
    table(
      'Date,Time,Load',
      (at, value) =>
        `01/${two(at.getUTCDate())}/2025,${at.getUTCHours() % 12 || 12}:${two(at.getUTCMinutes())} ${at.getUTCHours() < 12 ? 'AM' : 'PM'},${value}`,
    ),
    /times from Date and Time, month first/,
  ],
  'years first and hours without their zero': [
    table('Date,Time,Load', (at, value) => `2025-01-${two(at.getUTCDate())},${at.getUTCHours()}:${two(at.getUTCMinutes())},${value}`),
    /times from Date and Time\./,
  ],
  tabs: [table('time\tload', (at, value) => `${at.toISOString()}\t${value}`), /separated by tabs/],
  'seconds since 1970': [table('ts,load', (at, value) => `${at.getTime() / 1000},${value}`), /times from ts/],
  'milliseconds since 1970': [table('epoch_ms,load', (at, value) => `${at.getTime()},${value}`), /times from epoch_ms/],
  'quoted numbers with thousands': [
    table('"timestamp","load"', (at, value) => `"${at.toISOString()}","${value.toLocaleString('en', { minimumFractionDigits: 2 })}"`),
    /separated by commas/,
  ],
  'a line of units below the names': [
    table('timestamp,load\nUTC,kW', (at, value) => `${at.toISOString()},${value}`),
    /times from timestamp/,
  ],
};

describe('tables as they are written elsewhere', () => {
  it.each(Object.entries(SHAPES))('%s', (_, [text, readAs]) => {
    expect(tellsReadings(text.slice(0, 1500))).toBe(true);
    const frame = parseSeriesTable(text, { name: 'shape' });
    expect([...frame.times.slice(0, 3)]).toEqual([0, 15, 30].map((minutes) => MIDNIGHT + minutes * MINUTES));
    expect([...(frame.values[0] as Float64Array).slice(0, 3)]).toEqual([1234.5, 1234.75, 1235]);
    expect([frame.rows, frame.step]).toEqual([96, 15 * MINUTES]);
    expect(frame.readAs).toMatch(readAs);
  });

  it('tell days from months by all dates, then by the order of times, and say what was assumed', () => {
    expect(dateOrderOf(['01/02/2025', '13/02/2025'])).toEqual({ order: 'day first', assumed: false });
    expect(dateOrderOf(['01/02/2025', '02/13/2025'])).toEqual({ order: 'month first', assumed: false });
    expect(dateOrderOf(['11/01/2025', '12/01/2025', '01/02/2025', '02/02/2025'])).toEqual({ order: 'day first', assumed: false });
    expect(dateOrderOf(['03/04/2025'])).toEqual({ order: 'month first', assumed: true });
    expect(dateOrderOf(['03-04-2025'])).toEqual({ order: 'day first', assumed: true });
    const frame = parseSeriesTable('time,a\n03/04/2025 10:00,1\n03/04/2025 11:00,2\n', { name: 'one day' });
    expect(frame.readAs).toMatch(/Nothing tells whether dates have the day or the month first; month first was assumed\.$/);
    // Without a table around it, nothing tells.
    expect(writtenTime('03/04/2025').time).toBeNaN();
    expect(writtenTime('31.02.2025').time).toBeNaN();
    expect(writtenTime('03.04.25 10:00:00,5').time).toBe(Date.UTC(2025, 3, 3, 10, 0, 0, 500) * 1000);
  });

  it('take what stands for nothing as missing', () => {
    const frame = parseSeriesTable(
      `time,a\n${['NA', '-', '', 'NaN', 'null', '5'].map((cell, i) => `2025-01-0${i + 1},${cell}`).join('\n')}\n`,
      { name: 'm' },
    );
    expect([...(frame.values[0] as Float64Array)]).toEqual([Number.NaN, Number.NaN, Number.NaN, Number.NaN, Number.NaN, 5]);
    expect(tellsReadings('time,a\n2025-01-01,-\n2025-01-02,3\n')).toBe(true);
  });

  it('make a series of each device and metric of a long table, in bins where each has times of its own', () => {
    const long = table(
      'time,device,metric,value,unit',
      (at, value) =>
        `${at.toISOString()},web,cpu,${value},%\n${at.toISOString()},web,mem,${2 * value},%\n${at.toISOString()},db,cpu,${3 * value},%`,
    );
    expect(tellsReadings(long)).toBe(true);
    const frame = parseSeriesTable(long, { name: 'long' });
    expect(frame.channels).toEqual(['web cpu [%]', 'web mem [%]', 'db cpu [%]']);
    expect(frame.devices?.[2]).toEqual({ device: 'db', measure: 'cpu [%]' });
    expect([frame.rows, frame.step, frame.counts]).toEqual([96, 15 * MINUTES, undefined]);
    expect(frame.values.map((column) => column[0])).toEqual([1234.5, 2469, 3703.5]);
    expect(frame.readAs).toContain('one series for each device and metric (3), values from value');
    expect(frame.lines?.line[1]).toBe(5);
    const apart = parseSeriesTable(
      table(
        'time,sensor,value',
        (at, value) => `${at.toISOString()},a,${value}\n${new Date(at.getTime() + 40_000).toISOString()},b,${value + 1}`,
      ),
      { name: 'apart' },
    );
    expect([apart.rows, apart.step]).toEqual([96, 15 * MINUTES]);
    expect(apart.values.every((column) => column.every(Number.isFinite))).toBe(true);
  });

  it('are readings however many devices report at each moment, told from the first lines', () => {
    for (const [devices, moments] of [
      [40, 60],
      [1_500, 10],
      [9_000, 3],
    ] as const) {
      const rows = Array.from({ length: devices * moments }, (_, i) => {
        const moment = new Date(MIDNIGHT / 1000 + Math.floor(i / devices) * 60_000).toISOString();
        return `${moment},dev${String(i % devices).padStart(4, '0')},${20 + (i % 7)}`;
      });
      const text = `time,device,temperature_celsius\n${rows.join('\n')}\n`;
      expect(tellsReadings(text.slice(0, 200_000))).toBe(true);
      const frame = parseSeriesTable(text, { name: 'fleet' });
      expect([frame.rows, frame.channels.length, frame.channels[7]]).toEqual([moments, devices, 'dev0007 temperature_celsius']);
      expect(frame.devices?.[7]).toEqual({ device: 'dev0007', measure: 'temperature_celsius' });
    }
    // A column of numbers is no device unless its numbers come again.
    const readings = table('time,sensor,temperature', (at, value) => `${at.toISOString()},${value / 7},${value}`);
    expect(parseSeriesTable(readings, { name: 'two' }).channels).toEqual(['sensor', 'temperature']);
  });

  it('know the bytes of each row, behind a byte order mark and without a last line end', () => {
    for (const [text, first] of [
      ['\ufeff1,10\n2,20\n3,30', 0],
      ['\ufefftime,sensor,value\n1700000000,a,5\n1700000060,a,6\n1700000120,a,7', 1],
    ] as const) {
      const bytes = Buffer.from(text);
      const { offset, length } = parseSeriesTable(text, { name: 'bytes' }).lines ?? {
        offset: new Float64Array(),
        length: new Int32Array(),
      };
      const rows = [...offset].map((at, row) => bytes.subarray(at, at + (length[row] as number)).toString());
      expect(rows).toEqual(
        text
          .replace('\ufeff', '')
          .split(/(?<=\n)/)
          .slice(first),
      );
      expect((offset.at(-1) as number) + (length.at(-1) as number)).toBe(bytes.length);
    }
  });

  it('refuse what would not fit into memory', () => {
    const many = Array.from({ length: 10_000 }, (_, i) => `2025-01-01T00:00:00Z,d${i},1`);
    const often = Array.from({ length: 10_001 }, (_, i) => `${1_700_000_000 + i},d0,1`);
    expect(() => parseSeriesTable(`time,device,value\n${[...many, ...often].join('\n')}\n`, { name: 'wide' })).toThrow(
      /more than can be held/,
    );
  });

  it('leave records with words to those who read records', () => {
    const record = (head: string, row: string) => tellsReadings(table(head, (at) => `${at.toISOString()},${row}`));
    expect(record('timestamp,level,message', 'INFO,started')).toBe(false);
    expect(record('time,host,status,bytes,path', 'web,200,5,/x')).toBe(false);
    expect(record('Timestamp,Src IP,Dst IP,Bytes', '10.0.0.1,10.0.0.2,5')).toBe(false);
  });

  it('read cells and numbers as they were written', () => {
    fc.assert(
      fc.property(fc.array(fc.string(), { minLength: 1, maxLength: 5 }), (cells) => {
        const trimmed = cells.map((cell) => cell.replace(/[\n\r]/g, '').trim());
        const line = trimmed.map((cell) => `"${cell.replaceAll('"', '""')}"`).join(';');
        expect(cellsOf(line, ';')).toEqual(trimmed);
      }),
    );
    fc.assert(
      fc.property(fc.integer({ min: -1e9, max: 1e9 }), (cents) => {
        const value = cents / 100;
        expect(numberIn(value.toLocaleString('de'), ',')).toBeCloseTo(value, 6);
        expect(numberIn(value.toLocaleString('en'), '.')).toBeCloseTo(value, 6);
        expect(numberIn(String(value), '.')).toBe(value);
      }),
    );
    expect(numberIn('45 %', '.')).toBe(45);
    for (const none of ['1,2,3,4', '12 kW', '1.2.3', ',']) expect(numberIn(none, ',')).toBeNaN();
  });
});
