/** An address as it stands in a datagram: an IPv4 address as its 32 bits, an IPv6 address as its 16 bytes. */
export type ExportedAddress = number | Uint8Array;

/** A flow as an exporter reports it; counts are those of its sampling, scaled where it says by how much. */
export interface ExportedFlow {
  time: number;
  durationMicros: number;
  sourceAddress?: ExportedAddress;
  destinationAddress?: ExportedAddress;
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

/** How the flow ended, where that is told. */
export function stateOf({ protocol, tcpFlags = 0, endReason }: ExportedFlow): string | undefined {
  if (protocol === TCP && (tcpFlags & FLAG.rst) !== 0) return 'rst';
  if (protocol === TCP && (tcpFlags & FLAG.fin) !== 0) return 'fin';
  return endReason === undefined ? undefined : REASONS[endReason];
}
