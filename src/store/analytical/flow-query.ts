import type { DuckDBValue } from '@duckdb/node-api';
import type { FlowPage, FlowQuery, FlowRow, FlowVolume, Talker, TalkerKey } from '../contract.ts';
import { badCursor, decodeCursor, encodeCursor } from '../cursor.ts';
import type { EventReader } from './event-query.ts';
import type { DuckRow } from './parquet-files.ts';

const FROM = 'FROM read_parquet($1, union_by_name = true)';
/** Rows without a time come last. */
const TIME = 'coalesce("time", -9223372036854775807)';

function filterOf(query: FlowQuery): { where: string; values: DuckDBValue[] } {
  const values: DuckDBValue[] = [];
  const where: string[] = [];
  const test = (sql: (parameter: string) => string, value: string | number | undefined) => {
    if (value === undefined) return;
    values.push(typeof value === 'number' ? BigInt(Math.ceil(value)) : value);
    where.push(sql(`$${values.length + 1}`));
  };
  test((p) => `"time" >= ${p}`, query.from);
  test((p) => `"time" < ${p}`, query.to);
  test((p) => `source = ${p}`, query.source);
  test((p) => `(sourceAddress = ${p} OR destinationAddress = ${p})`, query.address);
  test((p) => `(sourceAddress = ${p} OR destinationAddress = ${p})`, query.peer);
  test((p) => `destinationPort = ${p}`, query.port);
  test((p) => `protocol = ${p}`, query.protocol);
  return { where: where.length === 0 ? 'true' : where.join(' AND '), values };
}

/** Newest first. */
export async function flowPage(reader: EventReader, files: readonly string[], query: FlowQuery): Promise<FlowPage> {
  const limit = Math.max(1, Math.min(query.limit ?? 100, 1000));
  const { where, values } = filterOf(query);
  const used = [...values];
  let after = 'true';
  if (query.cursor !== undefined) {
    const [time, input, offset, port] = decodeCursor(query.cursor, ['string', 'string', 'string', 'string']) as [
      string,
      string,
      string,
      string,
    ];
    if (!/^-?\d{1,19}$/.test(time) || !/^-?\d{1,16}$/.test(offset) || !/^-?\d{1,6}$/.test(port)) throw badCursor(query.cursor);
    const from = used.length + 2;
    after = `(${TIME}, input, "offset", coalesce(sourcePort, -1)) < ($${from}::BIGINT, $${from + 1}, $${from + 2}::BIGINT, $${from + 3}::INTEGER)`;
    used.push(time, input, offset, port);
  }
  const sql = `SELECT *, ${TIME} AS position, coalesce(sourcePort, -1) AS place ${FROM} WHERE ${where} AND ${after}
    ORDER BY ${TIME} DESC, input DESC, "offset" DESC, coalesce(sourcePort, -1) DESC LIMIT ${limit + 1}`;
  const rows = await reader.rows(sql, files, used);
  const items = rows.slice(0, limit).map(toFlow);
  const last = rows[limit - 1];
  if (rows.length <= limit || last === undefined) return { items };
  return { items, cursor: encodeCursor([last.position, last.input, last.offset, last.place].map(String)) };
}

/** Both ends of every flow count for `address`. */
export async function talkersOf(
  reader: EventReader,
  files: readonly string[],
  query: FlowQuery,
  by: TalkerKey,
): Promise<readonly Talker[]> {
  const { where, values } = filterOf(query);
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
export async function volumeOf(reader: EventReader, files: readonly string[], query: FlowQuery, bins: number): Promise<FlowVolume> {
  const { where, values } = filterOf(query);
  const [span] = await reader.rows(`SELECT count(*) AS n, min("time") AS first, max("time") AS last ${FROM} WHERE ${where}`, files, values);
  const total = Number(span?.n ?? 0);
  const start = query.from ?? (typeof span?.first === 'bigint' ? Number(span.first) : Number.NaN);
  const end = query.to ?? (typeof span?.last === 'bigint' ? Number(span.last) + 1 : Number.NaN);
  if (!(end > start)) return { start: Number.NaN, binMicros: 0, flows: [], bytes: [], total };
  const binMicros = Math.max(1, Math.ceil((end - start) / bins));
  const used = Math.min(bins, Math.ceil((end - start) / binMicros));
  const flows = new Array<number>(used).fill(0);
  const bytes = new Array<number>(used).fill(0);
  const sql = `SELECT ("time" - $${values.length + 2}::BIGINT) // $${values.length + 3}::BIGINT AS bin, count(*) AS n,
      sum(coalesce(forwardBytes, 0) + coalesce(backwardBytes, 0)) AS bytes ${FROM} WHERE ${where} AND "time" IS NOT NULL GROUP BY bin`;
  for (const row of await reader.rows(sql, files, [...values, BigInt(Math.ceil(start)), BigInt(binMicros)])) {
    const bin = Number(row.bin);
    if (bin < 0 || bin >= used) continue;
    flows[bin] = Number(row.n);
    bytes[bin] = Number(row.bytes);
  }
  return { start: Math.ceil(start), binMicros, flows, bytes, total };
}

function toFlow(row: DuckRow): FlowRow {
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
