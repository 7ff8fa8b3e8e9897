import { z } from 'zod';
import { pack, unpack, VedetteError } from '../../core/index.ts';
import type { BinnedRows, ColumnBins } from './bins.ts';
import type { Tree } from './grow.ts';

/** Trees flattened: those of tree t are nodes [firstNode[t], firstNode[t + 1]) and leaves alike. Plain data. */
export interface TreeEnsemble {
  readonly columns: number;
  /** Names or numbers of what is told apart; two classes share one tree a round, which speaks for the second. */
  readonly classes: readonly string[];
  /** Score of each class before any tree. */
  readonly base: Float64Array;
  readonly firstNode: Int32Array;
  readonly firstLeaf: Int32Array;
  readonly column: Int32Array;
  /** A value <= threshold goes left. */
  readonly threshold: Float32Array;
  readonly missingLeft: Uint8Array;
  /** >= 0: node, < 0: leaf ~child; counted over all trees. */
  readonly left: Int32Array;
  readonly right: Int32Array;
  readonly leaf: Float32Array;
  /** By column: sum of the gains of its splits. */
  readonly importance: Float64Array;
}

/** Scores per row: classes, or 1 for two classes. */
export function outputsOf(classes: number): number {
  return classes === 2 ? 1 : classes;
}

export function flatten(trees: readonly Tree[], data: BinnedRows, classes: readonly string[], base: Float64Array): TreeEnsemble {
  const nodes = trees.reduce((sum, tree) => sum + tree.column.length, 0);
  const leaves = trees.reduce((sum, tree) => sum + tree.leaf.length, 0);
  const ensemble = {
    columns: data.columns.length,
    classes,
    base,
    firstNode: new Int32Array(trees.length + 1),
    firstLeaf: new Int32Array(trees.length + 1),
    column: new Int32Array(nodes),
    threshold: new Float32Array(nodes),
    missingLeft: new Uint8Array(nodes),
    left: new Int32Array(nodes),
    right: new Int32Array(nodes),
    leaf: new Float32Array(leaves),
    importance: new Float64Array(data.columns.length),
  };
  let node = 0;
  let leaf = 0;
  for (const [t, tree] of trees.entries()) {
    const child = (of: number) => (of >= 0 ? of + node : ~(~of + leaf));
    for (let i = 0; i < tree.column.length; i++) {
      const column = tree.column[i] as number;
      ensemble.column[node + i] = column;
      ensemble.threshold[node + i] = (data.columns[column] as ColumnBins).upper[tree.bin[i] as number] as number;
      ensemble.missingLeft[node + i] = tree.missingLeft[i] ? 1 : 0;
      ensemble.left[node + i] = child(tree.left[i] as number);
      ensemble.right[node + i] = child(tree.right[i] as number);
      ensemble.importance[column] = (ensemble.importance[column] as number) + (tree.gain[i] as number);
    }
    ensemble.leaf.set(tree.leaf, leaf);
    node += tree.column.length;
    leaf += tree.leaf.length;
    ensemble.firstNode[t + 1] = node;
    ensemble.firstLeaf[t + 1] = leaf;
  }
  return ensemble;
}

/** Class probabilities, row-major (rows, classes). `values`: row-major (rows, columns); NaN is a missing value. */
export function treeProbabilities(ensemble: TreeEnsemble, values: Float32Array, rows: number): Float64Array {
  const { columns, classes, base, firstNode, firstLeaf, column, threshold, missingLeft, left, right, leaf } = ensemble;
  if (values.length !== rows * columns) {
    throw new VedetteError('MODEL_MISMATCH', `${values.length} values are not ${rows} rows of ${columns} columns`);
  }
  const outputs = outputsOf(classes.length);
  const out = new Float64Array(rows * classes.length);
  const scores = new Float64Array(outputs);
  const trees = firstNode.length - 1;
  for (let row = 0; row < rows; row++) {
    const at = row * columns;
    for (let k = 0; k < outputs; k++) scores[k] = base[k + (classes.length - outputs)] as number;
    let k = 0;
    for (let t = 0; t < trees; t++) {
      let node = firstNode[t] as number;
      if (node === firstNode[t + 1]) node = ~(firstLeaf[t] as number);
      while (node >= 0) {
        const value = values[at + (column[node] as number)] as number;
        const goesLeft = value <= (threshold[node] as number) || (missingLeft[node] === 1 && Number.isNaN(value));
        node = (goesLeft ? left[node] : right[node]) as number;
      }
      scores[k] = (scores[k] as number) + (leaf[~node] as number);
      if (++k === outputs) k = 0;
    }
    normalise(scores, out, row * classes.length, classes.length);
  }
  return out;
}

