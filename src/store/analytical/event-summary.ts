import type { EventHistogram, EventQuery, HostCount, TemplateCount } from '../contract.ts';
import { binned } from './bins.ts';
import type { ListedFile } from './event-files.ts';
import { filterOf } from './event-query.ts';
import type { FilePartials, Range } from './file-partials.ts';
import type { FoundRows } from './found-rows.ts';
import { type DuckRow, listOf } from './parquet-files.ts';
import type { StoredReader } from './stored-reader.ts';

/** There are many templates, each with counts of its own. */
const UNITS_OF_TEMPLATES = 2;

/** The stored events of a tenant as summaries need them. */
export interface StoredFiles {
  readonly reader: StoredReader;
  readonly partials: FilePartials;
  readonly found: FoundRows;
  readonly files: readonly ListedFile[];
}

export async function countOf({ reader, partials, files }: StoredFiles, query: EventQuery): Promise<number> {
  const { from, to, limit: _limit, cursor: _cursor, order: _order, ...filters } = query;
  // The list of files says how many rows each has.
  if ([from, to, ...Object.values(filters)].every((value) => value === undefined)) return files.reduce((sum, file) => sum + file.rows, 0);
  const rows = await partials.of(reader, files, { select: 'count(*) AS n', groupBy: '', ...conditions(query) });
  return rows.reduce((sum, { n }) => sum + Number(n), 0);
}

export async function countsByTemplate(stored: StoredFiles, query: EventQuery): Promise<readonly { template: string; count: number }[]> {
  const { reader, partials, files } = stored;
  const rows = await partials.of(reader, files, {
    select: 'template, count(*) AS n',
    groupBy: 'template',
    ...conditions(query, 'template'),
  });
  const counts = [...summed(rows, 'template')].map(([template, { count }]) => ({ template, count }));
  return counts.sort((a, b) => b.count - a.count || (a.template < b.template ? -1 : 1));
}

/** Most frequent first; the example is the earliest of the events that the template had most parameters in: it grows more general. */
export async function templatesOf(stored: StoredFiles, query: EventQuery, bins = 0): Promise<readonly TemplateCount[]> {
  const { reader, partials, files } = stored;
  const first =
    'arg_min({message: message, parameters: parameters}, (-len(parameters), coalesce("time", 9223372036854775807), input, "offset"))';
  const rows = await partials.of(reader, files, {
    select: `template, count(*) AS n, min("time") AS first_seen, max("time") AS last_seen, ${first} AS sample`,
    groupBy: 'template',
    ...conditions(query, 'template'),
  });
  const counts = bins > 0 ? await countsOverTime(stored, query, bins) : undefined;
  const samples = new Map<string, { readonly of: ReturnType<typeof sampleOf>; readonly at: number }>();
  for (const row of rows) {
    const [template, of, at] = [String(row.template), sampleOf(row), timeOf(row.first_seen, Infinity)];
    const known = samples.get(template);
    const more = of.parameters.length - (known?.of.parameters.length ?? -1);
    if (known === undefined || more > 0 || (more === 0 && at < known.at)) samples.set(template, { of, at });
  }
  const found = [...summed(rows, 'template')].map(([template, { count, firstSeen, lastSeen }]) => {
    const { message, parameters } = samples.get(template)?.of ?? { message: '', parameters: [] };
    const over = counts === undefined ? {} : { counts: counts.get(template) ?? new Array<number>(bins).fill(0) };
    return { template, count, example: message, parameters, firstSeen, lastSeen, ...over };
  });
  return found.sort((a, b) => b.count - a.count || (a.template < b.template ? -1 : 1)).slice(0, limitOf(query));
}

/** As many entities as are rated together. */
const MOST_HOSTS = 200_000;

export async function hostsOf({ reader, partials, files }: StoredFiles, query: EventQuery): Promise<readonly HostCount[]> {
  const select = 'host, count(*) AS n, min("time") AS first_seen, max("time") AS last_seen';
  const rows = await partials.of(reader, files, { select, groupBy: 'host', ...conditions(query, 'host') });
  const found = [...summed(rows, 'host')].map(([host, { count, lastSeen }]) => ({ host, count, lastSeen }));
  return found
    .sort((a, b) => b.count - a.count || (a.host < b.host ? -1 : 1))
    .slice(0, Math.max(1, Math.min(query.limit ?? 1000, MOST_HOSTS)));
}

export async function histogramOf(stored: StoredFiles, query: EventQuery, most: number): Promise<EventHistogram> {
  const { bins, rows } = await binned(stored, { ...conditions(query), bins: most, sums: 'count(*) AS n' });
  const { start, binMicros, total, oldest, newest } = bins;
  const counts = new Array<number>(bins.count).fill(0);
  for (const { at, n } of rows) counts[at] = (counts[at] ?? 0) + Number(n);
  return { start, binMicros, counts, total, oldest, newest };
}

async function countsOverTime(stored: StoredFiles, query: EventQuery, most: number): Promise<ReadonlyMap<string, readonly number[]>> {
  const counts = new Map<string, number[]>();
  const columns = { sums: 'count(*) AS n', by: 'template', units: UNITS_OF_TEMPLATES };
  const { rows } = await binned(stored, { ...conditions(query, 'template'), ...columns, bins: most });
  for (const { at, n, template } of rows) {
    const known = counts.get(String(template)) ?? new Array<number>(most).fill(0);
    counts.set(String(template), known);
    known[at] = (known[at] ?? 0) + Number(n);
  }
  return counts;
}

/** The query's conditions with and without its range; `named` = rows that have that column only. */
function conditions({ from, to, ...rest }: EventQuery, named?: string) {
  const range: Range = { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
  const where = (within: Range) => {
    const filter = filterOf({ ...rest, ...within });
    return named === undefined ? filter : filter.also(`${named} IS NOT NULL`);
  };
  // The message is the one column that takes long to go through.
  return { range, where, slow: rest.contains !== undefined };
}

interface Sum {
  count: number;
  firstSeen: number;
  lastSeen: number;
}

/** The groups of all files added up by the name in `column`. */
function summed(rows: readonly DuckRow[], column: string): ReadonlyMap<string, Sum> {
  const sums = new Map<string, Sum>();
  for (const row of rows) {
    const name = String(row[column]);
    const known = sums.get(name) ?? { count: 0, firstSeen: Number.NaN, lastSeen: Number.NaN };
    sums.set(name, known);
    known.count += Number(row.n);
    const [first, last] = [timeOf(row.first_seen, Number.NaN), timeOf(row.last_seen, Number.NaN)];
    if (!(known.firstSeen <= first)) known.firstSeen = Number.isNaN(first) ? known.firstSeen : first;
    if (!(known.lastSeen >= last)) known.lastSeen = Number.isNaN(last) ? known.lastSeen : last;
  }
  return sums;
}

function timeOf(value: unknown, none: number): number {
  return value === null || value === undefined ? none : Number(value);
}

/** Of a DuckDB struct. */
function sampleOf(row: DuckRow): { message: string; parameters: readonly string[] } {
  const { sample } = row;
  const entries =
    typeof sample === 'object' && sample !== null && 'entries' in sample ? (sample.entries as Readonly<Record<string, unknown>>) : {};
  return { message: typeof entries.message === 'string' ? entries.message : '', parameters: listOf(entries.parameters).map(String) };
}

function limitOf({ limit }: EventQuery): number {
  return Math.max(1, Math.min(limit ?? 1000, 10_000));
}
