import { CLASS_OF } from './character-class.ts';

/** Characters looked at together; every second place of a text is looked at, so one of two neighbouring triples of a literal is met. */
const GRAM = 3;
const WINDOW = GRAM + 1;
const BITS = 7;
/** How often characters stand in logs and requests, roughly: the window of a literal with the rarest characters is looked for. */
const COMMON = 'etaoinsr /.:0123456789-=_dlcumpfghbyvw';

/**
 * Whether a text may hold one of many literals: four characters of each, those least common, are looked for. Says no only where
 * the `Prefilter` of the same literals says no, several times faster; what it lets through is for that one to decide.
 */
export class GramFilter {
  /** One bit for each triple of character classes. */
  private readonly triples = new Uint8Array(1 << (GRAM * BITS - 3));
  private readonly windows: ReadonlySet<number>;

  /** Lower case, at least four characters each; only the last `depth` of them count. */
  constructor(literals: readonly string[], depth: number) {
    const windows = new Set<number>();
    for (const literal of literals) {
      const classes = Array.from({ length: literal.length }, (_, i) => CLASS_OF[Math.min(127, literal.charCodeAt(i))] as number);
      const at = rarest(literal, Math.max(0, literal.length - depth));
      for (const first of [at, at + 1]) {
        const triple =
          ((classes[first] as number) << (2 * BITS)) | ((classes[first + 1] as number) << BITS) | (classes[first + 2] as number);
        this.triples[triple >> 3] = (this.triples[triple >> 3] as number) | (1 << (triple & 7));
      }
      windows.add(classes.slice(at, at + WINDOW).reduce((sum, one) => (sum << BITS) | one, 0));
    }
    this.windows = windows;
  }

  static suits(literals: readonly string[]): boolean {
    return literals.every((literal) => literal.length >= WINDOW);
  }

  mayTouch(bytes: Uint8Array, from: number, to: number): boolean {
    const { triples } = this;
    const classes = CLASS_OF;
    for (let i = from; i + 2 < to; i += 2) {
      const a = classes[bytes[i] as number] as number;
      const b = classes[bytes[i + 1] as number] as number;
      const c = classes[bytes[i + 2] as number] as number;
      const triple = (a << (2 * BITS)) | (b << BITS) | c;
      if (((triples[triple >> 3] as number) >> (triple & 7)) & 1 && this.isWindow(bytes, i, triple, from, to)) return true;
    }
    return false;
  }

  private isWindow(bytes: Uint8Array, at: number, triple: number, from: number, to: number): boolean {
    if (at + GRAM < to && this.windows.has((triple << BITS) | (CLASS_OF[bytes[at + GRAM] as number] as number))) return true;
    return at > from && this.windows.has(((CLASS_OF[bytes[at - 1] as number] as number) << (GRAM * BITS)) | triple);
  }
}

function rarest(literal: string, from: number): number {
  let best = from;
  let least = Number.POSITIVE_INFINITY;
  for (let at = from; at + WINDOW <= literal.length; at++) {
    let common = 0;
    for (let i = at; i < at + WINDOW; i++) {
      const rank = COMMON.indexOf(literal[i] as string);
      if (rank >= 0) common += COMMON.length - rank;
    }
    if (common < least) {
      least = common;
      best = at;
    }
  }
  return best;
}
