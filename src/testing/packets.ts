/** Packets and captures made by hand, for tests. */

export interface Frame {
  /** Microseconds. */
  readonly time: number;
  readonly bytes: Uint8Array;
  /** Length on the wire, when more than was captured. */
  readonly wire?: number;
}

const join = (...parts: readonly (Uint8Array | readonly number[])[]): Uint8Array => Uint8Array.from(parts.flatMap((part) => [...part]));
const short = (value: number): number[] => [(value >>> 8) & 255, value & 255];
const long = (value: number): number[] => [...short(value >>> 16), ...short(value)];

export function ethernet(etherType: number, payload: Uint8Array): Uint8Array {
  return join([2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2], short(etherType), payload);
}

export interface Ipv4 {
  readonly from: string;
  readonly to: string;
  readonly protocol: number;
  readonly payload: Uint8Array;
  readonly identification?: number;
  /** Of the fragment, in bytes. */
  readonly offset?: number;
  readonly more?: boolean;
  /** What the header claims instead of the truth. */
  readonly totalLength?: number;
}

export function ipv4({ from, to, protocol, payload, identification = 1, offset = 0, more = false, totalLength }: Ipv4): Uint8Array {
  const flags = (more ? 0x2000 : 0) | (offset >>> 3);
  const address = (text: string): number[] => text.split('.').map(Number);
  return join(
    [0x45, 0],
    short(totalLength ?? 20 + payload.length),
    short(identification),
    short(flags),
    [64, protocol, 0, 0],
    address(from),
    address(to),
    payload,
  );
}

/** Addresses as eight groups in hexadecimal, `2001:db8:0:0:0:0:0:1`. */
export function ipv6(from: string, to: string, next: number, payload: Uint8Array): Uint8Array {
  const address = (text: string): number[] => text.split(':').flatMap((group) => short(Number.parseInt(group, 16)));
  return join([0x60, 0, 0, 0], short(payload.length), [next, 64], address(from), address(to), payload);
}

export interface Tcp {
  readonly from: number;
  readonly to: number;
  readonly flags: number;
  readonly window?: number;
  readonly payload?: Uint8Array;
}

export function tcp({ from, to, flags, window = 1000, payload = new Uint8Array(0) }: Tcp): Uint8Array {
  return join(short(from), short(to), long(1), long(1), [0x50, flags], short(window), [0, 0, 0, 0], payload);
}

export function udp(from: number, to: number, payload: Uint8Array): Uint8Array {
  return join(short(from), short(to), short(8 + payload.length), [0, 0], payload);
}

/** A DNS query, of type A unless told otherwise. */
export function dnsQuery(name: string, type = 1): Uint8Array {
  const labels = name.split('.').flatMap((label) => [label.length, ...new TextEncoder().encode(label)]);
  return join([0, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0], labels, [0], short(type), [0, 1]);
}

const quad = (text: string): number[] => text.split('.').map(Number);
const card = (text: string): number[] => text.split(':').map((byte) => Number.parseInt(byte, 16));

/** An ICMP echo request (8) or reply (0). */
export function echo(type: number, sequence: number, payload: Uint8Array): Uint8Array {
  return join([type, 0, 0, 0, 0, 7], short(sequence), payload);
}

export interface Arp {
  /** 1 request, 2 reply. */
  readonly operation: number;
  readonly sender: string;
  readonly hardware: string;
  readonly target: string;
}

/** An ARP message in its frame. */
export function arp({ operation, sender, hardware, target }: Arp): Uint8Array {
  return ethernet(0x0806, join([0, 1, 8, 0, 6, 4], short(operation), card(hardware), quad(sender), [0, 0, 0, 0, 0, 0], quad(target)));
}

export interface Neighbour {
  /** 135 solicitation, 136 advertisement. */
  readonly type: number;
  readonly sender: string;
  readonly hardware: string;
  /** Address asked for, or claimed. */
  readonly target: string;
  /** Of an advertisement: replaces what is known. */
  readonly override?: boolean;
}

/** A message of IPv6 neighbour discovery in its frame, with the sender's card as an option; addresses as in `ipv6`. */
export function neighbour({ type, sender, hardware, target, override = true }: Neighbour): Uint8Array {
  const address = target.split(':').flatMap((group) => short(Number.parseInt(group, 16)));
  const flags = type === 136 && override ? 0x20 : 0;
  const message = join([type, 0, 0, 0, flags, 0, 0, 0], address, [type === 136 ? 2 : 1, 1], card(hardware));
  return ethernet(0x86dd, ipv6(sender, 'ff02:0:0:0:0:0:0:1', 58, message));
}

