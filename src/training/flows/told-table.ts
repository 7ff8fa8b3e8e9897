import { type EventFlows, type FlowColumn, TOLD_COLUMNS } from '../../features/index.ts';
import { fingerprintOf } from '../data.ts';
import type { FlowTable } from './flow-table.ts';

/** Flows of events as a table, with the columns that any source of flows has; `name` and `sha256` tell where they came from. */
export function toldTable(parts: readonly EventFlows[], { name, sha256 }: { readonly name: string; readonly sha256: string }): FlowTable {
  const rows = parts.reduce((sum, part) => sum + part.rows, 0);
  const numbers = (of: (part: EventFlows) => ArrayLike<number>): Float64Array => {
    const all = new Float64Array(rows);
    let at = 0;
    for (const part of parts) {
      all.set(of(part), at);
      at += part.rows;
    }
    return all;
  };
  const columns = TOLD_COLUMNS.map(
    (column): FlowColumn => ({ name: column, kind: 'number', values: numbers((part) => part.column(column)?.values as Float64Array) }),
  );
  const destinationPort = numbers((part) => part.destinationPort);
  const time = numbers((part) => part.start);
  const dated = time.filter((at) => !Number.isNaN(at));
  const [from, to] = [dated.reduce((a, b) => Math.min(a, b), Infinity), dated.reduce((a, b) => Math.max(a, b), -Infinity)];
  const source = parts.flatMap((part) => part.source);
  const destination = parts.flatMap((part) => part.destination);
  // what tells flows apart that are alike otherwise
  const identity: FlowColumn[] = [
    { name: 'Src IP', kind: 'text', values: source },
    { name: 'Dst IP', kind: 'text', values: destination },
    { name: 'Dst Port', kind: 'number', values: destinationPort },
    { name: 'Timestamp', kind: 'number', values: time },
  ];
  return {
    rows,
    columns: [...columns, ...identity],
    source,
    destination,
    sourcePort: new Float64Array(rows).fill(Number.NaN),
    destinationPort,
    time,
    hash: new Float64Array(rows).fill(Number.NaN),
    keys: parts.flatMap((part) => Array.from(part.line, (line) => `${part.input}:${line}`)),
    offset: numbers((part) => part.offset),
    length: Int32Array.from(numbers((part) => part.length)),
    fingerprint: fingerprintOf({ rows }, [{ name, sha256 }], dated.length === 0 ? undefined : { from, to }),
    skipped: [],
    damaged: 0,
  };
}
