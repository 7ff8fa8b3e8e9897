import type { Micros } from '../../core/index.ts';
import type { DuckRow } from './parquet-files.ts';
import { FROM, type StoredReader } from './stored-reader.ts';
import type { Where } from './where.ts';

/** Equal bins over the range asked for, else over the span of the matching rows. */
export interface Bins {
  /** Left edge of the first; NaN where there is nothing to divide. */
  readonly start: Micros;
  readonly binMicros: Micros;
  readonly count: number;
  /** Matching rows, those without a time included. */
  readonly total: number;
}

export async function binsOf(
  reader: StoredReader,
  paths: readonly string[],
  where: Where,
  { from, to, bins }: { readonly from?: Micros | undefined; readonly to?: Micros | undefined; readonly bins: number },
): Promise<Bins> {
  const sql = `SELECT count(*) AS n, min("time") AS first, max("time") AS last ${FROM} WHERE ${where.sql}`;
  const [span] = await reader.rows(sql, paths, where.values);
  const total = Number(span?.n ?? 0);
  const start = from ?? (typeof span?.first === 'bigint' ? Number(span.first) : Number.NaN);
  const end = to ?? (typeof span?.last === 'bigint' ? Number(span.last) + 1 : Number.NaN);
  if (!(end > start)) return { start: Number.NaN, binMicros: 0, count: 0, total };
  const binMicros = Math.max(1, Math.ceil((end - start) / bins));
  return { start: Math.ceil(start), binMicros, count: Math.min(bins, Math.ceil((end - start) / binMicros)), total };
}

/** `columns` (with `by` among them) of the matching dated rows of each bin, and the bin. */
export async function binned(
  reader: StoredReader,
  paths: readonly string[],
  found: Where,
  { start, binMicros, count }: Bins,
  columns: string,
  by = '',
): Promise<readonly (DuckRow & { readonly at: number })[]> {
  if (count === 0) return [];
  const where = found.copy();
  const bin = `("time" - ${where.bind(BigInt(Math.ceil(start)))}::BIGINT) // ${where.bind(BigInt(binMicros))}::BIGINT`;
  where.also('"time" IS NOT NULL');
  const sql = `SELECT ${bin} AS bin, ${columns} ${FROM} WHERE ${where.sql} GROUP BY bin${by === '' ? '' : `, ${by}`}`;
  const rows = await reader.rows(sql, paths, where.values);
  return rows.map((row) => ({ ...row, at: Number(row.bin) })).filter(({ at }) => at >= 0 && at < count);
}
