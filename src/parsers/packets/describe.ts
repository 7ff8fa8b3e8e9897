import { addressText, ETHERTYPE_ARP, type PacketBatch, PROTOCOL } from '../../core/index.ts';

const FLAGS = ['FIN', 'SYN', 'RST', 'PSH', 'ACK', 'URG', 'ECE', 'CWR'];
const NAMES: Readonly<Record<number, string>> = {
  [PROTOCOL.icmp]: 'ICMP',
  [PROTOCOL.igmp]: 'IGMP',
  [PROTOCOL.tcp]: 'TCP',
  [PROTOCOL.udp]: 'UDP',
  [PROTOCOL.gre]: 'GRE',
  [PROTOCOL.icmp6]: 'ICMPv6',
  [PROTOCOL.sctp]: 'SCTP',
};

/** One packet in one line: `10.0.0.1:4711 > 10.0.0.2:22 TCP SYN, 0 bytes`. */
export function describePacket(batch: PacketBatch, row: number): string {
  const from = addressText(batch.addresses, row * 8);
  const to = addressText(batch.addresses, row * 8 + 4);
  if (batch.etherType[row] === ETHERTYPE_ARP) return `${from} > ${to} ARP ${batch.icmpType[row] === 1 ? 'request' : 'reply'}`;
  if (batch.version[row] === 0) return `frame of ${batch.wire[row]} bytes, type 0x${(batch.etherType[row] as number).toString(16)}`;
  const protocol = batch.protocol[row] as number;
  const ports = protocol === PROTOCOL.tcp || protocol === PROTOCOL.udp || protocol === PROTOCOL.sctp;
  const endpoint = (address: string, port: number): string =>
    ports ? `${address.includes(':') ? `[${address}]` : address}:${port}` : address;
  const path = `${endpoint(from, batch.sourcePort[row] as number)} > ${endpoint(to, batch.destinationPort[row] as number)}`;
  const parts = [path, NAMES[protocol] ?? `protocol ${protocol}`];
  if (protocol === PROTOCOL.tcp) parts.push(FLAGS.filter((_, bit) => ((batch.tcpFlags[row] as number) >>> bit) & 1).join(','));
  if (protocol === PROTOCOL.icmp || protocol === PROTOCOL.icmp6) parts.push(`type ${batch.icmpType[row]} code ${batch.icmpCode[row]}`);
  if (batch.fragment[row] !== 0) parts.push('fragment');
  return `${parts.filter((part) => part !== '').join(' ')}, ${batch.payloadBytes[row]} bytes${said(batch, row)}`;
}

function said({ application }: PacketBatch, row: number): string {
  const event = application.find((one) => one.row === row);
  if (event === undefined) return '';
  if (event.kind === 'dns') return `, DNS ${event.response ? 'answer for' : 'query'} ${event.name}`;
  if (event.kind === 'http') return `, HTTP ${event.method} ${event.host}${event.path}`;
  if (event.kind === 'tls') return `, TLS to ${event.serverName || 'no name'}`;
  if (event.kind === 'banner') return `, greeting of ${event.service}`;
  if (event.kind === 'dhcp') return `, DHCP message ${event.message} of ${event.client}`;
  return '';
}
