import { VedetteError } from '../../core/index.ts';
import {
  type ClassifierGrid,
  type ClassReport,
  cleanFlows,
  evaluateFlows,
  type FlowEvaluation,
  leaveOneOut,
  predictedCounts,
  predictionCsv,
  readFlows,
} from '../../training/flows/index.ts';
import {
  flowDataOptions,
  type Rate,
  recalibrateFlowModel,
  type ScoredFlows,
  scoreFlowModel,
  trainFlowModel,
} from '../../training/index.ts';
import type { DataOptions } from '../commands/data-options.ts';
import type { CommonOptions } from '../options.ts';
import { print, printJson } from '../output.ts';
import { startProgress } from '../progress.ts';
import { tenantRegistry } from './registry.ts';
import { TrainingFolder } from './training-checkpoints.ts';
import { writeOutput } from './write-output.ts';

/** Predicted classes that are named on a terminal. */
const CLASSES = 8;
/** Kinds of mistakes shown on a terminal; JSON has the whole matrix. */
const MISTAKES = 10;

export interface RowTrainOptions extends CommonOptions, DataOptions {
  readonly name?: string;
  readonly promise: number;
  readonly promote?: boolean;
  readonly leaveOneOut?: boolean;
  readonly grid: ClassifierGrid;
}

export async function trainRows(detector: string, options: RowTrainOptions, given: Record<string, unknown>): Promise<void> {
  const json = options.output === 'json';
  const classifies = detector === 'flow-classifier';
  if (!classifies && Object.keys(options.grid).length > 0) {
    throw new VedetteError('USAGE', `--grid compares classifiers by their labels, ${detector} learns without any`, {
      hint: 'Leave it out, or train flow-classifier.',
    });
  }
  const progress = await startProgress(`Training ${detector}`, json);
  try {
    const table = await readFlows(options.data, {
      progress: (share) => progress.update(share * 0.3, 'reading'),
      ...labelColumn(options),
    });
    if ((classifies || options.leaveOneOut === true) && table.labels === undefined) {
      throw new VedetteError('USAGE', `${classifies ? detector : '--leave-one-out'} needs labelled flows`, {
        hint: 'Name the column of the labels with --label.',
      });
    }
    const name = options.name ?? detector;
    const checkpoints = new TrainingFolder(options, name);
    const draft = await trainFlowModel({
      detector,
      table,
      options: given,
      seed: options.seed,
      promise: options.promise,
      grid: options.grid,
      checkpoints,
      progress: (share) => progress.update(0.3 + share * 0.6, 'fitting'),
    });
    const { trained } = draft;
    const left =
      options.leaveOneOut === true
        ? await leaveOneOut(table, cleanFlows(table, flowDataOptions(given)), { seed: options.seed })
        : undefined;
    const { manifest, report } = trained;
    const registry = tenantRegistry(options);
    const version = await registry.saveModel(name, draft.info, draft.files);
    await checkpoints.remove();
    if (options.promote === true) await registry.promote(`${name}@${version.version}`);
    progress.stop();
    if (json) {
      const { split, cleaning, importance } = trained;
      printJson({
        model: `${name}@${version.version}`,
        ...version,
        split,
        cleaning,
        dropped: trained.encoding.dropped,
        importance,
        report,
        families: trained.families,
        evaluation: trained.evaluation,
        calibration: manifest.calibration,
        grid: trained.candidates.length === 0 ? undefined : trained.candidates,
        leave_one_out: left,
      });
      return;
    }
    print(`${name}@${version.version}: ${detector} learnt from ${manifest.data.rows.toLocaleString('en')} flows, split ${trained.split}.`);
    const { duplicates, unlabelled, infinite, attempted, damaged } = trained.cleaning;
    print(
      `  ${duplicates} duplicates${unlabelled > 0 ? ` and ${unlabelled} rows without a label` : ''} left out, ${infinite} infinite values taken for missing, ${attempted} attempted, ${damaged} damaged lines`,
    );
    for (const { options: tried, macro_f1, accuracy, log_loss } of trained.candidates) {
      print(
        `  tried ${JSON.stringify(tried)}: macro-F1 ${macro_f1.toFixed(4)}  accuracy ${accuracy.toFixed(4)}  log loss ${log_loss.toFixed(4)}, cross-validated on the training part`,
      );
    }
    if (report !== undefined) printReport(report, trained.families);
    if (trained.evaluation !== undefined) printHeldBack(trained.evaluation);
    const { rows, smallest_rate } = manifest.calibration;
    print(`  ${resolution({ promise: options.promise, calibration: { rows, smallest_rate } }, 'flows')}`);
    if (trained.importance.length > 0) {
      print(
        `  decides most: ${trained.importance
          .slice(0, 5)
          .map(([column, share]) => `${column} ${share.toFixed(2)}`)
          .join(', ')}`,
      );
    }
    for (const one of left?.families ?? []) {
      const found = Object.entries(one.methods).map(
        ([method, rates]) => `${method} ${rates.map(({ recall }) => recall.value.toFixed(2)).join('/')}`,
      );
      print(`  without ${one.family} (${one.flows} flows, ${one.windows} windows): ${found.join(', ')}`);
    }
    if (left !== undefined) print('  recall at a promised 0.1 % / 1 %, thresholds from benign flows alone');
  } finally {
    progress.stop();
  }
}

