import { severityOf } from '../../alerts/index.ts';
import { type Explanation, stableId } from '../../core/index.ts';
import { techniquesOf } from '../../detectors/flow-classifier/index.ts';
import type { Episode } from './flow-episodes.ts';
import type { Finding } from './lane.ts';

/** Who found an episode. */
export interface FoundBy {
  readonly tenant: string;
  readonly source: string;
  readonly detector: string;
  /** `name@version`. */
  readonly model: string;
  readonly sha256: string;
  readonly calibrationSize: number;
}

/** An episode of flagged flows as a finding. */
export function episodeFinding(episode: Episode, by: FoundBy): Finding {
  const { tenant, source, detector, model, sha256, calibrationSize } = by;
  const { label, entity, start, end, strongest, others, evidence, description, first } = episode;
  const { pValue, score, rate, extrapolated } = strongest;
  const techniques = label === '' ? [] : techniquesOf(label);
  const explanation = explained(episode);
  return {
    detection: {
      id: stableId(tenant, source, detector, label, entity, start, first),
      detector,
      source,
      key: `${label === '' ? 'unusual flows' : label} of ${entity}`,
      entity: entity === '' ? source : entity,
      related: others.filter((other) => other !== '').slice(0, 10),
      start,
      end,
      score,
      pValue,
      threshold: rate,
      extrapolated,
      severity: severityOf(pValue, label === '' ? 'novelty' : 'outlier', calibrationSize, techniques.length),
      title: explanation.what,
      techniques,
      explanation,
      evidence: [...evidence],
    },
    feature: 'flows',
    model,
    modelSha256: sha256,
    row: description,
  };
}

/** The class first, so that like findings are those of a class; then the columns that stand out. */
function explained({ label, entity, manySources, flows, others, moreOthers, strongest, explanation }: Episode): Explanation {
  const count = `${flows.toLocaleString('en')} flow${flows === 1 ? '' : 's'}`;
  const [other = ''] = others;
  const ends = others.length === 1 ? other : `${moreOthers ? 'more than ' : ''}${others.length} hosts`;
  const who = manySources ? `from ${ends} to ${entity}` : `from ${entity} to ${ends}`;
  const verb = flows === 1 ? ['looks', 'is'] : ['look', 'are'];
  if (label === '') return { ...explanation, what: `${count} ${who} ${verb[1]} unlike learnt ones. ${explanation.what}` };
  const probability = strongest.probability.toFixed(3);
  return {
    ...explanation,
    what: `${count} ${who} ${verb[0]} like ${label} (probability ${probability}).`,
    why: `${explanation.why} p-value ${Number(strongest.pValue.toPrecision(3))} among benign flows.`,
    contributions: [
      { subject: label, observed: `probability ${probability}`, expected: 'benign', share: 0.5, seenBefore: 0 },
      ...explanation.contributions.map((one) => ({ ...one, share: one.share / 2 })),
    ],
  };
}
