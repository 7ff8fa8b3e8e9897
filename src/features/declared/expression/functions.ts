import type { ValueType } from './expression.ts';
import { characterEntropy, registeredDomain, subdomain } from './names.ts';
import { parseNetwork } from './network.ts';

export type CallName = 'length' | 'domain' | 'subdomain' | 'entropy' | 'startsWith' | 'endsWith' | 'contains' | 'before' | 'floor';

/** A function of the expression language. Text functions are computed once for each distinct text of a batch. */
export interface ExpressionFunction {
  readonly operands: readonly ValueType[];
  readonly type: ValueType;
  readonly summary: string;
  /** Of its first operand where that is text; the second is a literal. */
  readonly ofText?: (text: string, other: string) => string | number | boolean | undefined;
  /** DuckDB SQL; `vedette_…` are scalar functions that the connection has to be given (see `textFunctions`). */
  readonly duckdb: (...operands: readonly string[]) => string;
}

export const FUNCTIONS: Readonly<Record<CallName, ExpressionFunction>> = {
  length: {
    operands: ['text'],
    type: 'number',
    summary: 'characters of a text',
    ofText: (text) => [...text].length,
    duckdb: (text) => `length(${text})::DOUBLE`,
  },
  domain: {
    operands: ['text'],
    type: 'text',
    summary: 'registered domain of a name, by the public suffix list',
    ofText: registeredDomain,
    duckdb: (text) => `vedette_domain(${text})`,
  },
  subdomain: {
    operands: ['text'],
    type: 'text',
    summary: 'what stands before the registered domain',
    ofText: subdomain,
    duckdb: (text) => `vedette_subdomain(${text})`,
  },
  entropy: {
    operands: ['text'],
    type: 'number',
    summary: 'entropy of the characters of a text, bits',
    ofText: characterEntropy,
    duckdb: (text) => `CASE WHEN ${text} = '' THEN 0 ELSE list_aggregate(string_split(${text}, ''), 'entropy') END`,
  },
  startsWith: {
    operands: ['text', 'text'],
    type: 'boolean',
    summary: 'whether a text begins with another',
    ofText: (text, other) => text.startsWith(other),
    duckdb: (text, other) => `starts_with(${text}, ${other})`,
  },
  endsWith: {
    operands: ['text', 'text'],
    type: 'boolean',
    summary: 'whether a text ends with another',
    ofText: (text, other) => text.endsWith(other),
    duckdb: (text, other) => `suffix(${text}, ${other})`,
  },
  contains: {
    operands: ['text', 'text'],
    type: 'boolean',
    summary: 'whether a text contains another',
    ofText: (text, other) => text.includes(other),
    duckdb: (text, other) => `contains(${text}, ${other})`,
  },
  before: {
    operands: ['text', 'text'],
    type: 'text',
    summary: 'what stands before the first place of another text in a text, all of it where there is none',
    ofText: (text, other) => (other === '' ? text : (text.split(other, 1)[0] as string)),
    duckdb: (text, other) => `CASE WHEN ${other} = '' THEN ${text} ELSE split_part(${text}, ${other}, 1) END`,
  },
  floor: {
    operands: ['number'],
    type: 'number',
    summary: 'the whole number at or below',
    duckdb: (number) => `floor(${number})`,
  },
};

/** Scalar functions, text to text, that an SQL engine must be given before it runs compiled features. */
export const TEXT_FUNCTIONS: Readonly<Record<string, (text: string) => string | undefined>> = {
  vedette_domain: registeredDomain,
  vedette_subdomain: subdomain,
  /** 32 hex digits of an address, IPv4 as ::ffff:a.b.c.d, so that networks are ranges. */
  vedette_address: (text) => parseNetwork(text)?.first,
};
