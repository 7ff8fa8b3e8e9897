import { decodeUtf8 } from '../../../core/index.ts';
import { SIGNATURES, type SignatureMatch, shownText } from './signature.ts';

/** What the first certificate of a server says of itself. */
export interface ServerCertificate {
  readonly selfSigned: boolean;
  /** Values of its subject: country, organisation, common name and so on, in their order. */
  readonly subject: readonly string[];
}

const HANDSHAKE = 22;
const MESSAGE = { certificate: 11 } as const;
const TAG = { integer: 2, set: 0x31, sequence: 0x30, version: 0xa0 } as const;
const MOST_PARTS = 16;
const MOST_VALUE = 64;

/** The certificate message of TLS 1.2 and earlier (RFC 5246 7.4.2), as far as the segment reaches; its subject lies near the beginning. */
export function serverCertificate(bytes: Uint8Array, start: number, end: number): ServerCertificate | undefined {
  for (let at = start, records = 0; records < 8 && end - at >= 5; records++) {
    const length = ((bytes[at + 3] as number) << 8) | (bytes[at + 4] as number);
    if (bytes[at] !== HANDSHAKE || bytes[at + 1] !== 3) return undefined;
    const last = Math.min(end, at + 5 + length);
    for (let message = at + 5, messages = 0; messages < 8 && last - message >= 4; messages++) {
      if (bytes[message] === MESSAGE.certificate) return last - message < 10 ? undefined : certificateAt(bytes, message + 10, last);
      message += 4 + medium(bytes, message + 1);
    }
    at += 5 + length;
  }
  return undefined;
}

/** X.509 in DER (RFC 5280 4.1). */
function certificateAt(bytes: Uint8Array, start: number, end: number): ServerCertificate | undefined {
  const outer = element(bytes, start, end);
  const tbs = outer?.tag === TAG.sequence ? element(bytes, outer.from, end) : undefined;
  if (tbs?.tag !== TAG.sequence) return undefined;
  let part = element(bytes, tbs.from, end);
  if (part?.tag === TAG.version) part = element(bytes, part.to, end);
  if (part?.tag !== TAG.integer) return undefined;
  const algorithm = element(bytes, part.to, end);
  const issuer = algorithm && element(bytes, algorithm.to, end);
  const validity = issuer && element(bytes, issuer.to, end);
  const subject = validity && element(bytes, validity.to, end);
  if (issuer === undefined || subject === undefined || subject.to > end || subject.tag !== TAG.sequence) return undefined;
  const same = Buffer.compare(bytes.subarray(issuer.from, issuer.to), bytes.subarray(subject.from, subject.to)) === 0;
  return { selfSigned: same, subject: valuesOf(bytes, subject.from, subject.to) };
}

/** Sets of pairs of a name and a value; the values. */
function valuesOf(bytes: Uint8Array, start: number, end: number): string[] {
  const values: string[] = [];
  for (let at = start; at < end && values.length < MOST_PARTS; ) {
    const set = element(bytes, at, end);
    if (set === undefined || set.tag !== TAG.set || set.to > end || set.to <= at) break;
    const pair = element(bytes, set.from, set.to);
    const name = pair && element(bytes, pair.from, set.to);
    const value = name && element(bytes, name.to, set.to);
    if (value !== undefined && value.to <= set.to)
      values.push(shownText(decodeUtf8(bytes, value.from, Math.min(value.to, value.from + MOST_VALUE))));
    at = set.to;
  }
  return values;
}

/** A DER element; `to` may lie beyond what was captured. */
function element(
  bytes: Uint8Array,
  at: number,
  end: number,
): { readonly tag: number; readonly from: number; readonly to: number } | undefined {
  if (end - at < 2) return undefined;
  const [tag, first] = [bytes[at] as number, bytes[at + 1] as number];
  if (first < 0x80) return { tag, from: at + 2, to: at + 2 + first };
  const size = first & 0x7f;
  if (size === 0 || size > 3 || end - at < 2 + size) return undefined;
  let length = 0;
  for (let i = 0; i < size; i++) length = length * 256 + (bytes[at + 2 + i] as number);
  return { tag, from: at + 2 + size, to: at + 2 + size + length };
}

function medium(bytes: Uint8Array, at: number): number {
  return ((bytes[at] as number) << 16) | ((bytes[at + 1] as number) << 8) | (bytes[at + 2] as number);
}

/** Names kept for examples and tests (RFC 2606, RFC 6761), and what OpenSSL fills in where nobody answers its questions. */
const PLACEHOLDER =
  /^(.*\.)?(example|example\.(com|net|org|edu)|test|invalid|localhost|localdomain)$|^internet widgits pty ltd$|^default company ltd$/i;

/** A server on the internet that vouches for itself, and whose client did not say whom it wanted. */
export function certificateMatch({ selfSigned, subject }: ServerCertificate): SignatureMatch | undefined {
  if (!selfSigned) return undefined;
  const signature = subject.some((value) => PLACEHOLDER.test(value.trim())) ? SIGNATURES.placeholderName : SIGNATURES.selfSigned;
  return { signature, detail: shownText(subject.join(', ')) };
}
