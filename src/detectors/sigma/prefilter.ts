import { CLASS_OF, CLASSES } from './character-class.ts';
import { GramFilter } from './gram-filter.ts';

/** Longer literals are searched by their last characters: they end in what is special, such as the name of a program. */
const DEPTH = 16;

/** Aho-Corasick over the literals of many rules: one pass over an event's text names every rule that can match. */
export class Prefilter {
  readonly #next: Int32Array;
  readonly #outputs: readonly (readonly number[] | undefined)[];
  /** 1 where a literal ends. */
  readonly #ends: Uint8Array;
  readonly #literals: readonly string[];
  /** Made when first asked for; null where the literals are too short for it. */
  #grams: GramFilter | null | undefined;

  /** `literals[i]` are the texts of rule i, lower case. */
  constructor(literals: readonly (readonly string[])[]) {
    const children: Int32Array[] = [new Int32Array(CLASSES).fill(-1)];
    const outputs: Set<number>[] = [new Set()];
    for (const [rule, texts] of literals.entries()) {
      for (const text of texts) {
        let node = 0;
        for (let i = Math.max(0, text.length - DEPTH); i < text.length; i++) {
          const symbol = CLASS_OF[Math.min(127, text.charCodeAt(i))] as number;
          let child = (children[node] as Int32Array)[symbol] as number;
          if (child < 0) {
            child = children.push(new Int32Array(CLASSES).fill(-1)) - 1;
            outputs.push(new Set());
            (children[node] as Int32Array)[symbol] = child;
          }
          node = child;
        }
        (outputs[node] as Set<number>).add(rule);
      }
    }
    this.#literals = literals.flat();
    this.#next = new Int32Array(children.length * CLASSES);
    link(children, outputs, this.#next);
    this.#outputs = outputs.map((set) => (set.size > 0 ? [...set] : undefined));
    this.#ends = Uint8Array.from(outputs, (set) => (set.size > 0 ? 1 : 0));
  }

  /** Whether any literal is in bytes[from, to), taken as ASCII. */
  touches(bytes: Uint8Array, from: number, to: number): boolean {
    const next = this.#next;
    const ends = this.#ends;
    let node = 0;
    if (ends[0] === 1) return true;
    this.#grams ??= GramFilter.suits(this.#literals) ? new GramFilter(this.#literals, DEPTH) : null;
    if (this.#grams?.mayTouch(bytes, from, to) === false) return false;
    for (let i = from; i < to; i++) {
      node = next[node * CLASSES + (CLASS_OF[bytes[i] as number] as number)] as number;
      if (ends[node] === 1) return true;
    }
    return false;
  }

  /** The state behind a character of class `symbol`; 0 is where a text begins. */
  step(node: number, symbol: number): number {
    return this.#next[node * CLASSES + symbol] as number;
  }

  /** Whether a literal ends in the state. */
  isEnd(node: number): boolean {
    return this.#ends[node] === 1;
  }

  get states(): number {
    return this.#ends.length;
  }

  /** Whether `is` says so of any rule with a literal in the text; it is told where the literal ends, of which only the last characters were compared. */
  some(text: string, is: (rule: number, end: number) => boolean): boolean {
    const next = this.#next;
    const ends = this.#ends;
    let node = 0;
    for (let i = 0; i < text.length; i++) {
      node = next[node * CLASSES + (CLASS_OF[Math.min(127, text.charCodeAt(i))] as number)] as number;
      if (ends[node] === 0) continue;
      for (const rule of this.#outputs[node] ?? []) if (is(rule, i + 1)) return true;
    }
    return false;
  }

  /** Calls `found` for each rule with a literal in the text, once for each place: the caller drops repeats. */
  scan(text: string, found: (rule: number) => void): void {
    const next = this.#next;
    let node = 0;
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i);
      node = next[node * CLASSES + (CLASS_OF[Math.min(127, code)] as number)] as number;
      const output = this.#outputs[node];
      if (output !== undefined) for (const rule of output) found(rule);
    }
  }
}

/** Breadth first: failure links become transitions, and outputs of suffixes are added. */
function link(children: readonly Int32Array[], outputs: readonly Set<number>[], next: Int32Array): void {
  const failure = new Int32Array(children.length);
  const queue: number[] = [];
  for (let symbol = 0; symbol < CLASSES; symbol++) {
    const child = (children[0] as Int32Array)[symbol] as number;
    next[symbol] = Math.max(0, child);
    if (child > 0) queue.push(child);
  }
  for (let head = 0; head < queue.length; head++) {
    const node = queue[head] as number;
    const fallback = failure[node] as number;
    for (const rule of outputs[fallback] as Set<number>) (outputs[node] as Set<number>).add(rule);
    for (let symbol = 0; symbol < CLASSES; symbol++) {
      const child = (children[node] as Int32Array)[symbol] as number;
      const other = next[fallback * CLASSES + symbol] as number;
      next[node * CLASSES + symbol] = child < 0 ? other : child;
      if (child >= 0) {
        failure[child] = other;
        queue.push(child);
      }
    }
  }
}
