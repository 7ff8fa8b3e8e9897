import type { Page } from '../contract.ts';
import { badCursor, decodeCursor, encodeCursor } from '../cursor.ts';
import type { ListedFile } from './event-files.ts';
import { liesIn, type Range } from './file-partials.ts';
import type { FoundRows } from './found-rows.ts';
import type { DuckRow } from './parquet-files.ts';
import { FROM, type StoredReader } from './stored-reader.ts';
import type { Where } from './where.ts';

/** Sorts after the times of all rows: those without a time come last. */
const UNDATED = 9_223_372_036_854_775_807n;

/** What rows of the same time are ordered by, as SQL over their columns. */
export interface PageKey {
  readonly sql: string;
  readonly type: 'BIGINT' | 'INTEGER' | 'VARCHAR';
}

export interface PageOrder<T> {
  /** With the range of time and without. */
  readonly where: Where;
  readonly unranged: Where;
  readonly range: Range;
  readonly order: 'oldest' | 'newest';
  /** After the time; together they tell rows apart. */
  readonly keys: readonly PageKey[];
  readonly limit: number;
  /** Few rows match. */
  readonly selective: boolean;
  readonly cursor?: string | undefined;
  readonly itemOf: (row: DuckRow) => T;
}

/** The files of a tenant, and what is known of them. */
export interface PagedFiles {
  readonly reader: StoredReader;
  readonly files: readonly ListedFile[];
  readonly found: FoundRows;
}

/**
 * A page in the order of time. It reads the newest (or oldest) files first and no more of them than it takes: a file that holds
 * only earlier rows than the page's last is not opened. Of those, whole rows are read only from where the page's last one lies. Where
 * few rows of a file match, they are remembered.
 */
export async function pageOf<T>({ reader, files, found: remembered }: PagedFiles, page: PageOrder<T>): Promise<Page<T>> {
  const { order, limit, itemOf } = page;
  const where = page.where.copy();
  const after = page.cursor === undefined ? undefined : positionOf(page.cursor, page.keys);
  if (after !== undefined) where.also(beyond(where, page, after));
  const left = inOrder(files, order).filter((file) => after === undefined || mayHold(file, order, after[0]));
  const filter = JSON.stringify([order, page.unranged.sql, page.unranged.values.map(String)]);
  const isWhole = (file: ListedFile) => page.selective && after === undefined && liesIn(file, page.range);
  const comparing = compare(page);
  let found: readonly DuckRow[] = [];
  for (let read = 0, next = 1; read < left.length; next *= 2) {
    let to = Math.min(left.length, read + next);
    while (to < left.length && rowsOf(left.slice(0, to)) <= limit) to++;
    const group = left.slice(read, to);
    const known = remembered.of(filter);
    const unread = group.filter((file) => !isWhole(file) || !known.has(file.path));
    const paths = unread.map(({ path }) => path);
    const rows = await (page.selective ? matching(reader, paths, where, page) : ofTheEnd(reader, paths, where, page));
    const before = group.filter((file) => !unread.includes(file)).flatMap(({ path }) => known.get(path) ?? []);
    // All that match are among them.
    for (const { path } of rows.length <= limit ? unread.filter(isWhole) : [])
      remembered.add(
        filter,
        path,
        rows.filter(({ filename }) => filename === path),
      );
    found = [...found, ...before, ...rows].sort(comparing).slice(0, limit + 1);
    read = to;
    const following = found[limit];
    if (following !== undefined && !reaches(left[to], order, following)) break;
  }
  const items = found.slice(0, limit).map(itemOf);
  const last = found[limit - 1];
  if (found.length <= limit || last === undefined) return { items };
  return { items, cursor: encodeCursor(positionIn(last, page.keys).map(String)) };
}

/** What a page needs to know of a query's range of time. */
export function unranged<Q extends { readonly from?: number; readonly to?: number }>(
  { from, to, ...rest }: Q,
  filterOf: (query: Omit<Q, 'from' | 'to'>) => Where,
): Pick<PageOrder<unknown>, 'unranged' | 'range'> {
  return { unranged: filterOf(rest), range: { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) } };
}

/** Of rows most of which match: first from where the page's last one lies, by the times alone, then the whole rows from there. */
async function ofTheEnd(
  reader: StoredReader,
  paths: readonly string[],
  found: Where,
  page: PageOrder<unknown>,
): Promise<readonly DuckRow[]> {
  const { order, limit } = page;
  const [direction, end] = order === 'oldest' ? ['ASC', 'max'] : ['DESC', 'min'];
  const times = `SELECT ${timeOf(order)} AS position ${FROM} WHERE ${found.sql} ORDER BY position ${direction} LIMIT ${limit + 1}`;
  const [{ bound } = {}] = await reader.rows(`SELECT ${end}(position) AS bound FROM (${times})`, paths, found.values);
  if (typeof bound !== 'bigint') return [];
  const where = found.copy();
  if (bound !== UNDATED && bound !== -UNDATED) where.also(`"time" ${order === 'oldest' ? '<=' : '>='} ${where.bind(bound)}::BIGINT`);
  return matching(reader, paths, where, page);
}

