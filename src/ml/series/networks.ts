import { type NetworkSpec, network } from '../network/spec.ts';

export const NETWORK_ALGORITHMS = [
  'mlp',
  'cnn',
  'lstm',
  'gru',
  'stacked-lstm',
  'stacked-gru',
  'bidirectional-lstm',
  'seq2seq-lstm',
  'attention-lstm',
  'tcn',
  'autoencoder-mlp',
] as const;
export type NetworkAlgorithm = (typeof NETWORK_ALGORITHMS)[number];

export interface NetworkShape {
  readonly window: number;
  /** Channels and calendar. */
  readonly columns: number;
  readonly steps: number;
  readonly channels: number;
}

/** The architectures of DEEP MODS, with a linear output for every step ahead and channel at once. */
export function networkOf(algorithm: NetworkAlgorithm, { window, columns, steps, channels }: NetworkShape): NetworkSpec {
  const input = { kind: 'values', steps: window, columns } as const;
  const output = { kind: 'dense', units: steps * channels } as const;
  const make = (layers: Parameters<typeof network>[0]['layers']) => network({ input, layers, loss: 'huber' });
  const hidden = (units: number) => ({ kind: 'dense', units, activation: 'relu' }) as const;
  switch (algorithm) {
    case 'mlp':
      return make([{ kind: 'flatten' }, hidden(64), hidden(64), output]);
    case 'autoencoder-mlp':
      return make([{ kind: 'flatten' }, ...[128, 64, 32, 16, 32, 64, 128].map(hidden), output]);
    case 'cnn':
      return make([
        { kind: 'conv1d', units: 32, width: 5, activation: 'relu' },
        { kind: 'conv1d', units: 16, width: 3, activation: 'relu' },
        { kind: 'flatten' },
        hidden(64),
        output,
      ]);
    case 'lstm':
    case 'gru':
      return make([{ kind: algorithm, units: 32 }, { kind: 'last' }, hidden(64), output]);
    case 'stacked-lstm':
      return make([{ kind: 'lstm', units: 32 }, { kind: 'lstm', units: 32 }, { kind: 'last' }, hidden(64), output]);
    case 'stacked-gru':
      return make([{ kind: 'gru', units: 32 }, { kind: 'gru', units: 32 }, { kind: 'last' }, hidden(64), output]);
    case 'bidirectional-lstm':
      return make([{ kind: 'bidirectional', cell: 'lstm', units: 16 }, { kind: 'flatten' }, hidden(32), output]);
    case 'seq2seq-lstm':
      return make([
        { kind: 'lstm', units: 32 },
        { kind: 'last' },
        { kind: 'repeat', steps },
        { kind: 'lstm', units: 32 },
        { kind: 'dense', units: channels },
      ]);
    case 'attention-lstm':
      return make([{ kind: 'bidirectional', cell: 'lstm', units: 16 }, { kind: 'attention', units: 16 }, hidden(64), output]);
    case 'tcn': {
      const block = (dilation: number) => ({ kind: 'causal-conv1d', units: 24, width: 2, dilation, residual: true }) as const;
      return make([{ kind: 'causal-conv1d', units: 24, width: 2 }, ...[2, 4, 8, 16].map(block), { kind: 'last' }, hidden(64), output]);
    }
  }
}
