import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Random, seededRandom } from '../../core/index.ts';
import type { TrainingData } from '../train/data.ts';
import { trainHere } from '../train/trainer.ts';
import { type NetworkSpec, network } from './spec.ts';

/** Made by test/reference/torch_training.py with PyTorch's own layers, losses, clipping and Adam. */
const REFERENCE = JSON.parse(readFileSync(join(import.meta.dirname, '../fixtures/torch-training.json'), 'utf8')) as Record<
  string,
  number[]
>;

const ROWS = 16;

interface Case {
  readonly spec: NetworkSpec;
  readonly data: (random: Random) => Omit<TrainingData, 'rows'>;
  readonly clipNorm?: number;
}

const floats = (random: Random, length: number) => Float32Array.from({ length }, () => random() * 2 - 1);
const codes = (random: Random, limit: number, length: number) => Int32Array.from({ length }, () => Math.floor(random() * limit));

function recurrent(kind: 'gru' | 'lstm'): Case {
  return {
    spec: network({
      input: { kind: 'values', steps: 5, columns: 2 },
      layers: [{ kind, units: 6 }, { kind, units: 6 }, { kind: 'last' }, { kind: 'dense', units: 4 }],
      loss: 'softmax-cross-entropy',
    }),
    data: (random) => ({ inputs: floats(random, ROWS * 10), targets: codes(random, 4, ROWS) }),
    clipNorm: 0.1,
  };
}

function embedded(kind: 'gru' | 'lstm'): Case {
  return {
    spec: network({
      input: { kind: 'codes', steps: 5, vocabulary: 7, padded: true },
      layers: [{ kind: 'embedding', units: 5 }, { kind, units: 6 }, { kind: 'last' }, { kind: 'dense', units: 7 }],
      loss: 'softmax-cross-entropy',
    }),
    data: (random) => {
      const inputs = new Int32Array(ROWS * 5).fill(-1);
      for (let row = 0; row < ROWS; row++) {
        const length = 1 + Math.floor(random() * 5);
        inputs.set(codes(random, 7, length), (row + 1) * 5 - length);
      }
      return { inputs, targets: codes(random, 7, ROWS) };
    },
  };
}

function bidirectional(cell: 'gru' | 'lstm'): Case {
  return {
    spec: network({
      input: { kind: 'values', steps: 5, columns: 2 },
      layers: [{ kind: 'bidirectional', cell, units: 3 }, { kind: 'flatten' }, { kind: 'dense', units: 2 }],
      loss: 'mean-squared-error',
    }),
    data: (random) => ({ inputs: floats(random, ROWS * 10), targets: floats(random, ROWS * 2) }),
  };
}

const CASES: Record<string, Case> = {
  dense: {
    spec: network({
      input: { kind: 'values', steps: 1, columns: 4 },
      layers: [
        { kind: 'dense', units: 8, activation: 'relu' },
        { kind: 'dense', units: 3 },
      ],
      loss: 'mean-squared-error',
    }),
    data: (random) => ({ inputs: floats(random, ROWS * 4), targets: floats(random, ROWS * 3) }),
  },
  gru: recurrent('gru'),
  lstm: recurrent('lstm'),
  'embedding-gru': embedded('gru'),
  'embedding-lstm': embedded('lstm'),
  conv1d: {
    spec: network({
      input: { kind: 'values', steps: 6, columns: 2 },
      layers: [{ kind: 'conv1d', units: 4, width: 3, activation: 'relu' }, { kind: 'flatten' }, { kind: 'dense', units: 2 }],
      loss: 'mean-squared-error',
    }),
    data: (random) => ({ inputs: floats(random, ROWS * 12), targets: floats(random, ROWS * 2) }),
  },
  'bidirectional-gru': bidirectional('gru'),
  'bidirectional-lstm': bidirectional('lstm'),
  'attention-lstm': {
    spec: network({
      input: { kind: 'values', steps: 5, columns: 2 },
      layers: [
        { kind: 'lstm', units: 4 },
        { kind: 'attention', units: 3 },
        { kind: 'dense', units: 2 },
      ],
      loss: 'huber',
    }),
    data: (random) => ({ inputs: floats(random, ROWS * 10), targets: floats(random, ROWS * 2) }),
  },
  'seq2seq-lstm': {
    spec: network({
      input: { kind: 'values', steps: 5, columns: 2 },
      layers: [
        { kind: 'lstm', units: 4 },
        { kind: 'last' },
        { kind: 'repeat', steps: 3 },
        { kind: 'lstm', units: 5 },
        { kind: 'dense', units: 2 },
      ],
      loss: 'huber',
    }),
    data: (random) => ({ inputs: floats(random, ROWS * 10), targets: floats(random, ROWS * 6) }),
  },
  tcn: {
    spec: network({
      input: { kind: 'values', steps: 6, columns: 2 },
      layers: [
        { kind: 'causal-conv1d', units: 4, width: 2 },
        { kind: 'causal-conv1d', units: 4, width: 2, dilation: 2, residual: true },
        { kind: 'last' },
        { kind: 'dense', units: 2 },
      ],
      loss: 'mean-squared-error',
    }),
    data: (random) => ({ inputs: floats(random, ROWS * 12), targets: floats(random, ROWS * 2) }),
  },
  'autoencoder-mlp': {
    spec: network({
      input: { kind: 'values', steps: 1, columns: 6 },
      layers: [
        { kind: 'flatten' },
        ...[8, 4, 2, 4, 8].map((units) => ({ kind: 'dense', units, activation: 'relu' }) as const),
        { kind: 'dense', units: 3 },
      ],
      loss: 'huber',
    }),
    data: (random) => ({ inputs: floats(random, ROWS * 6), targets: floats(random, ROWS * 3) }),
    clipNorm: 1,
  },
};

describe(`50 Adam steps give the losses of ${REFERENCE.source} to 1e-5`, () => {
  it.each(Object.entries(CASES))('%s', async (name, { spec, data, clipNorm = Number.POSITIVE_INFINITY }) => {
    const options = { epochs: 50, batchSize: ROWS, learningRate: 0.02, seed: 1, shuffle: false, clipNorm };
    const { losses } = await trainHere(spec, { rows: ROWS, ...data(seededRandom(2)) }, options);
    const wanted = REFERENCE[name] as number[];
    const worst = Math.max(...losses.map(({ training }, step) => Math.abs(training - (wanted[step] as number))));
    expect(losses.length).toBe(50);
    expect(wanted.length).toBe(50);
    expect(wanted[49]).toBeLessThan((wanted[0] as number) * 0.95);
    expect(worst).toBeLessThan(1e-5);
  });
});
