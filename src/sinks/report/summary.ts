import { formatMicros } from '../../core/index.ts';
import { incidentTitle, isTelling } from './incident-title.ts';
import type { ReportInput } from './input.ts';
import type { Level, ReportedDetector, ReportedGroup, ReportSummary } from './report.ts';
import { count, levelOf, listed, moment, plural, span } from './words.ts';

const LEVELS: readonly Level[] = ['critical', 'high', 'medium', 'low'];

/** What happened, in plain words, before any figure of statistics. */
export function summaryOf(
  input: ReportInput,
  detectors: readonly ReportedDetector[],
  groups: readonly ReportedGroup[],
  moreGroups: number,
): ReportSummary {
  const alerts = input.groups.flatMap((group) => group.alerts);
  const levels: Record<Level, number> = { critical: 0, high: 0, medium: 0, low: 0 };
  for (const alert of alerts) levels[levelOf(alert.detection.severity)]++;
  const patterns = groups.length + moreGroups;
  const first = input.firstEvent;
  const where = input.inputs.length === 1 ? (input.inputs[0]?.input ?? input.type) : plural(input.inputs.length, 'input');
  return {
    headline:
      patterns === 0 && input.unjudged !== undefined
        ? input.unjudged
        : `${headlineOf(patterns, levels, plural(input.lines, input.noun ?? 'line'), detectors)}${unreadOf(input)}`,
    sentences: [
      `${plural(input.lines, input.noun ?? 'line')} of ${where} were read as ${input.format}${Number.isFinite(first) ? `, ${timeSpan(input)}` : ''}.`,
      ...incidentsOf(input),
      ...worstOf(groups),
      ...expectedOf(detectors, groups),
    ],
    findings: alerts.length,
    groups: patterns,
    levels,
  };
}

function headlineOf(
  patterns: number,
  levels: Readonly<Record<Level, number>>,
  lines: string,
  detectors: readonly ReportedDetector[],
): string {
  if (detectors.length > 0 && detectors.every((detector) => detector.state !== 'ready'))
    return 'No verdict yet: the detectors are still learning';
  if (patterns === 0) return `Nothing stands out in ${lines}`;
  const found = LEVELS.filter((level) => levels[level] > 0).map((level) => `${count(levels[level])} ${level}`);
  const total = LEVELS.reduce((sum, level) => sum + levels[level], 0);
  return `${plural(patterns, 'unusual pattern')} in ${lines}: ${listed(found)} ${total === 1 ? 'finding' : 'findings'}`;
}

/** From this share of an input on, what fits no format stands beside what was found. */
const MUCH_UNREAD = 0.2;

function unreadOf({ lines, deadLetters }: ReportInput): string {
  const records = lines + deadLetters;
  if (deadLetters === 0 || deadLetters < MUCH_UNREAD * records) return '';
  return `; ${count(deadLetters)} of ${plural(records, 'record')} fit no format and were not looked at`;
}

function timeSpan(input: ReportInput): string {
  return `from ${span(formatMicros(input.firstEvent), formatMicros(input.lastEvent))} UTC`;
}

/** Findings that belong together say more than the worst of them. */
function incidentsOf({ incidents = [] }: ReportInput): string[] {
  const joined = incidents.filter(isTelling);
  const [first] = joined;
  if (first === undefined) return [];
  const when = span(formatMicros(first.start), formatMicros(first.lastEvidence));
  const rest = joined.length === 1 ? '' : ` There ${joined.length === 2 ? 'is' : 'are'} ${plural(joined.length - 1, 'further incident')}.`;
  return [`They add up to an incident. ${incidentTitle(first)}, ${plural(first.alerts, 'finding')}, ${when} UTC.${rest}`];
}

function worstOf(groups: readonly ReportedGroup[]): string[] {
  const worst = groups[0];
  const finding = worst?.findings[0];
  if (worst === undefined || finding === undefined) return [];
  const when = finding.start === '' ? '' : ` (${moment(finding.start)} UTC)`;
  return [`Look first at: ${worst.title}, in ${finding.key}${when}.`];
}

/** Of the detector that found the worst: the rates of others say nothing about its findings. */
function expectedOf(detectors: readonly ReportedDetector[], groups: readonly ReportedGroup[]): string[] {
  const ready = detectors.filter((detector) => detector.state === 'ready' && detector.scored > 0);
  if (ready.length === 0) return [];
  const chance = (promised: readonly ReportedDetector[]): string => {
    const expected = promised.reduce((sum, detector) => sum + detector.promisedRate * detector.scored, 0);
    return expected < 1 ? 'fewer than one' : `about ${count(Math.round(expected))}`;
  };
  const worst = ready.find(({ name, flagged }) => flagged > 0 && name === groups[0]?.detector) ?? ready.find(({ flagged }) => flagged > 0);
  if (worst === undefined) {
    const scored = ready.reduce((sum, detector) => sum + detector.scored, 0);
    return [`None of ${plural(scored, 'scored unit')} was flagged; at the promised rate ${chance(ready)} would have been by chance alone.`];
  }
  return [
    `The detector ${worst.name} flagged ${count(worst.flagged)} of ${plural(worst.scored, worst.unit)}; if nothing were wrong, ${chance([worst])} would have been flagged by chance.`,
  ];
}
