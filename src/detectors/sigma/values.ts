import { Buffer } from 'node:buffer';
import type { Scalar, SigmaEvent } from './event.ts';
import { linearRegex, RegexRefused } from './regex/index.ts';
import { ANY, longestLiteral, type Part, partsOf, wildcard } from './wildcard.ts';

/** Why a rule cannot be used; becomes part of the list of what did not load. */
export class RuleRefused extends Error {}

/** One comparison with a field, and the lower-case text without which it cannot be true. */
export interface ValueTest {
  readonly test: (event: SigmaEvent, field: string) => boolean;
  readonly literal: string | undefined;
}

export type Placeholders = Readonly<Record<string, readonly string[]>>;

const TIME_PARTS = ['minute', 'hour', 'day', 'week', 'month', 'year'];
const COMPARISONS: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  lt: (a, b) => a < b,
  lte: (a, b) => a <= b,
  gt: (a, b) => a > b,
  gte: (a, b) => a >= b,
};
const KNOWN = new Set([
  ...['contains', 'startswith', 'endswith', 'all', 're', 'i', 'm', 's', 'base64', 'base64offset', 'utf16le', 'utf16be', 'utf16', 'wide'],
  ...['windash', 'cidr', 'exists', 'fieldref', 'cased', 'expand', 'neq', 'lt', 'lte', 'gt', 'gte', ...TIME_PARTS],
]);

/** The tests of one value under its modifiers; any of them suffices (`windash`, `base64offset` give several). */
export function testsOf(value: Scalar, modifiers: readonly string[], placeholders: Placeholders): ValueTest[] {
  const unknown = modifiers.find((modifier) => !KNOWN.has(modifier));
  if (unknown !== undefined) throw new RuleRefused(`unknown modifier ${unknown}`);
  const has = (name: string): boolean => modifiers.includes(name);
  if (has('exists'))
    return [
      {
        test: (event, field) => (event.get(field) !== undefined) === (value === true || value === 'yes' || value === 'true'),
        literal: undefined,
      },
    ];
  if (has('fieldref')) return [fieldTest(String(value), modifiers)];
  const comparison = Object.keys(COMPARISONS).find(has);
  const part = TIME_PARTS.find(has);
  if (comparison !== undefined || part !== undefined) return [numberTest(value, comparison, part)];
  if (has('cidr')) return [cidrTest(String(value))];
  if (has('re')) return [regexTest(String(value), modifiers)];
  if (value === null) return [{ test: (event, field) => (event.get(field) ?? [null]).every((one) => one === null), literal: undefined }];
  const texts = has('expand') ? expand(String(value), placeholders) : [String(value)];
  return texts.flatMap((text) => textTests(text, modifiers));
}

function textTests(text: string, modifiers: readonly string[]): ValueTest[] {
  let variants: Part[][] = [partsOf(text)];
  const encoded = modifiers.find((name) => name === 'base64' || name === 'base64offset');
  if (encoded !== undefined) variants = encodings(text, modifiers, encoded === 'base64offset').map((one) => [one]);
  else if (modifiers.some((name) => name.startsWith('utf16') || name === 'wide')) variants = [[wide(text, modifiers).toString('latin1')]];
  if (modifiers.includes('windash')) variants = variants.flatMap(dashes);
  const wrapped = variants.map((parts): Part[] => {
    const before = modifiers.includes('contains') || modifiers.includes('endswith');
    const after = modifiers.includes('contains') || modifiers.includes('startswith');
    const all: Part[] = [...(before && parts[0] !== ANY ? [ANY] : []), ...parts, ...(after && parts.at(-1) !== ANY ? [ANY] : [])] as Part[];
    return all.filter((part, i) => part !== ANY || all[i - 1] !== ANY);
  });
  return wrapped.map((parts) => textTest(parts, modifiers));
}

