import { csvCell, formatMicros } from '../../../core/index.ts';
import { EXTRA_COLUMNS, FLOW_COLUMNS, FLOW_VALUES } from './columns.ts';
import { communityId } from './community-id.ts';
import { applicationCells, type FlowRecord } from './record.ts';

const ICMP_CODE = FLOW_VALUES.indexOf('ICMP Code');
const ICMP_TYPE = FLOW_VALUES.indexOf('ICMP Type');

/** `columns` is the released 91 in order; with `extra`, vedette's own follow. */
export function flowHeader(extra: boolean): string {
  return [...FLOW_COLUMNS, ...(extra ? EXTRA_COLUMNS : [])].join(',');
}

/** One line without its end. Times in UTC with microseconds, as CICFlowMeter writes them. */
export function flowLine(flow: FlowRecord, extra: boolean): string {
  const source = flow.source();
  const destination = flow.destination();
  const { values, sourcePort, destinationPort, protocol } = flow;
  let line = `${flow.id},${source}-${destination}-${sourcePort}-${destinationPort}-${protocol},${source},${sourcePort},${destination},${destinationPort},${protocol},${timestamp(flow.start)}`;
  for (let i = 0; i < values.length; i++) line += `,${values[i]}`;
  line += ',NeedManualLabel,-1';
  if (!extra) return line;
  const community = communityId(flow, values[ICMP_TYPE] as number, values[ICMP_CODE] as number);
  return `${line},${community},${flow.state},${flow.reason},${applicationCells(flow).map(cellOf).join(',')}`;
}

let second = -1;
let secondText = '';

/** `2017-07-03 11:57:51.590705`; the text of the second is kept, as flows come in order. */
function timestamp(time: number): string {
  const whole = Math.floor(time / 1e6);
  if (whole !== second) {
    second = whole;
    secondText = formatMicros(whole * 1e6)
      .slice(0, 19)
      .replace('T', ' ');
  }
  return `${secondText}.${String(time - whole * 1e6).padStart(6, '0')}`;
}

function cellOf(value: string | number | undefined): string {
  return value === undefined ? '' : typeof value === 'number' ? String(value) : csvCell(value);
}
