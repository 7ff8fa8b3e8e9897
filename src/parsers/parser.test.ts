import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { DeadLetter, RecordBatch } from '../core/index.ts';
import { dataset, missing, needs } from '../testing/datasets.ts';
import { eventsOf, parseAll } from '../testing/parser-contract.ts';
import { csvRows } from './csv.ts';
import { LOG_FORMATS } from './formats/index.ts';
import { createLogParser } from './parser.ts';

const batch = (bytes: Uint8Array, more: Partial<RecordBatch> = {}): RecordBatch => ({
  input: 'in',
  generation: 'g',
  offset: 0,
  line: 1,
  bytes,
  arrival: Date.UTC(2024, 0, 15) * 1000,
  last: true,
  ...more,
});

describe('createLogParser', () => {
  it('joins a stack trace to its event and mines the first line only', () => {
    const text = '2024-01-02 03:04:05,000 ERROR [main] a.B: failed 7\njava.io.IOException: no\n\tat a.B.c(B.java:1)\n\nCaused by: x\n';
    const { events } = parseAll(createLogParser({ format: 'hadoop' }), Buffer.from(text));
    expect(events).toHaveLength(1);
    expect(events[0]).toMatchObject({ line: 1, length: text.length, parameters: ['7'] });
    expect(events[0]?.message).toBe('failed 7\njava.io.IOException: no\n\tat a.B.c(B.java:1)\n\nCaused by: x');
  });

  it('bounds a joined event and begins a new one beyond', () => {
    const text = `2024-01-02 03:04:05,000 ERROR [main] a.B: failed\n${'\tat x\n'.repeat(10)}`;
    const { events } = parseAll(createLogParser({ format: 'hadoop', maxJoinLines: 4 }), Buffer.from(text));
    expect(events.map(({ message }) => message.split('\n').length)).toEqual([4, 4, 3]);
    expect(new Set(events.map(({ time }) => time)).size).toBe(1);
  });

  it('holds the open event back until flush, across a snapshot', () => {
    const first = createLogParser({ format: 'hadoop' });
    const head = Buffer.from('2024-01-02 03:04:05,000 ERROR [main] a.B: failed\n');
    expect(first.parse(batch(head, { last: false }), 's', () => {}).rows).toBe(0);
    const second = createLogParser({ format: 'hadoop' });
    second.restore(first.snapshot());
    const tail = batch(Buffer.from('\tat x\n'), { offset: head.length, line: 2, last: false });
    expect(second.parse(tail, 's', () => {}).rows).toBe(0);
    const [flushed] = second.flush();
    expect(flushed === undefined ? [] : eventsOf(flushed, second)).toMatchObject([{ line: 1, message: 'failed\n\tat x' }]);
    expect(second.flush()).toEqual([]);
  });

  it('keeps a huge line as a bounded dead letter', () => {
    for (const format of ['json', 'syslog', 'plain', 'hdfs']) {
      const dead: DeadLetter[] = [];
      const parser = createLogParser({ format });
      const parsed = parser.parse(batch(new Uint8Array(64 << 20).fill(123)), 's', (letter) => dead.push(letter));
      expect(parsed.rows).toBe(0);
      expect(dead.map(({ reason, bytes }) => [reason, bytes.length])).toEqual([['record longer than 1048576 bytes', 65_536]]);
    }
  });

  it('passes on that a source cut a record', () => {
    const dead: DeadLetter[] = [];
    createLogParser({ format: 'plain' }).parse(batch(Buffer.from('cut'), { truncated: true }), 's', (letter) => dead.push(letter));
    expect(dead[0]?.reason).toMatch(/limit of its source/);
  });

  it('reads records whose ends are given, line ends inside them kept', () => {
    const bytes = Buffer.from('<13>Jan 14 10:00:00 h app: a\nb<13>Jan 14 10:00:01 h app: c');
    const { events } = { events: parseWith(bytes, [30, bytes.length]) };
    expect(events.map(({ message, level }) => [message, level])).toEqual([
      ['a\nb', 'notice'],
      ['c', 'notice'],
    ]);
  });

  it('dates lines without a year by the reference, over the turn of the year', () => {
    const bytes = Buffer.from('Dec 31 23:59:59 h a: x\nJan  1 00:00:01 h a: x\nFeb 29 00:00:00 h a: x\n');
    const reference = Date.UTC(2024, 0, 2) * 1000;
    const { events } = parseAll(createLogParser({ format: 'syslog', reference }), bytes);
    expect(events.map(({ time }) => new Date(time / 1000).toISOString().slice(0, 10))).toEqual(['2023-12-31', '2024-01-01', '2020-02-29']);
  });

  it('reads local times in the zone given, also around clock changes', () => {
    const bytes = Buffer.from(
      '2024-03-31 00:30:00,0 INFO [m] a: x\n2024-03-31 03:30:00,0 INFO [m] a: x\n2024-07-01 12:00:00,0 INFO [m] a: x\n',
    );
    const { events } = parseAll(createLogParser({ format: 'hadoop', timezone: 'Europe/Berlin' }), bytes);
    expect(events.map(({ time }) => new Date(time / 1000).toISOString())).toEqual([
      '2024-03-30T23:30:00.000Z',
      '2024-03-31T01:30:00.000Z',
      '2024-07-01T10:00:00.000Z',
    ]);
    expect(() => createLogParser({ timezone: 'Mars/Base' })).toThrow(/time zone/);
  });

  it('gives fixed templates their ids and mines what fits none', () => {
    const templates = [
      { eventId: 'E1', template: 'open <*>' },
      { eventId: 'E2', template: 'open file <*>' },
    ];
    const parser = createLogParser({ format: 'plain', templates });
    const { events } = parseAll(parser, Buffer.from('open file a b\nopen door\nsomething else\n'));
    expect(events.map(({ templateId }) => templateId?.slice(0, 2).length)).toEqual([2, 2, 2]);
    expect(events.slice(0, 2).map(({ templateId, parameters }) => [templateId, parameters])).toEqual([
      ['E2', ['a b']],
      ['E1', ['door']],
    ]);
    expect(events[2]?.templateId).toMatch(/^[0-9a-f]{16}$/);
  });

  it('takes any bytes in every format without failing', () => {
    const nasty = Buffer.concat([
      Buffer.from([0, 0xff, 0xfe, 10, 0xc3, 0x28, 13, 10]),
      Buffer.from('<999>x\n<13>\n[\n{"a":\nCEF:0|\nJan\nkey="\n"\n[[[[\n\\\n'),
      Buffer.from(`${'a '.repeat(5000)}\n${'1'.repeat(5000)}\n${'="\\'.repeat(3000)}\n`),
    ]);
    for (const format of LOG_FORMATS.keys()) {
      const parser = createLogParser({ format });
      const { events, dead } = parseAll(parser, nasty);
      const { joined_lines, blank_records } = parser.counters();
      expect(events.length + dead.length + (joined_lines ?? 0) + (blank_records ?? 0), format).toBe(15);
    }
  });

  it.skipIf(missing('logs/hdfs-100k'))(needs('agrees with the given event ids of HDFS_100k', 'logs/hdfs-100k'), () => {
    const read = (name: string): Buffer => readFileSync(dataset(`logs/hdfs-100k/${name}`) as string);
    const [, ...rows] = csvRows(read('templates.csv').toString('utf8'));
    const templates = rows.map(([eventId = '', template = '']) => ({ eventId, template: template.replaceAll('[*]', '<*>') }));
    const truth = gunzipSync(read('HDFS_100k.event_ids.txt.gz')).toString('utf8').trim().split('\n');
    const parser = createLogParser({ format: 'hdfs', templates, parameters: false });
    const parsed = parser.parse(batch(gunzipSync(read('HDFS_100k.log.gz'))), 's', () => {});
    expect(parsed.rows).toBe(truth.length);
    const wrong = truth.filter((id, row) => parser.templates[parsed.template[row] as number]?.id !== id);
    expect(wrong).toEqual([]);
  });
});

function parseWith(bytes: Uint8Array, ends: number[]): ReturnType<typeof eventsOf> {
  const parser = createLogParser({ format: 'syslog' });
  return eventsOf(
    parser.parse(batch(bytes, { ends: Uint32Array.from(ends) }), 's', () => {}),
    parser,
  );
}
