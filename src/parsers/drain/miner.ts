import { stableId } from '../../core/index.ts';
import type { IntList } from '../bytes/int-list.ts';
import { BatchShapes, NEW_SHAPE } from './batch-shapes.ts';
import { BLANK, BYTE_CLASS } from './byte-class.ts';
import { hashKey, joinHash } from './hashing.ts';
import { KnownShapes } from './known-shapes.ts';
import { LeafSearch } from './leaf-search.ts';
import type { Mask } from './masks.ts';
import { collectParameters } from './parameters.ts';
import { Recency } from './recency.ts';
import { ShapeScanner } from './shape.ts';
import { ShapeCache } from './shape-cache.ts';
import { MinedTemplate } from './template.ts';
import { isWild, tokenHash, tokensText, WILD_TEXT } from './token-text.ts';
import { type Node, PrefixTree, pathOf, WILD } from './tree.ts';

/** The shape cache holds 32 bits of a leaf's version. */
const MOST_VERSIONS = 2 ** 30;

export interface MinerOptions {
  /** Share of a line's tokens that must equal a template's for the line to be of that template. */
  readonly similarity: number;
  /** Depth of the tree, root, length level and leaf included. */
  readonly depth: number;
  /**
   * Tokens masked in both line and template count as equal (Drain3's reckoning) instead of as wildcards (the paper's).
   */
  readonly countMasked: boolean;
  readonly maxChildren: number;
  /** Most templates held; beyond it the one unused longest is forgotten. */
  readonly maxTemplates: number;
  /** Most templates in one leaf, which is what a line is compared with at most. */
  readonly maxLeafTemplates: number;
  /** Most bytes of template text held. */
  readonly maxTemplateBytes: number;
  /** Bytes of a message that are looked at; what is behind has no influence on the template. */
  readonly maxBytes: number;
  readonly maxTokens: number;
  /** No template is made or changed; a line that fits none gets -1. */
  readonly matchOnly: boolean;
  /** Tried before the default masks. */
  readonly masks: readonly Mask[];
  /** Answers from the shape cache; off only to check that it changes nothing. */
  readonly cache: boolean;
}

export const MINER_DEFAULTS: MinerOptions = {
  similarity: 0.5,
  depth: 4,
  countMasked: false,
  maxChildren: 100,
  maxTemplates: 20_000,
  maxLeafTemplates: 500,
  maxTemplateBytes: 64 << 20,
  maxBytes: 8192,
  maxTokens: 512,
  matchOnly: false,
  masks: [],
  cache: true,
};

/** Drain on bytes: a line's shape is hashed from the buffer, and only a shape not met since its leaf changed walks the tree. */
export class TemplateMiner {
  /** Index = code. Forgotten templates stay until their code is given away. */
  readonly templates: MinedTemplate[] = [];
  evicted = 0;
  private readonly options: MinerOptions;
  private readonly shape: ShapeScanner;
  private readonly wildHash: readonly [number, number];
  private tree: PrefixTree;
  private readonly cache: ShapeCache;
  /** Undefined where lines are always scanned. */
  private readonly known: KnownShapes | undefined;
  /** Of the line assigned last: its slot in the cache, and whether all of its bytes were looked at. */
  private slot = -1;
  private whole = false;
  /** Shapes met so far, over all batches. */
  private shapes = 0;
  private readonly search: LeafSearch;
  private recency = new Recency();
  private readonly codes = new Map<string, number>();
  /** By code: number of the line that was assigned last. */
  private used = new Float64Array(256);
  private size = 0;
  private made = 0;
  private lines = 0;
  private free: number[] = [];
  private forgotten: number[] = [];

  constructor(options: Partial<MinerOptions> = {}) {
    this.options = { ...MINER_DEFAULTS, ...options };
    const key = hashKey(crypto.getRandomValues(new Uint32Array(4)));
    this.shape = new ShapeScanner(key, this.options.maxTokens, this.options.masks);
    this.wildHash = tokenHash(WILD_TEXT, key);
    this.tree = new PrefixTree(this.options.depth, this.options.maxChildren);
    this.cache = new ShapeCache();
    this.known = this.options.cache && this.options.masks.length === 0 ? new KnownShapes() : undefined;
    const { similarity, countMasked, maxTokens } = this.options;
    this.search = new LeafSearch(similarity, countMasked, maxTokens);
  }

