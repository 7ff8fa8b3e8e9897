import type { SensorRow } from '../sensor/batch.ts';

/** A flow as an exporter reports it; counts are those of its sampling, scaled where it says by how much. */
export interface ExportedFlow {
  time: number;
  durationMicros: number;
  sourceAddress?: string;
  destinationAddress?: string;
  sourcePort?: number;
  destinationPort?: number;
  protocol?: number;
  forwardBytes?: number;
  forwardPackets?: number;
  /** Of exporters that report both directions (RFC 5103). */
  backwardBytes?: number;
  backwardPackets?: number;
  tcpFlags?: number;
  /** IPFIX flowEndReason (IANA): 1 idle, 2 active time-out, 3 end detected, 4 forced, 5 lack of resources. */
  endReason?: number;
  inputInterface?: number;
  outputInterface?: number;
  /** One packet in so many was looked at. */
  sampling?: number;
}

const REASONS: Readonly<Record<number, string>> = { 1: 'idle', 2: 'active', 3: 'end', 4: 'forced', 5: 'resources' };
const TCP = 6;
const FLAG = { fin: 1, rst: 4 };

/** As a row of kind `flow`, at the place of its datagram. */
export function rowOf(
  flow: ExportedFlow,
  format: string,
  exporter: string,
  place: Pick<SensorRow, 'offset' | 'line' | 'length'>,
): SensorRow {
  const sampling = flow.sampling ?? 1;
  const scaled = (value: number | undefined): number | undefined => (value === undefined ? undefined : value * sampling);
  const { tcpFlags, inputInterface, outputInterface } = flow;
  const attributes = {
    exporter,
    format,
    ...(tcpFlags === undefined ? {} : { tcpFlags }),
    ...(inputInterface === undefined ? {} : { inputInterface }),
    ...(outputInterface === undefined ? {} : { outputInterface }),
    ...(sampling > 1 ? { sampling } : {}),
  };
  return {
    kind: 'flow',
    values: {
      time: flow.time,
      sourceAddress: flow.sourceAddress,
      sourcePort: flow.sourcePort,
      destinationAddress: flow.destinationAddress,
      destinationPort: flow.destinationPort,
      protocol: flow.protocol,
      durationMicros: Math.max(0, flow.durationMicros),
      forwardBytes: scaled(flow.forwardBytes),
      forwardPackets: scaled(flow.forwardPackets),
      backwardBytes: scaled(flow.backwardBytes) ?? 0,
      backwardPackets: scaled(flow.backwardPackets) ?? 0,
      state: stateOf(flow),
    },
    attributes: JSON.stringify(attributes),
    ...place,
  };
}

function stateOf({ protocol, tcpFlags = 0, endReason }: ExportedFlow): string | undefined {
  if (protocol === TCP && (tcpFlags & FLAG.rst) !== 0) return 'rst';
  if (protocol === TCP && (tcpFlags & FLAG.fin) !== 0) return 'fin';
  return endReason === undefined ? undefined : REASONS[endReason];
}
