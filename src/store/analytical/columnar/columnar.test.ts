import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import fc from 'fast-check';
import { uncompress } from 'snappyjs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EVENT_SCHEMAS, type EventBatch, type EventColumn, type EventKind, type LogBatch } from '../../../core/index.ts';
import { DAY, logBatch, temporaryFolder } from '../../testing/fixtures.ts';
import { openDuckDb } from '../duckdb.ts';
import { rowsOf } from '../parquet-files.ts';
import { EventStaging } from '../staging.ts';
import { storedColumns } from '../stored-columns.ts';
import { ByteSink } from './byte-sink.ts';
import { PageScratch } from './chunk-pages.ts';
import { RowGroups } from './row-groups.ts';
import { SnappyCompressor } from './snappy.ts';
import { NameColumnWriter } from './text-columns.ts';

let folder: ReturnType<typeof temporaryFolder>;
let connection: DuckDBConnection;
let close: () => void;
let files = 0;
/** Of the file read last. */
let path = '';
beforeEach(async () => {
  folder = temporaryFolder();
  ({ connection, close } = await openDuckDb({ folder: folder.path, memoryBytes: 256 * 1024 ** 2, threads: 1 }));
});
afterEach(() => {
  close();
  folder.remove();
});

type Row = Readonly<Record<string, unknown>>;

/** What DuckDB, an independent reader, finds in the only file of what was staged. */
async function read(staged: EventStaging): Promise<readonly Row[]> {
  const [file, ...others] = staged.files();
  expect(others).toEqual([]);
  // DuckDB remembers a file by its name, size and time.
  path = join(folder.path, `${++files}.parquet`);
  writeFileSync(path, Buffer.concat(file?.parts ?? []));
  const rows = await rowsOf(connection, 'SELECT * FROM read_parquet($1)', [path]);
  expect(rows.length).toBe(file?.rows);
  return rows;
}

const hostile = fc.oneof(
  fc.string({ maxLength: 40 }),
  fc.string({ unit: 'grapheme', maxLength: 10 }),
  fc.constantFrom('', '\0', '\x1f', 'same', 'a'.repeat(300)),
);

describe('Parquet files of events', () => {
  it.each(Object.keys(EVENT_SCHEMAS) as EventKind[])('of kind %s have their columns and types, also where all are absent', async (kind) => {
    const staged = new EventStaging(kind, 1);
    await staged.append(kind === 'log' ? logBatch([line(0)]) : eventBatch(kind, 3, {}));
    await read(staged);
    const described = await rowsOf(connection, `DESCRIBE SELECT * FROM '${path}'`);
    expect(described.map((row) => [row.column_name, row.column_type])).toEqual(
      storedColumns(kind).map(({ name, parquet }) => [name, parquet]),
    );
    for (const { name } of EVENT_SCHEMAS[kind].columns) expect(described.some((row) => row.column_name === name)).toBe(true);
  });

  it('give back whatever log lines hold, however they are cut into batches', async () => {
    const one = fc.record({
      time: fc.oneof(fc.integer({ min: 0, max: 86_399_999_999 }), fc.integer({ min: 0, max: 50 })).map((n) => DAY + n),
      host: fc.oneof(hostile, fc.constant('lone \ud800')),
      parts: fc.array(hostile, { maxLength: 4 }),
      template: fc.integer({ min: -1, max: 1 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(one, { minLength: 1, maxLength: 60 }), fc.integer({ min: 1, max: 60 }), async (given, size) => {
        const all = given.map(({ parts, ...rest }) => ({ ...rest, message: parts.join('|'), parameters: parts }));
        const staged = new EventStaging('log', 1);
        for (let at = 0; at < all.length; at += size) await staged.append(logBatch(all.slice(at, at + size)), ['one', 'two']);
        expect((await read(staged)).map(shown)).toEqual(
          all.map(({ time, host, message, template, parameters }) => ({
            ...{ time: BigInt(time), host: Buffer.from(host).toString(), message, parameters },
            template: template < 0 ? null : ['one', 'two'][template],
          })),
        );
      }),
      { numRuns: 60 },
    );
  });

  it('hold many pages and row groups, dictionaries that overflow, and long lines', async () => {
    const rows = 150_000;
    const value = (row: number) => `value ${row < 40_000 ? row % 7 : row} of ${'long '.repeat(row % 3)}`;
    const all = Array.from({ length: rows }, (_, row) => ({
      ...{ time: DAY + Math.floor(row / 3) * 1000, host: value(row), template: row % 2 },
      ...{ message: row % 30_000 === 0 ? 'x'.repeat(5_000_000) : `message ${row}`, parameters: row % 5 === 0 ? [] : [value(row).slice(6)] },
    }));
    for (const one of all) if (one.parameters.length > 0) one.message += one.parameters[0];
    const staged = new EventStaging('log', 1);
    for (let at = 0; at < rows; at += 7000) await staged.append(logBatch(all.slice(at, at + 7000)), ['one', 'two']);
    await read(staged).then((found) => {
      expect(found.length).toBe(rows);
      for (const [row, { time, host, message, template, parameters }] of found.map(shown).entries()) {
        const wanted = all[row] as (typeof all)[number];
        if (
          time !== BigInt(wanted.time) ||
          host !== wanted.host ||
          message !== wanted.message ||
          template !== ['one', 'two'][row % 2] ||
          String(parameters) !== String(wanted.parameters)
        )
          expect({ row, time, host, message, template, parameters }).toEqual(wanted);
      }
    });
  });

  it('end a page early where names are long, so that none is larger than memory', () => {
    const groups = new RowGroups([new NameColumnWriter(new PageScratch())]);
    const column = { codes: Int32Array.from({ length: 60 }, (_, row) => row % 12), values: Array.from({ length: 12 }, long) };
    for (let batch = 0; batch < 3; batch++) groups.append([{ of: 'names', column }], 0, 60);
    expect(groups.finished().map(({ rows, columns }) => [rows, columns[0]?.parts.length])).toEqual([[180, 3]]);
  });

  it('give back numbers of every size, and what is absent', async () => {
    const number = fc.oneof(fc.double(), fc.constantFrom(Number.NaN, 0, 1, -1, 1e9, 2 ** 53, -(2 ** 53)), fc.integer());
    const whole = fc.oneof(fc.integer(), fc.constantFrom(-1, 0, 2 ** 31 - 1, -(2 ** 31)));
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(number, whole), { minLength: 1, maxLength: 400 }), async (given) => {
        const columns = {
          durationMicros: Float64Array.from(given, ([value]) => value),
          sourcePort: Int32Array.from(given, ([, value]) => value),
        };
        const batch = eventBatch('flow', given.length, columns);
        const offset = Float64Array.from(given, ([value], i) => (Number.isSafeInteger(value) ? value : i));
        const staged = new EventStaging('flow', 1);
        await staged.append({ ...batch, origin: { ...batch.origin, offset } });
        expect((await read(staged)).map((row) => [row.offset, row.durationMicros, row.sourcePort])).toEqual(
          given.map(([value, int], i) => [BigInt(offset[i] as number), Number.isNaN(value) ? null : value, int === -1 ? null : int]),
        );
      }),
      { numRuns: 60 },
    );
  });

  it('are one for each day, and say which times and sources theirs are', async () => {
    const staged = new EventStaging('log', 1);
    const times = [DAY, DAY + 86_400e6, DAY + 1, Number.NaN, -5, 1e300];
    await staged.append(logBatch(times.map((time, row) => ({ ...line(row), time }))), []);
    await staged.append(logBatch([line(9)], 'other'), []);
    expect(staged.files().map(({ partition, rows, times: span, sources }) => [partition, rows, span, sources])).toEqual([
      ['2026-01-02', 3, [DAY, DAY + 9], ['auth', 'other']],
      ['2026-01-03', 1, [DAY + 86_400e6, DAY + 86_400e6], ['auth']],
      ['undated', 2, undefined, ['auth']],
      ['1969-12-31', 1, [-5, -5], ['auth']],
    ]);
  });
});

