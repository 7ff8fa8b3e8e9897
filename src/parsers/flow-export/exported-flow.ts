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
  /** How far the exporter's clock was from that of the receiver, where its times were corrected by it. */
  clockOffMicros?: number;
}

const REASONS: Readonly<Record<number, string>> = { 1: 'idle', 2: 'active', 3: 'end', 4: 'forced', 5: 'resources' };
const TCP = 6;
const FLAG = { fin: 1, syn: 2, rst: 4, ack: 16 };
/** Of one direction: whether it was answered stands in another record, or in none. */
const ONE_WAY = 'one-way';

/**
 * How the flow ended. Records of one direction are `one-way`, which says nothing of an answer; those whose sender only ever asked
 * for a connection (SYN, never ACK) are `attempt`. In samples a SYN alone is the packet that happened to be drawn: `one-way syn`.
 */
export function stateOf({
  protocol,
  tcpFlags = 0,
  endReason,
  sampling = 1,
  backwardPackets,
  backwardBytes,
}: ExportedFlow): string | undefined {
  const oneWay = backwardPackets === undefined && backwardBytes === undefined;
  const tcp = protocol === TCP;
  if (oneWay && tcp && (tcpFlags & (FLAG.syn | FLAG.ack)) === FLAG.syn) return sampling > 1 ? `${ONE_WAY} syn` : 'attempt';
  const end =
    tcp && (tcpFlags & FLAG.rst) !== 0
      ? 'rst'
      : tcp && (tcpFlags & FLAG.fin) !== 0
        ? 'fin'
        : endReason === undefined
          ? ''
          : REASONS[endReason];
  return oneWay ? `${ONE_WAY} ${end ?? ''}`.trim() : end || undefined;
}