/** Flows have their labels in a column. */
function labelColumn({ label, labelFrom }: DataOptions): { label?: string } {
  if (label !== undefined) return { label };
  if (labelFrom === undefined) return {};
  if (labelFrom.startsWith('column:')) return { label: labelFrom.slice('column:'.length) };
  throw new VedetteError('USAGE', `labels of flows lie in a column, not in ${labelFrom}`, { hint: 'Write --label NAME.' });
}

/** `vedette train flow-classifier --recalibrate`: a new version with the same trees. */
export async function recalibrateRows(options: Omit<RowTrainOptions, 'grid'> & { readonly recalibrate: string }): Promise<void> {
  const registry = tenantRegistry(options);
  const loaded = await registry.loadModel(options.recalibrate);
  const draft = await recalibrateFlowModel(loaded, await readFlows(options.data, labelColumn(options)));
  const name = options.name ?? loaded.manifest.name;
  const version = await registry.saveModel(name, draft.info, draft.files);
  if (options.promote === true) await registry.promote(`${name}@${version.version}`);
  const { split, before, after } = draft;
  if (options.output === 'json') {
    printJson({ model: `${name}@${version.version}`, ...version, split, before, after });
    return;
  }
  print(`${name}@${version.version}: ${options.recalibrate} recalibrated on ${draft.info.data.rows} flows, split ${split}.`);
  for (const [when, report] of [
    ['before', before],
    ['after', after],
  ] as const) {
    print(
      `  ${when.padEnd(7)} accuracy ${report.accuracy.value.toFixed(4)}  calibration error ${report.calibration_error.toFixed(4)}  of ${report.rows} flows that did not recalibrate`,
    );
  }
}

async function scoreFlows(options: CommonOptions & DataOptions, reference: string, rate?: number): Promise<ScoredFlows> {
  const loaded = await tenantRegistry(options).loadModel(reference);
  const table = await readFlows(options.data, labelColumn(options));
  return scoreFlowModel(loaded, table, rate);
}

export async function scoreRows(options: CommonOptions & DataOptions & { model: string; out?: string; promise?: number }): Promise<void> {
  await writeScores(await scoreFlows(options, options.model, options.promise), 'flows', options);
}

/** Scores as CSV, on standard output or in `--out`, and what they come to. `what`: the rows, in the plural. */
export async function writeScores(
  scored: ScoredFlows,
  what: string,
  options: Pick<CommonOptions, 'output'> & { readonly out?: string },
): Promise<void> {
  const { model, predictions, report, promise, calibration, benign } = scored;
  const anomalous = predictions.filter((one) => one.anomalous).length;
  const summary = {
    model,
    rows: predictions.length,
    anomalous,
    promised_rate: promise,
    extrapolated: promise < calibration.smallest_rate,
    calibration,
    predicted: predictedCounts(predictions),
    ...(report && { accuracy: report.accuracy.value }),
  };
  if (options.out !== undefined) {
    await writeOutput(options.out, predictionCsv(predictions, scored));
    if (options.output === 'json') printJson({ ...summary, out: options.out });
    else {
      print(`${options.out}: ${summary.rows} ${what} scored by ${model}.`);
      if (scored.classifies) {
        const attacks = predictions.filter(({ predicted }) => predicted !== benign).length;
        const classes = Object.entries(summary.predicted).flatMap(([name, count]) => (name === benign ? [] : [`${name} ${count}`]));
        const most = `${classes.slice(0, CLASSES).join(', ')}${classes.length > CLASSES ? ', …' : ''}`;
        print(`  ${attacks} predicted attacks${attacks === 0 ? '' : `: ${most}`}, ${predictions.length - attacks} ${benign}`);
      }
      print(`  ${anomalous} above what ${promise} of benign ${what} reach; ${resolution(scored, what)}`);
      if (report !== undefined) print(`  accuracy ${report.accuracy.value.toFixed(4)} of ${report.rows} labelled ${what}`);
    }
  } else if (options.output === 'json') printJson({ ...summary, predictions });
  else for (const line of predictionCsv(predictions, scored)) process.stdout.write(line);
}

