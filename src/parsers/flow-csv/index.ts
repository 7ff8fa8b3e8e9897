import type { DeadLetter, EventBatch, RecordBatch } from '../../core/index.ts';
import { csvRows } from '../csv.ts';
import { sensorBatches } from '../sensor/batch.ts';
import { protocolNumber } from '../sensor/fields.ts';
import { type LineResult, rowsOf } from '../sensor/lines.ts';
import { flowTime } from '../time/flow-time.ts';
import { type FlowColumn, flowColumns, tellsFlows } from './columns.ts';

/** Inputs whose header is remembered. */
const MAX_INPUTS = 10_000;
const LONGEST_LINE = 65_536;

export interface FlowCsvParser {
  parse(batch: RecordBatch, dead: (letter: DeadLetter) => void): EventBatch[];
  counters(): Readonly<Record<string, number>>;
}

interface Layout {
  readonly separator: string;
  readonly columns: ReadonlyMap<FlowColumn, number>;
  readonly width: number;
}

/** Whether a line is the header of a flow table that names source, destination and time. */
export function isFlowHeader(line: string): boolean {
  return layoutOf(line) !== undefined;
}

/** Flow tables with a header line (CICFlowMeter of any release, Argus, nfdump and others; comma, tab or semicolon) -> flow events. */
export function createFlowCsvParser(source: string): FlowCsvParser {
  const layouts = new Map<string, Layout>();
  const counts = { parsed: 0, dead: 0 };
  const parseLine = (line: string, input: string): LineResult => {
    if (line.trim() === '') return undefined;
    const layout = layouts.get(input);
    if (layout !== undefined) return flowOf(cellsOf(line, layout.separator), layout);
    const found = layoutOf(line);
    if (found === undefined) return { reason: 'it comes before a header that names source, destination and time' };
    layouts.set(input, found);
    if (layouts.size > MAX_INPUTS) layouts.delete(layouts.keys().next().value as string);
    return undefined;
  };
  return {
    parse(batch, dead) {
      const refuse = (letter: DeadLetter): void => {
        counts.dead++;
        dead(letter);
      };
      const rows = rowsOf(batch, source, refuse, (line) => parseLine(line, batch.input));
      counts.parsed += rows.length;
      return sensorBatches(rows, source, batch.input);
    },
    counters: () => ({ ...counts }),
  };
}

function layoutOf(line: string): Layout | undefined {
  if (line.length > LONGEST_LINE) return undefined;
  for (const separator of [',', '\t', ';']) {
    const cells = cellsOf(line, separator);
    const columns = flowColumns(cells);
    if (tellsFlows(columns)) return { separator, columns, width: cells.length };
  }
  return undefined;
}

function cellsOf(line: string, separator: string): string[] {
  if (separator !== ',' || !line.includes('"')) return line.replace(/^\uFEFF/, '').split(separator);
  return csvRows(line).next().value ?? [];
}

function flowOf(cells: readonly string[], { columns, width }: Layout): LineResult {
  if (cells.length < width - 1) return { reason: `it has ${cells.length} columns instead of ${width}` };
  const cell = (column: FlowColumn): string | undefined => cells[columns.get(column) ?? -1]?.trim();
  const time = flowTime(cell('time') ?? '');
  if (Number.isNaN(time)) return { reason: `"${(cell('time') ?? '').slice(0, 40)}" is no time` };
  const amount = (column: FlowColumn): number | undefined => {
    const text = cell(column);
    const value = text === undefined || text === '' ? Number.NaN : Number(text);
    return Number.isFinite(value) && value >= 0 ? value : undefined;
  };
  const port = (column: FlowColumn): number | undefined => {
    const text = cell(column) ?? '';
    const value = text.startsWith('0x') ? Number(text) : Number(/^\d+/.exec(text)?.[0] ?? Number.NaN);
    return value <= 65_535 ? value : undefined;
  };
  const rest = (all: number | undefined, one: number | undefined): number | undefined =>
    all === undefined || one === undefined ? undefined : Math.max(0, all - one);
  const [forwardPackets, forwardBytes] = [amount('forwardPackets'), amount('forwardBytes')];
  return {
    kind: 'flow',
    values: {
      time,
      sourceAddress: cell('source'),
      sourcePort: port('sourcePort'),
      destinationAddress: cell('destination'),
      destinationPort: port('destinationPort'),
      protocol: protocolNumber(cell('protocol')),
      durationMicros: duration(amount),
      forwardPackets: forwardPackets ?? amount('allPackets'),
      backwardPackets: amount('backwardPackets') ?? rest(amount('allPackets'), forwardPackets),
      forwardBytes: forwardBytes ?? amount('allBytes'),
      backwardBytes: amount('backwardBytes') ?? rest(amount('allBytes'), forwardBytes),
      state: cell('state') === '' ? undefined : cell('state'),
    },
    attributes: {},
  };
}

function duration(amount: (column: FlowColumn) => number | undefined): number | undefined {
  const [micros, seconds, millis] = [amount('durationMicros'), amount('durationSeconds'), amount('durationMillis')];
  if (micros !== undefined) return micros;
  if (seconds !== undefined) return Math.round(seconds * 1e6);
  return millis === undefined ? undefined : millis * 1000;
}
