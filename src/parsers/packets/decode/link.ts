/** Link types of the pcap registry that are read. */
const LINK = {
  null: 0,
  ethernet: 1,
  ppp: 9,
  pppHdlc: 50,
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
  mpls: 0x8847,
  mplsMulticast: 0x8848,
  /** ERSPAN types I and II, and III. */
  erspan: 0x88be,
  erspan3: 0x22eb,
} as const;

/** Where a frame's network layer begins and what it is; filled in place, so that no packet allocates. */
export interface NetworkLayer {
  etherType: number;
  at: number;
}

const MOST_TAGS = 8;
const PPP = { ipv4: 0x21, ipv6: 0x57, mpls: 0x281 } as const;

/** Reads a link header. False when it is cut short; `etherType` -1 when the link type is not read. */
export function readLink(bytes: Uint8Array, start: number, end: number, linkType: number, into: NetworkLayer): boolean {
  into.etherType = -1;
  into.at = start;
  switch (linkType) {
    case LINK.ethernet:
      return readEthernet(bytes, start, end, into);
    case LINK.ppp:
    case LINK.pppHdlc:
      return readPpp(bytes, start, end, into);
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
      into.etherType = ppp === PPP.ipv4 ? ETHERTYPE.ipv4 : ppp === PPP.ipv6 ? ETHERTYPE.ipv6 : type;
      into.at = at + 8;
      return true;
    }
    if (type === ETHERTYPE.mpls || type === ETHERTYPE.mplsMulticast) return readLabels(bytes, at, end, type, into);
    into.etherType = type;
    into.at = at;
    return true;
  }
  return false;
}

/** PPP (RFC 1662), with or without address and control, its protocol in one byte or two. */
function readPpp(bytes: Uint8Array, start: number, end: number, into: NetworkLayer): boolean {
  let at = start;
  if (end - at >= 2 && bytes[at] === 0xff && bytes[at + 1] === 3) at += 2;
  if (end - at < 2) return false;
  const first = bytes[at] as number;
  const short = (first & 1) === 1;
  const protocol = short ? first : (first << 8) | (bytes[at + 1] as number);
  into.at = at + (short ? 1 : 2);
  if (protocol === PPP.mpls) return readLabels(bytes, into.at, end, ETHERTYPE.mpls, into);
  into.etherType = protocol === PPP.ipv4 ? ETHERTYPE.ipv4 : protocol === PPP.ipv6 ? ETHERTYPE.ipv6 : 0;
  return true;
}

/** Past an MPLS label stack (RFC 3032) to the IP packet below it; `type` stays where something else is. */
export function readLabels(bytes: Uint8Array, start: number, end: number, type: number, into: NetworkLayer): boolean {
  for (let at = start, labels = 0; labels <= MOST_TAGS; at += 4, labels++) {
    if (end - at < 5) return false;
    if (((bytes[at + 2] as number) & 1) === 0) continue;
    into.etherType = etherTypeOfVersion((bytes[at + 4] as number) >>> 4) || type;
    into.at = at + 4;
    return true;
  }
  return false;
}

function etherTypeOfVersion(version: number): number {
  return version === 4 ? ETHERTYPE.ipv4 : version === 6 ? ETHERTYPE.ipv6 : 0;
}
