import { type Detection, type Explanation, formatMicros, type Lineage, type RuleFinding, stableId } from '../../core/index.ts';
import { type Episode, keyText, type Measure } from './episodes.ts';
import { RULES, type RuleName } from './rules.ts';

/** An episode in plain words. */
export function findingOf(episode: Episode): RuleFinding {
  const rule = RULES[episode.rule];
  const key = keyText(episode);
  const [main] = episode.measures;
  const ratio =
    main === undefined || main.threshold === 0
      ? 1
      : main.below === true
        ? main.threshold / Math.max(main.value, 0.1)
        : main.value / main.threshold;
  const severity = Math.min(rule.mostSeverity, Math.round(rule.severity + 8 * Math.log10(Math.max(1, ratio))));
  return {
    rule: episode.rule,
    key,
    entity: (rule.about === 'source' ? episode.source : episode.destination) || episode.source || episode.destination,
    ...(isTarget(episode) ? { targets: [episode.destination] } : {}),
    start: episode.start,
    end: episode.end,
    score: ratio,
    severity,
    title: titleOf(episode, key),
    techniques: rule.techniques,
    explanation: explanationOf(episode, key),
    evidence: episode.evidence,
  };
}

/** Rules about the source that do something to the destination. */
const AIMED: ReadonlySet<RuleName> = new Set(['port-scan', 'slow-port-scan', 'brute-force']);

function isTarget({ rule, destination }: Episode): boolean {
  return destination !== '' && (RULES[rule].about === 'destination' || AIMED.has(rule));
}

/** A finding of a finite capture. A rule has no p-value: it is NaN. */
export function detectionOf({ rule, ...finding }: RuleFinding, source: string, lineage: Lineage): Detection {
  const id = stableId('detection', source, 'packet-windows', rule, finding.key, formatMicros(finding.start));
  return { id, detector: 'packet-windows', source, ...finding, pValue: Number.NaN, threshold: Number.NaN, extrapolated: false, lineage };
}

function titleOf({ rule, measures }: Episode, key: string): string {
  return `${RULES[rule].title}, ${key}: ${measures.map(({ subject, value }) => `${figure(value)} ${subject}`).join(', ')}`;
}

function explanationOf(episode: Episode, key: string): Explanation {
  const rule = RULES[episode.rule];
  const { measures } = episode;
  const seconds = Math.max(0, episode.end - episode.start) / 1e6;
  const spans = episode.windows > 1 ? `, in ${episode.windows} windows that follow one another` : '';
  const lasted = seconds < 1 ? 'within a second' : `over ${figure(seconds)} seconds`;
  return {
    what: `${titleOf(episode, key)}${spans}, ${lasted} (packets ${episode.evidence[0]?.line ?? 0} to ${episode.lastPacket}).`,
    why: rule.why,
    harmless: rule.harmless,
    next: rule.next,
    contributions: measures.map((measure, i) => ({
      subject: i === 0 ? rule.title : measure.subject,
      observed: `${figure(measure.value)} ${measure.subject} ${measure.unit}`.trim(),
      expected: expectedText(measure),
      share: measures.length === 1 ? 1 : i === 0 ? 0.6 : 0.4 / (measures.length - 1),
      seenBefore: 0,
    })),
    evidence: episode.evidence,
  };
}

function expectedText({ threshold, unit, below, expected }: Measure): string {
  if (expected !== undefined) return expected;
  return `${below === true ? 'more' : 'fewer'} than ${figure(threshold)} ${unit}`.trim();
}

function figure(value: number): string {
  const rounded = Math.abs(value) >= 100 ? Math.round(value) : Number(value.toPrecision(3));
  return String(rounded).replace(/\B(?=(\d{3})+(?!\d))/g, rounded >= 1000 ? ',' : '');
}
