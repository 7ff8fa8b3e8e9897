import type { ExportedFlow } from './exported-flow.ts';
import type { Reader } from './reader.ts';

export type SampledPacket = Pick<
  ExportedFlow,
  'protocol' | 'sourceAddress' | 'destinationAddress' | 'sourcePort' | 'destinationPort' | 'tcpFlags'
> & { readonly bytes: number };

const HEADER = { ethernet: 1, ipv4: 11, ipv6: 12 };
const ETHERTYPE = { ipv4: 0x0800, ipv6: 0x86dd };
const VLAN = new Set([0x8100, 0x88a8, 0x9100]);
const MOST_TAGS = 4;
const MOST_EXTENSIONS = 8;
/** Hop-by-hop, routing, destination options: their length stands in eights of bytes behind the next type. */
const EXTENSIONS = new Set([0, 43, 60]);
const FRAGMENT = 44;

/** Addresses and ports of the first bytes of a sampled frame; undefined for what is no IP or cut too short. */
export function readSampledHeader(header: Reader, protocol: number, bytes: number): SampledPacket | undefined {
  try {
    const version = protocol === HEADER.ethernet ? ethernet(header) : protocol === HEADER.ipv4 ? 4 : protocol === HEADER.ipv6 ? 6 : 0;
    if (version === 4) return ipv4(header, bytes);
    return version === 6 ? ipv6(header, bytes) : undefined;
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** Passes the frame's header; the version of IP inside, 0 for anything else. */
function ethernet(header: Reader): number {
  header.skip(12);
  let type = header.u16();
  for (let tags = 0; VLAN.has(type) && tags < MOST_TAGS; tags++) {
    header.skip(2);
    type = header.u16();
  }
  return type === ETHERTYPE.ipv4 ? 4 : type === ETHERTYPE.ipv6 ? 6 : 0;
}

function ipv4(header: Reader, bytes: number): SampledPacket {
  const length = (header.u8() & 15) * 4;
  header.skip(5);
  const fragment = header.u16() & 0x1fff;
  header.skip(1);
  const protocol = header.u8();
  header.skip(2);
  const packet = { bytes, protocol, sourceAddress: header.u32(), destinationAddress: header.u32() };
  header.skip(Math.max(0, length - 20));
  return fragment === 0 ? { ...packet, ...transport(header, protocol) } : packet;
}

function ipv6(header: Reader, bytes: number): SampledPacket {
  header.skip(6);
  let protocol = header.u8();
  header.skip(1);
  const addresses = { sourceAddress: header.address(), destinationAddress: header.address() };
  for (let i = 0; EXTENSIONS.has(protocol) && i < MOST_EXTENSIONS; i++) {
    const next = header.u8();
    header.skip(header.u8() * 8 + 6);
    protocol = next;
  }
  const packet = { bytes, protocol, ...addresses };
  return protocol === FRAGMENT ? packet : { ...packet, ...transport(header, protocol) };
}

/** Ports where the header reaches so far. */
function transport(header: Reader, protocol: number): Partial<SampledPacket> {
  if ((protocol !== 6 && protocol !== 17 && protocol !== 132) || header.left < 4) return {};
  const ports = { sourcePort: header.u16(), destinationPort: header.u16() };
  if (protocol !== 6 || header.left < 10) return ports;
  header.skip(9);
  return { ...ports, tcpFlags: header.u8() };
}
