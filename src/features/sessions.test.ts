import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LogBatch, SequenceBatch, Template } from '../core/index.ts';
import { dataset, missing, needs } from '../testing/datasets.ts';
import { type LogLine, logBatch } from '../testing/log-batch.ts';
import { sessionConfig, sessionOptions } from './definition.ts';
import { discoverSessionKey } from './discover.ts';
import { formatSessionKey, parseSessionKey } from './session-key.ts';
import { Sessionizer } from './sessionizer.ts';
import { chooseSequences, sequencesOf } from './sessions.ts';

const templates: Template[] = ['open', 'read', 'write', 'close'].map((text, i) => ({ id: `t${i}`, text, count: 1 }));

const line = (key: string, template: number, time: number): LogLine => ({
  message: `${templates[template]?.text} blk_${key} of size 42`,
  template,
  time: time * 1e6,
  host: 'web1',
});

function rowsOf(batch: SequenceBatch | undefined): Record<string, string[]> {
  const rows: Record<string, string[]> = {};
  for (let row = 0; row < (batch?.rows ?? 0); row++) {
    const codes = batch?.codes.subarray(batch.offsets[row], batch.offsets[row + 1]) ?? [];
    rows[batch?.keys[row] as string] = Array.from(codes, (code) => batch?.vocabulary[code] as string);
  }
  return rows;
}

/** Everything a batch says, free of codes. */
function flat(batches: (SequenceBatch | undefined)[]): unknown[] {
  return batches.flatMap((batch) =>
    batch === undefined
      ? []
      : batch.keys.map((key, row) => {
          const [from, to] = [batch.offsets[row] as number, batch.offsets[row + 1] as number];
          return {
            key,
            entity: batch.entities[row],
            start: batch.start[row],
            end: batch.end[row],
            events: Array.from({ length: to - from }, (_, i) => ({
              id: batch.vocabulary[batch.codes[from + i] as number],
              time: batch.times?.[from + i],
              input: batch.inputs?.[batch.eventInput?.[from + i] as number],
              line: batch.eventLine?.[from + i],
              offset: batch.eventOffset?.[from + i],
              length: batch.eventLength?.[from + i],
              numbers: Array.from(batch.paramValues?.subarray(batch.paramFirst?.[from + i], batch.paramFirst?.[from + i + 1]) ?? []),
            })),
          };
        }),
  );
}

const options = (given: Record<string, unknown> = {}) => sessionOptions(sessionConfig.parse({ by: 'blk_', ...given }), false);

