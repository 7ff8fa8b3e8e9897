/** Parts of a Sigma string: literal text, `*` as any, `?` as one. A backslash escapes a wildcard or a backslash before one. */
export type Part = string | typeof ANY | typeof ONE;
export const ANY = Symbol('any text');
export const ONE = Symbol('one character');

export function partsOf(text: string): Part[] {
  const parts: Part[] = [];
  let literal = '';
  const flush = (): void => {
    if (literal !== '') parts.push(literal);
    literal = '';
  };
  for (let i = 0; i < text.length; i++) {
    const char = text[i] as string;
    const next = text[i + 1];
    if (char === '\\' && (next === '*' || next === '?' || next === '\\')) {
      literal += next;
      i++;
    } else if (char === '*' || char === '?') {
      flush();
      if (char === '?') parts.push(ONE);
      else if (parts.at(-1) !== ANY) parts.push(ANY);
    } else literal += char;
  }
  flush();
  return parts;
}

/** The longest literal text that every match holds. */
export function longestLiteral(parts: readonly Part[]): string {
  return parts.reduce<string>((best, part) => (typeof part === 'string' && part.length > best.length ? part : best), '');
}

/** Whole-text matcher; time at most linear in text x pattern, as each star settles at its leftmost place. */
export function wildcard(parts: readonly Part[]): (text: string) => boolean {
  const [first, second, third] = parts;
  if (parts.length === 0) return (text) => text === '';
  if (parts.length === 1 && typeof first === 'string') return (text) => text === first;
  if (parts.length === 1 && first === ANY) return () => true;
  if (parts.length === 2 && first === ANY && typeof second === 'string') return (text) => text.endsWith(second);
  if (parts.length === 2 && typeof first === 'string' && second === ANY) return (text) => text.startsWith(first);
  if (parts.length === 3 && first === ANY && typeof second === 'string' && third === ANY) return (text) => text.includes(second);
  const segments: Part[][] = [[]];
  for (const part of parts) {
    if (part === ANY) segments.push([]);
    else (segments.at(-1) as Part[]).push(part);
  }
  const measured = segments.map((segment) => ({ parts: segment, length: lengthOf(segment) }));
  return (text) => matchSegments(measured, text);
}

/** What stands between two stars. */
interface Segment {
  readonly parts: readonly Part[];
  readonly length: number;
}

function matchSegments(segments: readonly Segment[], text: string): boolean {
  const head = segments[0] as Segment;
  if (!fits(head.parts, text, 0)) return false;
  if (segments.length === 1) return head.length === text.length;
  const tail = segments[segments.length - 1] as Segment;
  const end = text.length - tail.length;
  if (end < head.length || !fits(tail.parts, text, end)) return false;
  let at = head.length;
  for (let i = 1; i < segments.length - 1; i++) {
    const segment = segments[i] as Segment;
    const found = find(segment, text, at, end);
    if (found < 0) return false;
    at = found + segment.length;
  }
  return at <= end;
}

function find({ parts, length }: Segment, text: string, from: number, end: number): number {
  const first = parts[0];
  for (let at = from; at + length <= end; at++) {
    if (typeof first === 'string') {
      at = text.indexOf(first, at);
      if (at < 0 || at + length > end) return -1;
    }
    if (fits(parts, text, at)) return at;
  }
  return -1;
}

function fits(segment: readonly Part[], text: string, from: number): boolean {
  let at = from;
  for (const part of segment) {
    if (typeof part === 'string') {
      if (!text.startsWith(part, at)) return false;
      at += part.length;
    } else if (at++ >= text.length) return false;
  }
  return true;
}

function lengthOf(segment: readonly Part[]): number {
  return segment.reduce((sum, part) => sum + (typeof part === 'string' ? part.length : 1), 0);
}
