import { FRAGMENT, PROTOCOL, wordAt } from '../../../core/index.ts';
import type { PacketColumns } from '../columns.ts';
import type { ProblemCounts } from '../problems.ts';
import { readArp } from './arp.ts';
import { FragmentPorts } from './fragments.ts';
import { ETHERTYPE, type NetworkLayer, readEthernet, readLabels, readLink } from './link.ts';
import { decodeTransport } from './transport.ts';

/** Tunnels inside one another that are followed. */
const MOST_TUNNELS = 4;
/** Extension headers of one packet that are followed; real packets have two or three. */
const MOST_EXTENSIONS = 16;
const VXLAN_PORT = 4789;
const GENEVE_PORT = 6081;
const GRE_SEQUENCE = 0x1000;
const NEXT = {
  hopByHop: 0,
  ipv4: 4,
  ipv6: 41,
  routing: 43,
  fragment: 44,
  authentication: 51,
  none: 59,
  destination: 60,
  mobility: 135,
  hip: 139,
  shim6: 140,
} as const;

/** Frames -> columns, without allocating per packet. Whatever a header claims, only bytes inside the captured frame are read. */
export class PacketDecoder {
  readonly #columns: PacketColumns;
  readonly #problems: ProblemCounts;
  readonly fragments = new FragmentPorts();
  readonly #layer: NetworkLayer = { etherType: 0, at: 0 };
  #tunnels = 0;

  constructor(columns: PacketColumns, problems: ProblemCounts) {
    this.#columns = columns;
    this.#problems = problems;
  }

  decode(row: number, start: number, captured: number, linkType: number): void {
    const columns = this.#columns;
    columns.clear(row);
    this.#tunnels = 0;
    const end = start + captured;
    columns.payloadStart[row] = end;
    columns.payloadEnd[row] = end;
    if (!readLink(columns.bytes, start, end, linkType, this.#layer)) {
      this.#problems.add('link_truncated');
      return;
    }
    if (this.#layer.etherType < 0) {
      this.#problems.add('link_unsupported');
      return;
    }
    const { wire, captured: capturedBytes } = columns;
    // Bytes of the frame that were on the wire but not captured; lengths in headers may reach into them.
    const missing = (wire[row] as number) - (capturedBytes[row] as number);
    this.#network(row, this.#layer.etherType, this.#layer.at, end, missing);
  }

  #network(row: number, etherType: number, at: number, end: number, missing: number): void {
    const columns = this.#columns;
    columns.etherType[row] = etherType;
    if (etherType === ETHERTYPE.ipv4) this.#ipv4(row, at, end, missing);
    else if (etherType === ETHERTYPE.ipv6) this.#ipv6(row, at, end, missing);
    else if (etherType === ETHERTYPE.arp) {
      if (!readArp(columns, row, at, end)) this.#problems.add('ip_truncated');
    } else this.#problems.add('ether_type_other');
  }

