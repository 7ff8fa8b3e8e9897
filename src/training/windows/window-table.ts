import { formatMicros } from '../../core/index.ts';
import { figureOwner } from '../../features/index.ts';
import { fingerprintOf } from '../data.ts';
import type { FlowTable } from '../flows/flow-table.ts';
import type { StoredWindows } from './read-windows.ts';

/** Windows as rows for detectors of rows: one column an aggregate, named `FEATURE AGGREGATE`; keyed by window and start. */
export function windowTable({ batch, sha256 }: StoredWindows): FlowTable {
  const { rows, columns, feature, start, end } = batch;
  const owners = Array.from({ length: rows }, (_, row) => figureOwner(batch, row));
  const nothing = new Float64Array(rows).fill(Number.NaN);
  const times = rows === 0 ? undefined : { from: start[0] as number, to: end.reduce((last, at) => Math.max(last, at), 0) };
  return {
    rows,
    columns: columns.map((column, i) => ({
      name: `${feature} ${column}`,
      kind: 'number',
      values: Float64Array.from({ length: rows }, (_, row) => batch.values[row * columns.length + i] as number),
    })),
    source: owners.map(({ entity }) => entity),
    destination: new Array<string>(rows).fill(''),
    sourcePort: nothing,
    destinationPort: nothing,
    time: start,
    hash: nothing,
    keys: owners.map(({ entity, further }, row) =>
      [entity, ...further, formatMicros(start[row] as number)].filter((part) => part !== '').join(' '),
    ),
    offset: new Float64Array(rows),
    length: new Int32Array(rows),
    fingerprint: fingerprintOf({ rows }, [{ name: feature, sha256 }], times),
    skipped: [],
    damaged: 0,
  };
}
