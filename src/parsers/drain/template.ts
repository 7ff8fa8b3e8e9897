import type { Template } from '../../core/index.ts';
import { WILD, WILD_TEXT } from './tokens.ts';
import type { Node } from './tree.ts';

/** A template as the miner holds it. Token texts are Latin-1, one character a byte. */
export class MinedTemplate implements Template {
  readonly id: string;
  count = 0;
  /** Position in the order of creation. */
  order = 0;
  /** Number of the line that was assigned to it last. */
  used = 0;
  readonly leaf: Node;
  readonly keys: Float64Array;
  readonly exact: Float64Array;
  readonly tokens: string[];
  /** Tree keys of the tokens it was filed under, as text; what a snapshot needs to rebuild the branch. */
  readonly path: readonly string[];
  /** Tokens that became wildcards, in order: their whole text is a parameter. Those masked from the start are not among them. */
  wild: Int32Array;
  /** Tokens that are wildcards, those masked from the start included. */
  wildcards: number;
  /** Bytes it counts for against the miner's bound. */
  readonly size: number;
  private rendered: string | undefined;

  constructor(
    id: string,
    leaf: Node,
    keys: Float64Array,
    exact: Float64Array,
    tokens: string[],
    path: readonly string[],
    wild: readonly number[] = [],
  ) {
    this.id = id;
    this.leaf = leaf;
    this.keys = keys;
    this.exact = exact;
    this.tokens = tokens;
    this.path = path;
    this.wild = Int32Array.from(wild);
    this.wildcards = wildcardsIn(keys);
    this.size = 256 + tokens.reduce((sum, token) => sum + token.length + 40, 0);
  }

  get text(): string {
    this.rendered ??= Buffer.from(this.tokens.join(' '), 'latin1').toString('utf8');
    return this.rendered;
  }

  /** True when a line of this template holds another token where it has no wildcard yet. */
  differs(line: Float64Array): boolean {
    const { exact, wild } = this;
    let w = 0;
    for (let i = 0; i < exact.length; i++) {
      if (wild[w] === i) w++;
      else if (exact[i] !== line[i]) return true;
    }
    return false;
  }

  /** Makes every token that differs from the line's a wildcard. */
  generalise(line: Float64Array): void {
    const wild = new Set(this.wild);
    for (let i = 0; i < this.keys.length; i++) {
      if (this.exact[i] === line[i] || wild.has(i)) continue;
      this.exact[i] = WILD;
      this.keys[i] = WILD;
      this.tokens[i] = WILD_TEXT;
      wild.add(i);
    }
    this.wild = Int32Array.from(wild).sort();
    this.wildcards = wildcardsIn(this.keys);
    this.rendered = undefined;
  }
}

function wildcardsIn(keys: Float64Array): number {
  let count = 0;
  for (let i = 0; i < keys.length; i++) if (keys[i] === WILD) count++;
  return count;
}
