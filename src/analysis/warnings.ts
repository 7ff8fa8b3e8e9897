import { smallestRate } from '../alerts/index.ts';
import type { SequenceBatch } from '../core/index.ts';
import type { SequenceFeature } from '../features/index.ts';
import type { ReportWarning } from '../sinks/report/index.ts';
import type { InputSummary } from '../training/index.ts';
import type { ScoredRows } from './learn.ts';
import type { FittedModel } from './options.ts';

interface Circumstances {
  readonly input: InputSummary;
  readonly feature: SequenceFeature | undefined;
  readonly batch: SequenceBatch | undefined;
  /** Sessions of all inputs that were read together. */
  readonly sequences: number;
  /** Sessions of the baseline, where only an even sample of them was learnt from. */
  readonly drawnFrom: number | undefined;
  readonly models: readonly { readonly model: FittedModel; readonly scored: ScoredRows; readonly learntFrom: string }[];
  readonly promise: number;
  /** Of the logs that what is normal was learnt from; empty where that is the input itself. */
  readonly learntFormats: readonly string[];
  /** Signs that the input may be abnormal throughout. */
  readonly contamination: ReportWarning | undefined;
}

function percent(share: number): string {
  return `${Number((100 * share).toPrecision(2))} %`;
}

/** What is said where nothing tells the day from the month. */
export const DAY_FIRST = 'Its dates (such as 01/03/2026) do not tell whether the day or the month comes first: the day is taken to.';

/** What is said of a text that is not in UTF-8. */
export function encodingText(encoding: string): string {
  return encoding === 'unknown'
    ? 'Not all of it is UTF-8, and its bytes do not show which encoding it is in: they are taken as they are, and shown as \ufffd. Convert it first (iconv) to have them read.'
    : `It is read as ${encoding}, recognised from its bytes.`;
}

/** What is said of lines of several formats. */
export function mixedText(formats: Readonly<Record<string, number>>): string {
  const counts = Object.entries(formats).map(([name, lines]) => `${name} ${lines.toLocaleString('en')}`);
  const plain = formats.plain === undefined ? '' : ' Plain lines fit no format; they have the time of the line before them.';
  return `Its events are of several formats: ${counts.join(', ')}.${plain}`;
}

/** `undated` of `lines` events have no time. */
function undatedText(undated: number, lines: number, format: string): string {
  const events = `${undated.toLocaleString('en')} of ${lines.toLocaleString('en')} events`;
  const then = undated === lines ? 'Nothing that goes by time could look at them' : 'What goes by time could not look at those';
  return `No time was recognised in ${events} (read as ${format}). ${then}: sessions by time, rates, and signatures that count within a time. --log-format names another format.`;
}

/** From this many times the promised findings on, the report says so. */
const WORTH_TELLING = 2;

/** What a reader must know before trusting the findings, most important first. */
export function warningsOf({
  input,
  feature,
  batch,
  sequences,
  drawnFrom,
  models,
  promise,
  learntFormats,
  contamination,
}: Circumstances): ReportWarning[] {
  const warnings: ReportWarning[] = [];
  const warn = (code: string, text: string): void => {
    warnings.push({ code, text });
  };
  if (input.problem !== undefined)
    warn('damaged', `The input could not be read to its end: ${input.problem}. What was readable is analysed.`);
  if (input.dead > 0)
    warn('unparsed', `${input.dead} of ${input.lines + input.dead} records fit no format and were left out of the analysis.`);
  if (input.encoding !== undefined) warn('encoding', encodingText(input.encoding));
  if (input.formats !== undefined) warn('mixed', mixedText(input.formats));
  if (input.undated !== undefined) warn('undated', undatedText(input.undated, input.lines, input.format));
  if (input.assumedDayFirst === true) warn('day-first', DAY_FIRST);
  if (input.takenYear !== undefined)
    warn(
      'year-taken',
      `Its dates name no year: its last is taken to be of ${input.takenYear}, the latest that lies no later than a day after the file was changed last.`,
    );
  if (learntFormats.length > 0 && input.lines > 0 && !learntFormats.includes(input.format)) {
    warn(
      'other-format',
      `The input was read as ${input.format}, what is normal was learnt from ${learntFormats.join(', ')}: every line looks new, so the findings mean little. Name what is normal of this kind of log; --format reads both in one way.`,
    );
  }
  if (models.length === 0) {
    warn('still-learning', `Too few sessions to learn from (${batch?.rows ?? 0}). Give a longer input, or --baseline with normal data.`);
  }
  if (contamination !== undefined) warn(contamination.code, contamination.text);
  for (const { model, scored } of models) {
    if (scored.excess >= WORTH_TELLING) {
      warn(
        'promise-exceeded',
        `${model.detectorName} flagged ${percent(scored.excess * promise)} of the sessions where it promises to flag ${percent(promise)} by chance, ${Number(scored.excess.toPrecision(2))} times as many: either so many are abnormal, or sessions differ too much to be learnt from this input alone. Severities are lowered accordingly; --baseline with normal data tells which.`,
      );
    }
    if (promise < smallestRate(model.calibration.length)) {
      warn(
        'extrapolated',
        `${model.detectorName} learnt from ${model.calibration.length} sessions; a false-alarm rate of ${promise} needs ${Math.ceil(1 / promise)} and is extrapolated here.`,
      );
    }
  }
  for (const { model, scored, learntFrom } of models) {
    if (learntFrom === 'input' && scored.beyond !== undefined)
      warn(
        'sampled',
        `${model.detectorName} learnt from ${model.rows.toLocaleString('en')} of ${sequences.toLocaleString('en')} sessions, evenly drawn, as more do not fit in the memory for them (--memory); it judged all of them. Its distribution of scores shows those drawn and the findings.`,
      );
    if (learntFrom === 'baseline' && drawnFrom !== undefined)
      warn(
        'sampled',
        `${model.detectorName} learnt from ${model.rows.toLocaleString('en')} of ${drawnFrom.toLocaleString('en')} sessions of the baseline, evenly drawn, as more do not fit in the memory for them (--memory).`,
      );
  }
  if (feature !== undefined) warn('sessions', feature.why);
  return warnings;
}
