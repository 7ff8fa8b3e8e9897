import type { BinnedRows, ColumnBins } from './bins.ts';
import { accumulate, gradientOf, hessianOf, packDerivatives } from './histogram.ts';
import type { CompleteBoostingOptions } from './options.ts';
import { bestSplit, type Split, type Sums } from './split.ts';

/** A tree over bins. Children >= 0 are nodes, < 0 are leaves ~child. Without nodes leaf 0 is the tree. */
export interface Tree {
  readonly column: number[];
  readonly bin: number[];
  readonly missingLeft: boolean[];
  readonly left: number[];
  readonly right: number[];
  readonly gain: number[];
  readonly leaf: number[];
}

interface Leaf {
  readonly from: number;
  readonly to: number;
  readonly sums: Sums;
  readonly histogram: Float64Array;
  readonly split: Split | undefined;
  /** Node above and side; parent -1 for the root. */
  readonly parent: number;
  readonly isRight: boolean;
}

/** Grows trees leaf by leaf, the one with the largest gain first. Its memory is taken once and bounded by leaves x bins. */
export class TreeGrower {
  readonly #data: BinnedRows;
  readonly #options: CompleteBoostingOptions;
  readonly #order: Int32Array;
  readonly #spare: Int32Array;
  readonly #packed: Float64Array;
  readonly #gathered: Float64Array;
  readonly #leafOf: Int32Array;
  readonly #pool: Float64Array[] = [];
  #used = 0;

  constructor(data: BinnedRows, options: CompleteBoostingOptions) {
    this.#data = data;
    this.#options = options;
    this.#order = new Int32Array(data.rows);
    this.#spare = new Int32Array(data.rows);
    this.#packed = new Float64Array(data.rows);
    this.#gathered = new Float64Array(data.rows);
    this.#leafOf = new Int32Array(data.rows);
  }

