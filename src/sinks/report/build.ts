import { canonicalJson, formatMicros } from '../../core/index.ts';
import { groupsOf } from './findings.ts';
import { histogramOf } from './histogram.ts';
import { incidentsOf } from './incidents.ts';
import type { ReportChannel, ReportDetector, ReportInput, ReportWarning } from './input.ts';
import { reportStem } from './name.ts';
import type { Report, ReportedChannel, ReportedDetector } from './report.ts';
import { summaryOf } from './summary.ts';
import { count, moment, oneIn, plural } from './words.ts';

/** Templates listed, the most frequent first. */
const TEMPLATES = 20;

/** The report of one analysed input. Pure: the same input gives the same bytes. */
export function buildReport(input: ReportInput): Report {
  const detectors = input.detectors.map(detectorOf);
  const { groups, moreGroups } = groupsOf(input);
  const templates = [...input.templates].sort((a, b) => b.count - a.count || (a.id < b.id ? -1 : 1)).slice(0, TEMPLATES);
  return {
    schema: 'vedette-report/1',
    name: reportStem(input),
    type: input.type,
    timestamp: input.timestamp,
    tenant: input.tenant,
    program: input.program,
    format: input.format,
    inputs: input.inputs,
    lines: input.lines,
    ...(input.noun === undefined ? {} : { noun: input.noun }),
    deadLetters: input.deadLetters,
    firstEvent: formatMicros(input.firstEvent),
    lastEvent: formatMicros(input.lastEvent),
    summary: summaryOf(input, detectors, groups, moreGroups),
    warnings: warningsOf(input, detectors),
    detectors,
    ...incidentsOf(input.incidents ?? [], groups),
    groups,
    moreGroups,
    templates,
    series: input.series ?? null,
    ...(input.channels === undefined ? {} : { channels: input.channels.map(channelOf) }),
  };
}

/** The bytes of `<type>_<timestamp>.report.json`: sorted keys, numbers that JSON cannot hold as null. */
export function renderJson(report: Report): string {
  return `${canonicalJson(report, 2)}\n`;
}

function channelOf(channel: ReportChannel): ReportedChannel {
  const plain = (values: Float64Array) => Array.from(values, (value) => (Number.isFinite(value) ? Number(value.toPrecision(7)) : null));
  const { low, high, lower, upper } = channel;
  return { ...channel, low: plain(low), high: plain(high), lower: plain(lower), upper: plain(upper) };
}

function detectorOf(detector: ReportDetector): ReportedDetector {
  const units = `${detector.unit}s`;
  const state = detector.paused !== undefined ? 'paused' : detector.learning !== undefined ? 'learning' : 'ready';
  return {
    name: detector.name,
    summary: detector.summary,
    unit: detector.unit,
    learnt: learntOf(detector, units),
    model: detector.model,
    modelSha256: detector.modelSha256,
    learntRows: detector.learntRows,
    learntStart: formatMicros(detector.learntStart),
    learntEnd: formatMicros(detector.learntEnd),
    calibrationSize: detector.calibrationSize,
    promisedRate: detector.promisedRate,
    smallestRate: 1 / (detector.calibrationSize + 1),
    extrapolated: detector.extrapolated,
    threshold: Number.isFinite(detector.threshold) ? detector.threshold : null,
    scored: detector.scored,
    flagged: detector.flagged,
    observedRate: detector.scored > 0 ? detector.flagged / detector.scored : null,
    observedInterval: detector.observedInterval,
    promise: promiseOf(detector, units),
    state,
    stateText: stateTextOf(detector, units),
    histogram: histogramOf(detector.scores, detector.threshold),
  };
}

function learntOf(detector: ReportDetector, units: string): string {
  const rows = plural(detector.learntRows, detector.unit);
  if (detector.learntFrom === 'input') return `from this input itself: ${rows}, none of them known to be normal`;
  if (detector.learntFrom === 'baseline') return `from the baseline ${detector.learntFromName ?? ''}: ${rows}`;
  return `from the stored model ${detector.learntFromName ?? detector.model}, trained on ${count(detector.learntRows)} ${units}`;
}

function promiseOf(detector: ReportDetector, units: string): string {
  const expected = detector.promisedRate * detector.scored;
  if (detector.learning !== undefined) return `It is ${stateTextOf(detector, units)}. Nothing is promised before.`;
  const scored =
    detector.scored === 0
      ? 'Nothing was scored.'
      : `With ${plural(detector.scored, detector.unit)} scored, about ${count(Number(expected.toPrecision(2)))} false alarms are expected.`;
  const promise = `About ${oneIn(detector.promisedRate)} normal ${units} is flagged by mistake. ${scored}`;
  if (!detector.extrapolated) return promise;
  return `${promise} This is extrapolated: ${count(detector.calibrationSize)} calibration scores resolve ${oneIn(1 / (detector.calibrationSize + 1))} at best.`;
}

function stateTextOf(detector: ReportDetector, units: string): string {
  if (detector.paused !== undefined) return `paused: ${detector.paused}`;
  if (detector.learning === undefined) return 'ready';
  const { have, need, readyAt } = detector.learning;
  const when = readyAt === undefined ? '' : `, ready at about ${moment(formatMicros(readyAt))} UTC`;
  return `still learning: ${count(have)} of ${count(need)} ${units}${when}`;
}

function warningsOf(input: ReportInput, detectors: readonly ReportedDetector[]): ReportWarning[] {
  const found: ReportWarning[] = [...input.warnings];
  const warn = (code: string, text: string) => {
    if (!found.some((warning) => warning.code === code)) found.push({ code, text });
  };
  const own = input.detectors.filter((detector) => detector.learntFrom === 'input');
  if (own.length > 0) {
    const learnt =
      own.length === input.detectors.length
        ? 'No baseline was given, so normal was learnt from this input itself. What happens throughout the input counts as normal and is not reported.'
        : `What is normal to ${own.map(({ name }) => name).join(' and ')} was learnt from this input itself: what happens throughout it is not reported by them.`;
    warn('learnt-from-itself', `${learnt} Give --baseline with a period known to be quiet to check.`);
  }
  const extrapolated = detectors.filter((detector) => detector.extrapolated);
  if (extrapolated.length > 0) {
    const names = extrapolated.map((one) => one.name).join(', ');
    warn(
      'extrapolated',
      `There is too little data to verify the promised false-alarm rate of ${names}; it is extrapolated from the tail of the scores.`,
    );
  }
  for (const detector of detectors) {
    if (detector.state === 'learning') warn(`still-learning:${detector.name}`, `The detector ${detector.name} is ${detector.stateText}.`);
    if (detector.state === 'paused') warn(`paused:${detector.name}`, `The detector ${detector.name} is ${detector.stateText}.`);
  }
  if (input.deadLetters > 0) {
    warn(
      'unparsed',
      `${plural(input.deadLetters, 'record')} fitted no format; each is kept with its reason and took no part in the analysis.`,
    );
  }
  return found;
}
