/** How a packet stands to fragmentation: whole, the fragment that carries the ports, a later one. */
export const FRAGMENT = { none: 0, first: 1, later: 2 } as const;

export const TCP = { fin: 1, syn: 2, rst: 4, psh: 8, ack: 16, urg: 32, ece: 64, cwr: 128 } as const;

export const PROTOCOL = { icmp: 1, igmp: 2, tcp: 6, udp: 17, gre: 47, icmp6: 58, sctp: 132 } as const;

export const ETHERTYPE_ARP = 0x0806;

/** What a packet says above its transport header, where a detector or a flow record needs it. */
export type ApplicationEvent =
  | {
      readonly kind: 'dns';
      readonly row: number;
      readonly response: boolean;
      readonly name: string;
      readonly type: number;
      /** Response code and number of answers; 0 in queries. */
      readonly code: number;
      readonly answers: number;
    }
  | {
      readonly kind: 'tls';
      readonly row: number;
      readonly serverName: string;
      readonly ja3: string;
      readonly ja4: string;
    }
  | { readonly kind: 'tls-record'; readonly row: number; readonly length: number }
  | {
      readonly kind: 'http';
      readonly row: number;
      readonly method: string;
      readonly host: string;
      readonly path: string;
      readonly userAgent: string;
    }
  | { readonly kind: 'http-response'; readonly row: number; readonly status: number }
  | { readonly kind: 'banner'; readonly row: number; readonly service: string }
  | {
      readonly kind: 'dhcp';
      readonly row: number;
      readonly message: number;
      readonly client: string;
      readonly transaction: number;
      /** What a server offers, IPv4 addresses as numbers, 0 where absent: the lease, its network's mask, who offers it, the router. */
      readonly lease: number;
      readonly mask: number;
      readonly server: number;
      readonly router: number;
      readonly nameServers: readonly number[];
    };

/**
 * Packets by column; `rows` entries count. The arrays and `bytes` belong to the reader and are overwritten by the next batch.
 * Packets inside tunnels are described by their innermost addresses.
 */
export interface PacketBatch {
  readonly kind: 'packets';
  readonly input: string;
  /** A number for the input, the same as long as packets of it are spoken of. */
  readonly inputCode: number;
  /** Tells places in the network apart whose packets arrive by one source; 0 where there is one. Below 2^16. */
  readonly sensor: number;
  readonly rows: number;
  /** Number of row 0 in the capture, from 1; rows are numbered consecutively. */
  readonly firstNumber: number;
  readonly bytes: Uint8Array;
  /** Microseconds since 1970; finer times are cut off. */
  readonly time: Float64Array;
  /** Offset of the record in the uncompressed capture, its captured length and its length on the wire. */
  readonly offset: Float64Array;
  readonly captured: Int32Array;
  readonly wire: Int32Array;
  readonly etherType: Uint16Array;
  /** 4, 6, or 0 where the packet is no IP packet or could not be decoded. */
  readonly version: Uint8Array;
  readonly protocol: Uint8Array;
  /** (rows, 8): source then destination as four 32-bit words; IPv4 as ::ffff:a.b.c.d. Sender and target address of ARP. */
  readonly addresses: Int32Array;
  readonly sourcePort: Uint16Array;
  readonly destinationPort: Uint16Array;
  readonly tcpFlags: Uint8Array;
  readonly window: Uint16Array;
  readonly icmpType: Uint8Array;
  readonly icmpCode: Uint8Array;
  readonly fragment: Uint8Array;
  /** Bytes of the transport header. */
  readonly headerBytes: Int32Array;
  /** Bytes of transport payload on the wire, from the lengths in the headers. */
  readonly payloadBytes: Int32Array;
  /** The captured part of the payload: bytes[payloadStart, payloadEnd). Of ARP the message. */
  readonly payloadStart: Int32Array;
  readonly payloadEnd: Int32Array;
  /** Tunnels and extension headers passed. */
  readonly depth: Uint8Array;
  readonly application: readonly ApplicationEvent[];
}

/** Text of an address of four words at `at`; IPv6 as RFC 5952 writes it. */
export function addressText(words: Int32Array, at: number): string {
  const [a, b, c, d] = [words[at] as number, words[at + 1] as number, words[at + 2] as number, words[at + 3] as number];
  if (a === 0 && b === 0 && c === 0xffff) return ipv4Text(d);
  const groups = [a, b, c, d].flatMap((word) => [word >>> 16, word & 0xffff]);
  let best = -1;
  let length = 1;
  for (let start = 0; start < 8; start++) {
    let end = start;
    while (end < 8 && groups[end] === 0) end++;
    if (end - start > length) [best, length] = [start, end - start];
  }
  const hex = (part: readonly number[]): string => part.map((group) => group.toString(16)).join(':');
  return best < 0 ? hex(groups) : `${hex(groups.slice(0, best))}::${hex(groups.slice(best + length))}`;
}

/** Text of an IPv4 address of 32 bits. */
export function ipv4Text(word: number): string {
  return `${word >>> 24}.${(word >>> 16) & 255}.${(word >>> 8) & 255}.${word & 255}`;
}

/** Text of the hardware address of six bytes at `at`. */
export function hardwareText(bytes: Uint8Array, at: number): string {
  return Array.from(bytes.subarray(at, at + 6), (byte) => byte.toString(16).padStart(2, '0')).join(':');
}

/** The 32 bits at `at`, big-endian and signed. */
export function wordAt(bytes: Uint8Array, at: number): number {
  return ((bytes[at] as number) << 24) | ((bytes[at + 1] as number) << 16) | ((bytes[at + 2] as number) << 8) | (bytes[at + 3] as number);
}
