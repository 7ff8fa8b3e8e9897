import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lineText } from '../../dashboard/src/format/event-text.ts';
import { bytes, count, figure, percent, plural, short } from '../../dashboard/src/format/number.ts';
import { levelOf } from '../../dashboard/src/format/severity.ts';
import {
  ago,
  axisLabels,
  binLabels,
  DAY,
  dateTime,
  duration,
  HOUR,
  MINUTE,
  parseRange,
  prose,
  SECOND,
  utc,
  zoned,
} from '../../dashboard/src/format/time.ts';
import { reading, readingRange } from '../../dashboard/src/format/unit.ts';

describe('numbers as people read them', () => {
  it.each([
    [count(1234567), '1,234,567'],
    [count(null), '–'],
    [short(1234.5), '1.23 k'],
    [short(999_600), '1 M'],
    [short(0), '0'],
    [bytes(1023), '1023 B'],
    [bytes(98_765_432), '94.2 MiB'],
    [bytes(850.8648901), '851 B'],
    [reading(22.204, 'temperature_celsius'), '22.2 °C'],
    [reading(0.719, 'filesystem./.used_ratio'), '71.9 %'],
    [reading(1536, 'network.eth0.received_bytes'), '1.5 KiB/s'],
    [reading(1536, 'http_response_bytes{method="GET"}'), '1.5 KiB'],
    [reading(0.5, 'cpu.busy'), '0.5 CPUs'],
    [reading(12, 'door_openings'), '12'],
    [reading(null, 'cpu.busy'), '–'],
    [readingRange(0, 0.5, 'cpu.busy'), '0 to 0.5 CPUs'],
    [readingRange(512, 2048, 'x_bytes'), '512 B to 2 KiB'],
    [readingRange(3, 4, 'door_openings'), '3 to 4'],
    [percent(0.001), '0.1 %'],
    [percent(0.9876), '98.8 %'],
    [percent(0), '0 %'],
    [percent(3e-8), '3.0e-6 %'],
    [figure(0.00021), '2.10e-4'],
    [figure(14.23456), '14.23'],
    [plural(1, 'alert'), '1 alert'],
    [plural(2, 'entity', 'entities'), '2 entities'],
  ])('%s', (made, wanted) => expect(made).toBe(wanted));

  it('no finite number is shown as none', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e300, max: 1e300 }), (value) => {
        for (const text of [count(value), short(value), bytes(value), percent(value), figure(value)]) expect(text).toMatch(/\d/);
      }),
    );
  });

  it('severity colours change at 25, 50, 75', () => {
    expect([0, 24.9, 25, 49.9, 50, 74.9, 75, 100].map(levelOf)).toEqual([
      'low',
      'low',
      'medium',
      'medium',
      'high',
      'high',
      'critical',
      'critical',
    ]);
  });
});

describe('times', () => {
  const at = Date.UTC(2026, 2, 1, 13, 5, 9, 120) * 1000;

  it('are shown in the zone of the user, and in UTC on hover', () => {
    expect(utc(at)).toBe('2026-03-01 13:05:09.120 UTC');
    expect(utc(at - 120_000)).toBe('2026-03-01 13:05:09 UTC');
    const local = new Date(at / 1000);
    expect(dateTime(at)).toContain(`${String(local.getHours()).padStart(2, '0')}:`);
    expect(dateTime(at, true).endsWith('.120')).toBe(true);
    expect([dateTime(null), dateTime(Number.NaN), utc(undefined)]).toEqual(['–', '–', 'no time known']);
  });

  it('sentences tell their moments in the zone of the user, with its name; quotes stay as they were written', () => {
    const sentence = 'door read 3 at 2026-03-01T13:05:09Z, logged "open 2026-03-01T13:05:09Z", since 2026-03-01T13:05:09.120Z.';
    const inner = '“"GET /" 2026-03-01T13:05:09Z”';
    expect(prose(`${inner} at 2026-03-01T13:05:09Z`)).toBe(`${inner} at ${zoned(at)}`);
    expect(prose(sentence)).toBe(`door read 3 at ${zoned(at)}, logged "open 2026-03-01T13:05:09Z", since ${zoned(at)}.`);
    expect(zoned(at)).toMatch(/^2026-03-0[12] \d\d:\d5:09 \S+$/);
    expect(prose('no moment, 2026-03-01 alone')).toBe('no moment, 2026-03-01 alone');
  });

  it('bins carry round times where these fall', () => {
    const start = new Date(2026, 2, 1, 10, 47).getTime() * 1000;
    const labels = binLabels(Array.from({ length: 60 }, (_, bin) => start + bin * 3 * MINUTE));
    expect(labels.filter((label) => label !== '')).toEqual([
      '11:00',
      '11:15',
      '11:30',
      '11:45',
      '12:00',
      '12:15',
      '12:30',
      '12:45',
      '13:00',
      '13:15',
      '13:30',
      '13:45',
    ]);
    expect(labels.indexOf('11:00')).toBe(4);
    expect(binLabels([])).toEqual([]);
  });

  it('durations carry their unit', () => {
    expect([250, 2_500, 1.5 * SECOND, 59 * SECOND, 5 * MINUTE, 5 * HOUR, 9 * DAY].map(duration)).toEqual([
      '250 µs',
      '3 ms',
      '1.5 s',
      '59 s',
      '5 min',
      '5 h',
      '9 d',
    ]);
    expect([ago(at, at + MINUTE * 3), ago(at + 2 * HOUR, at), ago(at, at)]).toEqual(['3 min ago', 'in 2 h', 'now']);
  });

  it('ranges of the address are relative, absolute or all', () => {
    expect(parseRange('24h', at).from).toBe(Math.ceil(at / (10 * SECOND)) * 10 * SECOND - DAY);
    expect(parseRange('5-9')).toEqual({ from: 5, to: 9 });
    for (const nonsense of [undefined, 'all', '9-5', '1y', '../x', '-1-2']) expect(parseRange(nonsense)).toEqual({});
    fc.assert(
      fc.property(fc.string(), (text) => {
        const { from = 0, to = Number.POSITIVE_INFINITY } = parseRange(text, at);
        expect(from).toBeLessThan(to);
      }),
    );
  });

  it('the axis names the day where it changes', () => {
    const midnight = new Date(2026, 2, 2).getTime() / 1000;
    expect(axisLabels([midnight - 3600, midnight, midnight + 3600])).toEqual(['23:00', '03-02', '01:00']);
    expect(axisLabels([midnight + 10, midnight + 20])[1]).toBe('00:00:20');
  });
});

describe('a stored line', () => {
  it('is shown with the fields that its message does not hold', () => {
    const line = { message: '"GET / HTTP/1.1" 200 512', fields: { referer: '-', userAgent: 'sqlmap/1.7' } };
    expect(lineText(line)).toBe('"GET / HTTP/1.1" 200 512 referer=- userAgent=sqlmap/1.7');
    expect(lineText({ message: 'up' })).toBe('up');
  });
});
