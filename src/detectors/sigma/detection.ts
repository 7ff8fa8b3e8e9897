import { type Condition, parseCondition } from './condition.ts';
import type { Scalar } from './event.ts';
import { Keywords } from './keywords.ts';
import { both, either, type Matcher, negated, usefulLiteral } from './matcher.ts';
import { type Placeholders, RuleRefused, testsOf } from './values.ts';
import { longestLiteral, partsOf, wildcard } from './wildcard.ts';

/** The `detection` of a rule -> a matcher. */
export function compileDetection(detection: Readonly<Record<string, unknown>>, placeholders: Placeholders): Matcher {
  const { condition, timeframe, ...searches } = detection;
  if (timeframe !== undefined) throw new RuleRefused('timeframe in a detection is deprecated and not supported: use a correlation rule');
  const names = Object.keys(searches);
  if (names.length === 0) throw new RuleRefused('the detection has no search');
  const conditions = Array.isArray(condition) ? condition : [condition];
  const compiled = new Map<string, Matcher>();
  const search = (name: string): Matcher => {
    const known = compiled.get(name) ?? compileSearch(searches[name], placeholders);
    compiled.set(name, known);
    return known;
  };
  return either(
    conditions.map((text) => {
      if (typeof text !== 'string') throw new RuleRefused('the condition is no text');
      return compileCondition(parseCondition(text, names), search);
    }),
  );
}

function compileCondition(condition: Condition, search: (name: string) => Matcher): Matcher {
  if (condition.kind === 'search') return search(condition.name);
  if (condition.kind === 'not') return negated(compileCondition(condition.part, search));
  const parts = condition.parts.map((part) => compileCondition(part, search));
  if (condition.kind === 'and') return both(parts);
  return either(parts, condition.kind === 'count' ? condition.least : 1);
}

/** A map is all of its fields, a list of maps any of them, a list of texts any keyword. */
function compileSearch(search: unknown, placeholders: Placeholders): Matcher {
  if (Array.isArray(search)) {
    if (search.length === 0) throw new RuleRefused('a search is an empty list');
    const plain = search.filter(isPlain);
    if (plain.length < MANY_KEYWORDS) return either(search.map((item) => (isMap(item) ? compileMap(item, placeholders) : keyword(item))));
    const others = search.filter((item) => !isPlain(item)).map((item) => (isMap(item) ? compileMap(item, placeholders) : keyword(item)));
    return either([anyKeyword(plain), ...others]);
  }
  return isMap(search) ? compileMap(search, placeholders) : keyword(search);
}

function compileMap(map: Readonly<Record<string, unknown>>, placeholders: Placeholders): Matcher {
  const fields = Object.entries(map);
  if (fields.length === 0) throw new RuleRefused('a search is an empty map');
  return both(fields.map(([key, value]) => compileField(key, value, placeholders)));
}

function compileField(key: string, value: unknown, placeholders: Placeholders): Matcher {
  const [field = '', ...modifiers] = key.split('|');
  const values = Array.isArray(value) ? value : [value];
  const combine = modifiers.includes('all') ? both : either;
  if (field === '') {
    const texts = modifiers.filter((modifier) => modifier !== 'all' && modifier !== 'contains');
    if (texts.length > 0) throw new RuleRefused(`keywords with ${texts.join('|')} are not supported`);
    return combine(values.map(keyword));
  }
  const parts = values.map((item): Matcher => {
    if (!isScalar(item)) throw new RuleRefused(`the value of ${key} is no text, number, truth value or null`);
    return either(
      testsOf(item, modifiers, placeholders).map(({ test, literal }) => ({
        test: (event) => test(event, field),
        literals: usefulLiteral(literal),
        fields: [field],
      })),
    );
  });
  if (parts.length === 0) throw new RuleRefused(`${key} has no values`);
  // `not equal` to several means to none of them
  return modifiers.includes('neq') ? both(parts) : combine(parts);
}

/** So many keywords without wildcards are looked for together. */
const MANY_KEYWORDS = 16;

function isPlain(item: unknown): item is string {
  if (typeof item !== 'string') return false;
  const [only, ...rest] = partsOf(item.toLowerCase());
  return typeof only === 'string' && only !== '' && rest.length === 0;
}

function anyKeyword(items: readonly string[]): Matcher {
  const literals = items.map((item) => partsOf(item.toLowerCase())[0] as string);
  const keywords = new Keywords(literals);
  return { test: (event) => keywords.isIn(event.text()), literals };
}

/** Anywhere in the event; a keyword with wildcards too. */
function keyword(value: unknown): Matcher {
  if (!isScalar(value) || value === null) throw new RuleRefused('a keyword is no text or number');
  const parts = partsOf(String(value).toLowerCase());
  const literal = usefulLiteral(longestLiteral(parts));
  const [only] = parts;
  if (parts.length === 1 && typeof only === 'string') return { test: (event) => event.text().includes(only), literals: literal };
  const matches = wildcard(partsOf(`*${String(value).toLowerCase()}*`));
  return { test: (event) => event.text().split('\0').some(matches), literals: literal };
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isScalar(value: unknown): value is Scalar {
  return value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}
