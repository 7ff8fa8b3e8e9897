import { addressAt, type EventBatch } from '../../core/index.ts';

/** What every source of flows tells of each: packets, routers, sensors. */
export const FLOW_COLUMNS = ['protocol', 'destination port', 'duration ms', 'bytes out', 'bytes in', 'packets out', 'packets in'] as const;

/** Reads the columns of a batch of kind `flow`; absent values are NaN. */
export interface FlowReader {
  /** Event time of the end, NaN where it has none. */
  end(row: number): number;
  /** The bytes of both addresses, '' where one is absent. */
  pair(row: number): string;
  source(row: number): string;
  destination(row: number): string;
  /** One value for each of FLOW_COLUMNS. */
  values(row: number): number[];
}

const ABSENT = '\0'.repeat(16);

export function flowReader({ columns }: EventBatch): FlowReader {
  const number = (name: string) => {
    const column = columns[name];
    return column instanceof Float64Array || column instanceof Int32Array ? column : undefined;
  };
  const time = number('time');
  const duration = number('durationMicros');
  const [protocol, port] = [number('protocol'), number('destinationPort')];
  const counts = ['forwardBytes', 'backwardBytes', 'forwardPackets', 'backwardPackets'].map(number);
  const [from, to] = ['sourceAddress', 'destinationAddress'].map((name) => {
    const column = columns[name];
    return column instanceof Uint8Array ? Buffer.from(column.buffer, column.byteOffset, column.byteLength) : undefined;
  });
  const bytes = (side: Buffer | undefined, row: number) => {
    const text = side?.toString('latin1', 16 * row, 16 * row + 16) ?? ABSENT;
    return text === ABSENT ? '' : text;
  };
  const address = (name: string) => {
    const column = columns[name];
    return (row: number) => (column instanceof Uint8Array ? addressAt(column, row) : '');
  };
  const lasted = (row: number) => {
    const micros = duration?.[row] ?? Number.NaN;
    return micros >= 0 ? micros : Number.NaN;
  };
  const whole = (column: Float64Array | Int32Array | undefined, row: number) => {
    const value = column?.[row] ?? Number.NaN;
    return value >= 0 ? value : Number.NaN;
  };
  return {
    end: (row) => (time?.[row] ?? Number.NaN) + (lasted(row) || 0),
    pair(row) {
      const [source, destination] = [bytes(from, row), bytes(to, row)];
      return source === '' || destination === '' ? '' : source + destination;
    },
    source: address('sourceAddress'),
    destination: address('destinationAddress'),
    values: (row) => [whole(protocol, row), whole(port, row), lasted(row) / 1000, ...counts.map((column) => whole(column, row))],
  };
}
