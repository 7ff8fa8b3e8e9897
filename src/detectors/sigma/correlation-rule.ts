import { z } from 'zod';
import { parseDuration } from '../../core/index.ts';
import { LEVELS, type SigmaLevel } from './rule.ts';
import { RuleRefused } from './values.ts';

export const CORRELATION_TYPES = ['event_count', 'value_count', 'temporal', 'temporal_ordered'] as const;

export interface CorrelationRule {
  readonly id: string;
  readonly name: string | undefined;
  readonly title: string;
  readonly description: string;
  readonly level: SigmaLevel;
  readonly techniques: readonly string[];
  readonly falsePositives: readonly string[];
  readonly type: (typeof CORRELATION_TYPES)[number];
  /** Ids, names or titles of the rules it joins. */
  readonly rules: readonly string[];
  readonly groupBy: readonly string[];
  /** Alias -> rule -> field. */
  readonly aliases: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly spanMicros: number;
  /** Field whose distinct values `value_count` counts. */
  readonly field: string | undefined;
  readonly holds: (count: number) => boolean;
  /** The rules it joins raise findings of their own too. */
  readonly generate: boolean;
  readonly file: string;
}

const COMPARE = {
  gt: (a: number, b: number) => a > b,
  gte: (a: number, b: number) => a >= b,
  lt: (a: number, b: number) => a < b,
  lte: (a: number, b: number) => a <= b,
  eq: (a: number, b: number) => a === b,
  neq: (a: number, b: number) => a !== b,
} as const;
type Comparison = keyof typeof COMPARE;

const schema = z.object({
  type: z.enum(CORRELATION_TYPES),
  rules: z.union([z.string(), z.array(z.string()).min(1).max(100)]),
  'group-by': z.union([z.string(), z.array(z.string()).max(20)]).default([]),
  timespan: z.string().max(20),
  condition: z.record(z.string(), z.union([z.string(), z.number()])).optional(),
  aliases: z.record(z.string(), z.record(z.string(), z.string())).default({}),
  generate: z.boolean().default(false),
});

export function parseCorrelation(
  document: Readonly<Record<string, unknown>>,
  common: Pick<CorrelationRule, 'id' | 'name' | 'title' | 'description' | 'level' | 'techniques' | 'falsePositives' | 'file'>,
): CorrelationRule {
  const read = schema.safeParse(document.correlation);
  if (!read.success)
    throw new RuleRefused(`correlation: ${read.error.issues.map(({ path, message }) => `${path.join('.')} ${message}`).join('; ')}`);
  const { type, rules, timespan, condition = {}, aliases, generate } = read.data;
  const groupBy = read.data['group-by'];
  const spanMicros = parseDuration(timespan);
  if (spanMicros === undefined) throw new RuleRefused(`correlation: ${timespan} is no timespan such as 5m or 1h`);
  const { field, ...comparisons } = condition;
  if (type === 'value_count' && typeof field !== 'string') throw new RuleRefused('correlation: value_count needs the field to count');
  const tests = Object.entries(comparisons).map(([name, value]) => {
    if (!Object.hasOwn(COMPARE, name) || typeof value !== 'number')
      throw new RuleRefused(`correlation: the condition ${name} is not supported`);
    const compare = COMPARE[name as Comparison];
    return (count: number): boolean => compare(count, value);
  });
  const counts = type === 'event_count' || type === 'value_count';
  if (counts && tests.length === 0) throw new RuleRefused('correlation: a count needs a condition such as gte: 10');
  return {
    ...common,
    type,
    rules: typeof rules === 'string' ? [rules] : rules,
    groupBy: typeof groupBy === 'string' ? [groupBy] : groupBy,
    aliases,
    spanMicros,
    field: typeof field === 'string' ? field : undefined,
    holds: (count) => tests.every((test) => test(count)),
    generate,
  };
}

export function isLevel(text: unknown): text is SigmaLevel {
  return (LEVELS as readonly unknown[]).includes(text);
}
