import { Blocks } from './blocks.ts';
import type { LeafPlace } from './leaf-place.ts';
import { Postings } from './postings.ts';
import type { ShapeScanner } from './shape.ts';
import type { MinedTemplate } from './template.ts';
import type { Node } from './tree.ts';

const NONE = -1;
/** Templates of a leaf up to which the line is compared with each. */
const FEW = 4;

// A template's block: how many constants, how many masked tokens, whether tokens became wildcards, the constant it is anchored at,
const [CONSTANTS, MASKED, GENERALISED, ANCHOR] = [0, 1, 2, 3];
const HEADER = 4;
// then of each constant and each masked token the position, the hashes, and a constant's node.
const STRIDE = 4;
const [HASH1, HASH2, NODE] = [1, 2, 3];

/**
 * The template of a leaf that a line is most similar to, exactly as comparing the line with each would find it, but without
 * looking at most of them. A template is anchored at its rarest constant, so a line that has all constants of a template is led
 * to it by one look-up; another can only be more similar if it shares a token that the first has not as a constant. Where
 * no template fits so, one that is similar enough must share one of the line's rarest tokens (prefix filtering; Chaudhuri et al.,
 * "A Primitive Operator for Similarity Joins in Data Cleaning", ICDE 2006).
 */
export class LeafSearch {
  /** Whether the template found last reads like the line but for its wildcards. */
  exact = false;
  private readonly postings = new Postings();
  private readonly blocks = new Blocks();
  private readonly similarity: number;
  private readonly countMasked: boolean;
  private readonly maxTokens: number;
  private freeBases: number[] = [];
  private bases = 0;
  /** By code: number of the search that looked at it last. */
  private looked = new Int32Array(64);
  private searches = 0;
  private readonly ranks: Float64Array;
  // Of the search going on: masked tokens that count as equal, other tokens, least equal ones, and what was found so far.
  private masked = 0;
  private words = 0;
  private least = 0;
  private best = NONE;
  private bestEqual = NONE;
  private identical = NONE;

  constructor(similarity: number, countMasked: boolean, maxTokens: number) {
    this.similarity = similarity;
    this.countMasked = countMasked;
    this.maxTokens = maxTokens;
    this.ranks = new Float64Array(maxTokens);
  }

  add(template: MinedTemplate, code: number): void {
    if (code >= this.looked.length) {
      const larger = new Int32Array(Math.max(code + 1, this.looked.length * 2));
      larger.set(this.looked);
      this.looked = larger;
    }
    const { leaf, constants, masked, wild, hash1, hash2 } = template;
    const { postings, blocks } = this;
    leaf.place ??= this.placeOf(hash1.length);
    const { place } = leaf;
    place.templates++;
    const offset = blocks.put(code, HEADER + (constants.length + masked.length) * STRIDE);
    const { cells } = blocks;
    let rarest = 0;
    let least = Number.POSITIVE_INFINITY;
    for (let c = 0; c < constants.length + masked.length; c++) {
      const isConstant = c < constants.length;
      const token = (isConstant ? constants[c] : masked[c - constants.length]) as number;
      const cell = offset + HEADER + c * STRIDE;
      cells[cell] = token;
      const first = hash1[token] as number;
      const second = hash2[token] as number;
      cells[cell + HASH1] = first;
      cells[cell + HASH2] = second;
      if (!isConstant) continue;
      place.constants[token] = (place.constants[token] as number) + 1;
      const count = postings.count(postings.find(place.base + token, first, second));
      cells[cell + NODE] = postings.add(place.base + token, first, second, code);
      // Of equally rare ones where most are anchored already: the fewer tokens have anchors, the fewer a line looks up.
      if (count > least) continue;
      if (count === least && (place.anchors[token] as number) <= (place.anchors[constants[rarest] as number] as number)) continue;
      rarest = c;
      least = count;
    }
    cells[offset + CONSTANTS] = constants.length;
    cells[offset + MASKED] = masked.length;
    cells[offset + GENERALISED] = wild.length;
    cells[offset + ANCHOR] = rarest;
    if (constants.length === 0) {
      place.bare.push(code);
      return;
    }
    postings.anchor(cells[offset + HEADER + rarest * STRIDE + NODE] as number, code);
    const token = constants[rarest] as number;
    place.anchors[token] = (place.anchors[token] as number) + 1;
  }

