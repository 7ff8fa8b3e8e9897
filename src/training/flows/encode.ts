import { networksOf, type RowBatch } from '../../core/index.ts';
import { encodedValues, type FlowEncoding, finite } from '../../features/index.ts';
import { roleOf } from './columns.ts';
import type { FlowTable } from './flow-table.ts';

export interface EncodingOptions {
  /** CIDR of what is inside; empty: no role features. */
  readonly homeNetworks?: readonly string[];
  readonly destinationPort?: boolean;
  /** Columns to leave out besides. */
  readonly drop?: readonly string[];
  /** Columns that what is scored later may lack. */
  readonly mayLack?: readonly string[];
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
  const mayLack = options.mayLack === undefined ? {} : { mayLack: [...options.mayLack] };
  return { features, homeNetworks, dropped, ...mayLack };
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

/** Row-major (rows, features); a column the table lacks is NaN. */
export function encodeValues(table: FlowTable, encoding: FlowEncoding, rows: ArrayLike<number>): Float32Array {
  const columns = new Map(table.columns.map((column) => [column.name, column]));
  const { source, destination, destinationPort } = table;
  return encodedValues({ source, destination, destinationPort, column: (name) => columns.get(name) }, encoding, rows);
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
