import type { TensorValues } from '../infer/runtime.ts';
import type { NetworkSpec } from '../network/spec.ts';
import { targetShape } from '../network/training-step.ts';
import { sizeOf } from '../onnx/tensor.ts';
import type { TrainingData } from './data.ts';

type Numbers = Int32Array | Float32Array;

/** Gathers rows of the data into the fixed-size arrays of a training step; missing rows of the last batch weigh 0. */
export class BatchAssembler {
  readonly inputs: TensorValues;
  private readonly columns: readonly { readonly from: Numbers; readonly to: Numbers; readonly perRow: number }[];
  private readonly weights: Float32Array;
  private readonly data: TrainingData;

  constructor(spec: NetworkSpec, data: TrainingData, batchSize: number) {
    this.data = data;
    const { input } = spec;
    const xShape = input.kind === 'codes' ? [input.steps] : [input.steps, input.columns];
    const x = arrayLike(data.inputs, batchSize * sizeOf(xShape));
    const targets = arrayLike(data.targets, batchSize * sizeOf(targetShape(spec, 1)));
    this.weights = new Float32Array(batchSize);
    const columns = [
      { from: data.inputs, to: x, perRow: sizeOf(xShape) },
      { from: data.targets, to: targets, perRow: targets.length / batchSize },
    ];
    const inputs: Record<string, TensorValues[string]> = {
      x: { data: x, shape: [batchSize, ...xShape] },
      targets: { data: targets, shape: targetShape(spec, batchSize) },
      weights: { data: this.weights, shape: [batchSize] },
    };
    if (data.lengths !== undefined) {
      const lengths = new Int32Array(batchSize);
      columns.push({ from: data.lengths, to: lengths, perRow: 1 });
      inputs.lengths = { data: lengths, shape: [batchSize] };
    }
    this.columns = columns;
    this.inputs = inputs;
  }

  /** Fills `inputs` with the rows order[from..to) and returns the weight of their mean loss: of rows times targets that count. */
  fill(order: Int32Array, from: number, to: number): number {
    for (const { from: source, to: target, perRow } of this.columns) {
      for (let i = from; i < to; i++) {
        const row = order[i] as number;
        const start = row * perRow;
        const place = (i - from) * perRow;
        for (let k = 0; k < perRow; k++) target[place + k] = source[start + k] as number;
      }
    }
    this.weights.fill(0);
    let total = 0;
    for (let i = from; i < to; i++) {
      const row = order[i] as number;
      const weight = this.data.weights?.[row] ?? 1;
      this.weights[i - from] = weight;
      total += weight * this.countedTargets(row);
    }
    return total;
  }

  private countedTargets(row: number): number {
    const { targets } = this.data;
    if (!(targets instanceof Int32Array)) return 1;
    const perRow = targets.length / this.data.rows;
    let counted = 0;
    for (let k = row * perRow; k < (row + 1) * perRow; k++) if ((targets[k] as number) >= 0) counted++;
    return counted;
  }
}

function arrayLike(array: Numbers, length: number): Numbers {
  return array instanceof Int32Array ? new Int32Array(length) : new Float32Array(length);
}
