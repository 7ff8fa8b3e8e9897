import { joinHash } from './hashing.ts';
import type { LeafPlace } from './leaf-place.ts';
import type { ShapeScanner } from './shape.ts';

/** Key of a token that is nothing but masked stretches and punctuation, and of the branch for all that have no own. */
export const WILD = -1;

/** A node of Drain's fixed-depth tree; a leaf holds template codes in order of creation. */
export interface Node {
  readonly parent: Node | undefined;
  readonly key: number;
  readonly children: Map<number, Node>;
  readonly templates: number[];
  /** Changes whenever a line that ended here might be assigned differently; unique over all leaves and times. */
  version: number;
  /** Undefined without templates. */
  place: LeafPlace | undefined;
}

/**
 * Drain's parse tree (He et al., "Drain: An Online Log Parsing Approach with Fixed Depth Tree", ICWS 2017), with the
 * reference implementation's rules for full nodes. Emptied branches are removed, so its size follows the templates held.
 */
export class PrefixTree {
  private readonly root = node(undefined, WILD);
  private readonly levels: number;
  private readonly maxChildren: number;
  /** Versions given so far. */
  changes = 0;

  /** `depth` counts the root, the length level and the leaf. */
  constructor(depth: number, maxChildren: number) {
    this.levels = Math.max(0, depth - 3);
    this.maxChildren = maxChildren;
  }

  /** The leaf whose templates a line may match. */
  find(line: ShapeScanner): Node | undefined {
    let at = this.root.children.get(line.count);
    const levels = Math.min(this.levels, line.count);
    for (let level = 0; level < levels && at !== undefined; level++) {
      const { children } = at;
      at = children.get(keyAt(line, level)) ?? children.get(WILD);
    }
    return at;
  }

  /** The leaf for a template made of the line whose tokens read `texts`; missing nodes are added. */
  insert(line: ShapeScanner, texts: readonly string[]): Node {
    let at = this.child(this.root, line.count);
    const levels = Math.min(this.levels, line.count);
    for (let level = 0; level < levels; level++) at = this.child(at, this.branch(at, keyAt(line, level), texts[level] as string));
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

  /** Versions begin anew; nothing may be kept that holds an earlier one. */
  renumber(): void {
    this.changes = 0;
    this.touchAll(this.root);
  }

  remove(leaf: Node, template: number): void {
    leaf.templates.splice(leaf.templates.indexOf(template), 1);
    this.touch(leaf);
    for (let at = leaf; at.parent !== undefined && at.children.size === 0 && at.templates.length === 0; at = at.parent) {
      at.parent.children.delete(at.key);
    }
  }

  private branch(at: Node, key: number, text: string): number {
    const { children } = at;
    // A token with a digit or a masked stretch is no good to branch on.
    if (key === WILD || VARIABLE.test(text)) return children.has(key) ? key : WILD;
    if (children.has(key)) return key;
    const room = children.has(WILD) ? this.maxChildren : this.maxChildren - 1;
    return children.size < room ? key : WILD;
  }

  private child(at: Node, key: number): Node {
    const known = at.children.get(key);
    if (known !== undefined) return known;
    const made = node(at, key);
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

const VARIABLE = /\d|<\*>/;

function keyAt({ wild, token1, token2 }: ShapeScanner, level: number): number {
  return wild[level] === 1 ? WILD : joinHash(token1[level] as number, token2[level] as number);
}

function node(parent: Node | undefined, key: number): Node {
  return { parent, key, children: new Map(), templates: [], version: 0, place: undefined };
}