  /** Call before the template changes. */
  remove({ leaf }: MinedTemplate, code: number): void {
    const { blocks, postings } = this;
    const { cells } = blocks;
    const place = leaf.place as LeafPlace;
    const offset = blocks.at(code);
    const constants = cells[offset + CONSTANTS] as number;
    if (constants === 0) {
      place.bare.splice(place.bare.indexOf(code), 1);
    } else {
      const anchor = offset + HEADER + (cells[offset + ANCHOR] as number) * STRIDE;
      const token = cells[anchor] as number;
      place.anchors[token] = (place.anchors[token] as number) - 1;
      postings.unanchor(cells[anchor + NODE] as number, code);
      for (let cell = offset + HEADER; cell < offset + HEADER + constants * STRIDE; cell += STRIDE) {
        const at = cells[cell] as number;
        place.constants[at] = (place.constants[at] as number) - 1;
        postings.remove(cells[cell + NODE] as number);
      }
    }
    blocks.remove(code);
    if (--place.templates > 0) return;
    this.freeBases.push(place.base);
    leaf.place = undefined;
  }

  clear(): void {
    this.postings.clear();
    this.blocks.clear();
    this.freeBases = [];
    this.bases = 0;
  }

  /**
   * Code of the template in leaf `leaf` with most tokens equal, then most wildcards, then the oldest, if that reaches the
   * similarity; a template that reads exactly like the line comes before all others. -1 when there is none. `wilds`: the line's
   * wild tokens.
   */
  find(leaf: Node, line: ShapeScanner, wilds: number, templates: readonly MinedTemplate[]): number {
    const { place } = leaf;
    if (place === undefined) return NONE;
    const { postings } = this;
    const { count, token1, token2, wild } = line;
    const { anchors, base, bare } = place;
    this.masked = this.countMasked ? wilds : 0;
    this.words = count - wilds;
    this.least = this.similarity * count;
    this.best = NONE;
    this.bestEqual = NONE;
    this.identical = NONE;
    this.exact = false;
    if (place.templates <= FEW) {
      for (const code of leaf.templates) this.comparing(code, line, templates);
      if (this.identical >= 0) {
        this.exact = true;
        return this.identical;
      }
      return this.best;
    }
    for (let i = 0; i < count; i++) {
      if (anchors[i] === 0 || wild[i] === 1) continue;
      const entry = postings.find(base + i, token1[i] as number, token2[i] as number);
      for (let code = postings.firstAnchored(entry); code !== NONE; code = postings.nextAnchored(code)) this.fitting(code, line, templates);
    }
    if (bare.length > 0 && (wilds === count || this.countMasked)) for (const code of bare) this.fitting(code, line, templates);
    if (this.identical >= 0) {
      this.exact = true;
      return this.identical;
    }
    if (this.best < 0) this.search(leaf, base, line, templates);
    else if (place.templates > 1) this.rivals(place, line, templates);
    return this.best;
  }

  /** A template whose constants the line may all have. */
  private fitting(code: number, line: ShapeScanner, templates: readonly MinedTemplate[]): void {
    const { cells } = this.blocks;
    const { token1, token2 } = line;
    const offset = this.blocks.at(code);
    const constants = cells[offset + CONSTANTS] as number;
    let cell = offset + HEADER;
    for (const end = cell + constants * STRIDE; cell < end; cell += STRIDE) {
      const token = cells[cell] as number;
      if (cells[cell + HASH1] !== token1[token] || cells[cell + HASH2] !== token2[token]) return;
    }
    const exact = this.masksEqual(offset, line);
    if (exact && this.isIdentical(code, offset, line, templates)) return;
    // Where the line is masked such a template is a wildcard.
    this.offer(code, constants + this.masked, exact, templates);
  }

  /** Whether a template that has all of the line's constants and masks reads exactly like it; the oldest such is kept. */
  private isIdentical(code: number, offset: number, line: ShapeScanner, templates: readonly MinedTemplate[]): boolean {
    const { cells } = this.blocks;
    const template = templates[code] as MinedTemplate;
    if (cells[offset + CONSTANTS] !== this.words || (cells[offset + GENERALISED] !== 0 && !readsLike(template, line))) return false;
    if (this.identical < 0 || template.order < (templates[this.identical] as MinedTemplate).order) this.identical = code;
    return true;
  }

  /** Templates that share a token with the line which the best, whose constants it all has, has not: only they can be better. */
  private rivals({ base, constants: anywhere }: LeafPlace, line: ShapeScanner, templates: readonly MinedTemplate[]): void {
    const { cells } = this.blocks;
    const { count, wild, token1, token2 } = line;
    const offset = this.blocks.at(this.best);
    const end = offset + HEADER + (cells[offset + CONSTANTS] as number) * STRIDE;
    this.begin();
    for (let i = 0, cell = offset + HEADER; i < count; i++) {
      if (cell < end && cells[cell] === i) cell += STRIDE;
      else if (wild[i] === 0 && (anywhere[i] as number) > 0)
        this.sharing(this.postings.find(base + i, token1[i] as number, token2[i] as number), line, templates);
    }
  }

