import { ProtobufWriter } from './protobuf.ts';
import { DYNAMIC, ELEMENT_CODE, type ElementType, type Shape, sameShape, type Tensor } from './tensor.ts';

const OPSET = 18;
const IR_VERSION = 8;

/** A node attribute: integer, text, integers, or `{ float }`. */
export type Attribute = number | string | readonly number[] | { readonly float: number };
export type Attributes = Readonly<Record<string, Attribute>>;

/** Gradients of the inputs from those of the outputs; undefined where none flows. */
export type Backward = (outputGradients: readonly (Tensor | undefined)[]) => readonly (Tensor | undefined)[];

interface Step {
  readonly outputs: readonly Tensor[];
  readonly inputs: readonly Tensor[];
  readonly backward: Backward;
}

/**
 * An ONNX graph under construction, with the tape that reverse-mode differentiation walks back. Nodes are emitted in
 * execution order; `serialise` gives the ModelProto. Format: onnx.proto of ONNX 1.13 (opset 18).
 */
export class Graph {
  private readonly nodes: ProtobufWriter[] = [];
  private readonly initialisers: ProtobufWriter[] = [];
  private readonly inputs: Tensor[] = [];
  private readonly outputs: Tensor[] = [];
  private readonly tape: Step[] = [];
  private readonly constants = new Map<string, Tensor>();
  private readonly domains = new Map<string, number>();
  private count = 0;

  /** A value fed at each run. `differentiable` inputs can be asked for their gradient. */
  input(name: string, shape: Shape, type: ElementType = 'float32', differentiable = false): Tensor {
    const tensor = { graph: this, name, shape, type, differentiable };
    this.inputs.push(tensor);
    return tensor;
  }

  /** Names a tensor as a result of the graph. */
  output(tensor: Tensor, name: string): void {
    const [renamed] = this.nodeNamed('Identity', [tensor], [tensor], {}, [name]);
    this.outputs.push(renamed as Tensor);
  }

