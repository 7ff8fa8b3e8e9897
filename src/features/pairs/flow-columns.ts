import { addressDictionary, type EventBatch } from '../../core/index.ts';

/** What every source of flows tells of each: packets, routers, sensors. */
export const FLOW_COLUMNS = ['protocol', 'destination port', 'duration ms', 'bytes out', 'bytes in', 'packets out', 'packets in'] as const;

/** Reads the columns of a batch of kind `flow`; absent values are NaN. */
export interface FlowReader {
  /** Event time of the end, NaN where it has none. */
  end(row: number): number;
  /** Number of both addresses within the batch, -1 where one is absent. */
  pair(row: number): number;
  source(row: number): string;
  destination(row: number): string;
  /** Writes one value for each of FLOW_COLUMNS. */
  read(row: number, into: Float64Array): void;
}

export function flowReader({ columns, rows }: EventBatch): FlowReader {
  const number = (name: string) => {
    const column = columns[name];
    return column instanceof Float64Array || column instanceof Int32Array ? column : undefined;
  };
  const time = number('time');
  const duration = number('durationMicros');
  const names = ['protocol', 'destinationPort', 'durationMicros', 'forwardBytes', 'backwardBytes', 'forwardPackets', 'backwardPackets'];
  const told = names.map(number);
  const addresses = (name: string) => {
    const column = columns[name];
    return column instanceof Uint8Array ? addressDictionary(column) : { codes: new Int32Array(rows).fill(-1), values: [] };
  };
  const [from, to] = [addresses('sourceAddress'), addresses('destinationAddress')];
  return {
    end(row) {
      const lasted = duration?.[row] ?? Number.NaN;
      return (time?.[row] ?? Number.NaN) + (Math.max(0, lasted) || 0);
    },
    pair(row) {
      const source = from.codes[row] as number;
      const destination = to.codes[row] as number;
      return source < 0 || destination < 0 ? -1 : source * to.values.length + destination;
    },
    source: (row) => from.values[from.codes[row] as number] ?? '',
    destination: (row) => to.values[to.codes[row] as number] ?? '',
    read(row, into) {
      for (let i = 0; i < told.length; i++) {
        const value = told[i]?.[row] ?? Number.NaN;
        into[i] = value >= 0 ? (i === DURATION ? value / 1000 : value) : Number.NaN;
      }
    },
  };
}

const DURATION = FLOW_COLUMNS.indexOf('duration ms');
