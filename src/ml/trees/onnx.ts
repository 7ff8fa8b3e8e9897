import { ProtobufWriter } from '../onnx/protobuf.ts';
import { outputsOf, type TreeEnsemble } from './ensemble.ts';

const IR_VERSION = 8;
const OPSET = 18;
export const ML_DOMAIN = { name: 'ai.onnx.ml', version: 3 } as const;
const FLOAT = 1;
const INT64 = 7;

/**
 * The ensemble as an ONNX model: input `values` float32 (rows, columns); outputs `class` int64 (rows) and `probabilities`
 * float32 (rows, classes).
 */
export function treesToOnnx(ensemble: TreeEnsemble): Uint8Array {
  const { classes, columns } = ensemble;
  const node = treeNode(ensemble, { values: 'values', class: 'class', probabilities: 'probabilities' });
  const graph = new ProtobufWriter().message(1, node).string(2, 'vedette');
  graph.message(11, valueInfo('values', FLOAT, columns)).message(12, valueInfo('class', INT64));
  graph.message(12, valueInfo('probabilities', FLOAT, classes.length));
  const opset = new ProtobufWriter().string(1, '').integer(2, OPSET);
  const mlOpset = new ProtobufWriter().string(1, ML_DOMAIN.name).integer(2, ML_DOMAIN.version);
  const model = new ProtobufWriter().integer(1, IR_VERSION).string(2, 'vedette').message(7, graph);
  return model.message(8, opset).message(8, mlOpset).finish();
}

/** One TreeEnsembleClassifier of ai.onnx.ml 3 under the given names; missing values follow `nodes_missing_value_tracks_true`. */
export function treeNode(ensemble: TreeEnsemble, names: { values: string; class: string; probabilities: string }): ProtobufWriter {
  const { classes, base, firstNode, firstLeaf } = ensemble;
  const outputs = outputsOf(classes.length);
  const nodes: number[][] = [[], [], [], [], [], []];
  const [tree, id, feature, yes, no, missing] = nodes as [number[], number[], number[], number[], number[], number[]];
  const values: number[] = [];
  const modes: string[] = [];
  const leafTree: number[] = [];
  const leafNode: number[] = [];
  const leafClass: number[] = [];
  const weights: number[] = [];
  const trees = firstNode.length - 1;
  const emit = (t: number, node: number, column: number, value: number, mode: string, left: number, right: number, missingLeft: number) => {
    tree.push(t);
    id.push(node);
    feature.push(column);
    values.push(value);
    modes.push(mode);
    yes.push(left);
    no.push(right);
    missing.push(missingLeft);
  };
  const weigh = (t: number, node: number, k: number, value: number) => {
    leafTree.push(t);
    leafNode.push(node);
    leafClass.push(k);
    weights.push(value);
  };
  for (let t = 0; t < trees; t++) {
    const from = firstNode[t] as number;
    const inner = (firstNode[t + 1] as number) - from;
    const local = (child: number) => (child >= 0 ? child - from : inner + ~child - (firstLeaf[t] as number));
    for (let i = 0; i < inner; i++) {
      const node = from + i;
      const [left, right] = [local(ensemble.left[node] as number), local(ensemble.right[node] as number)];
      const column = ensemble.column[node] as number;
      emit(t, i, column, ensemble.threshold[node] as number, 'BRANCH_LEQ', left, right, ensemble.missingLeft[node] as number);
    }
    for (let leaf = firstLeaf[t] as number; leaf < (firstLeaf[t + 1] as number); leaf++) {
      const node = inner + leaf - (firstLeaf[t] as number);
      emit(t, node, 0, 0, 'LEAF', 0, 0, 0);
      weigh(t, node, (t % outputs) + (classes.length - outputs), ensemble.leaf[leaf] as number);
    }
  }
  // as a tree, not as base_values: runtimes treat two classes with weights for one, or with base values, as a special case
  emit(trees, 0, 0, 0, 'LEAF', 0, 0, 0);
  const single = classes.length === 1;
  for (let k = 0; k < classes.length; k++) weigh(trees, 0, k, single ? 1 : (base[k] as number));
  const node = new ProtobufWriter().string(1, names.values).string(2, names.class).string(2, names.probabilities).string(3, 'trees');
  node.string(4, 'TreeEnsembleClassifier');
  const integers = { nodes_treeids: tree, nodes_nodeids: id, nodes_featureids: feature, nodes_truenodeids: yes, nodes_falsenodeids: no };
  for (const [name, list] of Object.entries({ ...integers, nodes_missing_value_tracks_true: missing })) node.message(5, ints(name, list));
  node.message(5, floats('nodes_values', values)).message(5, texts('nodes_modes', modes));
  node.message(5, ints('class_treeids', leafTree)).message(5, ints('class_nodeids', leafNode)).message(5, ints('class_ids', leafClass));
  node.message(5, floats('class_weights', weights));
  const numbers = classes.map((_, k) => k);
  node.message(5, ints('classlabels_int64s', numbers));
  node.message(
    5,
    new ProtobufWriter()
      .string(1, 'post_transform')
      .string(4, single ? 'NONE' : 'SOFTMAX')
      .integer(20, 3),
  );
  return node.string(7, ML_DOMAIN.name);
}

