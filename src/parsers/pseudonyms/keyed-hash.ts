import { createHmac } from 'node:crypto';
import { canonicalName } from './case-folding.ts';

/** Values whose pseudonym is at hand; beyond, all are worked out again. */
const CACHE = 65_536;
const LONGEST_CACHED = 256;
const DIGITS = /^\d+$/;
/** What `KeyedHash` makes; `240.…` to `254.…` are addresses that no network uses. */
const MADE = String.raw`~[0-9a-f]{16}|[a-z][a-z0-9]{0,30}_[0-9a-f]{12}(?:@host_[0-9a-f]{12}\.invalid)?|(?:24\d|25[0-4])(?:\.\d{1,3}){3}|2001:db8(?::[0-9a-f]{4}){6}|f6:ee(?::[0-9a-f]{2}){4}`;
const PSEUDONYM = new RegExp(`^(?:${MADE})$`);
const WITH_PORT = new RegExp(String.raw`^[^\w~\x80-\xff]*(?:${MADE})(?::\d{1,5})?[^\w~\x80-\xff]*$`);

/** Whether a text is a pseudonym that tells its kind. */
export function isPseudonym(text: string): boolean {
  return PSEUDONYM.test(text);
}

/** Whether a text holds nothing but a pseudonym, in quotes or brackets and with a port where it has them. */
export function holdsPseudonym(text: string): boolean {
  return WITH_PORT.test(text);
}

const WITHIN = new RegExp(`(?<![0-9A-Za-z])(?:${MADE})(?![0-9A-Za-z])`, 'g');

/** Whether [from, to) of a text is part of a pseudonym, such as the first group of an address. */
export function isWithinPseudonym(text: string, from: number, to: number): boolean {
  for (const { 0: made, index } of text.matchAll(WITHIN)) if (index <= from && to <= index + made.length) return true;
  return false;
}

/**
 * Pseudonyms: HMAC-SHA256 of a value under a key, written as what it stands for, so that an address is still read as an address and a
 * number as a number. Equal values have equal pseudonyms, in upper and lower case too; nothing can be read back without the key.
 */
export class KeyedHash {
  private readonly key: Uint8Array;
  private readonly known = new Map<string, string>();

  constructor(key: Uint8Array) {
    this.key = key;
  }

  /** 28 of the hash's bits: one in 268 million pairs of addresses has the same pseudonym. */
  ipv4(address: string): string {
    return this.cached('ipv4', address, (hex) => {
      const [a, b, c, d] = bytesOf(hex);
      return `${240 + ((a as number) % 15)}.${b}.${c}.${d}`;
    });
  }

  ipv6(address: string): string {
    return this.cached('ipv6', address.toLowerCase(), (hex) => `2001:db8:${groups(hex.slice(0, 24), 4)}`);
  }

  mac(address: string, separator: string): string {
    const canonical = address.toLowerCase().replaceAll('-', ':');
    return this.cached('mac', canonical, (hex) => `f6:ee:${groups(hex.slice(0, 8), 2)}`).replaceAll(':', separator);
  }

  user(name: string): string {
    return this.named('user', name);
  }

  host(name: string): string {
    return this.named('host', name);
  }

  /** `<name>_` and 12 hex digits; of a number a number of 15 digits. */
  named(name: string, value: string): string {
    return this.cached(name, canonicalName(value), (hex) => (DIGITS.test(value) ? digits(hex, 15) : `${name}_${hex.slice(0, 12)}`));
  }

  /** As many digits as it has, at most 64. */
  hexadecimal(value: string): string {
    return this.cached('hex', value.toLowerCase(), (hex) => hex.slice(0, Math.min(64, value.length)));
  }

  /** A UUID of version 8, which is for uses of one's own (RFC 9562). */
  uuid(value: string): string {
    return this.cached(
      'uuid',
      value.toLowerCase(),
      (hex) => `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`,
    );
  }

  /** A security identifier of Windows that belongs to a domain or machine. */
  sid(value: string): string {
    return this.cached('sid', value, (hex) => {
      const part = (at: number) => Number.parseInt(hex.slice(at, at + 8), 16);
      return `S-1-5-21-${part(0)}-${part(8)}-${part(16)}-${part(24)}`;
    });
  }

  /** A variable part that nothing more is known of: `~` and 16 hex digits. */
  parameter(value: string): string {
    return this.cached('', value, (hex) => `~${hex.slice(0, 16)}`);
  }

  private cached(kind: string, value: string, write: (hex: string) => string): string {
    const id = `${kind}\0${value}`;
    const known = this.known.get(id);
    if (known !== undefined) return known;
    const made = write(createHmac('sha256', this.key).update(id, 'latin1').digest('hex'));
    if (this.known.size >= CACHE) this.known.clear();
    if (id.length <= LONGEST_CACHED) this.known.set(id, made);
    return made;
  }
}

function bytesOf(hex: string): Uint8Array {
  return Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

function groups(hex: string, size: number): string {
  return (hex.match(new RegExp(`.{${size}}`, 'g')) ?? []).join(':');
}

/** The first is 1 to 9. */
function digits(hex: string, count: number): string {
  const least = 10n ** BigInt(count - 1);
  return String(least + (BigInt(`0x${hex}`) % (9n * least)));
}