function textTest(parts: readonly Part[], modifiers: readonly string[]): ValueTest {
  const lower = parts.map((part) => (typeof part === 'string' ? part.toLowerCase() : part));
  const cased = modifiers.includes('cased') || modifiers.includes('base64') || modifiers.includes('base64offset');
  const matches = wildcard(cased ? parts : lower);
  const literal = longestLiteral(lower);
  const test = cased
    ? (event: SigmaEvent, field: string): boolean =>
        event.get(field)?.some((value) => matches(value === null ? '' : String(value))) ?? false
    : (event: SigmaEvent, field: string): boolean => event.lower(field)?.some(matches) ?? false;
  if (modifiers.includes('neq')) return { test: (event, field) => !test(event, field), literal: undefined };
  return { test, literal: literal === '' ? undefined : literal };
}

function fieldTest(other: string, modifiers: readonly string[]): ValueTest {
  const compare = (a: string, b: string): boolean => {
    if (modifiers.includes('startswith')) return a.startsWith(b);
    if (modifiers.includes('endswith')) return a.endsWith(b);
    return modifiers.includes('contains') ? a.includes(b) : a === b;
  };
  const cased = modifiers.includes('cased');
  const read = (event: SigmaEvent, field: string): readonly string[] =>
    cased ? (event.get(field) ?? []).map(String) : (event.lower(field) ?? []);
  const equal = (event: SigmaEvent, field: string): boolean => {
    const right = read(event, other);
    return read(event, field).some((left) => right.some((one) => compare(left, one)));
  };
  return { test: modifiers.includes('neq') ? (event, field) => !equal(event, field) : equal, literal: undefined };
}

function numberTest(value: Scalar, comparison: string | undefined, part: string | undefined): ValueTest {
  const wanted = Number(value);
  if (value === null || value === '' || !Number.isFinite(wanted)) throw new RuleRefused(`${String(value)} is no number`);
  const compare =
    comparison === undefined ? (a: number, b: number): boolean => a === b : (COMPARISONS[comparison] as (a: number, b: number) => boolean);
  const numberOf = (item: Scalar): number => {
    if (part !== undefined) return timePart(item, part);
    return item === null || item === '' || typeof item === 'boolean' ? Number.NaN : Number(item);
  };
  return { test: (event, field) => event.get(field)?.some((item) => compare(numberOf(item), wanted)) ?? false, literal: undefined };
}

/** In UTC; weeks by ISO 8601. */
function timePart(item: Scalar, part: string): number {
  const date = new Date(typeof item === 'number' ? (item < 1e11 ? item * 1000 : item) : String(item).slice(0, 40));
  if (Number.isNaN(date.getTime())) return Number.NaN;
  if (part === 'minute') return date.getUTCMinutes();
  if (part === 'hour') return date.getUTCHours();
  if (part === 'day') return date.getUTCDate();
  if (part === 'month') return date.getUTCMonth() + 1;
  if (part === 'year') return date.getUTCFullYear();
  const thursday = Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate() - ((date.getUTCDay() + 6) % 7) + 3);
  return Math.floor((thursday - Date.UTC(new Date(thursday).getUTCFullYear(), 0, 1)) / 604_800_000) + 1;
}

function regexTest(source: string, modifiers: readonly string[]): ValueTest {
  try {
    const flags = { ignoreCase: modifiers.includes('i'), multiline: modifiers.includes('m'), dotAll: modifiers.includes('s') };
    const found = linearRegex(source, flags);
    const test = (event: SigmaEvent, field: string): boolean =>
      event.get(field)?.some((value) => value !== null && found(String(value).slice(0, 65_536))) ?? false;
    return { test: modifiers.includes('neq') ? (event, field) => !test(event, field) : test, literal: undefined };
  } catch (error) {
    if (error instanceof RegexRefused) throw new RuleRefused(`the regular expression ${source.slice(0, 80)} is refused: ${error.message}`);
    throw error;
  }
}

