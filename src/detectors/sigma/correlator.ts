import type { EvidenceLine, Micros } from '../../core/index.ts';
import type { CorrelationRule } from './correlation-rule.ts';
import type { SigmaEvent } from './event.ts';
import type { RuleProblem, SigmaRule } from './rule.ts';

const MAX_GROUPS = 10_000;
const MAX_EVENTS = 2_000;
/** Of a rule about an order: the latest that it can be made of. */
const MAX_ORDERED = 50;
/** Matches of a group beyond which only the latest of each value is kept where values are counted. */
const MANY_VALUES = 64;
/** Matches of a group whose lines are remembered. */
const MAX_LINES = 20;

export interface CorrelationFinding {
  readonly rule: CorrelationRule;
  /** Values of the group-by fields. */
  readonly group: readonly string[];
  readonly start: Micros;
  readonly end: Micros;
  readonly count: number;
  /** The first lines that were counted, where they are known. */
  readonly evidence: readonly EvidenceLine[];
}

interface Observed {
  readonly time: Micros;
  /** Index of the joined rule. */
  readonly rule: number;
  readonly value: string | undefined;
  readonly line: EvidenceLine | undefined;
}

/** Groups of one rule, in the order they were last used. */
type Groups = readonly (readonly [string, readonly Observed[]])[];

interface Joined {
  readonly rule: CorrelationRule;
  readonly members: readonly SigmaRule[];
  readonly groups: Map<string, Observed[]>;
}

/**
 * Correlation rules of the Sigma specification. Each keeps the matches of the last timespan by group: at most 10,000 groups (the
 * one unused longest goes) of 2,000 matches, 50 where the order counts. After a finding a group begins anew. A rule that an order names
 * several times must match as often.
 */
export class Correlator {
  readonly problems: RuleProblem[] = [];
  /** Rules that only feed correlations. */
  readonly silent: ReadonlySet<SigmaRule>;
  readonly #byRule = new Map<SigmaRule, Joined[]>();

  constructor(rules: readonly SigmaRule[], correlations: readonly CorrelationRule[]) {
    const names = new Map<string, SigmaRule>();
    for (const rule of rules) for (const name of [rule.title, rule.name, rule.id]) if (name !== undefined) names.set(name, rule);
    const silent = new Set<SigmaRule>();
    const loud = new Set<SigmaRule>();
    for (const rule of correlations) {
      const missing = rule.rules.find((name) => !names.has(name));
      if (missing !== undefined) {
        this.problems.push({ file: rule.file, title: rule.title, reason: `correlation: there is no rule ${missing}` });
        continue;
      }
      const joined: Joined = { rule, members: rule.rules.map((name) => names.get(name) as SigmaRule), groups: new Map() };
      for (const member of new Set(joined.members)) {
        this.#byRule.set(member, [...(this.#byRule.get(member) ?? []), joined]);
        (rule.generate ? loud : silent).add(member);
      }
    }
    for (const member of loud) silent.delete(member);
    this.silent = silent;
  }

  /** Times are those of the events; within a group they may be out of order by less than the timespan. */
  observe(matched: readonly SigmaRule[], event: SigmaEvent, time: Micros, line?: EvidenceLine): CorrelationFinding[] {
    const findings: CorrelationFinding[] = [];
    for (const match of matched) {
      for (const joined of this.#byRule.get(match) ?? []) {
        const finding = observeOne(joined, match, event, time, line);
        if (finding !== undefined) findings.push(finding);
      }
    }
    return findings;
  }

  /** What is counted now, by the correlation's id: structured data for `restore`. */
  snapshot(): Readonly<Record<string, Groups>> {
    return Object.fromEntries(
      this.#joined().map(({ rule, groups }) => [rule.id, [...groups].map(([key, kept]) => [key, [...kept]] as const)]),
    );
  }

  /** Correlations that are not there any more are left out. */
  restore(state: Readonly<Record<string, Groups>>): void {
    for (const { rule, groups } of this.#joined()) {
      groups.clear();
      for (const [key, kept] of Object.hasOwn(state, rule.id) ? (state[rule.id] ?? []) : []) groups.set(key, [...kept]);
    }
  }

  #joined(): readonly Joined[] {
    return [...new Set([...this.#byRule.values()].flat())];
  }
}

function observeOne(
  joined: Joined,
  match: SigmaRule,
  event: SigmaEvent,
  time: Micros,
  line: EvidenceLine | undefined,
): CorrelationFinding | undefined {
  const { rule, members, groups } = joined;
  const index = members.indexOf(match);
  const name = rule.rules[index] as string;
  const fieldOf = (field: string): string => (Object.hasOwn(rule.aliases, field) ? (rule.aliases[field]?.[name] ?? field) : field);
  const group = rule.groupBy.map((field) => event.lower(fieldOf(field))?.[0]);
  if (group.some((value) => value === undefined)) return undefined;
  const value = rule.field === undefined ? undefined : event.lower(fieldOf(rule.field))?.[0];
  if (rule.type === 'value_count' && value === undefined) return undefined;
  const key = JSON.stringify(group);
  const before = groups.get(key) ?? [];
  const limit = time - rule.spanMicros;
  // In order of time, so that the first is the oldest.
  let kept = before.length === 0 || (before[0] as Observed).time > limit ? before : before.filter((one) => one.time > limit);
  const inOrder = kept.length === 0 || (kept.at(-1) as Observed).time <= time;
  kept.push({ time, rule: index, value, line: kept.length < MAX_LINES || rule.type === 'temporal_ordered' ? line : undefined });
  if (!inOrder) kept.sort((a, b) => a.time - b.time);
  if (rule.type === 'value_count' && kept.length > MANY_VALUES) kept = latestOfEach(kept);
  if (kept.length > (rule.type === 'temporal_ordered' ? MAX_ORDERED : MAX_EVENTS)) kept.shift();
  groups.delete(key);
  groups.set(key, kept);
  if (groups.size > MAX_GROUPS) groups.delete(groups.keys().next().value as string);
  const count = countOf(rule, members, kept);
  if (count === undefined) return undefined;
  groups.delete(key);
  const evidence = kept.flatMap((one) => (one.line === undefined ? [] : [one.line])).slice(-MAX_LINES);
  return { rule, group: group as string[], start: kept[0]?.time ?? time, end: kept.at(-1)?.time ?? time, count, evidence };
}

/** As many distinct values, in the order of their latest matches. */
function latestOfEach(kept: readonly Observed[]): Observed[] {
  return [...new Map(kept.map((one) => [one.value, one])).values()].sort((a, b) => a.time - b.time);
}

/** The count that fulfils the rule, or undefined. */
function countOf(rule: CorrelationRule, members: readonly SigmaRule[], kept: readonly Observed[]): number | undefined {
  if (rule.type === 'event_count') return rule.holds(kept.length) ? kept.length : undefined;
  if (rule.type === 'value_count') {
    const distinct = new Set(kept.map(({ value }) => value)).size;
    return rule.holds(distinct) ? distinct : undefined;
  }
  if (rule.type === 'temporal') {
    const distinct = new Set(kept.map((one) => one.rule)).size;
    return distinct === new Set(members).size && rule.holds(distinct) ? distinct : undefined;
  }
  let wanted = 0;
  for (const one of kept) if (members[one.rule] === members[wanted]) wanted++;
  return wanted === members.length ? kept.length : undefined;
}
