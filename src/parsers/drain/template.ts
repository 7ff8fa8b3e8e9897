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
    this.size = 256 + tokens.reduce((sum, token) => sum + token.length + 40, 0);
  }

  get text(): string {
    this.rendered ??= Buffer.from(this.tokens.join(' '), 'latin1').toString('utf8');
    return this.rendered;
  }

  /** Makes every token that differs from the line's a wildcard; true when any did. */
  generalise(line: Float64Array): boolean {
    const wild = new Set(this.wild);
    const before = wild.size;
    for (let i = 0; i < this.keys.length; i++) {
      if (this.exact[i] === line[i] || wild.has(i)) continue;
      this.exact[i] = WILD;
      this.keys[i] = WILD;
      this.tokens[i] = WILD_TEXT;
      wild.add(i);
    }
    if (wild.size === before) return false;
    this.wild = Int32Array.from(wild).sort();
    this.rendered = undefined;
    return true;
  }
}
