import type { SigmaEvent } from './event.ts';

/** A compiled test of an event. */
export interface Matcher {
  readonly test: (event: SigmaEvent) => boolean;
  /** At least one of these lower-case texts is in the event's text whenever the test is true; undefined = nothing is known. */
  readonly literals: readonly string[] | undefined;
  /** Fields that the texts are in; undefined = anywhere. */
  readonly fields?: readonly string[] | undefined;
}

export function both(parts: readonly Matcher[]): Matcher {
  const known = parts.flatMap(({ literals, fields }) => (literals === undefined ? [] : [{ literals, fields }]));
  known.sort((a, b) => shortest(b.literals) - shortest(a.literals) || a.literals.length - b.literals.length);
  return { test: (event) => parts.every(({ test }) => test(event)), literals: known[0]?.literals, fields: known[0]?.fields };
}

export function either(parts: readonly Matcher[], least = 1): Matcher {
  const literals = parts.every((part) => part.literals !== undefined) ? parts.flatMap((part) => part.literals ?? []) : undefined;
  const fields = parts.every((part) => part.fields !== undefined) ? [...new Set(parts.flatMap((part) => part.fields ?? []))] : undefined;
  if (least <= 1) return { test: (event) => parts.some(({ test }) => test(event)), literals, fields };
  return {
    test: (event) => {
      let count = 0;
      for (const { test } of parts) if (test(event) && ++count >= least) return true;
      return false;
    },
    literals,
    fields,
  };
}

export function negated({ test }: Matcher): Matcher {
  return { test: (event) => !test(event), literals: undefined };
}

/** A short text is better than none: with it a rule is tried on fewer events than on all. */
export function usefulLiteral(literal: string | undefined): readonly string[] | undefined {
  return literal !== undefined && literal !== '' ? [literal] : undefined;
}

function shortest(literals: readonly string[]): number {
  return literals.reduce((min, literal) => Math.min(min, literal.length), Infinity);
}