export interface Dhcp {
  /** 1 discover, 2 offer, 3 request, 5 acknowledgement. */
  readonly message: number;
  readonly transaction: number;
  readonly client: string;
  readonly lease?: string;
  readonly server?: string;
  readonly router?: string;
  readonly nameServers?: readonly string[];
}

/** A DHCP message for a network of 256 addresses, as the payload of a datagram between ports 67 and 68. */
export function dhcp({ message, transaction, client, lease = '0.0.0.0', server, router, nameServers = [] }: Dhcp): Uint8Array {
  const option = (code: number, bytes: readonly number[]): number[] => (bytes.length === 0 ? [] : [code, bytes.length, ...bytes]);
  const fixed = join(
    [message % 2 === 1 && message < 5 ? 1 : 2, 1, 6, 0],
    long(transaction),
    [0, 0, 0, 0, 0, 0, 0, 0],
    quad(lease),
    new Uint8Array(8),
  );
  const names = new Uint8Array(236 - fixed.length - 6);
  const options = [
    ...option(53, [message]),
    ...option(1, quad('255.255.255.0')),
    ...option(54, server === undefined ? [] : quad(server)),
    ...option(3, router === undefined ? [] : quad(router)),
    ...option(6, nameServers.flatMap(quad)),
    255,
  ];
  return join(fixed, card(client), names, [0x63, 0x82, 0x53, 0x63], options);
}

export interface CaptureForm {
  readonly bigEndian?: boolean;
  readonly nano?: boolean;
  readonly linkType?: number;
}

/** A classic capture file. */
export function pcap(frames: readonly Frame[], { bigEndian = false, nano = false, linkType = 1 }: CaptureForm = {}): Uint8Array {
  const word = (value: number): number[] => (bigEndian ? long(value) : long(value).reverse());
  const half = (value: number): number[] => (bigEndian ? short(value) : short(value).reverse());
  const parts: (Uint8Array | number[])[] = [
    [...word(nano ? 0xa1b23c4d : 0xa1b2c3d4), ...half(2), ...half(4), ...word(0), ...word(0), ...word(262_144), ...word(linkType)],
  ];
  for (const { time, bytes, wire } of frames) {
    const seconds = Math.floor(time / 1e6);
    const fraction = time - seconds * 1e6;
    parts.push(
      [...word(seconds), ...word(nano ? fraction * 1000 + 999 : fraction), ...word(bytes.length), ...word(wire ?? bytes.length)],
      bytes,
    );
  }
  return join(...parts);
}

/** The same as pcapng with one interface whose times are in 10^-`resolution` seconds. */
export function pcapng(frames: readonly Frame[], { bigEndian = false, linkType = 1 }: CaptureForm = {}, resolution = 6): Uint8Array {
  const word = (value: number): number[] => (bigEndian ? long(value) : long(value).reverse());
  const half = (value: number): number[] => (bigEndian ? short(value) : short(value).reverse());
  const block = (type: number, body: readonly number[]): number[] => {
    const padded = [...body, ...new Array<number>((4 - (body.length % 4)) % 4).fill(0)];
    return [...word(type), ...word(padded.length + 12), ...padded, ...word(padded.length + 12)];
  };
  const ticks = (time: number): bigint => (BigInt(time) * 10n ** BigInt(resolution)) / 1_000_000n;
  const options = [...half(9), ...half(1), resolution, 0, 0, 0, ...half(0), ...half(0)];
  const parts: number[][] = [
    block(0x0a0d0d0a, [...word(0x1a2b3c4d), ...half(1), ...half(0), ...word(0xffffffff), ...word(0xffffffff)]),
    block(1, [...half(linkType), ...half(0), ...word(0), ...options]),
  ];
  for (const { time, bytes, wire } of frames) {
    const at = ticks(time);
    const stamp = [...word(Number(at >> 32n)), ...word(Number(at & 0xffffffffn))];
    parts.push(block(6, [...word(0), ...stamp, ...word(bytes.length), ...word(wire ?? bytes.length), ...bytes]));
  }
  return join(...parts);
}
