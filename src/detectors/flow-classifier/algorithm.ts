import { VedetteError } from '../../core/index.ts';
import { networkSchema, packEnsemble, unpackEnsemble } from '../../ml/index.ts';
import type { RowAlgorithm } from '../rows/row-detector.ts';
import type { FlowClassifierConfig } from './config.ts';
import { type ClassifierModel, classifierOnnx, classProbabilities, fitClassifier } from './model.ts';

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
      const rows = { rows: batch.rows, columns: batch.columns.length, values: batch.values, labels: numbers, classes };
      return { classes, benign, ...(await fitClassifier(rows, options, seed, progress)) };
    },
    async score(model, batch) {
      const { classes, benign } = model;
      const probabilities = await classProbabilities(model, batch.values, batch.rows);
      const K = classes.length;
      const score = Float64Array.from({ length: batch.rows }, (_, row) => {
        const own = Math.min(1, Math.max(0, probabilities[row * K + benign] as number));
        return Math.log(Math.max(1 - own, 1e-15) / Math.max(own, 1e-15)) - Math.log(1e-15);
      });
      return { score, classes, probabilities };
    },
    onnx: classifierOnnx,
    pack({ classes, benign, trees, logistic, pooling }) {
      return {
        header: {
          classes,
          benign,
          ...(logistic && { spec: logistic.network.spec }),
          members: members(trees, logistic),
          pooled: pooling !== undefined,
        },
        arrays: {
          ...(trees && { trees: packEnsemble(trees) }),
          ...(logistic && { theta: logistic.network.theta, mean: logistic.scaler.mean, inverse: logistic.scaler.inverse }),
          ...(pooling && { poolingWeights: pooling.weights, poolingBias: pooling.bias }),
        },
      };
    },
    unpack(header, packed) {
      const has = (member: string) => (header.members as unknown[]).includes(member);
      return {
        classes: (header.classes as unknown[]).map(String),
        benign: Number(header.benign),
        ...(has('trees') && { trees: unpackEnsemble(packed.uint8('trees')) }),
        ...(has('logistic') && {
          logistic: {
            network: { spec: networkSchema.parse(header.spec), theta: packed.float32('theta') },
            scaler: { mean: packed.float64('mean'), inverse: packed.float64('inverse') },
          },
        }),
        ...(header.pooled === true && { pooling: { weights: packed.float64('poolingWeights'), bias: packed.float64('poolingBias') } }),
      };
    },
  };
}

function members(trees: unknown, logistic: unknown): string[] {
  return [...(trees === undefined ? [] : ['trees']), ...(logistic === undefined ? [] : ['logistic'])];
}

function isBenign(label: string, { benign }: FlowClassifierConfig): boolean {
  return benign === undefined ? BENIGN.test(label.trim()) : label === benign;
}
