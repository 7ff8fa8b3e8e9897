import { csvRows } from '../csv.ts';
import { stateOf } from '../flow-export/exported-flow.ts';
import { protocolNumber } from '../sensor/fields.ts';
import { type LineResult, type SensorLineParser, sensorLineParser } from '../sensor/lines.ts';
import { flowTime } from '../time/flow-time.ts';
import { type FlowColumn, flowColumns, tellsFlows } from './columns.ts';
import { headerlessColumns } from './headerless.ts';
import { JsonFlowColumns } from './json-flows.ts';

/** In a firewall's words, that it let nothing through. */
const REFUSED = /^(?:reject|deny|denied|drop|dropped|block|blocked)$/i;
/** Flags of TCP as nfdump prints them, from the highest bit on. */
const FLAG_LETTERS = 'CEUAPRSF';

/** Inputs whose header is remembered. */
const MAX_INPUTS = 10_000;
const LONGEST_LINE = 65_536;

/** Flow tables to events; a header counts for what follows it in its input, over a snapshot too. */
export interface FlowCsvParser extends SensorLineParser {
  snapshot(): Uint8Array;
  restore(bytes: Uint8Array): void;
}

/** How the rows of a flow table are read. */
export interface FlowTableLayout {
  readonly separator: string;
  readonly columns: ReadonlyMap<FlowColumn, number>;
  readonly width: number;
  /** The first line names the columns; otherwise it is a row already. */
  readonly headed: boolean;
  /** Rows have a time; without one a flow's time is NaN. */
  readonly timed: boolean;
  /** Rows name source and destination. */
  readonly addressed: boolean;
}

/**
 * Flow tables (CICFlowMeter of any release, FlowMeter, Argus, nfdump, AWS VPC flow logs, UNSW-NB15, NSL-KDD and others; comma, tab,
 * semicolon, or blanks where times and addresses are named)
 * -> flow events. A table has a header line or is one of the data sets known to lack it, or its rows are objects of JSON. Where a file
 * begins anew under its name, so does its header.
 */
export function createFlowCsvParser(source: string): FlowCsvParser {
  const layouts = new Map<string, FlowTableLayout>();
  const objects = new Map<string, JsonFlowColumns>();
  const parseObject = (line: string, input: string): LineResult => {
    const columns = objects.get(input) ?? new JsonFlowColumns();
    objects.set(input, columns);
    if (objects.size > MAX_INPUTS) objects.delete(objects.keys().next().value as string);
    const cells = columns.cellsOf(line);
    if (cells === undefined) return { reason: 'it is no JSON object' };
    if (!tellsFlows(columns.seen)) return { reason: 'it has not the columns of a flow' };
    return flowOf((column) => cells.get(column), columns.seen.has('time'));
  };
  const parseLine = (line: string, input: string): LineResult => {
    if (line.trim() === '') return undefined;
    if (line.startsWith('{')) return parseObject(line, input);
    const layout = layouts.get(input);
    const row = layout && rowOf(cellsOf(line, layout.separator), layout);
    if (layout !== undefined && (row === undefined || !('reason' in row))) return row;
    const found = flowTableLayout(line);
    if (row !== undefined && found?.headed !== true) return row;
    if (found === undefined) return { reason: 'it comes before a header that names the columns of flows' };
    layouts.set(input, found);
    if (layouts.size > MAX_INPUTS) layouts.delete(layouts.keys().next().value as string);
    return found.headed ? undefined : rowOf(cellsOf(line, found.separator), found);
  };
  return {
    ...sensorLineParser(source, parseLine),
    snapshot: () =>
      new TextEncoder().encode(JSON.stringify([...layouts].map(([input, layout]) => [input, { ...layout, columns: [...layout.columns] }]))),
    restore(bytes) {
      layouts.clear();
      for (const [input, { columns, ...layout }] of JSON.parse(new TextDecoder().decode(bytes)) as readonly (readonly [
        string,
        KeptLayout,
      ])[])
        layouts.set(input, { ...layout, columns: new Map(columns) });
    },
  };
}

type KeptLayout = Omit<FlowTableLayout, 'columns'> & { readonly columns: readonly (readonly [FlowColumn, number])[] };

/** Whether a line is the header of flows with addresses and times: only those can be judged as they come. */
export function isFlowHeader(line: string): boolean {
  const layout = flowTableLayout(line);
  return layout?.headed === true && layout.timed && layout.addressed;
}

