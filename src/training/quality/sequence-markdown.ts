import { markdownTable } from './markdown-table.ts';
import type { DataSetQuality, DetectorQuality, SequenceQuality } from './sequence-quality.ts';

/** The table for people; every figure in it is from the JSON beside it. */
export function sequenceMarkdown(quality: SequenceQuality): string {
  const parts = quality.data_sets.map(section);
  const skipped = quality.skipped.map((reason) => `- not measured: ${reason}\n`).join('');
  return `# Detection quality on sequences\n\nMade by \`npm run evaluate:all -- sequences\`, each detector at the commit named below its table. ${ABOUT}\n\n${skipped}${parts.join('\n')}`;
}

const ABOUT =
  'Thresholds come from normal training rows only: each is scored by a model that has not seen it, and the threshold is the score that the promised share of them exceeds. ' +
  '"Observed" is the share of normal test rows flagged, as a count with its 95 % binomial interval; "extrapolated" marks a rate below 1/(n + 1) of the n calibration rows. ' +
  'AUC and the TPR at a given FPR rank the test rows and use no threshold.';

function section(set: DataSetQuality): string {
  const promises = Object.keys(set.baselines);
  const lines = [
    `## ${set.data_set}`,
    '',
    `${set.split}. Learnt from ${set.train_rows} rows; measured with ${set.test_normal} normal and ${set.test_abnormal} abnormal ones.`,
    '',
    set.notes,
    '',
    ...markdownTable([
      ['detector', 'AUC', 'TPR at FPR 1/5/10 %', 'promised', 'F1', 'precision', 'recall', 'observed'],
      ...set.detectors.flatMap((detector) => promises.flatMap((promise) => detectorRow(detector, promise))),
      ...promises.flatMap((promise, i) => baselineRows(set, promise, i === 0)),
    ]),
    '',
    ...commitLines(set),
    ...set.detectors.flatMap((detector) => combinationLine(detector)),
    ...feedbackLines(set),
  ];
  return `${lines.join('\n').trimEnd()}\n`;
}

function detectorRow(detector: DetectorQuality, promise: string): string[][] {
  const at = detector.at[promise];
  if (at === undefined) return [];
  const { metrics, counts } = at;
  const tpr = ['0.01', '0.05', '0.1'].map((rate) => figure(detector.tpr_at_fpr[rate])).join(' / ');
  const range = at.f1_low === at.f1_high ? '' : ` [${figure(at.f1_low)}, ${figure(at.f1_high)}]`;
  const observed = `${counts.false_positives}/${metrics.normal} = ${percent(metrics.observed_rate)} [${percent(metrics.observed_low)}, ${percent(metrics.observed_high)}]`;
  const rate = `${percent(Number(promise))}${metrics.extrapolated ? ' (extrapolated)' : ''}`;
  const name = `**${nameOf(detector)}**`;
  return [
    [name, figure(detector.roc_auc, 4), tpr, rate, figure(metrics.f1) + range, figure(metrics.precision), figure(metrics.recall), observed],
  ];
}

/** The rules without a threshold once, the calibrated ones at each rate. */
function baselineRows(set: DataSetQuality, promise: string, all: boolean): string[][] {
  const entries = Object.entries(set.baselines[promise] ?? {}).filter(([name]) => all || name.startsWith('stide'));
  return entries.map(([name, metrics]) => {
    const rate = name.startsWith('stide') ? percent(Number(promise)) : '-';
    const observed = percent(metrics.false_positive_rate ?? 0);
    return [name, figure(metrics.roc_auc, 4), '', rate, figure(metrics.f1), figure(metrics.precision), figure(metrics.recall), observed];
  });
}

function commitLines({ detectors }: DataSetQuality): string[] {
  const commits = [...new Set(detectors.map(({ commit }) => commit))];
  const measured = (commit: string) => detectors.filter((one) => one.commit === commit).map(nameOf);
  return [`Measured ${commits.map((commit) => `at commit ${commit}: ${measured(commit).join('; ')}`).join('. Measured ')}.`, ''];
}

function combinationLine(detector: DetectorQuality): string[] {
  const arms = Object.entries(detector.arms).sort((a, b) => b[1].roc_auc - a[1].roc_auc);
  const [best] = arms;
  if (best === undefined || arms.length < 2) return [];
  const list = arms.map(([arm, { roc_auc }]) => `${arm} ${figure(roc_auc, 4)}`).join(', ');
  const verdict = detector.roc_auc >= best[1].roc_auc ? 'beats or equals' : 'loses to';
  return [`Combination of ${nameOf(detector)}: AUC ${figure(detector.roc_auc, 4)} ${verdict} its best arm (${list}).`, ''];
}

function feedbackLines(set: DataSetQuality): string[] {
  if (set.feedback === undefined) return [];
  const { detector, promised_rate, rows } = set.feedback;
  return [
    `Labelling false positives (${detector}, promised ${percent(promised_rate)} so that there are some; means of 10 random choices from the first half of the normal test rows, counted in the second half):`,
    '',
    ...markdownTable([
      [
        'labelled',
        'held back: no sequence or count vector in common with a labelled one',
        'the same after an exact allowlist',
        'all of the second half',
        'after an exact allowlist',
        'after labelling',
        'true positives lost',
      ],
      ...rows.map((row) => [
        String(row.labelled),
        `${row.held_back_before.toFixed(1)} -> ${row.held_back_after.toFixed(1)} (${percent(row.held_back_after / row.held_back_before - 1)})`,
        row.held_back_before.toFixed(1),
        String(row.before),
        row.after_allowlist.toFixed(1),
        row.after.toFixed(1),
        `${row.true_positives_lost.toFixed(1)} of ${row.true_positives_before}`,
      ]),
    ]),
    '',
  ];
}

function nameOf({ detector, options }: DetectorQuality): string {
  const { arms, ...others } = options;
  const told = [...(Array.isArray(arms) ? arms : []), ...Object.entries(others).map(([name, value]) => `${name}: ${String(value)}`)];
  return told.length === 0 ? detector : `${detector} (${told.join(', ')})`;
}

function figure(value: number | undefined, digits = 3): string {
  return value === undefined ? '' : value.toFixed(digits);
}

function percent(value: number): string {
  return `${Number((value * 100).toPrecision(3))} %`;
}
