import { PROTOCOL } from '../../../core/index.ts';
import { FLOW_VALUES } from './columns.ts';
import type { FlowRecord } from './record.ts';

/** The 39 columns of Deepfence FlowMeter, in its order. Durations in nanoseconds. */
export const FLOW_METER_COLUMNS = [
  'fiveTuple',
  'srcIP',
  'dstIP',
  'protocol',
  'srcPort',
  'dstPort',
  'flowDuration',
  'flowLength',
  'fwdFlowLength',
  'bwdFlowLength',
  'packetSizeTotal',
  'packetSizeMean',
  'packetSizeStd',
  'packetSizeMin',
  'packetSizeMax',
  'fwdPacketSizeTotal',
  'bwdPacketSizeTotal',
  'fwdPacketSizeMean',
  'bwdPacketSizeMean',
  'fwdPacketSizeStd',
  'bwdPacketSizeStd',
  'fwdPacketSizeMin',
  'bwdPacketSizeMin',
  'fwdPacketSizeMax',
  'bwdPacketSizeMax',
  'IATMean',
  'IATStd',
  'IATMin',
  'IATMax',
  'fwdIATTotal',
  'bwdIATTotal',
  'fwdIATMean',
  'bwdIATMean',
  'fwdIATStd',
  'bwdIATStd',
  'fwdIATMin',
  'bwdIATMin',
  'fwdIATMax',
  'bwdIATMax',
] as const;

type Value = (typeof FLOW_VALUES)[number];

const NAMES: Readonly<Record<number, string>> = {
  [PROTOCOL.tcp]: 'TCP',
  [PROTOCOL.udp]: 'UDP',
  [PROTOCOL.icmp]: 'ICMPv4',
  [PROTOCOL.icmp6]: 'ICMPv6',
  [PROTOCOL.sctp]: 'SCTP',
};
const INDEX = new Map<string, number>(FLOW_VALUES.map((name, i) => [name, i]));

/** One line in that form. Packet sizes are payload lengths here, where FlowMeter's are frame lengths. */
export function flowMeterLine(flow: FlowRecord): string {
  const of = (name: Value): number => flow.values[INDEX.get(name) as number] as number;
  const nanos = (name: Value): number => of(name) * 1000;
  const [source, destination] = [flow.source(), flow.destination()];
  const protocol = NAMES[flow.protocol] ?? String(flow.protocol);
  const [forward, backward] = [of('Total Fwd Packet'), of('Total Bwd packets')];
  const [bytes, backBytes] = [of('Total Length of Fwd Packet'), of('Total Length of Bwd Packet')];
  const numbers = [
    nanos('Flow Duration'),
    forward + backward,
    forward,
    backward,
    bytes + backBytes,
    of('Packet Length Mean'),
    of('Packet Length Std'),
    of('Packet Length Min'),
    of('Packet Length Max'),
    bytes,
    backBytes,
    of('Fwd Packet Length Mean'),
    of('Bwd Packet Length Mean'),
    of('Fwd Packet Length Std'),
    of('Bwd Packet Length Std'),
    of('Fwd Packet Length Min'),
    of('Bwd Packet Length Min'),
    of('Fwd Packet Length Max'),
    of('Bwd Packet Length Max'),
    nanos('Flow IAT Mean'),
    nanos('Flow IAT Std'),
    nanos('Flow IAT Min'),
    nanos('Flow IAT Max'),
    nanos('Fwd IAT Total'),
    nanos('Bwd IAT Total'),
    nanos('Fwd IAT Mean'),
    nanos('Bwd IAT Mean'),
    nanos('Fwd IAT Std'),
    nanos('Bwd IAT Std'),
    nanos('Fwd IAT Min'),
    nanos('Bwd IAT Min'),
    nanos('Fwd IAT Max'),
    nanos('Bwd IAT Max'),
  ];
  const five = `${destination}--${source}--${protocol}--${flow.destinationPort}--${flow.sourcePort}`;
  return [five, source, destination, protocol, flow.sourcePort, flow.destinationPort, ...numbers.map((value) => value.toFixed(6))].join(
    ',',
  );
}
