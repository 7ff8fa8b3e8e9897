import type { Detection, EvidenceLine, Lineage } from '../core/index.ts';
import type { Finding, Lane } from './lane/lane.ts';

/** What is the same for every detection of a run. */
export interface RunIdentity {
  readonly configHash: string;
  readonly program: string;
  readonly seed: number;
}

/** A finding as the store keeps it. `epoch` is the committed state it was made from. */
export function detectionOf(lane: Lane, finding: Finding, epoch: number, run: RunIdentity): Detection {
  const { detection, feature, model, modelSha256 } = finding;
  const inputs = inputsOf(lane, detection.evidence);
  return { ...detection, lineage: { inputs, ...run, feature, model, modelSha256, epoch } };
}

/** The byte ranges of the evidence. The `generation` names the physical input; bytes of a live input are not hashed. */
function inputsOf(lane: Lane, evidence: readonly EvidenceLine[]): Lineage['inputs'] {
  const ranges = new Map<string, { from: number; to: number }>();
  for (const { input, offset, length } of evidence) {
    const known = ranges.get(input);
    ranges.set(input, { from: Math.min(known?.from ?? offset, offset), to: Math.max(known?.to ?? 0, offset + length) });
  }
  return [...ranges].map(([input, range]) => ({ input, generation: lane.generations.get(input) ?? '', ...range, sha256: '' }));
}
