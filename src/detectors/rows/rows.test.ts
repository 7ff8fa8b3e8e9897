import { describe, expect, it } from 'vitest';
import { type Detector, type RowBatch, seededRandom } from '../../core/index.ts';
import { DirectInference } from '../../ml/index.ts';
import { detectorContract } from '../../testing/detector-contract.ts';
import autoencoder from '../autoencoder/index.ts';
import flowClassifier from '../flow-classifier/index.ts';
import { type ClassifierModel, classifierOnnx, classProbabilities, recalibrated } from '../flow-classifier/model.ts';
import flowNovelty from '../flow-novelty/index.ts';
import halfSpaceTrees from '../half-space-trees/index.ts';
import isolationForest from '../isolation-forest/index.ts';
import nearestNeighbour from '../nearest-neighbour/index.ts';
import type { RowDetector } from './row-detector.ts';

const context = () => ({ name: 'test', log: { debug() {}, info() {}, warn() {}, error() {} }, now: () => 0, random: seededRandom(4) });

function rows(make: (row: number) => readonly number[], count: number, labels?: (row: number) => string): RowBatch {
  const values = Float32Array.from(Array.from({ length: count }, (_, row) => make(row)).flat());
  return {
    shape: 'rows',
    rows: count,
    columns: ['bytes', 'packets', 'duration', 'port'],
    values,
    keys: Array.from({ length: count }, (_, row) => `r${row}`),
    entities: Array.from({ length: count }, (_, row) => `host${row}`),
    start: Float64Array.from({ length: count }, (_, row) => row * 1e6),
    end: Float64Array.from({ length: count }, (_, row) => row * 1e6 + 1),
    ...(labels && { labels: Array.from({ length: count }, (_, row) => labels(row)) }),
  };
}

const random = seededRandom(9);
const usual = (): number[] => {
  const size = 10 + random() * 10;
  return [size * 100, size, 1 + random(), 443];
};
const table = Array.from({ length: 400 }, usual);
const normal = rows((row) => table[row] as number[], 400);
const strange = [90_000_000, 2, 4000, 22];
const mixed = rows((row) => (row === 12 ? strange : (table[row] as number[])), 13);
const subject = (create: () => Detector) => ({ create: create as () => Detector<RowBatch>, normal, mixed, abnormalRow: 12, quietRow: 1 });

detectorContract(
  'isolation-forest',
  subject(() => isolationForest.create(isolationForest.config.parse({ trees: 30, sample: 64 }), context()) as unknown as Detector),
);
detectorContract(
  'half-space-trees',
  subject(() => halfSpaceTrees.create(halfSpaceTrees.config.parse({ trees: 10, depth: 5 }), context()) as unknown as Detector),
);
detectorContract(
  'nearest-neighbour',
  subject(() => nearestNeighbour.create(nearestNeighbour.config.parse({}), context()) as unknown as Detector),
);
detectorContract(
  'autoencoder',
  subject(() => autoencoder.create(autoencoder.config.parse({ epochs: 10, code: 2, hidden: 8 }), context()) as unknown as Detector),
);
detectorContract(
  'flow-novelty',
  subject(() => flowNovelty.create(flowNovelty.config.parse({ epochs: 10, rounds: 10 }), context()) as unknown as Detector),
);

describe('flow-classifier', () => {
  const learning = rows(
    (row) => (row % 3 === 0 ? [strange[0] as number, 2, 4000 - row, 22] : (table[row] as number[])),
    400,
    (row) => (row % 3 === 0 ? 'DoS' : 'BENIGN'),
  );
  for (const algorithm of ['gradient-boosting', 'logistic', 'ensemble'] as const) {
    const create = () => flowClassifier.create(flowClassifier.config.parse({ algorithm, rounds: 30 }), context());
    detectorContract(`flow-classifier ${algorithm}`, {
      create: create as unknown as () => Detector<RowBatch>,
      normal: learning,
      mixed,
      abnormalRow: 12,
      quietRow: 1,
    });

    it(`names the class with its probability: ${algorithm}`, async () => {
      const detector = create();
      const { calibration } = await detector.fit(learning);
      const { classes, probabilities } = await detector.score(mixed);
      expect(classes).toEqual(['BENIGN', 'DoS']);
      expect(probabilities?.[12 * 2 + 1]).toBeGreaterThan(0.9);
      expect(probabilities?.[1 * 2]).toBeGreaterThan(0.9);
      // held-back benign rows alone
      expect(calibration.length).toBe(learning.labels?.filter((label, row) => row % 5 === 4 && label === 'BENIGN').length);
    });
  }

  it('scores the same through the ONNX runtime, absent values included: every algorithm, recalibrated too', async () => {
    const three = {
      ...learning,
      labels: (learning.labels as readonly string[]).map((label, row) => (label === 'DoS' && row % 2 === 0 ? 'Scan' : label)),
      values: learning.values.map((value, i) => (i % 37 === 0 ? Number.NaN : value)),
    };
    for (const batch of [learning, three]) {
      for (const algorithm of ['gradient-boosting', 'logistic', 'ensemble'] as const) {
        const detector = flowClassifier.create(flowClassifier.config.parse({ algorithm, rounds: 8, epochs: 3 }), context());
        await detector.fit(batch as never);
        const { model } = detector as unknown as RowDetector<ClassifierModel>;
        const numbers = Int32Array.from(batch.labels as readonly string[], (label) => model.classes.indexOf(label));
        for (const one of [model, await recalibrated(model, batch.values, numbers)]) {
          const mine = await classProbabilities(one, batch.values, batch.rows);
          const session = await DirectInference.open(classifierOnnx(one));
          const output = await session.run({ values: { data: batch.values.slice(), shape: [batch.rows, 4] } });
          const theirs = output.probabilities?.data as Float32Array;
          expect(theirs.length).toBe(mine.length);
          const furthest = mine.reduce((most, p, i) => Math.max(most, Math.abs(p - (theirs[i] as number))), 0);
          expect(furthest).toBeLessThan(1e-4);
          await session.close();
        }
      }
    }
  });

  it('refuses rows without labels or with one class', async () => {
    const create = () => flowClassifier.create(flowClassifier.config.parse({}), context());
    await expect(create().fit(normal)).rejects.toMatchObject({ code: 'DATA_INSUFFICIENT' });
    await expect(create().fit({ ...normal, labels: normal.keys.map(() => 'BENIGN') })).rejects.toThrow('another class');
  });
});