describe('sessions', () => {
  it('groups lines by identifier, keeps positions and numbers, counts a line for each identifier it names', () => {
    const lines = [line('1', 0, 1), line('-2', 0, 2), line('1', 1, 3), { ...line('1', 3, 4), message: 'close blk_1, blk_-2 and blk_1' }];
    const batch = sequencesOf([logBatch(lines)], templates, chooseSequences([], { session: { by: 'blk_' } }));
    expect(rowsOf(batch)).toEqual({ blk_1: ['t0', 't1', 't3'], 'blk_-2': ['t0', 't3'] });
    expect(batch?.entities).toEqual(['web1', 'web1']);
    expect(Array.from(batch?.eventLine ?? [])).toEqual([1, 3, 4, 2, 4]);
    expect(Array.from(batch?.paramValues?.subarray(0, 4) ?? [])).toEqual([Number.NaN, 42, Number.NaN, Number.NaN]);
  });

  it('closes at silence, at an end event, at a bound; nothing is lost', () => {
    const idle = new Sessionizer({ kind: 'prefix', prefix: 'blk_' }, options({ idle: '10s', lateness: '0s', end: '^close' }));
    idle.add(logBatch([line('1', 0, 0), line('2', 0, 5), line('1', 3, 6), line('2', 1, 16), line('3', 0, 40)]), templates);
    expect(rowsOf(idle.take())).toEqual({ blk_1: ['t0', 't3'], blk_2: ['t1'] });
    idle.finish();
    expect(rowsOf(idle.take())).toEqual({ blk_3: ['t0'] });

    const bounded = new Sessionizer({ kind: 'prefix', prefix: 'blk_' }, options({ maxOpen: 5, maxOpenEvents: 16, maxEvents: 3 }));
    const noise = Array.from({ length: 500 }, (_, i) => line(String((i * 7) % 31), i % 4, i));
    bounded.add(logBatch(noise), templates);
    expect(bounded.open).toBeLessThanOrEqual(5);
    bounded.finish();
    expect(bounded.take()?.codes.length).toBe(500);
  });

  it('is not aged by one line from the far future', () => {
    const sessions = new Sessionizer({ kind: 'prefix', prefix: 'blk_' }, options({ idle: '1h' }));
    sessions.add(logBatch([line('1', 0, 0), line('2', 0, 1e10), line('1', 1, 2)]), templates);
    sessions.finish();
    expect(rowsOf(sessions.take())).toMatchObject({ blk_1: ['t0', 't1'] });
  });

  it('does not depend on batches, snapshots or the numbering of templates', () => {
    const shape = fc.array(fc.tuple(fc.integer({ min: 0, max: 6 }), fc.integer({ min: 0, max: 3 }), fc.integer({ min: -3, max: 20 })), {
      maxLength: 60,
    });
    fc.assert(
      fc.property(shape, fc.array(fc.nat(60), { maxLength: 5 }), (events, cuts) => {
        let time = 100;
        const lines = events.map(([key, template, step]) => {
          time += step;
          return line(String(key), template, time);
        });
        const small = options({ idle: '12s', lateness: '2s', maxOpen: 4, maxOpenEvents: 12, maxEvents: 4 });
        const whole = new Sessionizer({ kind: 'prefix', prefix: 'blk_' }, small);
        const all = logBatch(lines);
        whole.add(all, templates);
        whole.finish();
        const expected = flat([whole.take()]);
        let parts = new Sessionizer({ kind: 'prefix', prefix: 'blk_' }, small);
        const taken: (SequenceBatch | undefined)[] = [];
        const stored: Record<string, Uint8Array> = {};
        const edges = [...new Set([0, ...cuts, lines.length])].filter((cut) => cut <= lines.length).sort((a, b) => a - b);
        for (let i = 0; i + 1 < edges.length; i++) {
          parts.add(cut(all, edges[i] as number, edges[i + 1] as number), templates);
          taken.push(parts.take());
          const snapshot = parts.snapshot();
          Object.assign(stored, snapshot);
          if (i % 2 === 0) continue;
          parts = new Sessionizer({ kind: 'prefix', prefix: 'blk_' }, small);
          parts.restore(stored);
          expect(parts.snapshot()).toEqual({ open: snapshot.open });
        }
        parts.finish();
        taken.push(parts.take());
        expect(flat(taken)).toEqual(expected);
      }),
    );
  });

  it('writes at a snapshot only what came since the last one, in a bounded number of parts', () => {
    const sessions = new Sessionizer({ kind: 'prefix', prefix: 'blk_' }, options({ idle: '24h', maxOpen: 1_000 }));
    const stored: Record<string, Uint8Array> = {};
    let written = 0;
    let most = 0;
    for (let turn = 0; turn < 300; turn++) {
      // Each session lives for five turns, but for one in fifty; so old parts hold little that is open.
      const lines = Array.from({ length: 40 }, (_, i) => line(String(turn * 8 + i), i % 4, turn * 60 + i));
      sessions.add(logBatch(lines), templates);
      sessions.take();
      const blobs = sessions.snapshot();
      written += Object.values(blobs).reduce((sum, { length }) => sum + length, 0);
      Object.assign(stored, blobs);
      most = Math.max(most, Object.keys(stored).length);
    }
    const whole = Object.values(stored).reduce((sum, { length }) => sum + length, 0);
    expect(most).toBeLessThan(40);
    expect(written).toBeLessThan(20 * whole);
    const again = new Sessionizer({ kind: 'prefix', prefix: 'blk_' }, options({ idle: '24h', maxOpen: 1_000 }));
    again.restore(stored);
    for (const one of [sessions, again]) one.finish();
    expect(again.take()).toEqual(sessions.take());
  });

  it('takes any bytes for a message', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary', maxLength: 80 })), (messages) => {
        const batch = logBatch(messages.map((message) => ({ message: `x ${message}`, template: 0 })));
        discoverSessionKey([batch]);
        for (const by of ['blk_', 'ip', 'uuid', 'user <*>', '<hex8>', '/x (.+)/'])
          sequencesOf([batch], templates, chooseSequences([], { session: { by } }));
      }),
      { numRuns: 50 },
    );
  });
});

/** Rows [from, to) of a batch. */
function cut(batch: LogBatch, from: number, to: number): LogBatch {
  const dict = (column: LogBatch['host']) => ({ ...column, codes: column.codes.slice(from, to) });
  return {
    ...batch,
    rows: to - from,
    origin: {
      ...batch.origin,
      offset: batch.origin.offset.slice(from, to),
      line: batch.origin.line.slice(from, to),
      length: batch.origin.length.slice(from, to),
    },
    time: batch.time.slice(from, to),
    host: dict(batch.host),
    component: dict(batch.component),
    level: dict(batch.level),
    pid: batch.pid.slice(from, to),
    message: { ...batch.message, start: batch.message.start.slice(from, to), end: batch.message.end.slice(from, to) },
    template: batch.template.slice(from, to),
    parameters: { ...batch.parameters, first: batch.parameters.first.slice(from, to + 1) },
    fields: {},
  };
}

