import { isIP } from 'node:net';
import { fieldAt } from './field-at.ts';

/** Fields that name the peer of a structured record, the likeliest first; dots lead into nested objects. */
export const PEER_FIELDS = [
  'SourceIp',
  'source.ip',
  'Client',
  'Identity',
  'client_ip',
  'clientip',
  'client.ip',
  'remote_ip',
  'remote_addr',
  'remoteAddr',
  'RemoteAddr',
  'sourceIPAddress',
  'sourceIPs',
  'src_ip',
  'remip',
  'srcip',
  'SRC',
  'src',
  'IpAddress',
  'winlog.event_data.IpAddress',
  'Event.EventData.IpAddress',
  'EventData.IpAddress',
  'ipAddress',
  'ip_address',
  'ip',
  'addr.remote',
  'remote',
  'visitor_ip',
  'request.remote_ip',
  'request.client_ip',
  'req.remoteAddress',
  'attr.remote',
  'id.orig_h',
] as const;

const V4 = /(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?![\d]|\.\d)/g;
const V6 = /(?<![\w:.])(?:[0-9a-fA-F]{0,4}:){2,7}(?:(?:\d{1,3}\.){3}\d{1,3}|[0-9a-fA-F]{0,4})(?![\w:])/g;
/** Words after which the address is the peer's. */
const BEFORE = /(?:from|rhost|rip|client|remote|peer|src|source|ip|host|address|for|by)[\w\s"'`=:[({<@-]{0,24}$/i;
/** Words after which it is one of the host's own. */
const OWN = /(?:lip|laddr|local|dst|dest|destination|to|server|listen|bind)[\w\s"'`=:[({<@-]{0,12}$/i;
/** Where a quote begins a word. */
const QUOTED = /(?<=^|[\s(,;:=[{])(["'`])((?:\\.|(?!\1)[^\\]){1,1024})\1/gs;

/** The address in the first field that names the peer. */
export function peerOfFields(fields: Readonly<Record<string, unknown>>): string | undefined {
  for (const name of PEER_FIELDS) {
    const address = addressIn(fieldAt(fields, name));
    if (address !== undefined) return address;
  }
  return undefined;
}

/**
 * The address of the peer in a text of a program whose lines are not known: the first behind a word that says so, else the first. What
 * stands within quotes beside other words, such as a name, counts last.
 */
export function peerOfText(text: string): string | undefined {
  const read = text.slice(0, 4096);
  const names = quotedNames(read);
  let first: string | undefined;
  let named: string | undefined;
  for (const { address, at } of addressesIn(read)) {
    const before = read.slice(Math.max(0, at - 40), at);
    if (OWN.test(before)) continue;
    if (names.some(([start, end]) => at >= start && at < end)) named ??= address;
    else if (BEFORE.test(before)) return address;
    else first ??= address;
  }
  return first ?? named;
}

/** Stretches within quotes that hold more than an address and its port. */
function quotedNames(text: string): [start: number, end: number][] {
  if (!/["'`]/.test(text)) return [];
  return [...text.matchAll(QUOTED)].flatMap((found) => {
    const inner = found[2] as string;
    const start = found.index + 1;
    return /^(?:\w{1,8}:)?\[?[\d.:a-fA-F]+\]?(?::\d{1,5})?$/.test(inner) ? [] : [[start, start + inner.length] as [number, number]];
  });
}

/** In the order of the text. */
function addressesIn(text: string): { readonly address: string; readonly at: number }[] {
  const found: { address: string; at: number }[] = [];
  for (const pattern of text.includes('::') || /:[0-9a-fA-F]{1,4}:/.test(text) ? [V6, V4] : [V4]) {
    for (const match of text.matchAll(pattern)) {
      const address = normal(match[0]);
      if (address !== undefined) found.push({ address, at: match.index });
    }
  }
  return found.sort((a, b) => a.at - b.at);
}

/** The address in a field that may add a port or brackets. */
export function addressIn(value: unknown): string | undefined {
  if (typeof value !== 'string' || value.length > 100) return undefined;
  if (isIP(value) !== 0) return normal(value);
  const inner = /^(?:ip:)?\[?([^\]/\s]+?)\]?(?::\d{1,5})?$/.exec(value)?.[1];
  return inner === undefined ? undefined : normal(inner);
}

function normal(text: string): string | undefined {
  if (isIP(text) === 0) return undefined;
  const mapped = /^::ffff:((?:\d{1,3}\.){3}\d{1,3})$/i.exec(text)?.[1];
  return (mapped ?? text).toLowerCase();
}