export async function evaluateRows(options: CommonOptions & DataOptions & { model: string; promise?: number }): Promise<void> {
  const scored = await scoreFlows(options, options.model, options.promise);
  const { model, predictions, report, families, promise, labelled, benign } = scored;
  if (!labelled) throw new VedetteError('DATA_INSUFFICIENT', 'these flows carry no label', { hint: 'Name its column with --label.' });
  const evaluation = evaluateFlows(scored);
  if (options.output === 'json') {
    printJson({ model, ...evaluation });
    return;
  }
  const { metrics, baselines } = evaluation;
  const known = predictions.filter(({ actual }) => actual !== undefined);
  const attacks = known.filter(({ actual }) => actual !== benign).length;
  print(`${model} on ${known.length} labelled flows, ${attacks} of them attacks`);
  print(
    `  precision ${metrics.precision.toFixed(4)}  recall ${metrics.recall.toFixed(4)}  F1 ${metrics.f1.toFixed(4)}  ROC-AUC ${metrics.roc_auc?.toFixed(4) ?? '-'}  PR-AUC ${metrics.pr_auc?.toFixed(4) ?? '-'}`,
  );
  print(
    `  alarms at a promised ${promise}: ${metrics.observed_rate.toFixed(4)} [${metrics.observed_low.toFixed(4)}, ${metrics.observed_high.toFixed(4)}] of benign flows, ${metrics.alarm_recall.toFixed(4)} of attacks`,
  );
  print(`  ${resolution(scored, 'flows')}`);
  if (report === undefined) printRecalls(evaluation);
  else printReport(report, families);
  for (const [name, baseline] of Object.entries(baselines)) {
    print(`  ${name.padEnd(24)} accuracy ${baseline.accuracy.toFixed(4)}  F1 ${baseline.f1.toFixed(4)}`);
  }
}

/** What the calibration can tell. */
function resolution(
  { promise, calibration, threshold }: Pick<ScoredFlows, 'promise' | 'calibration'> & Partial<Pick<ScoredFlows, 'threshold'>>,
  what: string,
): string {
  const { rows, smallest_rate: smallest } = calibration;
  const enough =
    promise >= smallest
      ? 'which resolve the promise'
      : `which resolve rates down to ${Number(smallest.toPrecision(2))} only: below, ${threshold === Number.POSITIVE_INFINITY ? 'no score is high enough; give a larger --promise' : 'the tail is extrapolated'}`;
  return `calibrated on ${rows} benign ${what}, ${enough}`;
}

/** Of a novelty model, rows it had not learnt from. */
function printHeldBack(evaluation: FlowEvaluation): void {
  const { metrics, baselines } = evaluation;
  print(
    `  ${metrics.rows} labelled flows not learnt from: ROC-AUC ${metrics.roc_auc?.toFixed(4) ?? '-'}  PR-AUC ${metrics.pr_auc?.toFixed(4) ?? '-'}  F1 ${metrics.f1.toFixed(4)} (everything an attack: ${baselines['everything an attack']?.f1.toFixed(4) ?? '-'})`,
  );
  print(
    `  alarms at a promised ${metrics.promised_rate}: ${metrics.observed_rate.toFixed(4)} [${metrics.observed_low.toFixed(4)}, ${metrics.observed_high.toFixed(4)}] of benign flows, ${metrics.alarm_recall.toFixed(4)} of attacks`,
  );
  printRecalls(evaluation);
}

function printRecalls({ per_class }: Pick<FlowEvaluation, 'per_class'>): void {
  for (const [label, { count, of, value, low, high }] of Object.entries(per_class as Readonly<Record<string, Rate>>)) {
    print(
      `    ${label.padEnd(28)} ${String(count).padStart(7)} of ${of} found, ${value.toFixed(3)} [${low.toFixed(3)}, ${high.toFixed(3)}]`,
    );
  }
}

function printReport(report: ClassReport, families?: ClassReport): void {
  const { accuracy, macro_f1, attack, calibration_error, per_class } = report;
  print(
    `  ${report.rows} flows: accuracy ${accuracy.value.toFixed(4)}  macro-F1 ${macro_f1.toFixed(4)}  attack F1 ${attack.f1.toFixed(4)}  calibration error ${calibration_error.toFixed(4)}`,
  );
  if (families !== undefined)
    print(`  by family: accuracy ${families.accuracy.value.toFixed(4)}  macro-F1 ${families.macro_f1.toFixed(4)}`);
  const most = Math.max(...Object.values(per_class).map(({ rows }) => rows));
  print(`  always the largest class: accuracy ${(most / report.rows).toFixed(4)}`);
  for (const [name, one] of Object.entries(per_class)) {
    print(
      `    ${name.padEnd(28)} ${String(one.rows).padStart(7)}  precision ${one.precision.toFixed(3)}  recall ${one.recall.toFixed(3)}  F1 ${one.f1.toFixed(3)}`,
    );
  }
  const classes = report.confusion.classes;
  print('  taken for another class (actual -> predicted):');
  const mistakes = classes.flatMap((actual, i) =>
    classes.flatMap((predicted, j) => (i === j ? [] : [{ actual, predicted, count: report.confusion.counts[i]?.[j] ?? 0 }])),
  );
  const worst = mistakes.filter(({ count }) => count > 0).sort((a, b) => b.count - a.count);
  for (const { actual, predicted, count } of worst.slice(0, MISTAKES)) print(`    ${actual} -> ${predicted}: ${count}`);
  if (worst.length === 0) print('    none');
}
