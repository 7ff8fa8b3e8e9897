import type { EventHistogram, EventQuery, TemplateCount } from '../contract.ts';
import { type EventReader, filterOf } from './event-query.ts';
import { listOf } from './parquet-files.ts';

const FROM = 'FROM read_parquet($1, union_by_name = true)';

export async function templatesOf(reader: EventReader, files: readonly string[], query: EventQuery): Promise<readonly TemplateCount[]> {
  const { where, values } = filterOf(query);
  const limit = Math.max(1, Math.min(query.limit ?? 1000, 10_000));
  const first = `arg_min({message: message, parameters: parameters}, (coalesce("time", 9223372036854775807), input, "offset"))`;
  const sql = `SELECT template, count(*) AS n, min("time") AS first_seen, max("time") AS last_seen, ${first} AS sample
    ${FROM} WHERE ${where} AND template IS NOT NULL GROUP BY template ORDER BY n DESC, template LIMIT ${limit}`;
  const named = `SELECT template, n, first_seen, last_seen, sample.message AS example, sample.parameters AS parameters FROM (${sql}) ORDER BY n DESC, template`;
  return (await reader.rows(named, files, values)).map((row) => ({
    template: String(row.template),
    count: Number(row.n),
    example: typeof row.example === 'string' ? row.example : '',
    parameters: listOf(row.parameters).map(String),
    firstSeen: row.first_seen === null ? Number.NaN : Number(row.first_seen),
    lastSeen: row.last_seen === null ? Number.NaN : Number(row.last_seen),
  }));
}

export async function histogramOf(reader: EventReader, files: readonly string[], query: EventQuery, bins: number): Promise<EventHistogram> {
  const { where, values } = filterOf(query);
  const [span] = await reader.rows(`SELECT count(*) AS n, min("time") AS first, max("time") AS last ${FROM} WHERE ${where}`, files, values);
  const total = Number(span?.n ?? 0);
  const start = query.from ?? (typeof span?.first === 'bigint' ? Number(span.first) : Number.NaN);
  const end = query.to ?? (typeof span?.last === 'bigint' ? Number(span.last) + 1 : Number.NaN);
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
