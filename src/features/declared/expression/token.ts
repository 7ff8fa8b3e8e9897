import { ExpressionError } from './expression.ts';

export interface Token {
  readonly kind: 'number' | 'text' | 'name' | 'network' | 'symbol' | 'end';
  readonly text: string;
  /** 0-based position of its first character. */
  readonly at: number;
}

const MOST_TEXT = 4096;
const NETWORK = /\d{1,3}(?:\.\d{1,3}){3}(?:\/\d{1,2})?|[0-9a-fA-F]{0,4}:[0-9a-fA-F:]*:[0-9a-fA-F:]*(?:\/\d{1,3})?/y;
const NUMBER = /\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const NAME = /[A-Za-z_][A-Za-z0-9_]*/y;
const TEXT = /'(?:[^']|'')*'|"[^"]*"/y;
const SYMBOL = /<=|>=|!=|[-+*/()<>=,[\]]/y;
const SPACE = /\s+/y;

/** Words, numbers, texts in quotes, networks and signs; the last one is `end`. */
export function tokens(source: string): Token[] {
  if (source.length > MOST_TEXT) throw new ExpressionError(MOST_TEXT, `is longer than ${MOST_TEXT} characters`);
  const found: Token[] = [];
  let at = 0;
  const match = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    return pattern.exec(source)?.[0];
  };
  while (at < source.length) {
    const space = match(SPACE);
    if (space !== undefined) {
      at += space.length;
      continue;
    }
    const token = next(match, at);
    if (token === undefined) {
      const quote = source[at] === "'" || source[at] === '"';
      throw new ExpressionError(at, quote ? 'this text has no closing quote' : `"${source[at]}" has no meaning here`);
    }
    found.push(token.token);
    at += token.length;
  }
  found.push({ kind: 'end', text: '', at: source.length });
  return found;
}

function next(match: (pattern: RegExp) => string | undefined, at: number): { token: Token; length: number } | undefined {
  const text = match(TEXT);
  if (text !== undefined) {
    const value = text.startsWith("'") ? text.slice(1, -1).replaceAll("''", "'") : text.slice(1, -1);
    return { token: { kind: 'text', text: value, at }, length: text.length };
  }
  for (const [kind, pattern] of [
    ['network', NETWORK],
    ['number', NUMBER],
    ['name', NAME],
    ['symbol', SYMBOL],
  ] as const) {
    const found = match(pattern);
    if (found !== undefined) return { token: { kind, text: found, at }, length: found.length };
  }
  return undefined;
}