describe('SnappyCompressor', () => {
  it('writes what another implementation gives back, near and far repetitions among it', () => {
    const compressor = new SnappyCompressor();
    const far = fc
      .tuple(fc.string({ minLength: 20, maxLength: 100 }), fc.integer({ min: 0, max: 200_000 }), fc.integer())
      .map(([text, gap, seed]) => {
        const between = new Uint8Array(gap);
        for (let i = 0, state = seed; i < gap; i++) {
          state = Math.imul(state, 1_664_525) + 1_013_904_223;
          between[i] = state >>> 24;
        }
        return Buffer.concat([Buffer.from(text), between, Buffer.from(text), Buffer.from('tail')]);
      });
    const near = fc.array(fc.constantFrom('a', 'ab', 'abcdefgh', 'xyz'), { maxLength: 400 }).map((parts) => Buffer.from(parts.join('')));
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 300 }), near, far), (bytes) => {
        const sink = new ByteSink();
        compressor.compress(bytes, bytes.length, sink);
        expect(Buffer.compare(Buffer.from(uncompress(sink.taken())), Buffer.from(bytes))).toBe(0);
        const again = new ByteSink();
        compressor.compress(bytes, bytes.length, again);
        expect(Buffer.compare(again.taken(), sink.taken())).toBe(0);
      }),
      { numRuns: 300 },
    );
  });
});

function line(row: number): Parameters<typeof logBatch>[0][number] {
  return { time: DAY + row, host: 'web', message: 'hello', template: -1, parameters: [] };
}

/** A name of 100,000 letters. */
function long(_: unknown, n: number): string {
  return String.fromCharCode(97 + n).repeat(100_000);
}

/** `parameters` of a row as a list of texts. */
function shown({ time, host, message, template, parameters }: Row): Row {
  return { time, host, message, template, parameters: (parameters as { items: readonly unknown[] }).items };
}

function eventBatch(kind: Exclude<EventKind, 'log'>, rows: number, columns: Readonly<Record<string, EventColumn>>): EventBatch {
  const origin: LogBatch['origin'] = {
    ...{ input: 'x', offset: new Float64Array(rows), line: new Float64Array(rows), length: new Int32Array(rows) },
  };
  return { kind, rows, source: 's', origin, columns };
}
