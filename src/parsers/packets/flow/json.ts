import { formatMicros } from '../../../core/index.ts';
import { EXTRA_COLUMNS, FLOW_COLUMNS, FLOW_VALUES } from './columns.ts';
import { communityId } from './community-id.ts';
import { FLOW_METER_COLUMNS, flowMeterLine } from './flow-meter-csv.ts';
import { applicationCells, type FlowRecord } from './record.ts';

const ICMP_CODE = FLOW_VALUES.indexOf('ICMP Code');
const ICMP_TYPE = FLOW_VALUES.indexOf('ICMP Type');

/** Of FlowMeter's columns, the first so many. */
const FLOW_METER_TEXTS = 4;
const NUMBERS_OF_OURS = new Set<string>(['DNS Type', 'DNS Code']);
const TEXTS = new Set<string>(['Flow ID', 'Src IP', 'Dst IP', 'Label', ...EXTRA_COLUMNS.filter((name) => !NUMBERS_OF_OURS.has(name))]);

export type FlowCell = string | number | null;

/** The cells of a flow in the order of its CSV: numbers as numbers, the time as ISO 8601, null where there is none. */
export function flowCells(flow: FlowRecord, extra: boolean): FlowCell[] {
  const [source, destination] = [flow.source(), flow.destination()];
  const { values, sourcePort, destinationPort, protocol } = flow;
  const cells: FlowCell[] = [
    flow.id,
    `${source}-${destination}-${sourcePort}-${destinationPort}-${protocol}`,
    source,
    sourcePort,
    destination,
    destinationPort,
    protocol,
    formatMicros(flow.start),
    ...Array.from(values, (value) => (Number.isFinite(value) ? value : null)),
    'NeedManualLabel',
    -1,
  ];
  if (!extra) return cells;
  cells.push(communityId(flow, values[ICMP_TYPE] as number, values[ICMP_CODE] as number), flow.state, flow.reason);
  cells.push(...applicationCells(flow).map((cell) => cell ?? null));
  return cells;
}

/** The cells of `FLOW_METER_COLUMNS`. */
export function flowMeterCells(flow: FlowRecord): FlowCell[] {
  return flowMeterLine(flow)
    .split(',')
    .map((cell, i) => (i < FLOW_METER_TEXTS ? cell : Number(cell)));
}

/** Names and types of the cells, in their order. */
export function flowCellColumns(form: 'cicflowmeter' | 'extended' | 'flowmeter'): { name: string; type: 'string' | 'number' | 'time' }[] {
  if (form === 'flowmeter') return FLOW_METER_COLUMNS.map((name, i) => ({ name, type: i < FLOW_METER_TEXTS ? 'string' : 'number' }));
  const columns = form === 'extended' ? [...FLOW_COLUMNS, ...EXTRA_COLUMNS] : FLOW_COLUMNS;
  return columns.map((name) => ({ name, type: TEXTS.has(name) ? 'string' : name === 'Timestamp' ? 'time' : 'number' }));
}
