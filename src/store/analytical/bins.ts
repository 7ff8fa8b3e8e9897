import type { Micros } from '../../core/index.ts';
import type { ListedFile } from './event-files.ts';
import type { FilePartials, PartialQuery } from './file-partials.ts';
import type { DuckRow } from './parquet-files.ts';
import type { StoredReader } from './stored-reader.ts';

/** Equal bins that cover the range asked for, else the span of the matching rows; their edges are whole units of time. */
export interface Bins {
  /** Left edge of the first; NaN where there is nothing to divide. */
  readonly start: Micros;
  readonly binMicros: Micros;
  readonly count: number;
  /** Matching rows, those without a time included. */
  readonly total: number;
  /** Of the matching rows; NaN where none has a time. */
  readonly oldest: Micros;
  readonly newest: Micros;
}

/** Rows of a tenant, and what is known of single files. */
export interface BinnedFiles {
  readonly reader: StoredReader;
  readonly partials: FilePartials;
  readonly files: readonly ListedFile[];
}

export interface BinnedQuery extends Pick<PartialQuery, 'where' | 'range' | 'slow'> {
  /** At most so many. */
  readonly bins: number;
  /** Sums over the rows of a bin, named. */
  readonly sums: string;
  /** A column whose values are counted apart. */
  readonly by?: string;
  /** A bin is at least so many units wide: more of them follow the number of bins asked for more closely, and take more room. */
  readonly units?: number;
}

export interface BinnedRows {
  readonly bins: Bins;
  /** Sums of a unit of time within the bin `at`; a bin has several. */
  readonly rows: readonly (DuckRow & { readonly at: number })[];
}

const SECOND = 1_000_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const UNITS: readonly Micros[] = [
  ...[1, 10, 100, 1_000, 5_000, 20_000, 100_000, 500_000],
  ...[1, 2, 5, 10, 30].map((seconds) => seconds * SECOND),
  ...[1, 2, 5, 10, 30].map((minutes) => minutes * MINUTE),
  ...[1, 2, 6, 12, 24, 48, 144].map((hours) => hours * HOUR),
];
const UNITS_A_BIN = 4;

/**
 * Matching dated rows summed over time. What a file has in each unit of time is worked out once and kept, so that the cost is that of the
 * files which are new or cut by the range, whatever the store holds.
 */
export async function binned({ reader, partials, files }: BinnedFiles, query: BinnedQuery): Promise<BinnedRows> {
  const { range, where, sums, by, slow } = query;
  const spans = await partials.of(reader, files, {
    select: 'count(*) AS n, min("time") AS first, max("time") AS last',
    ...{ groupBy: '', where, range, slow },
  });
  const bins = binsOf(query, spans);
  if (bins.count === 0) return { bins, rows: [] };
  const unit = unitOf(bins.binMicros, query.units);
  const groups = by === undefined ? 'unit' : `unit, ${by}`;
  const rows = await partials.of(reader, files, {
    select: `"time" - ((("time" % ${unit}) + ${unit}) % ${unit}) AS unit, ${by === undefined ? '' : `${by}, `}${sums}`,
    groupBy: groups,
    where: (within) => where(within).also('"time" IS NOT NULL'),
    ...{ range, slow },
  });
  const placed = rows.map((row) => ({ ...row, at: Math.floor((Number(row.unit) - bins.start) / bins.binMicros) }));
  return { bins, rows: placed.filter(({ at }) => at >= 0 && at < bins.count) };
}

function binsOf({ range: { from, to }, bins, units }: BinnedQuery, spans: readonly DuckRow[]): Bins {
  const total = spans.reduce((sum, { n }) => sum + Number(n), 0);
  const times = (name: string) => spans.flatMap(({ [name]: time }) => (typeof time === 'bigint' ? [Number(time)] : []));
  const oldest = times('first').reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const newest = times('last').reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const known = { total, oldest: Number.isFinite(oldest) ? oldest : Number.NaN, newest: Number.isFinite(newest) ? newest : Number.NaN };
  const first = Math.ceil(from ?? known.oldest);
  const end = Math.ceil(to ?? known.newest + 1);
  if (!(end > first)) return { start: Number.NaN, binMicros: 0, count: 0, ...known };
  const unit = unitOf((end - first) / bins, units);
  const start = Math.floor(first / unit) * unit;
  const binMicros = Math.ceil((end - start) / bins / unit) * unit;
  return { start, binMicros, count: Math.ceil((end - start) / binMicros), ...known };
}

/** The largest unit of which a bin of that width holds several. */
function unitOf(binMicros: Micros, units = UNITS_A_BIN): Micros {
  return UNITS.findLast((unit) => unit * units <= binMicros) ?? 1;
}