function ints(name: string, values: readonly number[]): ProtobufWriter {
  const proto = new ProtobufWriter().string(1, name);
  for (const value of values) proto.integer(8, value);
  return proto.integer(20, 7);
}

function floats(name: string, values: readonly number[]): ProtobufWriter {
  const packed = Float32Array.from(values);
  return new ProtobufWriter().string(1, name).bytes(7, new Uint8Array(packed.buffer)).integer(20, 6);
}

function texts(name: string, values: readonly string[]): ProtobufWriter {
  const proto = new ProtobufWriter().string(1, name);
  for (const value of values) proto.string(9, value);
  return proto.integer(20, 8);
}

function valueInfo(name: string, element: number, width?: number): ProtobufWriter {
  const shape = new ProtobufWriter().message(1, new ProtobufWriter().string(2, 'rows'));
  if (width !== undefined) shape.message(1, new ProtobufWriter().integer(1, width));
  const type = new ProtobufWriter().integer(1, element).message(2, shape);
  return new ProtobufWriter().string(1, name).message(2, new ProtobufWriter().message(1, type));
}

/** Trees whose leaves are summed, as one TreeEnsembleRegressor of ai.onnx.ml 3: a value below a node's cut takes its first child. */
export class RegressorNodes {
  readonly #tree: number[] = [];
  readonly #id: number[] = [];
  readonly #feature: number[] = [];
  readonly #value: number[] = [];
  readonly #mode: string[] = [];
  readonly #yes: number[] = [];
  readonly #no: number[] = [];
  readonly #missing: number[] = [];
  readonly #leaf: { readonly tree: number; readonly id: number; readonly weight: number }[] = [];
  #trees = -1;
  #nodes = 0;

  /** The next tree; its root comes first. */
  begin(): void {
    this.#trees++;
    this.#nodes = 0;
  }

  /** Returns its number in the tree. */
  leaf(weight: number): number {
    const at = this.#emit(0, 0, 'LEAF', 0);
    this.#leaf.push({ tree: this.#trees, id: this.#id[at] as number, weight });
    return this.#id[at] as number;
  }

  /** `missingFirst`: whether absent values take the first child. */
  branch(column: number, cut: number, missingFirst: boolean, first: () => number, second: () => number): number {
    const at = this.#emit(column, cut, 'BRANCH_LT', missingFirst ? 1 : 0);
    this.#yes[at] = first();
    this.#no[at] = second();
    return this.#id[at] as number;
  }

  #emit(column: number, cut: number, mode: string, missing: number): number {
    this.#tree.push(this.#trees);
    this.#id.push(this.#nodes++);
    this.#feature.push(column);
    this.#value.push(cut);
    this.#mode.push(mode);
    this.#yes.push(0);
    this.#no.push(0);
    return this.#missing.push(missing) - 1;
  }

  write(input: string, output: string): ProtobufWriter {
    const node = new ProtobufWriter().string(1, input).string(2, output).string(3, `trees-${output}`).string(4, 'TreeEnsembleRegressor');
    const integers = {
      nodes_treeids: this.#tree,
      nodes_nodeids: this.#id,
      nodes_featureids: this.#feature,
      nodes_truenodeids: this.#yes,
      nodes_falsenodeids: this.#no,
      nodes_missing_value_tracks_true: this.#missing,
      target_treeids: this.#leaf.map(({ tree }) => tree),
      target_nodeids: this.#leaf.map(({ id }) => id),
      target_ids: this.#leaf.map(() => 0),
    };
    for (const [name, list] of Object.entries(integers)) node.message(5, ints(name, list));
    node.message(5, floats('nodes_values', this.#value)).message(5, texts('nodes_modes', this.#mode));
    node.message(
      5,
      floats(
        'target_weights',
        this.#leaf.map(({ weight }) => weight),
      ),
    );
    node.message(5, new ProtobufWriter().string(1, 'n_targets').integer(3, 1).integer(20, 2));
    return node.string(7, ML_DOMAIN.name);
  }
}
