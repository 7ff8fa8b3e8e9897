import { Postings } from './postings.ts';
import type { MinedTemplate } from './template.ts';
import { type Tokens, WILD } from './tokens.ts';
import type { Node } from './tree.ts';

/** Place of a template's whole text within its leaf; tokens follow by position. */
const WHOLE = 0;

/**
 * The template of a leaf that a line is most similar to, found through the tokens they share: a line is compared with the
 * templates that have one of its words at the same position, not with the whole leaf.
 */
export class LeafSearch {
  private readonly postings = new Postings();
  private readonly similarity: number;
  private readonly countMasked: boolean;
  private readonly placesOfLeaf: number;
  private hits = new Int32Array(64);
  private touched = new Int32Array(64);

  constructor(similarity: number, countMasked: boolean, maxTokens: number) {
    this.placesOfLeaf = maxTokens + 1;
    this.similarity = similarity;
    this.countMasked = countMasked;
  }

  add(template: MinedTemplate, code: number): void {
    if (code >= this.hits.length) {
      this.hits = new Int32Array(Math.max(code + 1, this.hits.length * 2));
      this.touched = new Int32Array(this.hits.length);
    }
    const place = template.leaf.id * this.placesOfLeaf;
    const { keys } = template;
    this.postings.add(place + WHOLE, sequenceHash(template.exact, keys.length), code);
    for (let i = 0; i < keys.length; i++) {
      if (keys[i] !== WILD || this.countMasked) this.postings.add(place + 1 + i, keys[i] as number, code);
    }
  }

  /** Call before the template changes. */
  remove(template: MinedTemplate, code: number): void {
    const place = template.leaf.id * this.placesOfLeaf;
    const { keys } = template;
    this.postings.remove(place + WHOLE, sequenceHash(template.exact, keys.length), code);
    for (let i = 0; i < keys.length; i++) {
      if (keys[i] !== WILD || this.countMasked) this.postings.remove(place + 1 + i, keys[i] as number, code);
    }
  }

  clear(): void {
    this.postings.clear();
  }

  /**
   * Code of the template in leaf `leaf` with most tokens equal, then most wildcards, then the oldest, if that reaches the
   * similarity; a template that reads exactly like the line comes before all others. -1 when there is none.
   */
  find(leaf: Node, tokens: Tokens, templates: readonly MinedTemplate[]): number {
    const { hits, touched, postings } = this;
    const { count, keys } = tokens;
    const place = leaf.id * this.placesOfLeaf;
    const same = this.identical(place, tokens, templates);
    if (same >= 0) return same;
    let candidates = 0;
    for (let i = 0; i < count; i++) {
      const key = keys[i] as number;
      if (key !== WILD || this.countMasked) candidates = postings.count(place + 1 + i, key, hits, touched, candidates);
    }
    const least = this.similarity * count;
    let best = -1;
    let bestEqual = 0;
    for (let c = 0; c < candidates; c++) {
      const code = touched[c] as number;
      const equal = hits[code] as number;
      hits[code] = 0;
      if (equal < least || equal < bestEqual) continue;
      if (equal === bestEqual && best >= 0 && !precedes(templates[code] as MinedTemplate, templates[best] as MinedTemplate)) continue;
      best = code;
      bestEqual = equal;
    }
    if (best >= 0 || least > 0) return best;
    // A threshold of zero takes templates without any token in common too.
    for (const code of leaf.templates) {
      if (best < 0 || precedes(templates[code] as MinedTemplate, templates[best] as MinedTemplate)) best = code;
    }
    return best;
  }

  private identical(place: number, tokens: Tokens, templates: readonly MinedTemplate[]): number {
    const { hits, touched } = this;
    const found = this.postings.count(place + WHOLE, sequenceHash(tokens.exact, tokens.count), hits, touched, 0);
    let best = -1;
    for (let c = 0; c < found; c++) {
      const code = touched[c] as number;
      hits[code] = 0;
      const template = templates[code] as MinedTemplate;
      if (best >= 0 && (templates[best] as MinedTemplate).order < template.order) continue;
      if (equals(template.exact, tokens.exact)) best = code;
    }
    return best;
  }
}

function precedes(one: MinedTemplate, other: MinedTemplate): boolean {
  return one.wildcards > other.wildcards || (one.wildcards === other.wildcards && one.order < other.order);
}

/** One number for the texts of a whole line; equal lines have equal ones. */
function sequenceHash(exact: Float64Array, count: number): number {
  let hash = count;
  for (let i = 0; i < count; i++) {
    hash = Math.imul(hash ^ ((exact[i] as number) | 0), 0x01000193);
    hash ^= hash >>> 15;
  }
  return hash >>> 0;
}

function equals(a: Float64Array, b: Float64Array): boolean {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