  private search(leaf: Node, base: number, line: ShapeScanner, templates: readonly MinedTemplate[]): void {
    const { ranks, postings, words } = this;
    const { count, wild, token1, token2 } = line;
    const needed = Math.ceil(this.least) - this.masked;
    if (needed > words) return;
    if (needed <= 0) {
      for (const code of leaf.templates) this.comparing(code, line, templates);
      return;
    }
    // Whoever shares `needed` of so many words shares one of any `words - needed + 1` of them.
    const looked = words - needed + 1;
    let known = 0;
    for (let i = 0; i < count; i++) {
      if (wild[i] === 1) continue;
      const entry = postings.find(base + i, token1[i] as number, token2[i] as number);
      if (entry !== NONE) ranks[known++] = postings.count(entry) * 2 ** 31 + entry;
    }
    const unknown = words - known;
    if (unknown >= looked) return;
    const rarest = ranks.subarray(0, known).sort();
    this.begin();
    for (let r = 0; r < looked - unknown; r++) this.sharing((rarest[r] as number) % 2 ** 31, line, templates);
  }

  private sharing(entry: number, line: ShapeScanner, templates: readonly MinedTemplate[]): void {
    const { postings, looked } = this;
    for (let node = postings.first(entry); node !== NONE; node = postings.after(node)) {
      const code = postings.codeAt(node);
      if (looked[code] === this.searches) continue;
      looked[code] = this.searches;
      this.comparing(code, line, templates);
    }
  }

  private comparing(code: number, line: ShapeScanner, templates: readonly MinedTemplate[]): void {
    const { cells } = this.blocks;
    const { token1, token2, wild } = line;
    const offset = this.blocks.at(code);
    const constants = cells[offset + CONSTANTS] as number;
    let equal = this.masked;
    for (let cell = offset + HEADER; cell < offset + HEADER + constants * STRIDE; cell += STRIDE) {
      const token = cells[cell] as number;
      if (cells[cell + HASH1] === token1[token] && cells[cell + HASH2] === token2[token]) equal++;
      else if (wild[token] === 1 && this.countMasked) equal--;
    }
    const exact = equal === constants + this.masked && this.masksEqual(offset, line);
    if (exact && this.isIdentical(code, offset, line, templates)) return;
    this.offer(code, equal, exact, templates);
  }

  /** Whether the tokens masked from the start, such as `(<*>)`, read like the line's. */
  private masksEqual(offset: number, { token1, token2 }: ShapeScanner): boolean {
    const { cells } = this.blocks;
    let cell = offset + HEADER + (cells[offset + CONSTANTS] as number) * STRIDE;
    for (const end = cell + (cells[offset + MASKED] as number) * STRIDE; cell < end; cell += STRIDE) {
      const token = cells[cell] as number;
      if (cells[cell + HASH1] !== token1[token] || cells[cell + HASH2] !== token2[token]) return false;
    }
    return true;
  }

  private offer(code: number, equal: number, exact: boolean, templates: readonly MinedTemplate[]): void {
    if (equal < this.least || equal < this.bestEqual) return;
    if (equal === this.bestEqual && !precedes(templates[code] as MinedTemplate, templates[this.best] as MinedTemplate)) return;
    this.best = code;
    this.bestEqual = equal;
    this.exact = exact;
  }

  private begin(): void {
    if (++this.searches < 2 ** 30) return;
    this.looked.fill(0);
    this.searches = 1;
  }

  private placeOf(tokens: number): LeafPlace {
    const base = this.freeBases.pop() ?? this.bases++ * this.maxTokens;
    return { base, templates: 0, anchors: new Int32Array(tokens), constants: new Int32Array(tokens), bare: [] };
  }
}

function precedes(one: MinedTemplate, other: MinedTemplate): boolean {
  return one.wildcards > other.wildcards || (one.wildcards === other.wildcards && one.order < other.order);
}

function readsLike({ hash1, hash2 }: MinedTemplate, { token1, token2 }: ShapeScanner): boolean {
  for (let i = 0; i < hash1.length; i++) if (hash1[i] !== token1[i] || hash2[i] !== token2[i]) return false;
  return true;
}