  /** A weight or constant stored in the model. Small equal constants are stored once. */
  constant(values: Float32Array | Int32Array | BigInt64Array, shape: Shape, name?: string): Tensor {
    const type = values instanceof Float32Array ? 'float32' : values instanceof Int32Array ? 'int32' : 'int64';
    const key = name === undefined && values.length <= 64 ? `${type}(${shape})${values.join()}` : undefined;
    const known = key === undefined ? undefined : this.constants.get(key);
    if (known !== undefined) return known;
    const tensor = { graph: this, name: name ?? `c${this.count++}`, shape, type, differentiable: false } as const;
    const proto = new ProtobufWriter();
    for (const length of shape) proto.integer(1, length);
    proto.integer(2, ELEMENT_CODE[type]).string(8, tensor.name);
    proto.bytes(9, new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
    this.initialisers.push(proto);
    if (key !== undefined) this.constants.set(key, tensor);
    return tensor;
  }

  scalar(value: number): Tensor {
    return this.constant(Float32Array.of(value), []);
  }

  /** Axes, sizes, shapes: a one-dimensional int64 constant. */
  integers(values: readonly number[]): Tensor {
    return this.constant(BigInt64Array.from(values, BigInt), [values.length]);
  }

  /** Emits a node. Its outputs carry a gradient when an input does, but only `record` says how. */
  node(
    operator: string,
    inputs: readonly Tensor[],
    outputs: readonly { shape: Shape; type?: ElementType }[],
    attributes: Attributes = {},
  ): readonly Tensor[] {
    return this.nodeNamed(operator, inputs, outputs, attributes, []);
  }

  /** Emits a node of another operator set, written by the caller, whose outputs bear the names of the tensors returned. */
  foreign(
    domain: { readonly name: string; readonly version: number },
    outputs: readonly { shape: Shape; type?: ElementType }[],
    write: (outputs: readonly string[]) => ProtobufWriter,
  ): readonly Tensor[] {
    const results = outputs.map(({ shape, type = 'float32' }) => ({
      graph: this,
      name: `t${this.count++}`,
      shape,
      type,
      differentiable: false,
    }));
    this.domains.set(domain.name, domain.version);
    this.nodes.push(write(results.map(({ name }) => name)));
    return results;
  }

  private nodeNamed(
    operator: string,
    inputs: readonly Tensor[],
    outputs: readonly { shape: Shape; type?: ElementType }[],
    attributes: Attributes,
    names: readonly string[],
  ): readonly Tensor[] {
    const differentiable = inputs.some((input) => input.differentiable);
    const results = outputs.map(({ shape, type = 'float32' }, position) => ({
      graph: this,
      name: names[position] ?? `t${this.count++}`,
      shape,
      type,
      differentiable,
    }));
    const proto = new ProtobufWriter();
    for (const input of inputs) proto.string(1, input.name);
    for (const result of results) proto.string(2, result.name);
    proto.string(3, `n${this.nodes.length}`).string(4, operator);
    for (const [name, value] of Object.entries(attributes)) proto.message(5, attributeProto(name, value));
    this.nodes.push(proto);
    return results;
  }

  /** Puts an operation on the tape. */
  record(outputs: readonly Tensor[], inputs: readonly Tensor[], backward: Backward): void {
    if (outputs.some((output) => output.differentiable)) this.tape.push({ outputs, inputs, backward });
  }

  /**
   * Emits the backward pass of a scalar and returns d loss / d target for each target, in order. Throws RangeError when
   * the loss does not depend on a target: such a parameter would silently never learn.
   */
  gradients(loss: Tensor, targets: readonly Tensor[]): readonly Tensor[] {
    if (loss.shape.length !== 0) throw new RangeError(`a loss is a scalar, not of shape (${loss.shape})`);
    const flowing = new Map<Tensor, Tensor>([[loss, this.scalar(1)]]);
    const steps = this.tape.toReversed();
    for (const step of steps) {
      const outputGradients = step.outputs.map((output) => flowing.get(output));
      if (outputGradients.every((gradient) => gradient === undefined)) continue;
      const inputGradients = step.backward(outputGradients);
      for (const [position, input] of step.inputs.entries()) {
        const gradient = inputGradients[position];
        if (gradient === undefined || !input.differentiable) continue;
        if (!sameShape(gradient.shape, input.shape)) throw new RangeError(`gradient (${gradient.shape}) of a tensor (${input.shape})`);
        const already = flowing.get(input);
        flowing.set(input, already === undefined ? gradient : (this.node('Add', [already, gradient], [input])[0] as Tensor));
      }
    }
    return targets.map((target) => {
      const gradient = flowing.get(target);
      if (gradient === undefined) throw new RangeError(`the loss does not depend on ${target.name}`);
      return gradient;
    });
  }

  /** The model as bytes of a ModelProto, readable by any ONNX runtime. The same calls give the same bytes. */
  serialise(): Uint8Array {
    const graph = new ProtobufWriter();
    for (const node of this.nodes) graph.message(1, node);
    graph.string(2, 'vedette');
    for (const initialiser of this.initialisers) graph.message(5, initialiser);
    for (const input of this.inputs) graph.message(11, valueInfoProto(input));
    for (const output of this.outputs) graph.message(12, valueInfoProto(output));
    const model = new ProtobufWriter().integer(1, IR_VERSION).string(2, 'vedette').message(7, graph);
    for (const [domain, version] of [['', OPSET] as const, ...this.domains]) {
      model.message(8, new ProtobufWriter().string(1, domain).integer(2, version));
    }
    return model.finish();
  }
}

function attributeProto(name: string, value: Attribute): ProtobufWriter {
  const proto = new ProtobufWriter().string(1, name);
  if (typeof value === 'number') return proto.integer(3, value).integer(20, 2);
  if (typeof value === 'string') return proto.string(4, value).integer(20, 3);
  if ('float' in value) return proto.float(2, value.float).integer(20, 1);
  for (const item of value) proto.integer(8, item);
  return proto.integer(20, 7);
}

function valueInfoProto(tensor: Tensor): ProtobufWriter {
  const shape = new ProtobufWriter();
  for (const length of tensor.shape) {
    const dimension = new ProtobufWriter();
    shape.message(1, length === DYNAMIC ? dimension.string(2, 'batch') : dimension.integer(1, length));
  }
  const type = new ProtobufWriter().integer(1, ELEMENT_CODE[tensor.type]).message(2, shape);
  return new ProtobufWriter().string(1, tensor.name).message(2, new ProtobufWriter().message(1, type));
}
