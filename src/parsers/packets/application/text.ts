import { type ApplicationEvent, decodeUtf8 } from '../../../core/index.ts';

const METHODS = new Set(['GET', 'POST', 'HEAD', 'PUT', 'DELETE', 'OPTIONS', 'PATCH', 'CONNECT', 'TRACE', 'PROPFIND']);
/** Header bytes looked at; the rest of a request is body or attack. */
const MOST_HEADER_BYTES = 8192;
const MOST_VALUE = 512;

/** A request's method, host, path and user agent, or a response's status. */
export function readHttp(bytes: Uint8Array, start: number, end: number, row: number): ApplicationEvent | undefined {
  const first = bytes[start] as number;
  if (first < 67 || first > 84 || end - start < 12) return undefined;
  if (first === 72 && bytes[start + 1] === 84 && bytes[start + 4] === 47) {
    const status = Number(decodeUtf8(bytes, start + 9, start + 12));
    return Number.isInteger(status) ? { kind: 'http-response', row, status } : undefined;
  }
  let blank = start;
  while (blank < start + 9 && bytes[blank] !== 32) blank++;
  const method = decodeUtf8(bytes, start, blank);
  if (!METHODS.has(method)) return undefined;
  const lines = decodeUtf8(bytes, blank + 1, Math.min(end, start + MOST_HEADER_BYTES)).split('\r\n');
  const header = (name: string): string => {
    for (const line of lines.slice(1)) {
      if (line === '') break;
      if (line.slice(0, name.length).toLowerCase() === name) return line.slice(name.length).trim().slice(0, MOST_VALUE);
    }
    return '';
  };
  const path = (lines[0] ?? '').split(' ')[0]?.slice(0, MOST_VALUE) ?? '';
  return { kind: 'http', row, method, host: header('host:'), path, userAgent: header('user-agent:') };
}

const BANNERS: readonly (readonly [service: string, prefix: string])[] = [
  ['ssh', 'SSH-'],
  ['pop3', '+OK'],
  ['imap', '* OK'],
  ['vnc', 'RFB '],
];

/** The service that greets from the lower of the two ports; a server speaks first with these protocols. */
export function readBanner(
  bytes: Uint8Array,
  start: number,
  end: number,
  row: number,
  source: number,
  destination: number,
): ApplicationEvent | undefined {
  if (source > destination || end - start < 3) return undefined;
  const service = serviceOf(bytes, start, end, source);
  return service === undefined ? undefined : { kind: 'banner', row, service };
}

function serviceOf(bytes: Uint8Array, start: number, end: number, port: number): string | undefined {
  for (const [service, prefix] of BANNERS) if (begins(bytes, start, end, prefix)) return service;
  if (begins(bytes, start, end, '220')) {
    const text = decodeUtf8(bytes, start, Math.min(end, start + 200)).toLowerCase();
    return text.includes('smtp') || port === 25 || port === 587 ? 'smtp' : text.includes('ftp') || port === 21 ? 'ftp' : undefined;
  }
  // Telnet option negotiation: IAC WILL/WONT/DO/DONT; RDP: a TPKT with an X.224 connection confirm.
  if (bytes[start] === 0xff && (bytes[start + 1] as number) >= 0xfb && (bytes[start + 1] as number) <= 0xfe && port === 23) return 'telnet';
  if (bytes[start] === 3 && bytes[start + 1] === 0 && end - start > 5 && bytes[start + 5] === 0xd0) return 'rdp';
  if (end - start > 6 && bytes[start + 3] === 0 && bytes[start + 4] === 10 && begins(bytes, start + 5, end, '5.') && port === 3306)
    return 'mysql';
  return undefined;
}

function begins(bytes: Uint8Array, start: number, end: number, prefix: string): boolean {
  if (end - start < prefix.length) return false;
  for (let i = 0; i < prefix.length; i++) if (bytes[start + i] !== prefix.charCodeAt(i)) return false;
  return true;
}
