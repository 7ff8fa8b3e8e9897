import type { ParameterSlot } from '../network/parameters.ts';
import type { Graph } from '../onnx/graph.ts';
import { lengthOf, type Tensor } from '../onnx/tensor.ts';
import { emit } from '../ops/emit.ts';

/*
 * The recurrent layers of `recurrent.ts` as the ONNX operators GRU and LSTM: one node instead of some ten per step, without
 * a gradient. The operators know padding at the end only; left-padded rows are given reversed in time and walked in reverse,
 * which visits the real steps in their order and leaves the padding out.
 */

/** Order of the gates in the operators' weights. */
const GATES = { gru: ['update', 'reset', 'candidate'], lstm: ['input', 'output', 'forget', 'cell'] } as const;

/** A sequence as the operators take it. */
export interface TimeMajor {
  /** (steps, rows, columns); reversed in time when padded. */
  readonly sequence: Tensor;
  /** int32 (rows), real steps; undefined when all are. */
  readonly lengths: Tensor | undefined;
}

/** All states (steps, rows, units), in the order of the input, and the last one (rows, units). */
export interface RecurrentStates {
  readonly all: Tensor;
  readonly last: Tensor;
}

/** The weights come from theta by the layer's slots. */
export function fusedRecurrent(
  kind: 'gru' | 'lstm',
  input: TimeMajor,
  prefix: string,
  theta: Float32Array,
  layout: readonly ParameterSlot[],
): RecurrentStates {
  const { sequence, lengths } = input;
  const { graph } = sequence;
  const [steps, rows, columns] = sequence.shape as readonly [number, number, number];
  const slots = new Map(
    layout.filter(({ name }) => name.startsWith(`${prefix}.`)).map((slot) => [slot.name.slice(prefix.length + 1), slot]),
  );
  const weights = (name: string): Float32Array => {
    const slot = slots.get(name);
    return slot === undefined ? new Float32Array(units) : theta.subarray(slot.offset, slot.offset + slot.size);
  };
  const units = slots.get(`${GATES[kind][0]}.bias`)?.size ?? 0;
  const gates = GATES[kind];
  const stacked = (part: string, width: number) => joined(gates.map((gate) => transposed(weights(`${gate}.${part}`), width, units)));
  const biases = joined([...gates.map((gate) => weights(`${gate}.bias`)), ...gates.map((gate) => weights(`${gate}.recurrent_bias`))]);
  const inputs = [
    sequence,
    graph.constant(stacked('weight', columns), [1, gates.length * units, columns], `${prefix}.W`),
    graph.constant(stacked('recurrent', units), [1, gates.length * units, units], `${prefix}.R`),
    graph.constant(biases, [1, 2 * gates.length * units], `${prefix}.B`),
    ...(lengths === undefined ? [] : [lengths]),
  ];
  const direction = lengths === undefined ? 'forward' : 'reverse';
  const attributes = { hidden_size: units, direction, ...(kind === 'gru' ? { linear_before_reset: 1 } : {}) };
  const shapes = [{ shape: [steps, 1, rows, units] }, { shape: [1, rows, units] }];
  const [all, last] = graph.node(kind === 'gru' ? 'GRU' : 'LSTM', inputs, shapes, attributes) as readonly [Tensor, Tensor];
  return { all: squeeze(graph, all, 1), last: squeeze(graph, last, 0) };
}

/** (rows, steps, columns) -> what the operators take. */
export function toTimeMajor(x: Tensor, lengths: Tensor | undefined): TimeMajor {
  const { graph } = x;
  const shape = [lengthOf(x.shape, 1), lengthOf(x.shape, 0), lengthOf(x.shape, 2)];
  const sequence = emit('Transpose', [x], shape, { perm: [1, 0, 2] });
  if (lengths === undefined) return { sequence, lengths };
  const [start, end, axis, stride] = [-1, -(lengthOf(shape, 0) + 1), 0, -1].map((value) => graph.integers([value]));
  return { sequence: emit('Slice', [sequence, start as Tensor, end as Tensor, axis as Tensor, stride as Tensor], shape), lengths };
}

function squeeze(graph: Graph, x: Tensor, axis: number): Tensor {
  return emit(
    'Squeeze',
    [x, graph.integers([axis])],
    x.shape.filter((_, position) => position !== axis),
  );
}

/** (rows, columns) -> (columns, rows) */
function transposed(matrix: Float32Array, rows: number, columns: number): Float32Array {
  return Float32Array.from(matrix, (_, i) => matrix[(i % rows) * columns + Math.floor(i / rows)] as number);
}

function joined(parts: readonly Float32Array[]): Float32Array {
  return Float32Array.from(parts.flatMap((part) => [...part]));
}
