import { type FindingKind, severityOf } from '../alerts/index.ts';
import type { Detection, EvidenceLine, Lineage } from '../core/index.ts';
import type { Finding, Lane } from './lane/lane.ts';
import { evidenceOf, unitAt } from './lane/unit.ts';

/** What is the same for every detection of a run. */
export interface RunIdentity {
  readonly configHash: string;
  readonly program: string;
  readonly seed: number;
}

const KINDS: Readonly<Record<string, FindingKind>> = { novelty: 'novelty', rate: 'rate', pca: 'outlier' };

/** A finding as the store keeps it. `epoch` is the committed state it was made from. */
export function detectionOf(lane: Lane, finding: Finding, epoch: number, run: RunIdentity): Detection {
  const { scorer, flagged } = finding;
  const unit = unitAt(flagged.batch, flagged.row);
  const evidence = evidenceOf(flagged.batch, flagged.row, flagged.explanation.evidence);
  const { detector, source } = scorer.options;
  return {
    id: flagged.id,
    detector,
    source,
    key: unit.key,
    entity: unit.entity,
    start: unit.start,
    end: unit.end,
    score: flagged.score,
    pValue: flagged.pValue,
    threshold: flagged.rate,
    extrapolated: flagged.extrapolated,
    severity: severityOf(flagged.pValue, KINDS[detector] ?? 'sequence', flagged.calibrationSize),
    title: named(flagged.explanation.what, lane),
    techniques: [],
    explanation: flagged.explanation,
    evidence,
    lineage: lineageOf(lane, evidence, finding, epoch, run),
  };
}

/** A template's text in place of its id, where only the id was known. */
function named(title: string, lane: Lane): string {
  return title.replaceAll(/\btemplate ([0-9a-f]{16})\b/g, (whole, id: string) => {
    const template = lane.parser.templates.find((one) => one.id === id);
    return template === undefined ? whole : `template "${template.text}"`;
  });
}

/** The byte ranges of the evidence. The `generation` names the physical input; bytes of a live input are not hashed. */
function lineageOf(lane: Lane, evidence: readonly EvidenceLine[], { scorer, flagged }: Finding, epoch: number, run: RunIdentity): Lineage {
  const ranges = new Map<string, { from: number; to: number }>();
  for (const { input, offset, length } of evidence) {
    const known = ranges.get(input);
    ranges.set(input, { from: Math.min(known?.from ?? offset, offset), to: Math.max(known?.to ?? 0, offset + length) });
  }
  const inputs = [...ranges].map(([input, range]) => ({ input, generation: lane.generations.get(input) ?? '', ...range, sha256: '' }));
  return { inputs, ...run, feature: lane.tracks.feature?.hash ?? '', model: scorer.model, modelSha256: flagged.modelSha256, epoch };
}
