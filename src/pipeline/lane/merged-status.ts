import type { ScorerStatus } from './lane-scorer.ts';

/** One status a detector, also where a source has several log formats and the detector runs on each: ready once it judges any of them. */
export function mergedStatus(statuses: readonly ScorerStatus[]): readonly ScorerStatus[] {
  const byName = new Map<string, ScorerStatus>();
  for (const status of statuses) {
    const other = byName.get(status.detector);
    byName.set(status.detector, other === undefined ? status : merged(other, status));
  }
  return [...byName.values()];
}

function merged(a: ScorerStatus, b: ScorerStatus): ScorerStatus {
  const [first, second] = rankOf(b) > rankOf(a) ? [b, a] : [a, b];
  const bothReady = second.state === 'ready';
  return {
    ...first,
    have: first.have + (bothReady ? second.have : 0),
    extrapolated: first.extrapolated || (bothReady && second.extrapolated),
    scored: a.scored + b.scored,
    flagged: a.flagged + b.flagged,
    ...(first.explained !== undefined && { explained: first.explained + (second.explained ?? 0) }),
    ...(first.misfit !== undefined && { misfit: first.misfit + (second.misfit ?? 0) }),
    paused: [a.paused, b.paused].filter((text) => text !== '').join(' '),
  };
}

/** Ready before learning, then whoever has come farthest. */
function rankOf({ state, have }: ScorerStatus): number {
  return state === 'ready' ? Number.MAX_SAFE_INTEGER : have;
}
