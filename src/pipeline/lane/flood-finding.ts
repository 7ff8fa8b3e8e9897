import type { FloodEvent } from '../../alerts/index.ts';
import { type Logger, stableId } from '../../core/index.ts';
import type { Finding, Lane } from './lane.ts';
import type { ScorerOptions } from './lane-scorer.ts';

/** Names what a finding about a detector itself was made by. */
const FLOOD_RULE = 'flood-guard';

const NO_ROW = new Uint8Array(0);
const SEVERITY = { 'detector-paused': 45, 'detector-resumed': 10 } as const;

/** What is to be told of the lane's detectors since the last call; the log hears of it too. */
export function floodsOf(lane: Lane, log: Logger): Finding[] {
  const floods = lane.scorers.flatMap((scorer) => (scorer.takeFloods?.() ?? []).map((event) => floodFinding(scorer.options, event)));
  for (const { detection } of floods) log.warn(detection.title, { why: detection.explanation.why });
  return floods;
}

/** A detector that is paused, or goes on, is told of where alerts are: silence must not look like peace. */
function floodFinding({ tenant, source, detector }: ScorerOptions, event: FloodEvent): Finding {
  const { kind, at, flagged, expected, text } = event;
  const isPaused = kind === 'detector-paused';
  const what = isPaused
    ? `The detector ${detector} of ${source} floods and is paused.`
    : `The detector ${detector} of ${source} raises alerts again.`;
  const about = (value: number): string => `${Number(value.toPrecision(3)).toLocaleString('en')} flagged units`;
  return {
    detection: {
      ...{
        id: stableId(tenant, source, detector, FLOOD_RULE, kind, at),
        detector,
        source,
        key: `${detector} of ${source}`,
        entity: source,
      },
      ...{ start: at, end: at, score: 1, pValue: Number.NaN, threshold: Number.NaN, extrapolated: false, severity: SEVERITY[kind] },
      ...{ title: what, techniques: [], evidence: [] },
      explanation: {
        what,
        why: text,
        harmless: ['A new version, a changed configuration or a move of what it watches.'],
        next: isPaused
          ? [
              'Look at its last findings: they show what has changed.',
              'If it is an attack, do not wait: the other detectors and rules go on.',
            ]
          : ['Compare what is normal now with before the pause.'],
        contributions: [{ subject: detector, observed: about(flagged), expected: about(expected), share: 1, seenBefore: 0 }],
        evidence: [],
      },
    },
    feature: '',
    model: FLOOD_RULE,
    modelSha256: '',
    row: NO_ROW,
  };
}
