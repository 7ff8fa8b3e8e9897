import { type EventBatch, sha256Hex, VedetteError } from '../../core/index.ts';
import { type EventFlows, type ToldFlows, toldColumn } from '../../features/index.ts';
import { sensorBatches } from '../../parsers/index.ts';
import { type FlowRow, readStoredFlows, type StoredFlowsQuery } from '../../store/index.ts';
import type { FlowTable } from './flow-table.ts';
import { toldTable } from './told-table.ts';

/** Stored flows of one source as a table of the columns that any source of flows has; nobody labelled them. */
export async function storedFlowTable(
  files: readonly string[],
  query: StoredFlowsQuery & { readonly source: string },
  progress: (share: number) => void = () => {},
): Promise<FlowTable> {
  const parts: EventFlows[] = [];
  let read = 0;
  let digest = '';
  for await (const rows of readStoredFlows(files, query)) {
    for (const part of byInput(rows)) parts.push(flowsOf(part));
    digest = sha256Hex(`${digest} ${rows.map(({ input, offset, time }) => `${input} ${offset} ${time}`).join(' ')}`);
    read += rows.length;
    progress(Math.min(1, read / query.most));
  }
  if (read === 0)
    throw new VedetteError('DATA_INSUFFICIENT', `no flow of ${query.source} is stored in that time`, {
      hint: 'Choose another time or source; sources of packets, sensors and flow exports store flows.',
    });
  return toldTable(parts, { name: query.source, sha256: digest });
}

/** Stored flows of one source as events by their end, as a running pipeline gets them; a batch for each stretch of one input. */
export async function* readStoredFlowBatches(
  files: readonly string[],
  query: StoredFlowsQuery & { readonly source: string },
  progress: (share: number) => void = () => {},
): AsyncGenerator<EventBatch> {
  let read = 0;
  for await (const rows of readStoredFlows(files, { ...query, by: 'end' })) {
    for (const part of byInput(rows)) yield* sensorBatches(part.map(eventOf), query.source, part[0]?.input ?? '');
    read += rows.length;
    progress(Math.min(1, read / query.most));
  }
}

function eventOf({ source: _source, input: _input, offset, attributes, ...values }: FlowRow): Parameters<typeof sensorBatches>[0][number] {
  return { kind: 'flow', values, attributes, offset, line: offset, length: 0 };
}

function* byInput(rows: readonly FlowRow[]): Generator<readonly FlowRow[]> {
  for (let from = 0; from < rows.length; ) {
    let to = from + 1;
    while (to < rows.length && rows[to]?.input === rows[from]?.input) to++;
    yield rows.slice(from, to);
    from = to;
  }
}

function flowsOf(rows: readonly FlowRow[]): EventFlows {
  const numbers = (of: (row: FlowRow) => number) => Float64Array.from(rows, of);
  const told: ToldFlows = {
    rows: rows.length,
    protocol: numbers(({ protocol }) => protocol),
    durationMicros: numbers(({ durationMicros }) => durationMicros),
    forwardPackets: numbers(({ forwardPackets }) => forwardPackets),
    backwardPackets: numbers(({ backwardPackets }) => backwardPackets),
    forwardBytes: numbers(({ forwardBytes }) => forwardBytes),
    backwardBytes: numbers(({ backwardBytes }) => backwardBytes),
  };
  const start = numbers(({ time }) => time);
  const offset = numbers((row) => row.offset);
  return {
    rows: rows.length,
    source: rows.map(({ sourceAddress }) => sourceAddress),
    destination: rows.map(({ destinationAddress }) => destinationAddress),
    destinationPort: numbers(({ destinationPort }) => destinationPort),
    start,
    end: start.map((time, row) => time + Math.max(0, (told.durationMicros[row] as number) || 0)),
    input: rows[0]?.input ?? '',
    line: offset,
    offset,
    length: new Int32Array(rows.length),
    column(name) {
      const values = toldColumn(told, name);
      return values && { name, kind: 'number', values };
    },
  };
}
