import { PROTOCOL } from '../../../core/index.ts';
import type { PacketColumns } from '../columns.ts';
import type { ProblemCounts } from '../problems.ts';

/**
 * Reads the transport header at `at`: `length` bytes on the wire, of which those up to `end` were captured. False when the
 * header is cut short or contradicts itself; the payload then counts all the bytes.
 */
export function decodeTransport(
  columns: PacketColumns,
  row: number,
  protocol: number,
  at: number,
  end: number,
  length: number,
  problems: ProblemCounts,
): boolean {
  const { bytes } = columns;
  columns.payloadBytes[row] = length;
  columns.payloadStart[row] = Math.min(at, end);
  columns.payloadEnd[row] = end;
  let header = 0;
  if (protocol === PROTOCOL.tcp) {
    if (end - at < 20) return cut(problems);
    header = ((bytes[at + 12] as number) >>> 4) * 4;
    readPorts(columns, row, at);
    columns.tcpFlags[row] = bytes[at + 13] as number;
    columns.window[row] = ((bytes[at + 14] as number) << 8) | (bytes[at + 15] as number);
    if (header < 20 || header > length) {
      problems.add('transport_length');
      header = Math.min(20, length);
    }
  } else if (protocol === PROTOCOL.udp) {
    if (end - at < 8) return cut(problems);
    header = 8;
    readPorts(columns, row, at);
    const claimed = ((bytes[at + 4] as number) << 8) | (bytes[at + 5] as number);
    // 0: jumbogram or offload. In a first fragment the datagram is longer than what is here.
    if (claimed !== 0 && claimed < 8) problems.add('transport_length');
  } else if (protocol === PROTOCOL.sctp) {
    if (end - at < 12) return cut(problems);
    header = 12;
    readPorts(columns, row, at);
  } else if (protocol === PROTOCOL.icmp || protocol === PROTOCOL.icmp6) {
    if (end - at < 4) return cut(problems);
    header = Math.min(8, length);
    columns.icmpType[row] = bytes[at] as number;
    columns.icmpCode[row] = bytes[at + 1] as number;
  }
  columns.headerBytes[row] = header;
  columns.payloadBytes[row] = Math.max(0, length - header);
  columns.payloadStart[row] = Math.min(at + header, end);
  return true;
}

function cut(problems: ProblemCounts): boolean {
  problems.add('transport_truncated');
  return false;
}

function readPorts({ bytes, sourcePort, destinationPort }: PacketColumns, row: number, at: number): void {
  sourcePort[row] = ((bytes[at] as number) << 8) | (bytes[at + 1] as number);
  destinationPort[row] = ((bytes[at + 2] as number) << 8) | (bytes[at + 3] as number);
}
