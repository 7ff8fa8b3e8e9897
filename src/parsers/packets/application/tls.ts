import { createHash } from 'node:crypto';
import { type ApplicationEvent, decodeUtf8 } from '../../../core/index.ts';

const RECORD = { handshake: 22, data: 23 } as const;

/** Client hello (name, JA3, JA4), or the lengths of application records that begin in this segment. */
export function readTls(bytes: Uint8Array, start: number, end: number, row: number, into: ApplicationEvent[]): void {
  let at = start;
  for (let records = 0; records < 32 && end - at >= 5; records++) {
    const type = bytes[at] as number;
    const length = ((bytes[at + 3] as number) << 8) | (bytes[at + 4] as number);
    if (bytes[at + 1] !== 3 || type < 20 || type > 23 || length > 18_432) return;
    if (type === RECORD.data) into.push({ kind: 'tls-record', row, length });
    else if (type === RECORD.handshake && bytes[at + 5] === 1) {
      const hello = readClientHello(bytes, at + 9, Math.min(end, at + 5 + length));
      if (hello !== undefined) into.push({ kind: 'tls', row, ...hello });
    }
    at += 5 + length;
  }
}

interface Hello {
  readonly serverName: string;
  readonly ja3: string;
  readonly ja4: string;
}

const EXTENSION = { serverName: 0, groups: 10, pointFormats: 11, signatures: 13, alpn: 16, versions: 43 } as const;

/** The body of a client hello in bytes[start, end). Cut short or contradictory: undefined. */
export function readClientHello(bytes: Uint8Array, start: number, end: number): Hello | undefined {
  const short = (at: number): number => ((bytes[at] as number) << 8) | (bytes[at + 1] as number);
  if (end - start < 38) return undefined;
  const version = short(start);
  let at = start + 34;
  at += 1 + (bytes[at] as number);
  if (end - at < 2) return undefined;
  const ciphers = shorts(bytes, at + 2, at + 2 + short(at), end);
  if (ciphers === undefined) return undefined;
  at += 2 + short(at);
  if (end - at < 1) return undefined;
  at += 1 + (bytes[at] as number);
  const found = {
    serverName: '',
    alpn: '',
    version,
    extensions: [] as number[],
    groups: [] as number[],
    formats: [] as number[],
    signatures: [] as number[],
  };
  if (end - at >= 2) {
    const last = at + 2 + short(at);
    if (last > end) return undefined;
    at += 2;
    while (last - at >= 4) {
      const type = short(at);
      const from = at + 4;
      const to = from + short(at + 2);
      if (to > last) return undefined;
      found.extensions.push(type);
      readExtension(bytes, type, from, to, found);
      at = to;
    }
  }
  return { serverName: found.serverName, ja3: ja3Of(version, ciphers, found), ja4: ja4Of(ciphers, found) };
}

interface Found {
  serverName: string;
  alpn: string;
  version: number;
  readonly extensions: readonly number[];
  groups: number[];
  formats: number[];
  signatures: number[];
}

function readExtension(bytes: Uint8Array, type: number, from: number, to: number, found: Found): void {
  const short = (at: number): number => ((bytes[at] as number) << 8) | (bytes[at + 1] as number);
  if (type === EXTENSION.serverName && to - from >= 5) {
    const end = Math.min(to, from + 5 + short(from + 3));
    found.serverName = decodeUtf8(bytes, from + 5, end)
      .toLowerCase()
      .slice(0, 255);
  } else if (type === EXTENSION.groups && to - from >= 2) found.groups = shorts(bytes, from + 2, to, to) ?? [];
  else if (type === EXTENSION.pointFormats && to - from >= 1) found.formats = [...bytes.subarray(from + 1, to)];
  else if (type === EXTENSION.signatures && to - from >= 2) found.signatures = shorts(bytes, from + 2, to, to) ?? [];
  else if (type === EXTENSION.alpn && to - from >= 3)
    found.alpn = decodeUtf8(bytes, from + 3, Math.min(to, from + 3 + (bytes[from + 2] as number)));
  else if (type === EXTENSION.versions && to - from >= 1) {
    const versions = (shorts(bytes, from + 1, to, to) ?? []).filter((one) => !isGrease(one));
    if (versions.length > 0) found.version = Math.max(...versions);
  }
}

function shorts(bytes: Uint8Array, from: number, to: number, end: number): number[] | undefined {
  if (to > end) return undefined;
  const values: number[] = [];
  for (let at = from; at + 2 <= to; at += 2) values.push(((bytes[at] as number) << 8) | (bytes[at + 1] as number));
  return values;
}

/** Reserved values that clients add at random (RFC 8701); left out of fingerprints. */
function isGrease(value: number): boolean {
  return (value & 0x0f0f) === 0x0a0a && value >>> 8 === (value & 255);
}

/** MD5 of version, ciphers, extensions, groups and point formats in decimal (Salesforce, 2017). */
function ja3Of(version: number, ciphers: readonly number[], { extensions, groups, formats }: Found): string {
  const list = (values: readonly number[]): string => values.filter((value) => !isGrease(value)).join('-');
  const text = [version, list(ciphers), list(extensions), list(groups), formats.join('-')].join(',');
  return createHash('md5').update(text).digest('hex');
}

const VERSIONS: Readonly<Record<number, string>> = { 772: '13', 771: '12', 770: '11', 769: '10', 768: 's3' };

/** JA4 of the FoxIO specification, TLS over TCP. */
function ja4Of(ciphers: readonly number[], { version, serverName, extensions, signatures, alpn }: Found): string {
  const hex = (value: number): string => value.toString(16).padStart(4, '0');
  const digest = (text: string): string => (text === '' ? '000000000000' : createHash('sha256').update(text).digest('hex').slice(0, 12));
  const used = ciphers.filter((value) => !isGrease(value));
  const sent = extensions.filter((value) => !isGrease(value));
  const count = (values: readonly number[]): string => String(Math.min(99, values.length)).padStart(2, '0');
  const named = sent.includes(EXTENSION.serverName) && serverName !== '' ? 'd' : 'i';
  const protocol = alpnCode(alpn);
  const head = `t${VERSIONS[version] ?? '00'}${named}${count(used)}${count(sent)}${protocol}`;
  const sorted = sent
    .filter((value) => value !== EXTENSION.serverName && value !== EXTENSION.alpn)
    .map(hex)
    .sort()
    .join(',');
  const algorithms = signatures
    .filter((value) => !isGrease(value))
    .map(hex)
    .join(',');
  return `${head}_${digest(used.map(hex).sort().join(','))}_${digest(algorithms === '' ? sorted : `${sorted}_${algorithms}`)}`;
}

function alpnCode(alpn: string): string {
  const first = alpn.charAt(0);
  const last = alpn.charAt(alpn.length - 1);
  if (first === '') return '00';
  if (/^[0-9A-Za-z]$/.test(first) && /^[0-9A-Za-z]$/.test(last)) return first + last;
  const hex = Buffer.from(alpn, 'latin1').toString('hex');
  return hex.charAt(0) + hex.charAt(hex.length - 1);
}
