import { type Alert, formatMicros } from '../../core/index.ts';
import type { ReportInput, ReportLine } from './input.ts';
import type { ReportedFinding, ReportedGroup, ReportedLine } from './report.ts';
import { levelOf, shortened } from './words.ts';

/** Together they keep a page below some ten megabytes, whatever was found. */
const LIMITS = { groups: 100, findings: 1_000, findingsOfGroup: 300, phrase: 1_000, contributions: 12 } as const;
/** Lines and their length: of a group's first finding, and of the others. */
const FIRST = { lines: 30, text: 2_000 } as const;
const OTHER = { lines: 10, text: 400 } as const;

export function groupsOf(input: ReportInput): { groups: ReportedGroup[]; moreGroups: number } {
  const texts = new Map(input.lineTexts.map((line) => [positionOf(line), line.text]));
  const used = input.groups.filter((group) => group.alerts.length > 0);
  let left: number = LIMITS.findings;
  const groups = used.slice(0, LIMITS.groups).map(({ id, alerts }, i): ReportedGroup => {
    const listed = alerts.slice(0, Math.max(1, Math.min(LIMITS.findingsOfGroup, left)));
    left -= listed.length;
    const first = alerts[0] as Alert;
    const starts = alerts.map((alert) => alert.detection.start).filter(Number.isFinite);
    const ends = alerts.map((alert) => alert.lastSeen).filter(Number.isFinite);
    return {
      id,
      rank: i + 1,
      title: phrase(titleOf(first)),
      detector: first.detection.detector,
      level: levelOf(first.detection.severity),
      severity: first.detection.severity,
      units: alerts.reduce((sum, alert) => sum + alert.count, 0),
      entities: new Set(alerts.map((alert) => alert.detection.entity)).size,
      firstSeen: formatMicros(least(starts)),
      lastSeen: formatMicros(-least(ends.map((end) => -end))),
      findings: listed.map((alert, k) => findingOf(alert, texts, k === 0 ? FIRST : OTHER)),
      more: alerts.length - listed.length,
    };
  });
  return { groups, moreGroups: used.length - groups.length };
}

function findingOf(
  alert: Alert,
  texts: ReadonlyMap<string, string>,
  most: { readonly lines: number; readonly text: number },
): ReportedFinding {
  const { detection } = alert;
  const { explanation, lineage } = detection;
  return {
    id: alert.id,
    title: phrase(titleOf(alert)),
    key: phrase(detection.key),
    entity: phrase(detection.entity),
    level: levelOf(detection.severity),
    severity: detection.severity,
    start: formatMicros(detection.start),
    end: formatMicros(detection.end),
    count: alert.count,
    lastSeen: formatMicros(alert.lastSeen),
    verdict: alert.verdict ?? null,
    techniques: detection.techniques,
    what: phrase(explanation.what),
    why: phrase(explanation.why),
    harmless: explanation.harmless.map(phrase),
    next: explanation.next.map(phrase),
    contributions: [...explanation.contributions]
      .sort((a, b) => b.share - a.share)
      .slice(0, LIMITS.contributions)
      .map((one) => ({ ...one, subject: phrase(one.text ?? one.subject), observed: phrase(one.observed), expected: phrase(one.expected) })),
    expectedNext: (explanation.expectedNext ?? []).slice(0, LIMITS.contributions).map((one) => ({ ...one, event: phrase(one.event) })),
    lines: detection.evidence.slice(0, most.lines).map((line): ReportedLine => {
      const raw = texts.get(positionOf(line));
      const kept = raw === undefined ? undefined : shortened(raw, most.text);
      const { input, line: number, offset, length } = line;
      return {
        input,
        line: number,
        offset,
        length,
        time: formatMicros(line.time ?? Number.NaN),
        ...(line.value === undefined ? {} : { value: line.value }),
        text: kept?.text ?? null,
        shortened: kept?.shortened ?? false,
      };
    }),
    moreLines: Math.max(0, detection.evidence.length - most.lines),
    score: detection.score,
    pValue: detection.pValue,
    extrapolated: detection.extrapolated,
    threshold: detection.threshold,
    model: lineage.model,
    modelSha256: lineage.modelSha256,
    configHash: lineage.configHash,
    feature: lineage.feature,
    seed: lineage.seed,
  };
}

/** A heading has no full stop. */
function titleOf(alert: Alert): string {
  return alert.detection.title.replace(/\.$/, '');
}

function positionOf(line: Pick<ReportLine, 'input' | 'line' | 'offset'>): string {
  return `${line.offset}:${line.line}:${line.input}`;
}

function phrase(text: string): string {
  const { text: kept, shortened: cut } = shortened(text, LIMITS.phrase);
  return cut ? `${kept}…` : kept;
}

function least(values: readonly number[]): number {
  return values.reduce((a, b) => (Number.isNaN(a) || b < a ? b : a), Number.NaN);
}
