import type { EventQuery, EventRow, Page } from '../contract.ts';
import { type PagedFiles, pageOf, unranged } from './page.ts';
import { type DuckRow, listOf } from './parquet-files.ts';
import { Where } from './where.ts';

export function filterOf(query: EventQuery): Where {
  const where = new Where().and((p) => `"time" >= ${p}`, query.from).and((p) => `"time" < ${p}`, query.to);
  for (const name of ['source', 'input', 'host', 'component', 'level', 'template'] as const)
    where.and((p) => `"${name}" = ${p}`, query[name]);
  return query.contains === undefined ? where : where.also(holding(query.contains, where));
}

/** Rows of which the message, the host, the component or a value of another field holds the text, in letters of either case. */
function holding(text: string, where: Where): string {
  const has = (column: string, parameter: string) => `contains(lower(${column}), lower(${parameter}))`;
  const plain = where.bind(text);
  // As it stands within JSON, which tells most rows without their fields being parsed.
  const escaped = where.bind(JSON.stringify(text).slice(1, -1));
  const values = has("array_to_string(fields ->> '$.*', chr(10))", plain);
  const own = ['message', 'host', 'component'].map((column) => has(column, plain));
  return `(${[...own, has('attributes', escaped), `(${has('fields', escaped)} AND ${values})`].join(' OR ')})`;
}

export function eventPage(stored: PagedFiles, query: EventQuery): Promise<Page<EventRow>> {
  return pageOf(stored, {
    where: filterOf(query),
    ...unranged(query, filterOf),
    order: query.order ?? 'oldest',
    keys: [
      { sql: 'input', type: 'VARCHAR' },
      { sql: 'source', type: 'VARCHAR' },
      { sql: '"offset"', type: 'BIGINT' },
    ],
    limit: Math.max(1, Math.min(query.limit ?? 100, 10_000)),
    selective: [query.input, query.host, query.component, query.level, query.template, query.contains].some((value) => value !== undefined),
    cursor: query.cursor,
    itemOf: toEvent,
  });
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
