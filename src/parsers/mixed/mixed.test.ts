import { describe, expect, it } from 'vitest';
import { dictAt, type LogBatch, textAt } from '../../core/index.ts';
import { parseAll, parserContract } from '../../testing/parser-contract.ts';
import { detectFormat } from '../formats/detect.ts';
import { createLogParser, type FormatLogParser } from '../parser.ts';

const clock = (i: number) => new Date(Date.UTC(2026, 2, 1, 10, 0, i)).toISOString().slice(11, 19);
const access = (i: number) => `10.0.0.${i % 9} - - [01/Mar/2026:${clock(i)} +0000] "GET /p/${i % 7} HTTP/1.1" 200 ${i} "-" "Mozilla/5.0"`;
const error = (i: number) => `2026/03/01 ${clock(i)} [error] 7#7: *${i} open() "/srv/${i}" failed (2: No such file or directory)`;
const app = (i: number) => `2026-03-01 ${clock(i)},120 WARN pool is at ${i} of 99`;
const trace = (i: number) => `2026-03-01 ${clock(i)},500 ERROR job ${i} failed\njava.io.IOException: no\n\tat a.B.c(B.java:1234)`;
const json = (i: number) => `{"time":"2026-03-01T${clock(i)}Z","level":"error","msg":"upstream ${i} timed out"}`;
const junk = (i: number) => `worker ${i} exited on signal 9`;

const mixed = Array.from({ length: 600 }, (_, i) => {
  if (i % 100 === 5) return junk(i);
  if (i % 31 === 7) return trace(i);
  return (i % 10 === 3 ? error : i % 10 === 6 ? app : i % 50 === 9 ? json : access)(i);
});
const text = (lines: readonly string[]) => `${lines.join('\n')}\n`;

function read(
  lines: readonly string[],
  parser: FormatLogParser = createLogParser(),
): { batch: LogBatch; formats: Record<string, number>; dead: number } {
  let dead = 0;
  const bytes = Buffer.from(text(lines));
  const batch = parser.parse({ input: 'in', generation: 'g', offset: 0, line: 1, bytes, arrival: 0, last: true }, 's', () => dead++);
  const formats: Record<string, number> = {};
  for (let row = 0; row < batch.rows; row++) {
    const name = (batch.format === undefined ? parser.format?.name : dictAt(batch.format, row)) ?? '';
    formats[name] = (formats[name] ?? 0) + 1;
  }
  return { batch, formats, dead };
}

const count = (start: string) => mixed.filter((line) => line.startsWith(start)).length;

