import { explainsBest, tellsTheSame } from '../../alerts/index.ts';
import type { Finding } from '../detections.ts';

/**
 * Detectors that tell the same of one series within `gap` are one finding, that of the one which explains best: it says who
 * else told it, and is as severe as the worst of them.
 */
export function oneEach(findings: readonly Finding[], gap: number): Finding[] {
  const kept: Finding[] = [];
  const open = new Map<string, { at: number; end: number }>();
  const inTime = [...findings].sort((a, b) => a.detection.start - b.detection.start || (a.detection.id < b.detection.id ? -1 : 1));
  for (const finding of inTime) {
    const { key, start, end } = finding.detection;
    const last = open.get(key);
    const before = last === undefined ? undefined : kept[last.at];
    if (
      last === undefined ||
      before === undefined ||
      start > last.end + gap ||
      !tellsTheSame(before.detection.detector, finding.detection.detector)
    ) {
      open.set(key, { at: kept.length, end });
      kept.push(finding);
      continue;
    }
    kept[last.at] = joined(before, finding);
    last.end = Math.max(last.end, end);
  }
  return kept;
}

function joined(a: Finding, b: Finding): Finding {
  const [best, other] = explainsBest(a.detection.detector, b.detection.detector) === a.detection.detector ? [a, b] : [b, a];
  const { explanation } = best.detection;
  const also = `The detector ${other.detection.detector} finds it too.`;
  return {
    ...best,
    detection: {
      ...best.detection,
      start: Math.min(a.detection.start, b.detection.start),
      end: Math.max(a.detection.end, b.detection.end),
      severity: Math.max(a.detection.severity, b.detection.severity),
      explanation: explanation.why.includes(also) ? explanation : { ...explanation, why: `${explanation.why} ${also}` },
    },
  };
}