  /** Codes of templates forgotten during earlier batches may be given away from now on. */
  beginBatch(): void {
    this.known?.beginBatch();
    if (this.tree.changes > MOST_VERSIONS || this.shapes > MOST_VERSIONS) {
      this.tree.renumber();
      this.cache.clear();
      this.shapes = 0;
    }
    if (this.forgotten.length === 0) return;
    for (const code of this.forgotten) this.free.push(code);
    this.forgotten = [];
  }

  /** Code of the template that the message bytes[start, end) is of, or -1. */
  assign(bytes: Uint8Array, start: number, end: number): number {
    let from = start;
    let to = Math.min(end, start + this.options.maxBytes);
    while (to > from && BYTE_CLASS[bytes[to - 1] as number] === BLANK) to--;
    while (from < to && BYTE_CLASS[bytes[from] as number] === BLANK) from++;
    this.whole = from === start && to === end;
    const { shape, known } = this;
    let code = known?.match(bytes, from, to, shape) === true ? this.cached(known.hash1, known.hash2) : -1;
    // Whoever asks for parameters that are whole tokens needs those of this line.
    if (code < 0 || (this.templates[code] as MinedTemplate).wild.length > 0) {
      shape.scan(bytes, from, to);
      code = this.cached(shape.hash1, shape.hash2);
      if (code < 0) {
        code = this.mine(bytes);
        if (code < 0) return -1;
      } else if ((this.templates[code] as MinedTemplate).wild.length === 0) known?.add(bytes, from, to, shape);
    }
    const template = this.templates[code] as MinedTemplate;
    template.count++;
    this.used[code] = this.lines++;
    this.recency.touch(code);
    return code;
  }

  /** Appends the parameters of the line assigned last, which got template `code`. */
  parameters(bytes: Uint8Array, code: number, start: IntList, end: IntList): void {
    const wild = code < 0 ? undefined : (this.templates[code] as MinedTemplate).wild;
    collectParameters(bytes, this.shape, wild, start, end);
  }

  /**
   * Code of the shape of the line assigned last; NEW_SHAPE where `shapes`, to be added to next, has none yet or its template has changed; -1
   * where the shape says too little of the line.
   */
  shapeIn(shapes: BatchShapes): number {
    const { shape, slot, cache } = this;
    if (slot < 0 || !this.whole || shape.printed || this.options.masks.length > 0) return -1;
    const code = cache.markOf(slot) - shapes.from;
    if (code >= 0) return code;
    cache.mark(slot, ++this.shapes);
    return NEW_SHAPE;
  }

  /** The line assigned last. */
  get scanned(): ShapeScanner {
    return this.shape;
  }

  /** Shapes of a further batch. */
  batchShapes(): BatchShapes {
    return new BatchShapes(this.shapes + 1);
  }

  /** Every template held, in order of last use, the one unused longest first. */
  held(): MinedTemplate[] {
    return [...this.recency.codes()].map((code) => this.templates[code] as MinedTemplate);
  }

  /** Files a template as it was when the miner was snapshotted. Call in order of creation on an empty miner. */
  file(id: string, tokens: readonly string[], path: readonly string[], wild: readonly number[], count: number): number {
    const { key } = this.shape;
    const branches = path.map((text) => (isWild(text) ? WILD : joinHash(...tokenHash(text, key))));
    const leaf = this.tree.insertPath(tokens.length, branches);
    const hashes = tokens.map((text) => tokenHash(text, key));
    const [hash1, hash2] = [Int32Array.from(hashes, ([one]) => one), Int32Array.from(hashes, ([, two]) => two)];
    const masked = Uint8Array.from(tokens, (text) => (isWild(text) ? 1 : 0));
    const template = new MinedTemplate(id, leaf, { hash1, hash2 }, masked, tokens.join(' '), path);
    template.become(Int32Array.from(wild));
    template.count = count;
    return this.add(template);
  }

