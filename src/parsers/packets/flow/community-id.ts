import { createHash } from 'node:crypto';
import { PROTOCOL } from '../../../core/index.ts';
import type { FlowRecord } from './record.ts';

/** Request and reply types of ICMP and ICMPv6 stand for one another (Corelight's community-id specification, version 1). */
const ICMP_PAIRS: Readonly<Record<number, number>> = { 8: 0, 0: 8, 13: 14, 14: 13, 15: 16, 16: 15, 17: 18, 18: 17, 10: 9, 9: 10 };
const ICMP6_PAIRS: Readonly<Record<number, number>> = {
  128: 129,
  129: 128,
  133: 134,
  134: 133,
  135: 136,
  136: 135,
  130: 131,
  131: 130,
  144: 145,
  145: 144,
};

/** `1:` and the base64 of SHA-1 over seed, addresses, protocol and ports, the lesser endpoint first. */
export function communityId(flow: FlowRecord, icmpType: number, icmpCode: number): string {
  const source = packed(flow.addresses, 0);
  const destination = packed(flow.addresses, 4);
  let [first, second] = [flow.sourcePort, flow.destinationPort];
  let oneWay = false;
  const pairs = flow.protocol === PROTOCOL.icmp ? ICMP_PAIRS : flow.protocol === PROTOCOL.icmp6 ? ICMP6_PAIRS : undefined;
  if (pairs !== undefined) {
    first = icmpType;
    second = pairs[icmpType] ?? icmpCode;
    oneWay = pairs[icmpType] === undefined;
  }
  const order = Buffer.compare(source, destination) || first - second;
  const swap = !oneWay && order > 0;
  const header = Buffer.from([0, 0]);
  const middle = Buffer.from([flow.protocol, 0]);
  const ports = Buffer.alloc(4);
  ports.writeUInt16BE(swap ? second : first, 0);
  ports.writeUInt16BE(swap ? first : second, 2);
  const hasPorts =
    pairs !== undefined || flow.protocol === PROTOCOL.tcp || flow.protocol === PROTOCOL.udp || flow.protocol === PROTOCOL.sctp;
  const addresses = swap ? [destination, source] : [source, destination];
  const hash = createHash('sha1').update(Buffer.concat([header, ...addresses, middle, ...(hasPorts ? [ports] : [])]));
  return `1:${hash.digest('base64')}`;
}

function packed(words: Int32Array, at: number): Buffer {
  const isV4 = words[at] === 0 && words[at + 1] === 0 && words[at + 2] === 0xffff;
  const bytes = Buffer.alloc(isV4 ? 4 : 16);
  for (let i = isV4 ? 3 : 0; i < 4; i++) bytes.writeInt32BE(words[at + i] as number, isV4 ? 0 : i * 4);
  return bytes;
}
