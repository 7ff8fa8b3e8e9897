/** Link types of the pcap registry that are read. */
const LINK = {
  null: 0,
  ethernet: 1,
  raw: 101,
  loop: 108,
  sll: 113,
  ipv4: 228,
  ipv6: 229,
  sll2: 276,
  rawOpenBsd: 14,
  rawLinux: 12,
} as const;

export const ETHERTYPE = {
  ipv4: 0x0800,
  arp: 0x0806,
  vlan: 0x8100,
  ipv6: 0x86dd,
  qinq: 0x88a8,
  qinqOld: 0x9100,
  pppoe: 0x8864,
  bridge: 0x6558,
} as const;

/** Where a frame's network layer begins and what it is; filled in place, so that no packet allocates. */
export interface NetworkLayer {
  etherType: number;
  at: number;
}

const MOST_TAGS = 8;

/** Reads a link header. False when it is cut short; `etherType` -1 when the link type is not read. */
export function readLink(bytes: Uint8Array, start: number, end: number, linkType: number, into: NetworkLayer): boolean {
  into.etherType = -1;
  into.at = start;
  switch (linkType) {
    case LINK.ethernet:
      return readEthernet(bytes, start, end, into);
    case LINK.raw:
    case LINK.rawOpenBsd:
    case LINK.rawLinux:
    case LINK.ipv4:
    case LINK.ipv6:
      if (end - start < 1) return false;
      into.etherType = etherTypeOfVersion((bytes[start] as number) >>> 4);
      return true;
    case LINK.null:
    case LINK.loop:
      if (end - start < 4) return false;
      into.at = start + 4;
      // The family's number differs between systems and its byte order between hosts; the IP version does not.
      into.etherType = end - start < 5 ? 0 : etherTypeOfVersion((bytes[start + 4] as number) >>> 4);
      return true;
    case LINK.sll:
      if (end - start < 16) return false;
      return readTags(bytes, start + 14, end, into);
    case LINK.sll2:
      if (end - start < 20) return false;
      into.at = start + 20;
      into.etherType = ((bytes[start] as number) << 8) | (bytes[start + 1] as number);
      return true;
    default:
      return true;
  }
}

export function readEthernet(bytes: Uint8Array, start: number, end: number, into: NetworkLayer): boolean {
  if (end - start < 14) return false;
  return readTags(bytes, start + 12, end, into);
}

/** The EtherType at `at`, past any VLAN tags; PPPoE session frames are entered. */
function readTags(bytes: Uint8Array, from: number, end: number, into: NetworkLayer): boolean {
  let at = from;
  for (let tags = 0; tags <= MOST_TAGS; tags++) {
    if (end - at < 2) return false;
    const type = ((bytes[at] as number) << 8) | (bytes[at + 1] as number);
    at += 2;
    if (type === ETHERTYPE.vlan || type === ETHERTYPE.qinq || type === ETHERTYPE.qinqOld) {
      at += 2;
      continue;
    }
    if (type === ETHERTYPE.pppoe && end - at >= 8) {
      const ppp = ((bytes[at + 6] as number) << 8) | (bytes[at + 7] as number);
      into.etherType = ppp === 0x21 ? ETHERTYPE.ipv4 : ppp === 0x57 ? ETHERTYPE.ipv6 : type;
      into.at = at + 8;
      return true;
    }
    into.etherType = type;
    into.at = at;
    return true;
  }
  return false;
}

function etherTypeOfVersion(version: number): number {
  return version === 4 ? ETHERTYPE.ipv4 : version === 6 ? ETHERTYPE.ipv6 : 0;
}
