import { RuleRefused } from './values.ts';

/** Condition of a rule over the names of its searches. */
export type Condition =
  | { readonly kind: 'search'; readonly name: string }
  | { readonly kind: 'not'; readonly part: Condition }
  | { readonly kind: 'and' | 'or'; readonly parts: readonly Condition[] }
  | { readonly kind: 'count'; readonly least: number; readonly parts: readonly Condition[] };

const MAX_DEPTH = 50;

export function parseCondition(text: string, names: readonly string[]): Condition {
  if (text.length > 4000) throw new RuleRefused('the condition is longer than 4000 characters');
  if (text.includes('|')) throw new RuleRefused(`aggregation in a condition is deprecated and not supported: ${text.slice(0, 80)}`);
  const tokens = text
    .replaceAll(/[()]/g, ' $& ')
    .split(/\s+/)
    .filter((token) => token !== '');
  const parser = new Parser(tokens, names);
  return parser.parse();
}

class Parser {
  readonly #tokens: readonly string[];
  readonly #names: readonly string[];
  #at = 0;
  #depth = 0;

  constructor(tokens: readonly string[], names: readonly string[]) {
    this.#tokens = tokens;
    this.#names = names;
  }

  parse(): Condition {
    const condition = this.#either('or');
    if (this.#at < this.#tokens.length) throw new RuleRefused(`the condition cannot be read from "${this.#tokens[this.#at]}" on`);
    return condition;
  }

  #either(word: 'or' | 'and'): Condition {
    if (++this.#depth > MAX_DEPTH * 3) throw new RuleRefused('the condition is nested too deeply');
    const next = (): Condition => (word === 'or' ? this.#either('and') : this.#negation());
    const parts = [next()];
    while (this.#peek() === word) {
      this.#at++;
      parts.push(next());
    }
    this.#depth--;
    return parts.length === 1 ? (parts[0] as Condition) : { kind: word, parts };
  }

  #negation(): Condition {
    let negated = false;
    while (this.#peek() === 'not') {
      this.#at++;
      negated = !negated;
    }
    const part = this.#atom();
    return negated ? { kind: 'not', part } : part;
  }

  #atom(): Condition {
    const token = this.#tokens[this.#at++];
    if (token === undefined) throw new RuleRefused('the condition ends too early');
    if (token === '(') {
      const inner = this.#either('or');
      if (this.#tokens[this.#at++] !== ')') throw new RuleRefused('a ( of the condition is not closed');
      return inner;
    }
    if (this.#peek() === 'of' && /^(all|any|\d+)$/i.test(token)) {
      this.#at++;
      return this.#quantified(token.toLowerCase());
    }
    if (!this.#names.includes(token)) throw new RuleRefused(`the condition names ${token}, which is no search of the rule`);
    return { kind: 'search', name: token };
  }

  #quantified(count: string): Condition {
    const pattern = this.#tokens[this.#at++];
    if (pattern === undefined) throw new RuleRefused('the condition ends after "of"');
    const names = this.#names.filter((name) => (pattern === 'them' ? !name.startsWith('_') : glob(pattern, name)));
    if (names.length === 0) throw new RuleRefused(`no search of the rule fits ${pattern}`);
    const parts = names.map((name): Condition => ({ kind: 'search', name }));
    if (count === 'all') return { kind: 'and', parts };
    if (count === 'any' || count === '1') return { kind: 'or', parts };
    return { kind: 'count', least: Number(count), parts };
  }

  #peek(): string | undefined {
    const token = this.#tokens[this.#at];
    const lower = token?.toLowerCase();
    return lower === 'and' || lower === 'or' || lower === 'not' || lower === 'of' ? lower : token;
  }
}

function glob(pattern: string, name: string): boolean {
  const parts = pattern.split('*');
  if (parts.length === 1) return pattern === name;
  let at = 0;
  for (const [i, part] of parts.entries()) {
    const found = i === 0 ? (name.startsWith(part) ? 0 : -1) : i === parts.length - 1 ? name.length - part.length : name.indexOf(part, at);
    if (found < at || !name.startsWith(part, found)) return false;
    at = found + part.length;
  }
  return true;
}