/** The layout of a flow table by its first line; undefined for anything else. */
export function flowTableLayout(line: string): FlowTableLayout | undefined {
  if (line.length > LONGEST_LINE) return undefined;
  for (const separator of [',', '\t', ';', ' ']) {
    const cells = cellsOf(line, separator);
    const named = headerlessColumns(cells);
    const columns = flowColumns(named ?? cells);
    if (!tellsFlows(columns)) continue;
    const addressed = columns.has('source') && columns.has('destination');
    if (separator === ' ' && !(addressed && columns.has('time') && named === undefined)) continue;
    return { separator, columns, width: cells.length, headed: named === undefined, timed: columns.has('time'), addressed };
  }
  return undefined;
}

function cellsOf(line: string, separator: string): string[] {
  if (separator !== ',' || !line.includes('"')) return line.replace(/^\uFEFF/, '').split(separator);
  return csvRows(line).next().value ?? [];
}

/** Tells lines of JSON that are flows by their first ones. */
export function tellsJsonFlows(lines: readonly string[]): boolean {
  const columns = new JsonFlowColumns();
  return lines.every((line) => columns.cellsOf(line) !== undefined) && tellsFlows(columns.seen);
}

function rowOf(cells: readonly string[], { columns, width, timed }: FlowTableLayout): LineResult {
  if (cells.length < width - 1) return { reason: `it has ${cells.length} columns instead of ${width}` };
  return flowOf((column) => cells[columns.get(column) ?? -1]?.trim(), timed);
}

function flowOf(cell: (column: FlowColumn) => string | undefined, timed: boolean): LineResult {
  const time = timed ? flowTime(cell('time') ?? '') : Number.NaN;
  if (timed && Number.isNaN(time)) return { reason: `"${(cell('time') ?? '').slice(0, 40)}" is no time` };
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
  // An interval in which nothing was seen, as AWS writes it.
  if (cell('source') === '-') return undefined;
  const protocol = protocolNumber(cell('protocol'));
  const isRefused = REFUSED.test(cell('action') ?? '');
  const flags = cell('oneWayFlags');
  const oneWay =
    flags === undefined
      ? cell('action') !== undefined && cell('forwardBytes') === undefined && cell('backwardBytes') === undefined
      : !amount('backwardPackets') && !amount('backwardBytes');
  const state = cell('state') === '' ? undefined : cell('state');
  return {
    kind: 'flow',
    values: {
      time,
      sourceAddress: cell('source'),
      sourcePort: port('sourcePort'),
      destinationAddress: cell('destination'),
      destinationPort: port('destinationPort'),
      protocol,
      durationMicros: duration(amount) ?? spanOf(time, cell('end')),
      forwardPackets: forwardPackets ?? amount('allPackets'),
      backwardPackets: oneWay ? undefined : (amount('backwardPackets') ?? rest(amount('allPackets'), forwardPackets)),
      forwardBytes: forwardBytes ?? amount('allBytes'),
      backwardBytes: oneWay ? undefined : (amount('backwardBytes') ?? rest(amount('allBytes'), forwardBytes)),
      state:
        state ??
        (isRefused
          ? 'rejected'
          : oneWay
            ? stateOf({ time, durationMicros: 0, tcpFlags: flagBits(flags), ...(protocol === undefined ? {} : { protocol }) })
            : undefined),
    },
    attributes: {},
  };
}

/** Microseconds from a time to one in a cell; undefined where that is none or earlier. */
function spanOf(from: number, cell: string | undefined): number | undefined {
  const span = flowTime(cell ?? '') - from;
  return span >= 0 ? span : undefined;
}

/** `...AP.SF` or a number. */
function flagBits(text = ''): number {
  if (text === '' || !Number.isNaN(Number(text))) return Number(text);
  return [...FLAG_LETTERS].reduce((bits, letter, i) => (text.includes(letter) ? bits | (128 >> i) : bits), 0);
}

function duration(amount: (column: FlowColumn) => number | undefined): number | undefined {
  const [micros, seconds, millis] = [amount('durationMicros'), amount('durationSeconds'), amount('durationMillis')];
  if (micros !== undefined) return micros;
  if (seconds !== undefined) return Math.round(seconds * 1e6);
  if (millis !== undefined) return millis * 1000;
  const nanos = amount('durationNanos');
  return nanos === undefined ? undefined : Math.round(nanos / 1000);
}
