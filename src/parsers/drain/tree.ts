import { type Tokens, WILD } from './tokens.ts';

/** A node of Drain's fixed-depth tree; a leaf holds template codes in order of creation. */
export interface Node {
  /** Unique within the tree, also over time. */
  readonly id: number;
  readonly parent: Node | undefined;
  readonly key: number;
  readonly children: Map<number, Node>;
  readonly templates: number[];
  /** Changes whenever a line that ended here might be assigned differently; unique over all leaves and times. */
  version: number;
}

/**
 * Drain's parse tree (He et al., "Drain: An Online Log Parsing Approach with Fixed Depth Tree", ICWS 2017), with the
 * reference implementation's rules for full nodes. Emptied branches are removed, so its size follows the templates held.
 */
export class PrefixTree {
  private readonly root = node(0, undefined, WILD);
  private readonly levels: number;
  private readonly maxChildren: number;
  private changes = 0;
  private nodes = 1;

  /** `depth` counts the root, the length level and the leaf. */
  constructor(depth: number, maxChildren: number) {
    this.levels = Math.max(0, depth - 3);
    this.maxChildren = maxChildren;
  }

  /** The leaf whose templates a line may match. */
  find(tokens: Tokens): Node | undefined {
    let at = this.root.children.get(tokens.count);
    const levels = Math.min(this.levels, tokens.count);
    for (let level = 0; level < levels && at !== undefined; level++) {
      const { children } = at;
      at = children.get(tokens.keys[level] as number) ?? children.get(WILD);
    }
    return at;
  }

  /** The leaf for a template made of these tokens; missing nodes are added. */
  insert(tokens: Tokens): Node {
    let at = this.child(this.root, tokens.count);
    const levels = Math.min(this.levels, tokens.count);
    for (let level = 0; level < levels; level++) at = this.child(at, this.branch(at, tokens, level));
    return at;
  }

  /** The leaf at the end of `path` (keys below the length level), made when it is missing. */
  insertPath(length: number, path: readonly number[]): Node {
    return path.reduce((at, key) => this.child(at, key), this.child(this.root, length));
  }

  /** Says that lines ending in `leaf` may now be assigned differently. */
  touch(leaf: Node): void {
    leaf.version = ++this.changes;
  }

  remove(leaf: Node, template: number): void {
    leaf.templates.splice(leaf.templates.indexOf(template), 1);
    this.touch(leaf);
    for (let at = leaf; at.parent !== undefined && at.children.size === 0 && at.templates.length === 0; at = at.parent) {
      at.parent.children.delete(at.key);
    }
  }

  private branch(at: Node, tokens: Tokens, level: number): number {
    const key = tokens.keys[level] as number;
    const { children } = at;
    if (key === WILD || tokens.variable[level] === 1) return children.has(key) ? key : WILD;
    if (children.has(key)) return key;
    const room = children.has(WILD) ? this.maxChildren : this.maxChildren - 1;
    return children.size < room ? key : WILD;
  }

  private child(at: Node, key: number): Node {
    const known = at.children.get(key);
    if (known !== undefined) return known;
    const made = node(this.nodes++, at, key);
    made.version = ++this.changes;
    // Lines with this token have gone to the wildcard branch until now.
    const wild = at === this.root ? undefined : at.children.get(WILD);
    if (wild !== undefined) this.touchAll(wild);
    at.children.set(key, made);
    return made;
  }

  private touchAll(at: Node): void {
    this.touch(at);
    for (const child of at.children.values()) this.touchAll(child);
  }
}

/** Keys from below the length level down to the leaf. */
export function pathOf(leaf: Node): number[] {
  const path: number[] = [];
  for (let at = leaf; at.parent?.parent !== undefined; at = at.parent) path.unshift(at.key);
  return path;
}

function node(id: number, parent: Node | undefined, key: number): Node {
  return { id, parent, key, children: new Map(), templates: [], version: 0 };
}