describe('session keys', () => {
  it('are no times, levels or sizes of the header', () => {
    const lines = Array.from({ length: 400 }, (_, i) => ({
      message: `step ${i % 4}`,
      template: i % 4,
      fields: { Time: `10:00:${i >> 3}`, Bytes: String(i >> 2), Client: `10.0.0.${Math.floor(i / 8)}` },
    }));
    const feature = chooseSequences([logBatch(lines)]);
    expect(feature.by).toBe('field:Client');
    expect(sequencesOf([logBatch(lines)], templates, feature)?.entities[0]).toBe('10.0.0.0');
  });

  it('are read back as printed', () => {
    for (const text of [
      'blk_<*>',
      'req-<uuid>',
      '<uuid>',
      '<hex32>',
      'ip',
      'pid',
      'user <*>',
      'field:ADDR',
      'parameter:0011#2',
      '/a(b)/',
    ]) {
      expect(formatSessionKey(parseSessionKey(text))).toBe(text);
    }
    expect(parseSessionKey('blk_')).toEqual({ kind: 'prefix', prefix: 'blk_' });
    expect(() => parseSessionKey('/(/')).toThrow(/regular expression/);
    expect(() => parseSessionKey('a b c')).toThrow(/no session key/);
  });

  it('fall back to windows where nothing parts the lines', () => {
    const lines = Array.from({ length: 400 }, (_, i) => ({ message: `temperature is ${i % 17} degrees`, template: i % 3 }));
    const feature = chooseSequences([logBatch(lines)]);
    expect(feature.by).toBe('window');
    expect(feature.why).toMatch(/^windows per host and component/);
  });

  const hdfs = ['logs/hdfs-100k/HDFS_100k.log.gz', 'logs/hdfs-100k/sessions.csv.gz'];
  it.skipIf(missing(...hdfs))(needs('finds the blocks of HDFS and the sessions its labels know', ...hdfs), () => {
    const batch = hdfsBatch();
    const ids = gunzipSync(readFileSync(dataset('logs/hdfs-100k/HDFS_100k.event_ids.txt.gz') as string))
      .toString()
      .trim()
      .split('\n');
    const names = [...new Set(ids)];
    const coded: LogBatch = { ...batch, template: Int32Array.from(ids, (id) => names.indexOf(id)) };
    const known = names.map((id) => ({ id, text: id, count: 1 }));
    const feature = chooseSequences([coded]);
    expect(feature.by).toBe('blk_<*>');
    const sessions = rowsOf(sequencesOf([coded], known, feature));
    const truth = gunzipSync(readFileSync(dataset(hdfs[1] as string) as string))
      .toString()
      .trim()
      .split('\n')
      .slice(1);
    expect(Object.keys(sessions).length).toBe(truth.length);
    let same = 0;
    for (const row of truth) {
      const [key, , ...events] = row.split(',');
      if (events.join('').replace(/\d+/g, 'E$&') === sessions[key as string]?.join(' ')) same++;
    }
    expect(same / truth.length).toBeGreaterThan(0.99);
  });
});

function hdfsBatch(): LogBatch {
  const text = gunzipSync(readFileSync(dataset('logs/hdfs-100k/HDFS_100k.log.gz') as string)).toString();
  const lines = text.trimEnd().split('\n');
  return logBatch(
    lines.map((entry) => {
      const [date = '', clock = '', pid = '', , component = ''] = entry.split(' ', 5);
      const iso = `20${date.slice(0, 2)}-${date.slice(2, 4)}-${date.slice(4, 6)}T${clock.slice(0, 2)}:${clock.slice(2, 4)}:${clock.slice(4, 6)}Z`;
      return { message: entry.slice(entry.indexOf(': ') + 2), time: Date.parse(iso) * 1000, pid: Number(pid), component };
    }),
  );
}

describe('discovery on the loghub samples', () => {
  const cases: [string, RegExp][] = [
    ['OpenStack', /^<uuid>$/],
    ['OpenSSH', /^(pid|ip)$/],
    ['BGL', /^windows per host/],
  ];
  for (const [system, expected] of cases) {
    const file = `logs/loghub-2k/${system}/${system}_2k.log_structured.csv.gz`;
    it.skipIf(missing(file))(needs(`${system}: ${expected}`, file), () => {
      const { key, why } = discoverSessionKey([structured(file)]);
      expect(key === undefined ? why : formatSessionKey(key)).toMatch(expected);
    });
  }
});

/** A logparser CSV as a batch; times are line numbers, the file holds no dates all systems share. */
function structured(file: string): LogBatch {
  const [head = [], ...rows] = csv(gunzipSync(readFileSync(dataset(file) as string)).toString());
  const at = (name: string) => head.indexOf(name);
  const events = new Map<string, number>();
  return logBatch(
    rows.map((cells) => {
      const event = cells[at('EventId')] as string;
      if (!events.has(event)) events.set(event, events.size);
      return {
        message: cells[at('Content')] as string,
        pid: Number(cells[at('Pid')] ?? -1),
        template: events.get(event) as number,
        ...(cells[at('ADDR')] === undefined ? {} : { fields: { ADDR: cells[at('ADDR')] as string } }),
      };
    }),
  );
}

function csv(text: string): string[][] {
  return text
    .trim()
    .split(/\r?\n/)
    .map((row) =>
      [...row.matchAll(/(?:"((?:[^"]|"")*)"|([^,]*))(?:,|$)/g)].map((cell) => (cell[1] ?? cell[2] ?? '').replaceAll('""', '"')),
    );
}
