import { type ApplicationEvent, hardwareText, wordAt } from '../../../core/index.ts';

const COOKIE = 236;
const OPTION = { pad: 0, mask: 1, router: 3, nameServers: 6, message: 53, server: 54, end: 255 } as const;
const MOST_NAME_SERVERS = 4;

/** Message type (1 discover, 2 offer, 3 request, 5 acknowledgement …), client, and what the server offers (RFC 2131, RFC 2132). */
export function readDhcp(bytes: Uint8Array, start: number, end: number, row: number): ApplicationEvent | undefined {
  if (end - start < COOKIE + 4) return undefined;
  const word = (at: number): number => wordAt(bytes, at) >>> 0;
  if (word(start + COOKIE) !== 0x63825363) return undefined;
  const found = { message: 0, mask: 0, server: 0, router: 0, nameServers: [] as number[] };
  let at = start + COOKIE + 4;
  while (at + 2 <= end) {
    const code = bytes[at] as number;
    if (code === OPTION.pad) {
      at++;
      continue;
    }
    if (code === OPTION.end) break;
    const from = at + 2;
    const length = bytes[at + 1] as number;
    const to = Math.min(end, from + length);
    if (code === OPTION.message && to > from) found.message ||= bytes[from] as number;
    else if (code === OPTION.nameServers) {
      for (let i = from; i + 4 <= to && found.nameServers.length < MOST_NAME_SERVERS; i += 4) found.nameServers.push(word(i));
    } else if (to - from >= 4) {
      if (code === OPTION.mask) found.mask = word(from);
      else if (code === OPTION.server) found.server = word(from);
      else if (code === OPTION.router) found.router = word(from);
    }
    at = from + length;
  }
  const client = hardwareText(bytes, start + 28);
  return { kind: 'dhcp', row, client, transaction: word(start + 4), lease: word(start + 16), ...found };
}
