import { type FindingKind, severityOf, type TemplateNames } from '../../alerts/index.ts';
import type { Finding } from './lane.ts';
import type { Flagged, LaneScorer } from './lane-scorer.ts';
import { evidenceOf, unitAt } from './unit.ts';

const KINDS: Readonly<Record<string, FindingKind>> = { novelty: 'novelty', rate: 'rate', pca: 'outlier', 'flow-alarm': 'novelty' };

/** A flagged unit as a finding. `feature`: hash of what made it a unit. */
export function findingOf(scorer: LaneScorer, flagged: Flagged, feature: string, names?: TemplateNames): Finding {
  const { batch, row, pValue, rate, calibrationSize } = flagged;
  const explanation = names?.inWords(flagged.explanation) ?? flagged.explanation;
  const unit = unitAt(batch, row);
  const { detector, source } = scorer.options;
  return {
    detection: {
      id: flagged.id,
      detector,
      source,
      key: unit.key,
      entity: unit.entity,
      ...(unit.related && { related: unit.related }),
      start: unit.start,
      end: unit.end,
      score: flagged.score,
      pValue,
      threshold: rate,
      extrapolated: flagged.extrapolated,
      severity: Math.min(flagged.most ?? 100, severityOf(pValue, KINDS[detector] ?? 'sequence', calibrationSize)),
      title: explanation.what,
      techniques: [],
      explanation,
      evidence: evidenceOf(batch, row, explanation.evidence),
    },
    feature,
    model: scorer.model,
    modelSha256: flagged.modelSha256,
    row: flagged.description,
    scorer,
    ...(flagged.at !== undefined && Number.isFinite(flagged.at) && { at: flagged.at }),
  };
}
