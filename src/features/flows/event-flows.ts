import { addressDictionary, type EventBatch } from '../../core/index.ts';
import type { FlowCells, FlowColumn } from './encoding.ts';
import { TOLD_COLUMNS, type ToldFlows, toldColumn } from './told-columns.ts';

/** Flows of one batch of events, row by row as they came. */
export interface EventFlows extends FlowCells {
  readonly rows: number;
  /** Event time; NaN where a flow has none. */
  readonly start: Float64Array;
  readonly end: Float64Array;
  readonly input: string;
  readonly line: Float64Array;
  readonly offset: Float64Array;
  readonly length: Int32Array;
}

/** What a lane knows of flows beyond their events. */
export type FurtherColumns = (name: string) => FlowColumn | undefined;

/** Columns of any flow events. */
export const TOLD_KINDS: ReadonlyMap<string, FlowColumn['kind']> = new Map(TOLD_COLUMNS.map((name) => [name, 'number']));

/** The flows of a batch of kind `flow`; what `further` knows goes before what follows from the events. */
export function eventFlows({ rows, columns, origin }: EventBatch, further: FurtherColumns = () => undefined): EventFlows {
  const number = (name: string): Float64Array | Int32Array => {
    const column = columns[name];
    return column instanceof Float64Array || column instanceof Int32Array ? column : new Float64Array(rows).fill(Number.NaN);
  };
  const addresses = (name: string): string[] => {
    const column = columns[name];
    const texts = new Array<string>(rows).fill('');
    if (!(column instanceof Uint8Array)) return texts;
    const { codes, values } = addressDictionary(column);
    for (let row = 0; row < rows; row++) texts[row] = values[codes[row] as number] ?? '';
    return texts;
  };
  const told: ToldFlows = {
    rows,
    protocol: number('protocol'),
    durationMicros: number('durationMicros'),
    forwardPackets: number('forwardPackets'),
    backwardPackets: number('backwardPackets'),
    forwardBytes: number('forwardBytes'),
    backwardBytes: number('backwardBytes'),
  };
  const start = Float64Array.from(number('time'));
  const ports = Float64Array.from(number('destinationPort'), (port) => (port >= 0 ? port : Number.NaN));
  return {
    rows,
    source: addresses('sourceAddress'),
    destination: addresses('destinationAddress'),
    destinationPort: ports,
    start,
    end: start.map((time, row) => time + Math.max(0, (told.durationMicros[row] as number) || 0)),
    input: origin.input,
    line: origin.line,
    offset: origin.offset,
    length: origin.length,
    column(name) {
      const values = toldColumn(told, name);
      return further(name) ?? (values && { name, kind: 'number', values });
    },
  };
}