function matching(
  reader: StoredReader,
  paths: readonly string[],
  where: Where,
  { order, keys, limit, selective }: PageOrder<unknown>,
): Promise<readonly DuckRow[]> {
  const direction = order === 'oldest' ? 'ASC' : 'DESC';
  const by = [timeOf(order), ...keys.map(({ sql }) => sql)].map((key) => `${key} ${direction}`).join(', ');
  const named = keys.map(({ sql }, i) => `${sql} AS key${i}`).join(', ');
  const from = 'FROM read_parquet($1, union_by_name = true, filename = true)';
  const sql = `SELECT *, ${timeOf(order)} AS position, ${named} ${from} WHERE ${where.sql} ORDER BY ${by} LIMIT ${limit + 1}`;
  return reader.rows(sql, paths, where.values, selective);
}

/** Where a row stands, as the database orders them: text by its bytes. */
function compare({ order, keys }: PageOrder<unknown>): (a: DuckRow, b: DuckRow) => number {
  const sign = order === 'oldest' ? 1 : -1;
  return (a, b) => {
    const other = positionIn(b, keys);
    for (const [i, mine] of positionIn(a, keys).entries()) {
      const theirs = other[i];
      if (typeof mine === 'string') {
        const bytes = Buffer.compare(Buffer.from(mine), Buffer.from(String(theirs)));
        if (bytes !== 0) return sign * bytes;
      } else if (mine !== theirs) return BigInt(mine as bigint) < BigInt(theirs as bigint) ? -sign : sign;
    }
    return 0;
  };
}

const positionIn = (row: DuckRow, keys: readonly PageKey[]): readonly unknown[] => [row.position, ...keys.map((_, i) => row[`key${i}`])];

/** The time as it sorts. */
function timeOf(order: 'oldest' | 'newest'): string {
  return `coalesce("time", ${order === 'oldest' ? UNDATED : -UNDATED})`;
}

function beyond(where: Where, { order, keys }: PageOrder<unknown>, [time, ...rest]: readonly [string, ...string[]]): string {
  const names = [timeOf(order), ...keys.map(({ sql }) => sql)].join(', ');
  const values = [`${where.bind(time)}::BIGINT`, ...rest.map((value, i) => `${where.bind(value)}::${keys[i]?.type}`)].join(', ');
  return `(${names}) ${order === 'oldest' ? '>' : '<'} (${values})`;
}

const FORMS = { BIGINT: /^-?\d{1,18}$/, INTEGER: /^-?\d{1,9}$/, VARCHAR: /^/ } as const;

function positionOf(cursor: string, keys: readonly PageKey[]): readonly [string, ...string[]] {
  const [time, ...rest] = decodeCursor(cursor, ['string', ...keys.map(() => 'string' as const)]) as string[];
  if (time === undefined || !/^-?\d{1,19}$/.test(time) || keys.some(({ type }, i) => !FORMS[type].test(rest[i] as string)))
    throw badCursor(cursor);
  return [time, ...rest];
}

/** Those whose rows come first; a file holds either rows with a time or rows without. */
function inOrder(files: readonly ListedFile[], order: 'oldest' | 'newest'): readonly ListedFile[] {
  const first = ({ minTime, maxTime }: ListedFile) => (order === 'oldest' ? (minTime ?? Infinity) : -(maxTime ?? -Infinity));
  return [...files].sort((a, b) => (first(a) === first(b) ? (a.path < b.path ? -1 : 1) : first(a) - first(b)));
}

/** Whether some row of the file may come after one at `time`. */
function mayHold({ minTime, maxTime }: ListedFile, order: 'oldest' | 'newest', time: string): boolean {
  const at = Number(time);
  return order === 'oldest' ? (maxTime ?? Infinity) >= at : (minTime ?? -Infinity) <= at;
}

/** Whether some row of the file may come before the one given. */
function reaches(file: ListedFile | undefined, order: 'oldest' | 'newest', row: DuckRow | undefined): boolean {
  if (file === undefined || row === undefined) return false;
  const at = Number(row.position);
  return order === 'oldest' ? (file.minTime ?? Infinity) <= at : (file.maxTime ?? -Infinity) >= at;
}

const rowsOf = (files: readonly ListedFile[]): number => files.reduce((sum, { rows }) => sum + rows, 0);
