import { type FindingKind, severityOf } from '../../alerts/index.ts';
import type { Finding } from './lane.ts';
import type { Flagged, LaneScorer } from './scorer.ts';
import { evidenceOf, unitAt } from './unit.ts';

const KINDS: Readonly<Record<string, FindingKind>> = { novelty: 'novelty', rate: 'rate', pca: 'outlier' };

/** A flagged unit as a finding. `feature`: hash of what made it a unit; `named` puts texts in place of ids in the title. */
export function findingOf(scorer: LaneScorer, flagged: Flagged, feature: string, named: (title: string) => string): Finding {
  const { batch, row, explanation, pValue, rate, calibrationSize } = flagged;
  const unit = unitAt(batch, row);
  const { detector, source } = scorer.options;
  const what = named(explanation.what);
  return {
    detection: {
      id: flagged.id,
      detector,
      source,
      key: unit.key,
      entity: unit.entity,
      start: unit.start,
      end: unit.end,
      score: flagged.score,
      pValue,
      threshold: rate,
      extrapolated: flagged.extrapolated,
      severity: severityOf(pValue, KINDS[detector] ?? 'sequence', calibrationSize),
      title: what,
      techniques: [],
      explanation: { ...explanation, what },
      evidence: evidenceOf(batch, row, explanation.evidence),
    },
    feature,
    model: scorer.model,
    modelSha256: flagged.modelSha256,
    row: flagged.description,
  };
}
