import type { EventHistogram, EventQuery, HostCount, TemplateCount } from '../contract.ts';
import { type EventReader, filterOf } from './event-query.ts';
import { listOf } from './parquet-files.ts';

const FROM = 'FROM read_parquet($1, union_by_name = true)';

export async function templatesOf(
  reader: EventReader,
  files: readonly string[],
  query: EventQuery,
  bins = 0,
): Promise<readonly TemplateCount[]> {
  const { where, values } = filterOf(query);
  const limit = Math.max(1, Math.min(query.limit ?? 1000, 10_000));
  const first = `arg_min({message: message, parameters: parameters}, (coalesce("time", 9223372036854775807), input, "offset"))`;
  const sql = `SELECT template, count(*) AS n, min("time") AS first_seen, max("time") AS last_seen, ${first} AS sample
    ${FROM} WHERE ${where} AND template IS NOT NULL GROUP BY template ORDER BY n DESC, template LIMIT ${limit}`;
  const named = `SELECT template, n, first_seen, last_seen, sample.message AS example, sample.parameters AS parameters FROM (${sql}) ORDER BY n DESC, template`;
  const counts = bins > 0 ? await countsByTemplate(reader, files, query, bins) : undefined;
  return (await reader.rows(named, files, values)).map((row) => ({
    template: String(row.template),
    count: Number(row.n),
    example: typeof row.example === 'string' ? row.example : '',
    parameters: listOf(row.parameters).map(String),
    firstSeen: row.first_seen === null ? Number.NaN : Number(row.first_seen),
    lastSeen: row.last_seen === null ? Number.NaN : Number(row.last_seen),
    ...(counts === undefined ? {} : { counts: counts.get(String(row.template)) ?? new Array<number>(bins).fill(0) }),
  }));
}

async function countsByTemplate(
  reader: EventReader,
  files: readonly string[],
  query: EventQuery,
  bins: number,
): Promise<ReadonlyMap<string, readonly number[]>> {
  const { where, values } = filterOf(query);
  const counts = new Map<string, number[]>();
  const range = await spanOf(reader, files, query);
  if (!(range.end > range.start)) return counts;
  const binMicros = Math.max(1, Math.ceil((range.end - range.start) / bins));
  const sql = `SELECT template, ("time" - $${values.length + 2}::BIGINT) // $${values.length + 3}::BIGINT AS bin, count(*) AS n
    ${FROM} WHERE ${where} AND "time" IS NOT NULL AND template IS NOT NULL GROUP BY template, bin`;
  for (const row of await reader.rows(sql, files, [...values, BigInt(Math.ceil(range.start)), BigInt(binMicros)])) {
    const template = String(row.template);
    const known = counts.get(template) ?? new Array<number>(bins).fill(0);
    counts.set(template, known);
    const bin = Number(row.bin);
    if (bin >= 0 && bin < bins) known[bin] = Number(row.n);
  }
  return counts;
}

export async function hostsOf(reader: EventReader, files: readonly string[], query: EventQuery): Promise<readonly HostCount[]> {
  const { where, values } = filterOf(query);
  const limit = Math.max(1, Math.min(query.limit ?? 1000, 10_000));
  const sql = `SELECT host, count(*) AS n, max("time") AS last_seen ${FROM} WHERE ${where} AND host IS NOT NULL
    GROUP BY host ORDER BY n DESC, host LIMIT ${limit}`;
  return (await reader.rows(sql, files, values)).map((row) => ({
    host: String(row.host),
    count: Number(row.n),
    lastSeen: row.last_seen === null ? Number.NaN : Number(row.last_seen),
  }));
}

/** The range asked for, else the span of the matching events; NaN where there is none. */
async function spanOf(
  reader: EventReader,
  files: readonly string[],
  query: EventQuery,
): Promise<{ start: number; end: number; total: number }> {
  const { where, values } = filterOf(query);
  const [span] = await reader.rows(`SELECT count(*) AS n, min("time") AS first, max("time") AS last ${FROM} WHERE ${where}`, files, values);
  return {
    start: query.from ?? (typeof span?.first === 'bigint' ? Number(span.first) : Number.NaN),
    end: query.to ?? (typeof span?.last === 'bigint' ? Number(span.last) + 1 : Number.NaN),
    total: Number(span?.n ?? 0),
  };
}

export async function histogramOf(reader: EventReader, files: readonly string[], query: EventQuery, bins: number): Promise<EventHistogram> {
  const { where, values } = filterOf(query);
  const { start, end, total } = await spanOf(reader, files, query);
  if (!(end > start)) return { start: Number.NaN, binMicros: 0, counts: [], total };
  const binMicros = Math.max(1, Math.ceil((end - start) / bins));
  const sql = `SELECT ("time" - $${values.length + 2}::BIGINT) // $${values.length + 3}::BIGINT AS bin, count(*) AS n
    ${FROM} WHERE ${where} AND "time" IS NOT NULL GROUP BY bin ORDER BY bin`;
  const counts = new Array<number>(Math.min(bins, Math.ceil((end - start) / binMicros))).fill(0);
  for (const row of await reader.rows(sql, files, [...values, BigInt(Math.ceil(start)), BigInt(binMicros)])) {
    const bin = Number(row.bin);
    if (bin >= 0 && bin < counts.length) counts[bin] = Number(row.n);
  }
  return { start: Math.ceil(start), binMicros, counts, total };
}
