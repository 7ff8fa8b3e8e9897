import type { PackedArray, Unpacked } from '../../core/index.ts';
import { type NetworkSpec, packEnsemble, unpackEnsemble } from '../../ml/index.ts';
import type { NoveltyArms } from './arms.ts';
import type { PortCounts } from './port-rarity.ts';

/** Arrays of arms by name; the specification of the autoencoder belongs into the header. `suffix`: of one of several. */
export function armArrays({ scaler, references, autoencoder, shuffled }: NoveltyArms, suffix = ''): Record<string, PackedArray> {
  return {
    [`mean${suffix}`]: scaler.mean,
    [`inverse${suffix}`]: scaler.inverse,
    [`references${suffix}`]: references,
    [`theta${suffix}`]: autoencoder.theta,
    [`shuffled${suffix}`]: packEnsemble(shuffled),
  };
}

export function armsOf(packed: Unpacked, spec: NetworkSpec, suffix = ''): NoveltyArms {
  return {
    scaler: { mean: packed.float64(`mean${suffix}`), inverse: packed.float64(`inverse${suffix}`) },
    references: packed.float32(`references${suffix}`),
    autoencoder: { spec, theta: packed.float32(`theta${suffix}`) },
    shuffled: unpackEnsemble(packed.uint8(`shuffled${suffix}`)),
  };
}

/** Ports and how many flows went to each; the number of flows belongs into the header. */
export function portArrays({ counts }: PortCounts, suffix = ''): Record<string, PackedArray> {
  return { [`port${suffix}`]: Int32Array.from(counts.keys()), [`seen${suffix}`]: Float64Array.from(counts.values()) };
}

export function portsOf(packed: Unpacked, flows: number, suffix = ''): PortCounts {
  const seen = packed.float64(`seen${suffix}`);
  return { counts: new Map(Array.from(packed.int32(`port${suffix}`), (port, i) => [port, seen[i] as number])), flows };
}
