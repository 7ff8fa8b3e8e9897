import { addressText, type PROTOCOL } from '../../../core/index.ts';
import { FLOW_VALUES } from './columns.ts';

/** What the first messages of a flow said. */
export interface FlowApplication {
  dnsQuery?: string;
  dnsType?: number;
  dnsCode?: number;
  serverName?: string;
  ja3?: string;
  ja4?: string;
  httpMethod?: string;
  httpHost?: string;
  httpUserAgent?: string;
  banner?: string;
}

/** Of what a flow's messages said, the cells in the order of the last of EXTRA_COLUMNS. */
export function applicationCells({ application: said }: FlowRecord): (string | number | undefined)[] {
  return [
    ...[said?.dnsQuery, said?.dnsType, said?.dnsCode, said?.serverName, said?.ja3, said?.ja4],
    ...[said?.httpMethod, said?.httpHost, said?.httpUserAgent],
  ];
}

export type EndReason = 'closed' | 'timeout' | 'idle' | 'evicted' | 'end';
export type TcpState = 'none' | 'attempt' | 'established' | 'closed' | 'reset' | 'rejected' | 'partial';

/** One finished flow. The meter reuses the record: copy what is kept. */
export class FlowRecord {
  /** Number of the flow in order of its end, from 1. */
  id = 0;
  /** Source then destination as in `PacketBatch.addresses`: forward is from the initiator. */
  readonly addresses = new Int32Array(8);
  sourcePort = 0;
  destinationPort = 0;
  /** See PROTOCOL of core. */
  protocol: (typeof PROTOCOL)[keyof typeof PROTOCOL] | number = 0;
  /** Microseconds since 1970. */
  start = 0;
  end = 0;
  /** Number of the flow's first packet in the capture. */
  firstPacket = 0;
  /** Where that packet lies: `PacketBatch.inputCode` and offset. */
  inputCode = 0;
  firstOffset = 0;
  state: TcpState = 'none';
  reason: EndReason = 'end';
  /** Parallel to FLOW_VALUES. */
  readonly values = new Float64Array(FLOW_VALUES.length);
  application: FlowApplication | undefined;

  source(): string {
    return addressText(this.addresses, 0);
  }

  destination(): string {
    return addressText(this.addresses, 4);
  }
}
