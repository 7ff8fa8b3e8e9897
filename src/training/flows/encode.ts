import { z } from 'zod';
import type { RowBatch } from '../../core/index.ts';
import { roleOf } from './columns.ts';
import type { FlowColumn, FlowTable } from './flow-table.ts';
import { type Network, networksOf, within } from './home-networks.ts';

/** How a table becomes rows of numbers: fitted on training rows, kept with the model. */
export const encodingSchema = z.strictObject({
  features: z.array(
    z.discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('number'), name: z.string(), column: z.string() }),
      /** 1 where the column holds the text. */
      z.strictObject({ kind: z.literal('text'), name: z.string(), column: z.string(), value: z.string() }),
      z.strictObject({ kind: z.literal('port'), name: z.string() }),
      /** 1 where the address lies in a home network. */
      z.strictObject({ kind: z.literal('inside'), name: z.string(), end: z.enum(['source', 'destination']) }),
    ]),
  ),
  homeNetworks: z.array(z.string()),
  /** Columns left out, with the reason. */
  dropped: z.record(z.string(), z.string()),
});

export type FlowEncoding = z.output<typeof encodingSchema>;

export interface EncodingOptions {
  /** CIDR of what is inside; empty: no role features. */
  readonly homeNetworks?: readonly string[];
  readonly destinationPort?: boolean;
  /** Columns to leave out besides. */
  readonly drop?: readonly string[];
}

/** Texts of a column with a feature of their own, the most frequent first. */
const MOST_TEXTS = 70;

/** Chooses features from training rows: no identifiers, addresses, times, ports (the destination's by option), constants or columns equal to another. */
export function fitEncoding(table: FlowTable, rows: ArrayLike<number>, options: EncodingOptions = {}): FlowEncoding {
  const features: FlowEncoding['features'] = [];
  const dropped: Record<string, string> = {};
  const seen: { name: string; values: Float64Array }[] = [];
  for (const column of table.columns) {
    const role = roleOf(column.name);
    const { name } = column;
    if (options.drop?.includes(name)) dropped[name] = 'asked for';
    else if (role !== 'quantity') {
      if (!(role === 'destinationPort' && options.destinationPort === true)) dropped[name] = REASONS[role];
    } else if (column.kind === 'text') {
      const counts = new Map<string, number>();
      for (let i = 0; i < rows.length; i++) {
        const value = column.values[rows[i] as number] as string;
        counts.set(value, (counts.get(value) ?? 0) + 1);
      }
      if (counts.size < 2) dropped[name] = 'constant';
      const kept = [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)).slice(0, MOST_TEXTS);
      if (counts.size >= 2) for (const [value] of kept) features.push({ kind: 'text', name: `${name}=${value}`, column: name, value });
    } else {
      const own = Float64Array.from({ length: rows.length }, (_, i) => finite(column.values[rows[i] as number] as number));
      if (own.every((value) => Object.is(value, own[0]))) dropped[name] = 'constant';
      else {
        const twin = seen.find((other) => other.values.every((value, i) => Object.is(value, own[i])));
        if (twin !== undefined) dropped[name] = `equal to ${twin.name}`;
        else {
          seen.push({ name, values: own });
          features.push({ kind: 'number', name, column: name });
        }
      }
    }
  }
  if (options.destinationPort === true) features.push({ kind: 'port', name: 'destination port' });
  const homeNetworks = [...(options.homeNetworks ?? [])];
  networksOf(homeNetworks);
  if (homeNetworks.length > 0) {
    features.push({ kind: 'inside', name: 'source inside', end: 'source' });
    features.push({ kind: 'inside', name: 'destination inside', end: 'destination' });
  }
  return { features, homeNetworks, dropped };
}

const REASONS = {
  label: 'a label',
  source: 'an address',
  destination: 'an address',
  sourcePort: 'a port',
  destinationPort: 'a port',
  time: 'a time',
  identifier: 'an identifier',
  leak: 'known of labelled data only',
} as const;

/** Row-major (rows, features). Infinite and absent values become NaN; so does a column the table lacks. */
export function encodeValues(table: FlowTable, encoding: FlowEncoding, rows: ArrayLike<number>): Float32Array {
  const width = encoding.features.length;
  const values = new Float32Array(rows.length * width);
  const columns = new Map(table.columns.map((column) => [column.name, column]));
  const networks = networksOf(encoding.homeNetworks);
  for (const [at, feature] of encoding.features.entries()) {
    const cell = cellsOf(table, columns, networks, feature);
    for (let i = 0; i < rows.length; i++) values[i * width + at] = cell(rows[i] as number);
  }
  return values;
}

type Cells = (row: number) => number;

function cellsOf(
  table: FlowTable,
  columns: ReadonlyMap<string, FlowColumn>,
  networks: readonly Network[],
  feature: FlowEncoding['features'][number],
): Cells {
  if (feature.kind === 'port') return (row) => table.destinationPort[row] as number;
  if (feature.kind === 'inside') return (row) => (within(networks, table[feature.end][row] as string) ? 1 : 0);
  const column = columns.get(feature.column);
  if (column === undefined) return () => Number.NaN;
  if (feature.kind === 'number') return column.kind === 'number' ? (row) => finite(column.values[row] as number) : () => Number.NaN;
  if (column.kind === 'number') return (row) => (String(column.values[row]) === feature.value ? 1 : 0);
  return (row) => (column.values[row] === feature.value ? 1 : 0);
}

function finite(value: number): number {
  return Number.isFinite(value) && Math.abs(value) < 3e38 ? value : Number.NaN;
}

/** The rows chosen as a batch for detectors; the entity is the source address. */
export function encodeRows(table: FlowTable, encoding: FlowEncoding, rows: ArrayLike<number>, labels?: readonly string[]): RowBatch {
  const chosen = Array.from(rows);
  return {
    shape: 'rows',
    rows: chosen.length,
    columns: encoding.features.map(({ name }) => name),
    values: encodeValues(table, encoding, rows),
    keys: chosen.map((row) => table.keys[row] as string),
    entities: chosen.map((row) => table.source[row] as string),
    start: Float64Array.from(chosen, (row) => orZero(table.time[row] as number)),
    end: Float64Array.from(chosen, (row) => orZero(table.time[row] as number)),
    ...(labels === undefined ? {} : { labels: chosen.map((row) => labels[row] as string) }),
  };
}

function orZero(time: number): number {
  return Number.isNaN(time) ? 0 : time;
}
