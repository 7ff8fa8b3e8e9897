import type { EvidenceLine, Micros } from '../../core/index.ts';
import { type CorrelationFinding, Correlator } from './correlator.ts';
import { SigmaEvent } from './event.ts';
import { applies, type EventSource, type LogSource, sourceOf } from './log-source.ts';
import type { ParsedRules } from './parse-rule.ts';
import { Prefilter } from './prefilter.ts';
import type { SigmaRule } from './rule.ts';

export interface SigmaFindings {
  /** Rules that match this event and raise findings of their own. */
  readonly rules: readonly SigmaRule[];
  readonly correlations: readonly CorrelationFinding[];
}

/** The rules of one kind of event. */
interface RuleSet {
  readonly rules: readonly SigmaRule[];
  readonly prefilter: Prefilter;
  /** Rules of the prefilter, by its numbers. */
  readonly filtered: readonly number[];
  /** Rules without a literal: tried on every event. */
  readonly always: readonly number[];
  /** 1 for the rules tried on the event at hand. */
  readonly tried: Uint8Array;
}

const NOTHING: SigmaFindings = { rules: [], correlations: [] };

/** Thousands of Sigma rules over a stream of events; a rule is tried only when a literal of it is in the event. */
export class SigmaEngine {
  readonly #rules: readonly SigmaRule[];
  readonly #correlator: Correlator;
  readonly #sets = new Map<string, RuleSet>();
  #setOf = new WeakMap<EventSource, RuleSet>();
  readonly #silent: ReadonlySet<SigmaRule>;
  readonly #hints: readonly string[];
  #anySource: Prefilter | undefined;

  /** `hints`: what `canMatch` lets through besides. */
  constructor(parsed: Pick<ParsedRules, 'rules' | 'correlations'>, hints: readonly string[] = []) {
    this.#hints = hints;
    this.#rules = parsed.rules;
    this.#correlator = new Correlator(parsed.rules, parsed.correlations);
    this.#silent = this.#correlator.silent;
  }

  /** Problems of correlation rules that name rules which are not there. */
  get problems() {
    return this.#correlator.problems;
  }

  /** False where neither a hint nor anything that rules of plain text look for is in bytes[from, to). */
  canMatch(bytes: Uint8Array, from: number, to: number): boolean {
    return this.anySource.touches(bytes, from, to);
  }

  /** The literals that `canMatch` looks for. */
  get anySource(): Prefilter {
    this.#anySource ??= this.#literals();
    return this.#anySource;
  }

  /** What correlations count now. */
  snapshot(): ReturnType<Correlator['snapshot']> {
    return this.#correlator.snapshot();
  }

  restore(state: ReturnType<Correlator['snapshot']>): void {
    this.#correlator.restore(state);
  }

  /** `source` overrides what the event's own fields say about where it comes from; `line` becomes evidence of correlations. */
  match(fields: Readonly<Record<string, unknown>>, time: Micros, source?: LogSource | EventSource, line?: EvidenceLine): SigmaFindings {
    const event = new SigmaEvent(fields);
    const from = source === undefined ? sourceOf(event) : sourceGiven(source);
    const set = this.#setFor(from);
    if (set.rules.length === 0) return NOTHING;
    const { rules, tried } = set;
    tried.fill(0);
    for (const index of set.always) tried[index] = 1;
    if (set.filtered.length > 0)
      set.prefilter.scan(event.text(), (number) => {
        tried[set.filtered[number] as number] = 1;
      });
    const matched: SigmaRule[] = [];
    for (let index = 0; index < tried.length; index++) {
      const rule = rules[index] as SigmaRule;
      if (tried[index] === 1 && rule.matcher.test(event)) matched.push(rule);
    }
    if (matched.length === 0) return NOTHING;
    return { rules: matched.filter((rule) => !this.#silent.has(rule)), correlations: this.#correlator.observe(matched, event, time, line) };
  }

  /** The literals of rules of plain text and of a source besides, without hints and without those that are in some of the fields `besides` only. */
  literalsWith(source: EventSource, besides: ReadonlySet<string> = new Set()): Prefilter {
    const rules = this.#rules.filter((rule) => isOfText(rule) || applies(rule.source, source));
    return literalsOf(rules.filter(({ matcher }) => matcher.fields?.every((field) => besides.has(field)) !== true));
  }

  #literals(): Prefilter {
    return literalsOf(this.#rules.filter(isOfText), this.#hints);
  }

  #setFor(source: EventSource): RuleSet {
    const same = this.#setOf.get(source);
    if (same !== undefined) return same;
    const set = this.#setOfKind(source);
    this.#setOf.set(source, set);
    return set;
  }

  #setOfKind(source: EventSource): RuleSet {
    const key = JSON.stringify([source.products, source.categories, source.services]);
    const known = this.#sets.get(key);
    if (known !== undefined) return known;
    const rules = this.#rules.filter((rule) => applies(rule.source, source));
    const filtered: number[] = [];
    const always: number[] = [];
    for (const [i, rule] of rules.entries()) (rule.matcher.literals === undefined ? always : filtered).push(i);
    const set = {
      rules,
      filtered,
      always,
      tried: new Uint8Array(rules.length),
      prefilter: new Prefilter(filtered.map((i) => rules[i]?.matcher.literals ?? [])),
    };
    // Kinds of event come from the events themselves: beyond this many, the sets are made anew.
    if (this.#sets.size >= 200) {
      this.#sets.clear();
      this.#setOf = new WeakMap();
    }
    this.#sets.set(key, set);
    return set;
  }
}

function isOfText({ source: { product, category } }: SigmaRule): boolean {
  return category === undefined && (product ?? 'linux') === 'linux';
}

/** A rule without a literal can match anything: the empty text is everywhere. */
function literalsOf(rules: readonly SigmaRule[], more: readonly string[] = []): Prefilter {
  return new Prefilter([more, ...rules.map(({ matcher }) => matcher.literals ?? [''])]);
}

function sourceGiven(given: LogSource | EventSource): EventSource {
  if ('products' in given) return given;
  const { product, category, service } = given;
  const list = (text: string | undefined): string[] => (text === undefined ? [] : [text]);
  return { products: list(product), categories: list(category), services: list(service) };
}