function expand(text: string, placeholders: Placeholders): string[] {
  const found = /%([\w-]{1,100})%/.exec(text);
  if (found === null) return [text];
  const name = found[1] as string;
  const values = Object.hasOwn(placeholders, name) ? placeholders[name] : undefined;
  if (values === undefined) throw new RuleRefused(`the placeholder %${name}% has no values`);
  return values.map((value) => text.replace(found[0], () => value));
}

function wide(text: string, modifiers: readonly string[]): Buffer {
  const little = Buffer.from(text, 'utf16le');
  if (modifiers.includes('utf16')) return Buffer.concat([Buffer.from([0xff, 0xfe]), little]);
  return modifiers.includes('utf16be') ? little.swap16() : little;
}

/** base64 of the text; with offsets, the parts that are the same wherever the text begins within three bytes. */
function encodings(text: string, modifiers: readonly string[], offsets: boolean): string[] {
  const bytes = modifiers.some((name) => name.startsWith('utf16') || name === 'wide') ? wide(text, modifiers) : Buffer.from(text, 'utf8');
  if (!offsets) return [bytes.toString('base64')];
  return [0, 1, 2].map((offset) => {
    const encoded = Buffer.concat([Buffer.alloc(offset), bytes]).toString('base64');
    const start = [0, 2, 3][offset] as number;
    const rest = (offset + bytes.length) % 3;
    const end = rest === 0 ? encoded.length : rest === 1 ? encoded.length - 3 : encoded.length - 2;
    return encoded.slice(start, end);
  });
}

/** Every dash that begins a switch as any of the signs that Windows programs take for one. */
function dashes(parts: readonly Part[]): Part[][] {
  const signs = ['-', '/', '\u2013', '\u2014', '\u2015'];
  return signs.map((sign) =>
    parts.map((part) => (typeof part === 'string' ? part.replace(/(^|[^\w])[-/](?=[\w?])/g, (_, before: string) => before + sign) : part)),
  );
}

function cidrTest(text: string): ValueTest {
  const [address = '', bits] = text.split('/');
  const network = addressOf(address);
  const length = Number(bits ?? (network?.length ?? 0) * 8);
  if (network === undefined || !Number.isInteger(length) || length < 0 || length > network.length * 8)
    throw new RuleRefused(`${text} is no network`);
  return {
    test: (event, field) =>
      event.get(field)?.some((value) => {
        const bytes = addressOf(String(value));
        return bytes !== undefined && bytes.length === network.length && samePrefix(bytes, network, length);
      }) ?? false,
    literal: undefined,
  };
}

function samePrefix(a: readonly number[], b: readonly number[], bits: number): boolean {
  const whole = bits >> 3;
  for (let i = 0; i < whole; i++) if (a[i] !== b[i]) return false;
  const mask = 0xff00 >> (bits & 7);
  return (bits & 7) === 0 || ((a[whole] as number) & mask & 0xff) === ((b[whole] as number) & mask & 0xff);
}

/** 4 or 16 bytes; an IPv4 address written as ::ffff:a.b.c.d has 4. */
function addressOf(text: string): number[] | undefined {
  if (text.length > 45) return undefined;
  const plain = text.toLowerCase().startsWith('::ffff:') && text.includes('.') ? text.slice(7) : text;
  if (!plain.includes(':')) {
    const parts = plain.split('.');
    if (parts.length !== 4 || !parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) < 256)) return undefined;
    return parts.map(Number);
  }
  const [head = '', tail, extra] = plain.split('::');
  if (extra !== undefined) return undefined;
  const words = (part: string): string[] => (part === '' ? [] : part.split(':'));
  const left = words(head);
  const right = words(tail ?? '');
  const missing = 8 - left.length - right.length;
  if (tail === undefined ? missing !== 0 : missing < 1) return undefined;
  const all = [...left, ...Array.from({ length: missing }, () => '0'), ...right];
  if (!all.every((word) => /^[0-9a-f]{1,4}$/i.test(word))) return undefined;
  return all.flatMap((word) => [Number.parseInt(word, 16) >> 8, Number.parseInt(word, 16) & 255]);
}