  /** A tree that lowers the loss whose derivatives by row are g and h; leaf values include the learning rate. */
  grow(g: Float64Array, h: Float64Array, salt: number): Tree {
    const { leaves: most } = this.#options;
    const packed = packDerivatives(g, h, this.#packed, this.#order, salt);
    const tree: Tree = { column: [], bin: [], missingLeft: [], left: [], right: [], gain: [], leaf: [] };
    this.#used = 0;
    const search = (leaf: Omit<Leaf, 'split'>): Leaf => ({
      ...leaf,
      split: bestSplit(this.#data, leaf.histogram, leaf.sums, leaf.to - leaf.from, packed, this.#options),
    });
    const histogram = this.#histogram(0, packed.active);
    let units = 0;
    let gradients = 0;
    for (let i = 0; i < packed.active; i++) {
      const value = this.#packed[this.#order[i] as number] as number;
      const hessian = hessianOf(value);
      units += hessian;
      gradients += gradientOf(value, hessian);
    }
    const sums = { gradient: gradients * packed.gradientUnit, hessian: units * packed.hessianUnit };
    const leaves: Leaf[] = [search({ from: 0, to: packed.active, sums, histogram, parent: -1, isRight: false })];
    while (leaves.length < most) {
      const at = bestLeaf(leaves);
      const leaf = leaves[at];
      const split = leaf?.split;
      if (leaf === undefined || split === undefined) break;
      const middle = this.#partition(leaf, split);
      const node = tree.column.push(split.column) - 1;
      tree.bin.push(split.bin);
      tree.missingLeft.push(split.missingLeft);
      tree.gain.push(split.gain);
      tree.left.push(0);
      tree.right.push(0);
      attach(tree, leaf, node);
      const { gradient, hessian } = split.left;
      const rest = { gradient: leaf.sums.gradient - gradient, hessian: leaf.sums.hessian - hessian };
      const leftIsSmall = middle - leaf.from <= leaf.to - middle;
      const small = leftIsSmall ? this.#histogram(leaf.from, middle) : this.#histogram(middle, leaf.to);
      const large = leaf.histogram;
      for (let i = 0; i < large.length; i++) large[i] = (large[i] as number) - (small[i] as number);
      const [leftBins, rightBins] = leftIsSmall ? [small, large] : [large, small];
      leaves[at] = search({ from: leaf.from, to: middle, sums: split.left, histogram: leftBins, parent: node, isRight: false });
      leaves.push(search({ from: middle, to: leaf.to, sums: rest, histogram: rightBins, parent: node, isRight: true }));
    }
    for (const [i, leaf] of leaves.entries()) attach(tree, leaf, ~i);
    this.#answer(tree, leaves.length, g, h);
    return tree;
  }

  /** Adds the answer of the tree grown last to `scores[row * stride + offset]`. */
  add(tree: Tree, scores: Float64Array, stride: number, offset: number): void {
    if (tree.column.length === 0) return;
    const leaf = Float64Array.from(tree.leaf);
    for (let row = 0; row < this.#data.rows; row++) {
      const at = row * stride + offset;
      scores[at] = (scores[at] as number) + (leaf[this.#leafOf[row] as number] as number);
    }
  }

  /** Finds every row's leaf and gives leaves the value -G / (H + l2) of their exact derivatives: rounding chooses splits, not answers. */
  #answer(tree: Tree, leaves: number, g: Float64Array, h: Float64Array): void {
    const { rows, codes, columns } = this.#data;
    if (tree.column.length === 0) {
      // a tree that could not be split says nothing
      tree.leaf.push(0);
      return;
    }
    const first = Int32Array.from(tree.column, (column) => column * rows);
    const bin = Uint8Array.from(tree.bin);
    const left = Int32Array.from(tree.left);
    const right = Int32Array.from(tree.right);
    // the bin of missing values follows all others, so only a node that sends it left needs to know it
    const missing = Int16Array.from(tree.column, (column, i) => (tree.missingLeft[i] ? (columns[column] as ColumnBins).missing : -1));
    const gradient = new Float64Array(leaves);
    const hessian = new Float64Array(leaves);
    for (let row = 0; row < rows; row++) {
      let node = 0;
      do {
        const code = codes[(first[node] as number) + row] as number;
        node = (code <= (bin[node] as number) || code === missing[node] ? left[node] : right[node]) as number;
      } while (node >= 0);
      const leaf = ~node;
      this.#leafOf[row] = leaf;
      gradient[leaf] = (gradient[leaf] as number) + (g[row] as number);
      hessian[leaf] = (hessian[leaf] as number) + (h[row] as number);
    }
    const { l2, learningRate, maxStep } = this.#options;
    for (let leaf = 0; leaf < leaves; leaf++) {
      const step = -(gradient[leaf] as number) / ((hessian[leaf] as number) + l2 + 1e-15);
      tree.leaf.push(Math.fround(Math.max(-maxStep, Math.min(maxStep, step)) * learningRate));
    }
  }

  #histogram(from: number, to: number): Float64Array {
    const { codes, rows, columns, entries } = this.#data;
    let bins = this.#pool[this.#used];
    if (bins === undefined) {
      bins = new Float64Array(entries);
      this.#pool.push(bins);
    } else bins.fill(0);
    this.#used++;
    for (let i = from; i < to; i++) this.#gathered[i - from] = this.#packed[this.#order[i] as number] as number;
    for (const [column, { first, count }] of columns.entries()) {
      if (count < 2) continue;
      const own = codes.subarray(column * rows, (column + 1) * rows);
      accumulate(own, this.#order, from, to, this.#gathered, bins.subarray(first, first + count));
    }
    return bins;
  }

  /** Moves the rows that go left to the front of the leaf, keeping their order; returns where the others begin. */
  #partition(leaf: Leaf, split: Split): number {
    const order = this.#order;
    const own = this.#data.codes.subarray(split.column * this.#data.rows, (split.column + 1) * this.#data.rows);
    const missing = split.missingLeft ? (this.#data.columns[split.column] as ColumnBins).missing : -1;
    let left = leaf.from;
    let right = 0;
    for (let i = leaf.from; i < leaf.to; i++) {
      const row = order[i] as number;
      const code = own[row] as number;
      if (code <= split.bin || code === missing) order[left++] = row;
      else this.#spare[right++] = row;
    }
    order.set(this.#spare.subarray(0, right), left);
    return left;
  }
}

function attach(tree: Tree, leaf: Leaf, child: number): void {
  if (leaf.parent < 0) return;
  (leaf.isRight ? tree.right : tree.left)[leaf.parent] = child;
}

function bestLeaf(leaves: readonly Leaf[]): number {
  let best = -1;
  let gain = 0;
  for (const [i, leaf] of leaves.entries()) {
    if (leaf.split !== undefined && leaf.split.gain > gain) {
      best = i;
      gain = leaf.split.gain;
    }
  }
  return best;
}