  #ipv4(row: number, at: number, end: number, missing: number): void {
    const { bytes, addresses } = this.#columns;
    if (end - at < 20) {
      this.#problems.add('ip_truncated');
      return;
    }
    const first = bytes[at] as number;
    if (first >>> 4 !== 4) {
      this.#problems.add('ip_version_wrong');
      return;
    }
    const header = (first & 15) * 4;
    if (header < 20) {
      this.#problems.add('ip_header_length');
      return;
    }
    if (end - at < header) {
      this.#problems.add('ip_truncated');
      return;
    }
    const present = end - at + missing;
    let total = ((bytes[at + 2] as number) << 8) | (bytes[at + 3] as number);
    // Segmentation offload leaves 0 where the card would have written the length.
    if (total === 0) total = present;
    if (total < header || total > present) {
      this.#problems.add('ip_length_lies');
      total = Math.max(header, Math.min(total, present));
    }
    const base = row * 8;
    for (const part of [0, 4]) {
      addresses[base + part] = 0;
      addresses[base + part + 1] = 0;
      addresses[base + part + 2] = 0xffff;
    }
    addresses[base + 3] = wordAt(bytes, at + 12);
    addresses[base + 7] = wordAt(bytes, at + 16);
    this.#columns.version[row] = 4;
    const flags = ((bytes[at + 6] as number) << 8) | (bytes[at + 7] as number);
    const identification = ((bytes[at + 4] as number) << 8) | (bytes[at + 5] as number);
    const offset = flags & 0x1fff;
    const more = (flags & 0x2000) !== 0;
    this.#inside(row, bytes[at + 9] as number, at + header, Math.min(end, at + total), total - header, offset, more, identification);
  }

  #ipv6(row: number, from: number, end: number, missing: number): void {
    const { bytes, addresses } = this.#columns;
    if (end - from < 40) {
      this.#problems.add('ip_truncated');
      return;
    }
    if ((bytes[from] as number) >>> 4 !== 6) {
      this.#problems.add('ip_version_wrong');
      return;
    }
    const present = end - from - 40 + missing;
    let length = ((bytes[from + 4] as number) << 8) | (bytes[from + 5] as number);
    // 0 stands for a jumbogram or segmentation offload.
    if (length === 0) length = present;
    if (length > present) {
      this.#problems.add('ip_length_lies');
      length = present;
    }
    for (let i = 0; i < 8; i++) addresses[row * 8 + i] = wordAt(bytes, from + 8 + i * 4);
    this.#columns.version[row] = 6;
    this.#extensions(row, bytes[from + 6] as number, from + 40, Math.min(end, from + 40 + length), length);
  }

  /** `length`: bytes after the fixed header, of which those up to `end` were captured. */
  #extensions(row: number, firstNext: number, from: number, end: number, length: number): void {
    const { bytes, depth, protocol } = this.#columns;
    let next = firstNext;
    let at = from;
    let left = length;
    for (let passed = 0; ; passed++) {
      const known =
        next === NEXT.hopByHop ||
        next === NEXT.routing ||
        next === NEXT.destination ||
        next === NEXT.authentication ||
        next === NEXT.fragment ||
        next === NEXT.mobility ||
        next === NEXT.hip ||
        next === NEXT.shim6;
      if (!known) break;
      protocol[row] = next;
      if (passed >= MOST_EXTENSIONS) {
        this.#problems.add('extensions_endless');
        return;
      }
      if (end - at < 8) {
        this.#problems.add('extension_truncated');
        return;
      }
      depth[row] = Math.min(255, (depth[row] as number) + 1);
      const size =
        next === NEXT.fragment
          ? 8
          : next === NEXT.authentication
            ? ((bytes[at + 1] as number) + 2) * 4
            : ((bytes[at + 1] as number) + 1) * 8;
      if (next === NEXT.fragment) {
        const flags = ((bytes[at + 2] as number) << 8) | (bytes[at + 3] as number);
        const offset = flags >>> 3;
        const more = (flags & 1) !== 0;
        this.#inside(row, bytes[at] as number, at + 8, end, Math.max(0, left - 8), offset, more, wordAt(bytes, at + 4));
        return;
      }
      if (size > end - at) {
        this.#problems.add('extension_truncated');
        return;
      }
      next = bytes[at] as number;
      at += size;
      left = Math.max(0, left - size);
    }
    if (next === NEXT.none) {
      protocol[row] = next;
      return;
    }
    this.#inside(row, next, at, end, left, 0, false, 0);
  }

  /** What an IP packet carries: `length` bytes from `at`, of which those up to `end` were captured. */
  #inside(
    row: number,
    protocol: number,
    at: number,
    end: number,
    length: number,
    offset: number,
    more: boolean,
    identification: number,
  ): void {
    const columns = this.#columns;
    columns.protocol[row] = protocol;
    if (offset > 0) {
      columns.fragment[row] = FRAGMENT.later;
      columns.payloadBytes[row] = length;
      columns.payloadStart[row] = at;
      columns.payloadEnd[row] = end;
      const ports = this.fragments.ports(columns.addresses, row * 8, identification, protocol);
      if (ports === -1) {
        this.#problems.add('fragment_unmatched');
        return;
      }
      columns.sourcePort[row] = ports >>> 16;
      columns.destinationPort[row] = ports & 0xffff;
      return;
    }
    if (this.#tunnelled(row, protocol, at, end, length - (end - at))) return;
    if (!decodeTransport(columns, row, protocol, at, end, length, this.#problems)) return;
    if (more) {
      columns.fragment[row] = FRAGMENT.first;
      const ports = ((columns.sourcePort[row] as number) << 16) | (columns.destinationPort[row] as number);
      this.fragments.remember(columns.addresses, row * 8, identification, protocol, ports);
    } else if (protocol === PROTOCOL.udp) {
      // Only a datagram in fragments is longer than its packet.
      const { bytes } = columns;
      if ((((bytes[at + 4] as number) << 8) | (bytes[at + 5] as number)) > length) this.#problems.add('transport_length');
      if (columns.destinationPort[row] === VXLAN_PORT) this.#vxlan(row, end);
      else if (columns.destinationPort[row] === GENEVE_PORT) this.#geneve(row, end);
    }
  }

  /** Enters IP-in-IP and GRE. */
  #tunnelled(row: number, protocol: number, at: number, end: number, missing: number): boolean {
    if (protocol !== NEXT.ipv4 && protocol !== NEXT.ipv6 && protocol !== PROTOCOL.gre) return false;
    if (!this.#enter(row)) return true;
    if (protocol === NEXT.ipv4) this.#network(row, ETHERTYPE.ipv4, at, end, missing);
    else if (protocol === NEXT.ipv6) this.#network(row, ETHERTYPE.ipv6, at, end, missing);
    else return this.#gre(row, at, end, missing);
    return true;
  }

  /** GRE versions 0 and 1; what carries neither IP, MPLS nor Ethernet is counted and stays a GRE packet. */
  #gre(row: number, at: number, end: number, missing: number): boolean {
    const { bytes } = this.#columns;
    if (end - at < 4) {
      this.#problems.add('transport_truncated');
      return true;
    }
    const flags = ((bytes[at] as number) << 8) | (bytes[at + 1] as number);
    const type = ((bytes[at + 2] as number) << 8) | (bytes[at + 3] as number);
    const fields = (flags & 0xc000 ? 1 : 0) + (flags & 0x2000 ? 1 : 0) + (flags & GRE_SEQUENCE ? 1 : 0) + (flags & 0x0080 ? 1 : 0);
    const inner = at + 4 + fields * 4;
    if (inner > end) {
      this.#problems.add('transport_truncated');
      return true;
    }
    if (type === ETHERTYPE.ipv4 || type === ETHERTYPE.ipv6) this.#network(row, type, inner, end, missing);
    else if (this.#readInner(type, flags, inner, end)) this.#network(row, this.#layer.etherType, this.#layer.at, end, missing);
    else {
      this.#problems.add('tunnel_protocol_other');
      this.#columns.payloadBytes[row] = Math.max(0, end - inner + missing);
    }
    return true;
  }

  /** The frame or label stack that GRE carries; false where it is another or cut short. */
  #readInner(type: number, flags: number, at: number, end: number): boolean {
    const { bytes } = this.#columns;
    switch (type) {
      case ETHERTYPE.bridge:
        return readEthernet(bytes, at, end, this.#layer);
      case ETHERTYPE.mpls:
      case ETHERTYPE.mplsMulticast:
        return readLabels(bytes, at, end, type, this.#layer);
      case ETHERTYPE.erspan:
        // Type I has neither a sequence number nor a header of its own.
        return readEthernet(bytes, at + (flags & GRE_SEQUENCE ? 8 : 0), end, this.#layer);
      case ETHERTYPE.erspan3: {
        if (end - at < 12) return false;
        // The last bit tells of a platform-specific subheader.
        return readEthernet(bytes, at + 12 + ((bytes[at + 11] as number) & 1) * 8, end, this.#layer);
      }
      default:
        return false;
    }
  }

  #vxlan(row: number, end: number): void {
    const { bytes, payloadStart } = this.#columns;
    const at = payloadStart[row] as number;
    if (end - at < 22 || ((bytes[at] as number) & 8) === 0) return;
    if (readEthernet(bytes, at + 8, end, this.#layer)) this.#overlay(row, end);
  }

  /** RFC 8926, version 0. */
  #geneve(row: number, end: number): void {
    const { bytes, payloadStart } = this.#columns;
    const at = payloadStart[row] as number;
    if (end - at < 8 || (bytes[at] as number) >>> 6 !== 0) return;
    const inner = at + 8 + ((bytes[at] as number) & 63) * 4;
    const type = ((bytes[at + 2] as number) << 8) | (bytes[at + 3] as number);
    this.#layer.etherType = type;
    this.#layer.at = inner;
    if (type !== ETHERTYPE.bridge || readEthernet(bytes, inner, end, this.#layer)) this.#overlay(row, end);
  }

  /** Enters the IP packet of an overlay that was just read; anything else stays a datagram. */
  #overlay(row: number, end: number): void {
    const { payloadStart, payloadBytes, payloadEnd } = this.#columns;
    const { etherType } = this.#layer;
    if (etherType !== ETHERTYPE.ipv4 && etherType !== ETHERTYPE.ipv6) return;
    const at = payloadStart[row] as number;
    const missing = Math.max(0, (payloadBytes[row] as number) - ((payloadEnd[row] as number) - at));
    if (this.#enter(row)) this.#network(row, etherType, this.#layer.at, end, missing);
  }

  #enter(row: number): boolean {
    if (this.#tunnels >= MOST_TUNNELS) {
      this.#problems.add('tunnels_nested');
      return false;
    }
    this.#tunnels++;
    const { depth } = this.#columns;
    depth[row] = Math.min(255, (depth[row] as number) + 1);
    return true;
  }
}
