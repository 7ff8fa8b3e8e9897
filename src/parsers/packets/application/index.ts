import { PROTOCOL } from '../../../core/index.ts';
import type { PacketColumns } from '../columns.ts';
import type { ProblemCounts } from '../problems.ts';
import { readDhcp } from './dhcp.ts';
import { readDns } from './dns.ts';
import { readBanner, readHttp } from './text.ts';
import { readTls } from './tls.ts';

const DNS_PORTS = new Set([53, 5353, 5355]);

/** Appends what the payloads of a batch's packets say. A message that spans segments is read as far as its first one goes. */
export function applicationEvents(columns: PacketColumns, problems: ProblemCounts): void {
  const { rows, protocol, payloadStart, payloadEnd, fragment, version } = columns;
  for (let row = 0; row < rows; row++) {
    if (version[row] === 0 || fragment[row] === 2) continue;
    const start = payloadStart[row] as number;
    const end = payloadEnd[row] as number;
    if (end <= start) continue;
    if (protocol[row] === PROTOCOL.udp) udp(columns, row, start, end, problems);
    else if (protocol[row] === PROTOCOL.tcp) tcp(columns, row, start, end, problems);
  }
}

function udp(columns: PacketColumns, row: number, start: number, end: number, problems: ProblemCounts): void {
  const source = columns.sourcePort[row] as number;
  const destination = columns.destinationPort[row] as number;
  if (DNS_PORTS.has(source) || DNS_PORTS.has(destination)) addDns(columns, row, start, end, problems);
  else if (destination === 67 || source === 67) {
    const event = readDhcp(columns.bytes, start, end, row);
    if (event !== undefined) columns.application.push(event);
  }
}

function tcp(columns: PacketColumns, row: number, start: number, end: number, problems: ProblemCounts): void {
  const { bytes, application } = columns;
  const source = columns.sourcePort[row] as number;
  const destination = columns.destinationPort[row] as number;
  if (source === 53 || destination === 53) {
    if (end - start > 14) addDns(columns, row, start + 2, end, problems);
    return;
  }
  const first = bytes[start] as number;
  if (first >= 20 && first <= 23) readTls(bytes, start, end, row, application);
  else {
    const event = readHttp(bytes, start, end, row) ?? readBanner(bytes, start, end, row, source, destination);
    if (event !== undefined) application.push(event);
  }
}

function addDns(columns: PacketColumns, row: number, start: number, end: number, problems: ProblemCounts): void {
  const event = readDns(columns.bytes, start, end, row);
  if (event === 'malformed') problems.add('name_malformed');
  else if (event !== undefined) columns.application.push(event);
}
