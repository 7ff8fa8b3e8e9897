import type { ValueType } from '../expression/expression.ts';

export const AGGREGATES = [
  'count',
  'sum',
  'mean',
  'stddev',
  'min',
  'max',
  'distinct',
  'distinct-length',
  'entropy',
  'ratio',
  'quantile',
  'first-seen',
  'silence',
  'periodicity',
] as const;
export type AggregateName = (typeof AGGREGATES)[number];

export const ENGINES = ['embedded', 'duckdb', 'spark', 'flink'] as const;
export type EngineName = (typeof ENGINES)[number];

/** `exact`; `1e-9`: doubles, relative; a number: relative error; a text: what holds instead. */
export type Precision = 'exact' | '1e-9' | string;

export interface AggregateRule {
  readonly summary: string;
  /** Types of each operand; the last list may be left out when `optional` says so. */
  readonly operands: readonly (readonly ValueType[])[];
  readonly optional: number;
  /** Never falls as a window grows: a level that is reached stays reached, so alarms need not wait for the end of the window. */
  readonly monotone: boolean;
  /** Can be computed of two overlapping sessions that join. */
  readonly mergeable: boolean;
  readonly unit: string;
  /** What each engine can run, and how exactly. Spark and Flink are those that SQL can follow for. */
  readonly engines: Readonly<Partial<Record<EngineName, Precision>>>;
}

const ANY: readonly ValueType[] = ['number', 'text', 'boolean', 'address'];
const everywhere = (precision: Precision): AggregateRule['engines'] => ({
  embedded: precision,
  duckdb: precision,
  spark: precision,
  flink: precision,
});

export const AGGREGATE_RULES: Readonly<Record<AggregateName, AggregateRule>> = {
  count: {
    summary: 'events, or those for which a condition holds',
    operands: [['boolean']],
    optional: 1,
    monotone: true,
    mergeable: true,
    unit: 'events',
    engines: everywhere('exact'),
  },
  sum: {
    summary: 'sum of what is not absent; exact for whole numbers',
    operands: [['number']],
    optional: 0,
    monotone: false,
    mergeable: true,
    unit: '',
    engines: everywhere('1e-9'),
  },
  mean: {
    summary: 'arithmetic mean',
    operands: [['number']],
    optional: 0,
    monotone: false,
    mergeable: true,
    unit: '',
    engines: everywhere('1e-9'),
  },
  stddev: {
    summary: 'standard deviation of the sample',
    operands: [['number']],
    optional: 0,
    monotone: false,
    mergeable: true,
    unit: '',
    engines: everywhere('1e-9'),
  },
  min: {
    summary: 'least value',
    operands: [['number']],
    optional: 0,
    monotone: false,
    mergeable: true,
    unit: '',
    engines: everywhere('exact'),
  },
  max: {
    summary: 'greatest value',
    operands: [['number']],
    optional: 0,
    monotone: true,
    mergeable: true,
    unit: '',
    engines: everywhere('exact'),
  },
  distinct: {
    summary: 'different values; a second operand is the bound up to which they are counted exactly (default 1024)',
    operands: [ANY, ['number']],
    optional: 1,
    monotone: true,
    mergeable: true,
    unit: 'different values',
    engines: { embedded: 'exact to the bound, then HyperLogLog, standard error 1.6 %', duckdb: 'exact', spark: 'exact', flink: 'exact' },
  },
  'distinct-length': {
    summary: 'characters of the different texts together',
    operands: [['text'], ['number']],
    optional: 1,
    monotone: true,
    mergeable: false,
    unit: 'characters',
    engines: { embedded: 'exact to the bound, then HyperLogLog times mean length', duckdb: 'exact' },
  },
  entropy: {
    summary: 'Shannon entropy of the values in bits',
    operands: [ANY, ['number']],
    optional: 1,
    monotone: false,
    mergeable: true,
    unit: 'bits',
    engines: { embedded: '1e-9 to the bound of different values, then a lower bound', duckdb: '1e-9' },
  },
  ratio: {
    summary: 'share of events for which a condition holds, or the ratio of two sums',
    operands: [['boolean', 'number'], ['number']],
    optional: 1,
    monotone: false,
    mergeable: true,
    unit: '',
    engines: everywhere('1e-9'),
  },
  quantile: {
    summary: 'value at a share of the events, such as quantile(forwardBytes, 0.95)',
    operands: [['number'], ['number']],
    optional: 0,
    monotone: false,
    mergeable: true,
    unit: '',
    engines: { embedded: 'relative error 1 %', duckdb: 'exact', spark: 'exact' },
  },
  'first-seen': {
    summary: 'values that the key has never shown before',
    operands: [ANY],
    optional: 0,
    monotone: true,
    mergeable: true,
    unit: 'new values',
    engines: { embedded: 'exact while the memory of the feature holds what was seen', duckdb: 'exact' },
  },
  silence: {
    summary: 'longest time without an event, seconds',
    operands: [],
    optional: 0,
    monotone: false,
    mergeable: false,
    unit: 's',
    engines: { embedded: 'exact for events in order', duckdb: 'exact' },
  },
  periodicity: {
    summary: '1 for events at equal distances, 0 at random: 1 - stddev/mean of the gaps; absent below four events',
    operands: [],
    optional: 0,
    monotone: false,
    mergeable: false,
    unit: '',
    engines: { embedded: '1e-9 for events in order', duckdb: '1e-9' },
  },
};

export const DEFAULT_BOUND = 1024;

/** Aggregates that are 0, not absent, where no event came. */
export const ZERO_OF_NOTHING: ReadonlySet<AggregateName> = new Set(['count', 'sum', 'distinct', 'distinct-length', 'first-seen']);