describe('a file with lines of several formats', () => {
  it('has every line read by the format it is in', () => {
    const { batch, formats, dead } = read(mixed);
    expect(dead).toBe(0);
    expect(formats).toEqual({
      'access-combined': count('10.0.0.'),
      'nginx-error': count('2026/03'),
      timestamped: count('2026-03'),
      json: count('{'),
      plain: count('worker'),
    });
    const row = mixed.slice(0, 18).length - 1;
    expect(mixed[3]?.startsWith('2026/03')).toBe(true);
    expect(batch.time[row]).toBe(Date.UTC(2026, 2, 1, 10, 0, 17) * 1000);
    const level = Array.from({ length: batch.rows }, (_, at) => dictAt(batch.level, at));
    expect(level.filter((one) => one === 'error').length).toBe(count('2026/03') + count('{'));
  });

  it('gives lines of no format the time of the line before them, and says so', () => {
    const { batch } = read(mixed);
    const row = Array.from({ length: batch.rows }, (_, at) => at).find(
      (at) => batch.format && dictAt(batch.format, at) === 'plain',
    ) as number;
    expect(textAt(batch.message, row)).toBe(junk(5));
    expect(batch.time[row]).toBe(batch.time[row - 1]);
  });

  it('keeps the fields of each format under their names', () => {
    const { batch } = read(mixed);
    const field = (name: string, row: number) => textAt(batch.fields?.[name] as never, row);
    const [first, failed] = [0, 3];
    expect([field('Client', first), field('Status', first), field('Tid', first)]).toEqual(['10.0.0.0', '200', '']);
    expect([field('Client', failed), field('Tid', failed)]).toEqual(['', '7']);
  });

  it('joins a stack trace to the line of the application between access lines', () => {
    const { batch } = read(mixed);
    const messages = Array.from({ length: batch.rows }, (_, row) => textAt(batch.message, row));
    expect(messages.filter((message) => message.includes('\n\tat a.B.c')).length).toBe(mixed.filter((line) => line.includes('\n')).length);
  });

  it('follows a format that changes in the middle, whatever the old one joins', () => {
    const old = Array.from({ length: 400 }, (_, i) => `2026-03-01 ${clock(i)},000 INFO [main] app.Job: step ${i}`);
    for (const [next, name] of [
      [json, 'json'],
      [access, 'access-combined'],
      [(i: number) => `<34>1 2026-03-01T${clock(i)}Z web app 7 - - step ${i}`, 'syslog-5424'],
      [(i: number) => `time=2026-03-01T${clock(i)}Z level=info msg="step ${i}"`, 'logfmt'],
    ] as const) {
      const { formats, dead } = read([...old, ...Array.from({ length: 400 }, (_, i) => next(400 + i))]);
      expect([dead, formats]).toEqual([0, { hadoop: 400, [name]: 400 }]);
    }
  });

  it('begins to read key=value lines without a time once many came', () => {
    const pairs = Array.from({ length: 100 }, (_, i) => `user=u${i % 5} action=login n=${i}`);
    const { formats } = read([...Array.from({ length: 5000 }, (_, i) => access(i)), ...pairs]);
    expect(formats).toEqual({ 'access-combined': 5000, logfmt: 68, plain: 32 });
  });

  it('leaves stack traces and texts that hold times inside whole', () => {
    const lines = [trace(1), `${app(2)}\n  {"time":"2026-03-01T10:00:00Z"}\nselect 2026 from t\n{"id": 12345}`, app(3)];
    const parser = createLogParser({ format: 'timestamped', mixed: true });
    expect(read(lines, parser).batch.rows).toBe(3);
  });

  it('is no plain file because none of its formats has half the lines', () => {
    const lines = Array.from({ length: 300 }, (_, i) => [access, access, access, json, json, error, junk][i % 7]?.(i) as string);
    expect(detectFormat(Buffer.from(text(lines))).format).toBe('access-combined');
    const prose = Array.from({ length: 300 }, (_, i) => (i % 4 === 0 ? access(i) : `some words and no time ${'x'.repeat(i % 7)}`));
    expect(detectFormat(Buffer.from(text(prose))).format).toBe('plain');
  });

  it('sets aside what does not fit where the format is named', () => {
    const { dead, formats } = read(mixed, createLogParser({ format: 'access-combined' }));
    expect(formats).toEqual({ 'access-combined': count('10.0.0.') });
    expect(dead).toBe(text(mixed).split('\n').length - 1 - count('10.0.0.'));
  });

  it('keeps lines of no format whole, also where the file begins with them', () => {
    const { events } = parseAll(
      createLogParser({ format: 'access-combined', mixed: true }),
      Buffer.from(text([junk(0), access(1), junk(2)])),
    );
    expect(events.map(({ message }) => message.slice(0, 8))).toEqual(['worker 0', '"GET /p/', 'worker 2']);
    expect(Number.isNaN(events[0]?.time)).toBe(true);
    expect(events[2]?.time).toBe(events[1]?.time);
  });
});

parserContract({
  name: 'lines of several formats',
  create: () => createLogParser({ format: 'access-combined', mixed: true }),
  sample: text(mixed.slice(0, 200)),
});
parserContract({
  name: 'a main format that joins every line',
  create: () => createLogParser({ format: 'hadoop', mixed: true }),
  sample: text([
    ...Array.from({ length: 20 }, (_, i) => `2026-03-01 ${clock(i)},000 INFO [main] app.Job: step ${i}\nmore 2026 words`),
    ...mixed.slice(0, 60),
    ...Array.from({ length: 60 }, (_, i) => `user=u${i % 5} action=login n=${i}`),
  ]),
});
