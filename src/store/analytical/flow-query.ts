import type { FlowPage, FlowQuery, FlowRow, FlowVolume, Page, Talker, TalkerKey } from '../contract.ts';
import { type BinnedFiles, binned } from './bins.ts';
import { type PagedFiles, pageOf, unranged } from './page.ts';
import type { DuckRow } from './parquet-files.ts';
import { FROM, type StoredReader } from './stored-reader.ts';
import { Where } from './where.ts';

/** The conditions of a query of flows. */
export function filterOf(query: FlowQuery): Where {
  return new Where()
    .and((p) => `"time" >= ${p}`, query.from)
    .and((p) => `"time" < ${p}`, query.to)
    .and((p) => `source = ${p}`, query.source)
    .and((p) => `(sourceAddress = ${p} OR destinationAddress = ${p})`, query.address)
    .and((p) => `(sourceAddress = ${p} OR destinationAddress = ${p})`, query.peer)
    .and((p) => `destinationPort = ${p}`, query.port)
    .and((p) => `protocol = ${p}`, query.protocol);
}

/** Newest first. */
export function flowPage(stored: PagedFiles, query: FlowQuery): Promise<FlowPage> {
  const selective = [query.address, query.peer, query.port].some((value) => value !== undefined);
  return newestFlows(stored, query, filterOf, selective, toFlow);
}

/** A page of flows, newest first, each as `itemOf` shows it. `selective`: few rows fit, so that all files are looked at. */
export function newestFlows<Query extends FlowQuery, Item>(
  stored: PagedFiles,
  query: Query,
  conditionsOf: (query: Omit<Query, 'from' | 'to'>) => Where,
  selective: boolean,
  itemOf: (row: DuckRow) => Item,
): Promise<Page<Item>> {
  return pageOf(stored, {
    where: conditionsOf(query),
    ...unranged(query, conditionsOf),
    order: 'newest',
    keys: [
      { sql: 'input', type: 'VARCHAR' },
      { sql: '"offset"', type: 'BIGINT' },
      { sql: 'coalesce(sourcePort, -1)', type: 'INTEGER' },
    ],
    limit: Math.max(1, Math.min(query.limit ?? 100, 1000)),
    selective,
    cursor: query.cursor,
    itemOf,
  });
}

/** Both ends of every flow count for `address`. */
export async function talkersOf(
  reader: StoredReader,
  files: readonly string[],
  query: FlowQuery,
  by: TalkerKey,
): Promise<readonly Talker[]> {
  const { sql: where, values } = filterOf(query);
  const limit = Math.max(1, Math.min(query.limit ?? 20, 1000));
  const both = `SELECT sourceAddress AS name, destinationAddress AS peer, forwardBytes AS sent, backwardBytes AS received, "time" ${FROM} WHERE ${where}
    UNION ALL SELECT destinationAddress, sourceAddress, backwardBytes, forwardBytes, "time" ${FROM} WHERE ${where}`;
  const one = (name: string) =>
    `SELECT ${name} AS name, sourceAddress AS peer, forwardBytes AS sent, backwardBytes AS received, "time" ${FROM} WHERE ${where}`;
  const rowsOf: Readonly<Record<TalkerKey, string>> = {
    address: both,
    service: one(`protocol::VARCHAR || '/' || coalesce(destinationPort, 0)::VARCHAR`),
    pair: one(`sourceAddress || ' ' || destinationAddress`),
  };
  const sql = `SELECT name, count(*) AS flows, sum(coalesce(sent, 0)) AS sent_bytes, sum(coalesce(received, 0)) AS received_bytes,
      count(DISTINCT peer) AS peers, min("time") AS first_seen, max("time") AS last_seen
    FROM (${rowsOf[by]}) WHERE name IS NOT NULL GROUP BY name ORDER BY sent_bytes + received_bytes DESC, name LIMIT ${limit}`;
  return (await reader.rows(sql, files, values)).map((row) => ({
    name: String(row.name),
    flows: Number(row.flows),
    sentBytes: Number(row.sent_bytes),
    receivedBytes: Number(row.received_bytes),
    peers: Number(row.peers),
    firstSeen: row.first_seen === null ? Number.NaN : Number(row.first_seen),
    lastSeen: row.last_seen === null ? Number.NaN : Number(row.last_seen),
  }));
}

/** Bytes and flows in equal bins over the range, or over the span of the matching flows. */
export async function volumeOf(stored: BinnedFiles, { from, to, ...rest }: FlowQuery, most: number): Promise<FlowVolume> {
  const { bins, rows } = await binned(stored, {
    where: (within) => filterOf({ ...rest, ...within }),
    range: { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) },
    bins: most,
    sums: 'count(*) AS n, sum(coalesce(forwardBytes, 0) + coalesce(backwardBytes, 0)) AS bytes',
  });
  const flows = new Array<number>(bins.count).fill(0);
  const bytes = new Array<number>(bins.count).fill(0);
  for (const row of rows) {
    flows[row.at] = (flows[row.at] ?? 0) + Number(row.n);
    bytes[row.at] = (bytes[row.at] ?? 0) + Number(row.bytes);
  }
  return { start: bins.start, binMicros: bins.binMicros, flows, bytes, total: bins.total };
}

export function toFlow(row: DuckRow): FlowRow {
  const number = (name: string) => (row[name] === null || row[name] === undefined ? Number.NaN : Number(row[name]));
  const text = (name: string) => (typeof row[name] === 'string' && row[name] !== '' ? { [name]: row[name] } : {});
  return {
    source: String(row.source),
    input: String(row.input),
    offset: Number(row.offset),
    time: number('time'),
    sourceAddress: String(row.sourceAddress ?? ''),
    sourcePort: number('sourcePort'),
    destinationAddress: String(row.destinationAddress ?? ''),
    destinationPort: number('destinationPort'),
    protocol: number('protocol'),
    durationMicros: number('durationMicros'),
    forwardBytes: number('forwardBytes'),
    backwardBytes: number('backwardBytes'),
    forwardPackets: number('forwardPackets'),
    backwardPackets: number('backwardPackets'),
    ...text('state'),
    ...text('attributes'),
  };
}
