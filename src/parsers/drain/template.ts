import type { Template } from '../../core/index.ts';
import { utf8Of, WILD_TEXT } from './token-text.ts';
import type { Node } from './tree.ts';

const NO_TOKENS = new Int32Array(0);

/** A template as the miner holds it. Token texts are Latin-1, one character a byte. */
export class MinedTemplate implements Template {
  readonly id: string;
  count = 0;
  /** Position in the order of creation. */
  order = 0;
  readonly leaf: Node;
  /** (tokens) the two hashes of each token; those of `<*>` where it became a wildcard. */
  readonly hash1: Int32Array;
  readonly hash2: Int32Array;
  /** Tokens that similarity counts, in order: neither became they wildcards nor are they nothing but masked stretches. */
  constants: Int32Array;
  /** Tokens that are nothing but masked stretches and punctuation from the start. */
  masked: Int32Array;
  /** Tokens that became wildcards, in order: their whole text is a parameter. Those masked from the start are not among them. */
  wild: Int32Array = NO_TOKENS;
  /** Bytes it counts for against the miner's bound. */
  readonly size: number;
  /** Tree keys of the tokens it was filed under, as text; what a snapshot needs to rebuild the branch. */
  readonly path: readonly string[];
  private readonly madeOf: string;
  private split: string[] | undefined;
  private rendered: string | undefined;

  /** `madeOf`: the tokens it was made of, joined by blanks; `wild`: 1 for those masked. The arrays become its own. */
  constructor(
    id: string,
    leaf: Node,
    hashes: { readonly hash1: Int32Array; readonly hash2: Int32Array },
    wild: Uint8Array,
    madeOf: string,
    path: readonly string[],
  ) {
    const { hash1, hash2 } = hashes;
    const { length } = hash1;
    this.id = id;
    this.leaf = leaf;
    this.hash1 = hash1;
    this.hash2 = hash2;
    let masked = 0;
    for (let i = 0; i < length; i++) masked += wild[i] as number;
    this.masked = new Int32Array(masked);
    this.constants = new Int32Array(length - masked);
    for (let i = 0, m = 0, c = 0; i < length; i++) {
      if (wild[i] === 1) this.masked[m++] = i;
      else this.constants[c++] = i;
    }
    this.madeOf = madeOf;
    this.path = path;
    this.size = 256 + madeOf.length - Math.max(0, length - 1) + length * 40;
  }

  /** Tokens that are wildcards, those masked from the start included. */
  get wildcards(): number {
    return this.hash1.length - this.constants.length;
  }

  get tokens(): readonly string[] {
    return this.mutableTokens();
  }

  get text(): string {
    this.rendered ??= utf8Of(this.split === undefined ? this.madeOf : this.split.join(' '));
    return this.rendered;
  }

  /** Makes every token that differs from the line's a wildcard; `wildHash` is the hash of one. */
  generalise(line1: Int32Array, line2: Int32Array, wildHash: readonly [number, number]): void {
    const wild = new Set(this.wild);
    const tokens = this.mutableTokens();
    for (let i = 0; i < this.hash1.length; i++) {
      if ((this.hash1[i] === line1[i] && this.hash2[i] === line2[i]) || wild.has(i)) continue;
      [this.hash1[i], this.hash2[i]] = wildHash;
      tokens[i] = WILD_TEXT;
      wild.add(i);
    }
    this.become(Int32Array.from(wild).sort());
  }

  /** Says which tokens became wildcards. */
  become(wild: Int32Array): void {
    const gone = new Set(wild);
    this.wild = wild;
    this.constants = this.constants.filter((i) => !gone.has(i));
    this.masked = this.masked.filter((i) => !gone.has(i));
    this.rendered = undefined;
  }

  private mutableTokens(): string[] {
    this.split ??= this.hash1.length === 0 ? [] : this.madeOf.split(' ');
    return this.split;
  }
}