  /** Sets the order of last use. */
  order(ids: readonly string[]): void {
    for (const id of ids) {
      const code = this.codes.get(id);
      if (code === undefined) continue;
      this.used[code] = this.lines++;
      this.recency.touch(code);
    }
  }

  clear(): void {
    this.templates.length = 0;
    this.tree = new PrefixTree(this.options.depth, this.options.maxChildren);
    this.cache.clear();
    this.search.clear();
    this.recency = new Recency();
    this.codes.clear();
    this.size = 0;
    this.free = [];
    this.forgotten = [];
  }

  /** Code that lines of a shape got last, if they would get it now; else -1. Leaves its slot. */
  private cached(hash1: number, hash2: number): number {
    const { cache } = this;
    const slot = cache.find(hash1, hash2);
    this.slot = slot;
    if (slot < 0) return -1;
    const code = cache.codeAt(slot);
    return (this.templates[code] as MinedTemplate).leaf.version === cache.versionAt(slot) ? code : -1;
  }

  private mine(bytes: Uint8Array): number {
    const { shape, tree, templates, search } = this;
    const wilds = shape.locate(bytes);
    const found = tree.find(shape);
    let code = found === undefined ? -1 : search.find(found, shape, wilds, templates);
    if (code < 0) {
      if (this.options.matchOnly) return -1;
      code = this.make(bytes);
    } else if (!search.exact && !this.options.matchOnly) {
      const template = templates[code] as MinedTemplate;
      search.remove(template, code);
      template.generalise(shape.token1, shape.token2, this.wildHash);
      search.add(template, code);
      tree.touch(template.leaf);
    }
    if (this.options.cache) this.slot = this.cache.put(shape.hash1, shape.hash2, code, (templates[code] as MinedTemplate).leaf.version);
    return code;
  }

  private make(bytes: Uint8Array): number {
    const { shape } = this;
    const { count, wild } = shape;
    const text = tokensText(bytes, shape);
    const texts = count === 0 ? [] : text.split(' ', this.options.depth);
    const leaf = this.tree.insert(shape, texts);
    const path = pathOf(leaf).map((key, level) => (key === WILD ? WILD_TEXT : (texts[level] as string)));
    const hashes = { hash1: shape.token1.slice(0, count), hash2: shape.token2.slice(0, count) };
    const code = this.add(new MinedTemplate(this.newId(text), leaf, hashes, wild, text, path));
    this.evict(leaf);
    return code;
  }

  private add(template: MinedTemplate): number {
    const code = this.free.pop() ?? this.templates.length;
    this.templates[code] = template;
    template.order = this.made++;
    if (code >= this.used.length) this.used = doubled(this.used);
    this.used[code] = this.lines;
    this.codes.set(template.id, code);
    this.size += template.size;
    template.leaf.templates.push(code);
    this.search.add(template, code);
    this.tree.touch(template.leaf);
    this.recency.add(code);
    return code;
  }

  /** Derived from the line that made the template; further templates made by equal lines get an ordinal mixed in. */
  private newId(text: string): string {
    let id = stableId('template', text);
    for (let ordinal = 1; this.codes.has(id); ordinal++) id = stableId('template', text, ordinal);
    return id;
  }

  private evict(leaf: Node): void {
    if (leaf.templates.length > this.options.maxLeafTemplates) this.forget(this.leastUsed(leaf));
    const { maxTemplates, maxTemplateBytes } = this.options;
    while (this.codes.size > maxTemplates || (this.size > maxTemplateBytes && this.codes.size > 1)) this.forget(this.recency.oldest);
  }

  private leastUsed(leaf: Node): number {
    const { used } = this;
    let oldest = leaf.templates[0] as number;
    for (const code of leaf.templates) if ((used[code] as number) < (used[oldest] as number)) oldest = code;
    return oldest;
  }

  private forget(code: number): void {
    const template = this.templates[code] as MinedTemplate;
    this.recency.remove(code);
    this.codes.delete(template.id);
    this.size -= template.size;
    this.search.remove(template, code);
    this.tree.remove(template.leaf, code);
    this.forgotten.push(code);
    this.evicted++;
  }
}

function doubled(values: Float64Array): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(values.length * 2);
  larger.set(values);
  return larger;
}
