import { VedetteError } from '../../core/index.ts';
import {
  boostTrees,
  fitScaler,
  inferenceModel,
  type Logistic,
  logisticProbabilities,
  networkSchema,
  packEnsemble,
  type Scaler,
  scaleRows,
  type TreeEnsemble,
  trainLogistic,
  treeProbabilities,
  treesToOnnx,
  unpackEnsemble,
} from '../../ml/index.ts';
import type { RowAlgorithm } from '../rows/row-detector.ts';
import type { FlowClassifierConfig } from './config.ts';

export interface ClassifierModel {
  readonly classes: readonly string[];
  /** Number of the harmless class. */
  readonly benign: number;
  readonly trees?: TreeEnsemble;
  readonly logistic?: { readonly scaler: Scaler; readonly network: Logistic };
}

const BENIGN = /^(normal|benign|negative|0|false|none|-)$/i;

/** Learns the classes of `batch.labels`; the score is ln of the odds against benign, moved above 0. */
export function flowClassifier(options: FlowClassifierConfig): RowAlgorithm<ClassifierModel> {
  return {
    name: 'flow-classifier',
    meaning: 'its columns are those of a known attack rather than of benign flows',
    held: (batch, row) => batch.labels === undefined || isBenign(batch.labels[row] as string, options),
    async fit(batch, seed, progress) {
      const { labels } = batch;
      if (labels === undefined) {
        throw new VedetteError('DATA_INSUFFICIENT', 'a classifier learns from labelled rows, these have no label', {
          hint: 'name the column with --label',
        });
      }
      const classes = [...new Set(labels)].sort();
      const benign = classes.findIndex((name) => isBenign(name, options));
      if (classes.length < 2 || benign < 0) {
        throw new VedetteError(
          'DATA_INSUFFICIENT',
          `a classifier needs benign rows and another class, got ${classes.slice(0, 20).join(', ')}`,
          {
            hint: 'give data with both, or name the harmless class with --option benign=NAME',
          },
        );
      }
      const code = new Map(classes.map((name, k) => [name, k]));
      const numbers = Int32Array.from(labels, (label) => code.get(label) as number);
      const columns = batch.columns.length;
      if (options.algorithm === 'logistic') {
        const scaler = fitScaler(batch.values, batch.rows, columns);
        const scaled = scaleRows(scaler, batch.values);
        const network = await trainLogistic(scaled, columns, numbers, classes.length, { epochs: options.epochs, seed });
        return { classes, benign, logistic: { scaler, network } };
      }
      const { rounds, leaves, learningRate, minLeafRows, l2, classWeights, patience } = options;
      const boosting = { rounds, leaves, learningRate, minLeafRows, l2, classWeights, seed, ...(patience !== undefined && { patience }) };
      const rows = { rows: batch.rows, columns, values: batch.values, labels: numbers, classes };
      return { classes, benign, trees: boostTrees(rows, boosting, progress).ensemble };
    },
    async score(model, batch) {
      const { classes, benign } = model;
      const probabilities = await probabilitiesOf(model, batch.values, batch.rows);
      const K = classes.length;
      const score = Float64Array.from({ length: batch.rows }, (_, row) => {
        const own = Math.min(1, Math.max(0, probabilities[row * K + benign] as number));
        return Math.log(Math.max(1 - own, 1e-15) / Math.max(own, 1e-15)) - Math.log(1e-15);
      });
      return { score, classes, probabilities };
    },
    pack({ classes, benign, trees, logistic }) {
      if (trees !== undefined)
        return { header: { classes, benign, algorithm: 'gradient-boosting' }, arrays: { trees: packEnsemble(trees) } };
      const { scaler, network } = logistic as NonNullable<ClassifierModel['logistic']>;
      return {
        header: { classes, benign, algorithm: 'logistic', spec: network.spec },
        arrays: { theta: network.theta, mean: scaler.mean, inverse: scaler.inverse },
      };
    },
    unpack(header, packed) {
      const classes = (header.classes as unknown[]).map(String);
      const benign = Number(header.benign);
      if (header.algorithm === 'gradient-boosting') return { classes, benign, trees: unpackEnsemble(packed.uint8('trees')) };
      const network = { spec: networkSchema.parse(header.spec), theta: packed.float32('theta') };
      return { classes, benign, logistic: { network, scaler: { mean: packed.float64('mean'), inverse: packed.float64('inverse') } } };
    },
  };
}

function isBenign(label: string, { benign }: FlowClassifierConfig): boolean {
  return benign === undefined ? BENIGN.test(label.trim()) : label === benign;
}

async function probabilitiesOf({ classes, trees, logistic }: ClassifierModel, values: Float32Array, rows: number): Promise<Float64Array> {
  if (trees !== undefined) return treeProbabilities(trees, values, rows);
  const { scaler, network } = logistic as NonNullable<ClassifierModel['logistic']>;
  return logisticProbabilities(network, scaleRows(scaler, values), classes.length);
}

/** The classifier as an ONNX file; that of a logistic regression takes scaled rows. */
export function classifierOnnx({ trees, logistic }: ClassifierModel): Uint8Array {
  if (trees !== undefined) return treesToOnnx(trees);
  const { network } = logistic as NonNullable<ClassifierModel['logistic']>;
  return inferenceModel(network.spec, network.theta);
}
