import type { Micros } from '../../core/index.ts';
import type { DemoRecord } from './scenario.ts';

const short = (value: number): number[] => [(value >>> 8) & 255, value & 255];
const long = (value: number): number[] => [...short(value >>> 16), ...short(value)];
export const addressBytes = (text: string): number[] => text.split('.').map(Number);

/** The header of a pcap file: microseconds, Ethernet. */
export function captureHeader(time: Micros): DemoRecord {
  const bytes = new Uint8Array(24);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, 0xa1b2c3d4);
  view.setUint16(4, 2);
  view.setUint16(6, 4);
  view.setUint32(16, 65_535);
  view.setUint32(20, 1);
  return { time, bytes };
}

export const TCP = { fin: 1, syn: 2, rst: 4, push: 8, ack: 16 } as const;

export interface Segment {
  readonly from: string;
  readonly to: string;
  readonly fromPort: number;
  readonly toPort: number;
  readonly sequence: number;
  readonly acknowledged: number;
  readonly flags: number;
  readonly payload?: Uint8Array;
}

export function tcpPacket(
  time: Micros,
  { from, to, fromPort, toPort, sequence, acknowledged, flags, payload = NONE }: Segment,
): DemoRecord {
  const header = [
    ...short(fromPort),
    ...short(toPort),
    ...long(sequence),
    ...long(acknowledged),
    0x50,
    flags,
    ...short(64_240),
    0,
    0,
    0,
    0,
  ];
  return ipPacket(time, from, to, 6, Uint8Array.from([...header, ...payload]), 16);
}

export function udpPacket(time: Micros, from: string, fromPort: number, to: string, toPort: number, payload: Uint8Array): DemoRecord {
  const header = [...short(fromPort), ...short(toPort), ...short(8 + payload.length), 0, 0];
  return ipPacket(time, from, to, 17, Uint8Array.from([...header, ...payload]), 6);
}

const NONE = new Uint8Array(0);
/** Ethernet and pcap record headers before the IP packet. */
const BEFORE = 16 + 14;

/** `sum`: where the checksum of the transport header stands. */
function ipPacket(time: Micros, from: string, to: string, protocol: number, content: Uint8Array, sum: number): DemoRecord {
  const [source, target] = [addressBytes(from), addressBytes(to)];
  const length = 20 + content.length;
  const header = Uint8Array.from([0x45, 0, ...short(length), ...short(time & 0xffff), 0x40, 0, 64, protocol, 0, 0, ...source, ...target]);
  header.set(short(checksum(header)), 10);
  const pseudo = Uint8Array.from([...source, ...target, 0, protocol, ...short(content.length), ...content]);
  content.set(short(checksum(pseudo) || 0xffff), sum);
  const bytes = new Uint8Array(BEFORE + length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, Math.floor(time / 1e6));
  view.setUint32(4, time % 1e6);
  view.setUint32(8, 14 + length);
  view.setUint32(12, 14 + length);
  bytes.set([2, 0, ...target, 2, 0, ...source, 8, 0], 16);
  bytes.set(header, BEFORE);
  bytes.set(content, BEFORE + 20);
  return { time, bytes };
}

/** Of RFC 1071, where the field itself is still zero. */
function checksum(bytes: Uint8Array): number {
  let sum = 0;
  for (let i = 0; i < bytes.length; i += 2) sum += ((bytes[i] as number) << 8) | (bytes[i + 1] ?? 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}
