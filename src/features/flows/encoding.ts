import { z } from 'zod';
import { isInNetworks, type Networks, networksOf } from '../../core/index.ts';

/** How flows become rows of numbers: fitted on training rows, kept with the model. */
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
  /** Columns that what is scored may lack. */
  mayLack: z.array(z.string()).optional(),
});

export type FlowEncoding = z.output<typeof encodingSchema>;

/** A column of flows by its name; a cell that is no number makes the whole column text. */
export type FlowColumn =
  | { readonly name: string; readonly kind: 'number'; readonly values: Float64Array }
  | { readonly name: string; readonly kind: 'text'; readonly values: readonly string[] };

/** What an encoding looks at; all arrays have one entry a flow. */
export interface FlowCells {
  readonly source: readonly string[];
  readonly destination: readonly string[];
  readonly destinationPort: Float64Array;
  column(name: string): FlowColumn | undefined;
}

/** Row-major (rows, features) of the rows chosen. Infinite and absent values become NaN; so does a column that is not there. */
export function encodedValues(cells: FlowCells, encoding: FlowEncoding, rows: ArrayLike<number>): Float32Array {
  const width = encoding.features.length;
  const values = new Float32Array(rows.length * width);
  const networks = networksOf(encoding.homeNetworks);
  const columns = new Map<string, FlowColumn | undefined>();
  const column = (name: string) => {
    if (!columns.has(name)) columns.set(name, cells.column(name));
    return columns.get(name);
  };
  for (const [at, feature] of encoding.features.entries()) {
    const cell = cellsOf(cells, column, networks, feature);
    for (let i = 0; i < rows.length; i++) values[i * width + at] = cell(rows[i] as number);
  }
  return values;
}

function cellsOf(
  cells: FlowCells,
  columnOf: (name: string) => FlowColumn | undefined,
  networks: Networks,
  feature: FlowEncoding['features'][number],
): (row: number) => number {
  if (feature.kind === 'port') return (row) => cells.destinationPort[row] as number;
  if (feature.kind === 'inside') return (row) => (isInNetworks(networks, cells[feature.end][row] as string) ? 1 : 0);
  const column = columnOf(feature.column);
  if (column === undefined) return () => Number.NaN;
  if (feature.kind === 'number') return column.kind === 'number' ? (row) => finite(column.values[row] as number) : () => Number.NaN;
  if (column.kind === 'number') return (row) => (String(column.values[row]) === feature.value ? 1 : 0);
  return (row) => (column.values[row] === feature.value ? 1 : 0);
}

/** What models take: neither infinite nor beyond float32. */
export function finite(value: number): number {
  return Number.isFinite(value) && Math.abs(value) < 3e38 ? value : Number.NaN;
}

/** Columns that the encoding needs and flows with those of `known` have not; texts are no numbers. */
export function lackingColumns(encoding: FlowEncoding, known: ReadonlyMap<string, FlowColumn['kind']>): readonly string[] {
  const lacking = new Set<string>();
  for (const feature of encoding.features) {
    if (feature.kind === 'port' || feature.kind === 'inside' || encoding.mayLack?.includes(feature.column)) continue;
    const kind = known.get(feature.column);
    const isCode = feature.kind === 'text' && kind === 'number' && (feature.value === '' || Number.isFinite(Number(feature.value)));
    if (kind !== feature.kind && !isCode) lacking.add(feature.column);
  }
  return [...lacking];
}
