import type { DuckDBConnection, DuckDBValue } from '@duckdb/node-api';
import type { EventQuery, EventRow, Page } from '../contract.ts';
import { badCursor, decodeCursor, encodeCursor } from '../cursor.ts';
import { type DuckRow, listOf } from './parquet-files.ts';

/** Sorts last among the times of a page: rows without a time come after all others. */
const UNDATED = '9223372036854775807';

interface Order {
  /** The time as it sorts. */
  readonly time: string;
  readonly direction: 'ASC' | 'DESC';
  readonly after: '>' | '<';
}

const OLDEST: Order = { time: `coalesce("time", ${UNDATED})`, direction: 'ASC', after: '>' };
const NEWEST: Order = { time: `coalesce("time", -${UNDATED})`, direction: 'DESC', after: '<' };
const keysOf = ({ time }: Order): readonly string[] => [time, 'input', 'source', '"offset"'];

interface Filter {
  readonly where: string;
  readonly values: readonly DuckDBValue[];
}

/** WHERE over constant texts; every value of the caller is bound. $1 is the list of files. */
export function filterOf(query: EventQuery): Filter {
  const values: DuckDBValue[] = [];
  const where: string[] = [];
  const test = (sql: (parameter: string) => string, value: string | number | undefined) => {
    if (value === undefined) return;
    values.push(typeof value === 'number' ? BigInt(Math.ceil(value)) : value);
    where.push(sql(`$${values.length + 1}`));
  };
  test((p) => `"time" >= ${p}`, query.from);
  test((p) => `"time" < ${p}`, query.to);
  for (const name of ['source', 'input', 'host', 'component', 'level', 'template'] as const) test((p) => `"${name}" = ${p}`, query[name]);
  test((p) => `contains(message, ${p})`, query.contains);
  return { where: where.length === 0 ? 'true' : where.join(' AND '), values };
}

export class EventReader {
  private readonly connection: DuckDBConnection;

  constructor(connection: DuckDBConnection) {
    this.connection = connection;
  }

  async page(files: readonly string[], query: EventQuery): Promise<Page<EventRow>> {
    const limit = Math.max(1, Math.min(query.limit ?? 100, 10_000));
    const filter = filterOf(query);
    const values = [...filter.values];
    const order = query.order === 'newest' ? NEWEST : OLDEST;
    const keys = keysOf(order);
    const by = keys.map((key) => `${key} ${order.direction}`).join(', ');
    let after = 'true';
    if (query.cursor !== undefined) {
      const [time, input, source, offset] = decodeCursor(query.cursor, ['string', 'string', 'string', 'string']) as [
        string,
        string,
        string,
        string,
      ];
      if (!/^-?\d{1,19}$/.test(time) || !/^\d{1,16}$/.test(offset)) throw badCursor(query.cursor);
      const from = values.length + 2;
      after = `(${keys.join(', ')}) ${order.after} ($${from}::BIGINT, $${from + 1}, $${from + 2}, $${from + 3}::BIGINT)`;
      values.push(time, input, source, offset);
    }
    const sql = `SELECT *, ${order.time} AS position FROM read_parquet($1, union_by_name = true) WHERE ${filter.where} AND ${after} ORDER BY ${by} LIMIT ${limit + 1}`;
    const rows = await this.rows(sql, files, values);
    const items = rows.slice(0, limit).map(toEvent);
    const last = rows[limit - 1];
    if (rows.length <= limit || last === undefined) return { items };
    return { items, cursor: encodeCursor([last.position, last.input, last.source, last.offset].map(String)) };
  }

  async countByTemplate(files: readonly string[], query: EventQuery): Promise<readonly { template: string; count: number }[]> {
    const { where, values } = filterOf(query);
    const sql = `SELECT template, count(*) AS n FROM read_parquet($1, union_by_name = true) WHERE ${where} AND template IS NOT NULL GROUP BY template ORDER BY n DESC, template`;
    return (await this.rows(sql, files, values)).map((row) => ({ template: String(row.template), count: Number(row.n) }));
  }

  async count(files: readonly string[], query: EventQuery): Promise<number> {
    const { where, values } = filterOf(query);
    const [row] = await this.rows(`SELECT count(*) AS n FROM read_parquet($1, union_by_name = true) WHERE ${where}`, files, values);
    return Number(row?.n ?? 0);
  }

  /** `sql` is constant text; $1 the files, the rest in order. */
  async rows(sql: string, files: readonly string[], values: readonly DuckDBValue[]): Promise<readonly DuckRow[]> {
    if (files.length === 0) return [];
    const { LIST, VARCHAR, listValue } = await import('@duckdb/node-api');
    const types = Object.fromEntries([['1', LIST(VARCHAR)]]);
    const bound = Object.fromEntries([listValue([...files]), ...values].map((value, i) => [String(i + 1), value]));
    const reader = await this.connection.runAndReadAll(sql, bound, types);
    return reader.getRowObjects();
  }
}

export function toEvent(row: DuckRow): EventRow {
  const text = (name: string) => (typeof row[name] === 'string' && row[name] !== '' ? { [name]: row[name] } : {});
  const pid = typeof row.pid === 'number' && row.pid >= 0 ? { pid: row.pid } : {};
  return {
    source: String(row.source),
    input: String(row.input),
    offset: Number(row.offset),
    line: Number(row.line),
    length: Number(row.length),
    time: row.time === null ? Number.NaN : Number(row.time),
    message: typeof row.message === 'string' ? row.message : '',
    parameters: listOf(row.parameters).map(String),
    ...pid,
    ...text('host'),
    ...text('component'),
    ...text('level'),
    ...text('template'),
    ...text('attributes'),
    ...(typeof row.fields === 'string' ? { fields: JSON.parse(row.fields) as Record<string, string> } : {}),
  };
}