/** Softmax, or the logistic function of one score for two classes, into `out[at ..]`. */
export function normalise(scores: Float64Array, out: Float64Array, at: number, classes: number): void {
  if (classes === 2) {
    const p = 1 / (1 + Math.exp(-(scores[0] as number)));
    out[at] = 1 - p;
    out[at + 1] = p;
    return;
  }
  let most = Number.NEGATIVE_INFINITY;
  for (let k = 0; k < classes; k++) most = Math.max(most, scores[k] as number);
  let sum = 0;
  for (let k = 0; k < classes; k++) {
    const e = Math.exp((scores[k] as number) - most);
    out[at + k] = e;
    sum += e;
  }
  for (let k = 0; k < classes; k++) out[at + k] = (out[at + k] as number) / sum;
}

const header = z.strictObject({
  kind: z.literal('tree-ensemble'),
  version: z.literal(1),
  columns: z.int().nonnegative(),
  classes: z.array(z.string()).min(1),
});

export function packEnsemble(ensemble: TreeEnsemble): Uint8Array {
  const { columns, classes, ...arrays } = ensemble;
  return pack({ kind: 'tree-ensemble', version: 1, columns, classes }, arrays);
}

/** Throws MODEL_CORRUPT or MODEL_MISMATCH for bytes that `packEnsemble` did not write. */
export function unpackEnsemble(bytes: Uint8Array): TreeEnsemble {
  const packed = unpack(bytes);
  const parsed = header.safeParse(packed.header);
  if (!parsed.success) throw new VedetteError('MODEL_MISMATCH', 'the bytes hold no tree ensemble of this version', { cause: parsed.error });
  const { columns, classes } = parsed.data;
  const ensemble: TreeEnsemble = {
    columns,
    classes,
    base: packed.float64('base'),
    firstNode: packed.int32('firstNode'),
    firstLeaf: packed.int32('firstLeaf'),
    column: packed.int32('column'),
    threshold: packed.float32('threshold'),
    missingLeft: packed.uint8('missingLeft'),
    left: packed.int32('left'),
    right: packed.int32('right'),
    leaf: packed.float32('leaf'),
    importance: packed.float64('importance'),
  };
  if (!isWhole(ensemble)) throw new VedetteError('MODEL_CORRUPT', 'the trees of a model point outside it');
  return ensemble;
}

/** Every child lies after its node and within its tree, so that walking down always ends. */
function isWhole({
  columns,
  classes,
  base,
  firstNode,
  firstLeaf,
  column,
  threshold,
  missingLeft,
  left,
  right,
  leaf,
}: TreeEnsemble): boolean {
  const nodes = column.length;
  const trees = firstNode.length - 1;
  const lengths = [threshold, missingLeft, left, right].every((array) => array.length === nodes);
  if (!lengths || base.length !== classes.length || firstLeaf.length !== trees + 1) return false;
  if (firstNode[trees] !== nodes || firstLeaf[trees] !== leaf.length) return false;
  if (column.some((c) => c < 0 || c >= columns)) return false;
  for (let t = 0; t < trees; t++) {
    if ((firstNode[t] as number) > (firstNode[t + 1] as number) || (firstLeaf[t] as number) >= (firstLeaf[t + 1] as number)) return false;
    for (let node = firstNode[t] as number; node < (firstNode[t + 1] as number); node++) {
      for (const child of [left[node] as number, right[node] as number]) {
        const inside = child >= 0 ? child > node && child < (firstNode[t + 1] as number) : ~child < leaf.length;
        if (!inside) return false;
      }
    }
  }
  return true;
}
