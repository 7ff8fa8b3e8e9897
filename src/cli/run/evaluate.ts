import { VedetteError } from '../../core/index.ts';
import { evaluateModel, readSequenceData } from '../../training/index.ts';
import type { DataOptions } from '../commands/data-options.ts';
import type { CommonOptions } from '../options.ts';
import { note, print, printJson } from '../output.ts';
import { startProgress } from '../progress.ts';
import { isRowModel, loadModel } from './load-model.ts';
import { parsingOptions } from './parsing-options.ts';
import { tenantRegistry } from './registry.ts';
import { beyondResolution } from './resolution.ts';
import { evaluateRows } from './row-models.ts';
import { withSpooledData } from './spooled-inputs.ts';

export interface EvaluateCommandOptions extends CommonOptions, DataOptions {
  readonly model?: string;
  readonly detector?: string;
  readonly learn?: number;
  readonly labels?: string;
  readonly promise?: number;
  readonly trainedOn?: readonly string[];
}

export async function evaluate(options: EvaluateCommandOptions): Promise<void> {
  await withSpooledData(options, evaluateFrom);
}

async function evaluateFrom(options: EvaluateCommandOptions): Promise<void> {
  if (options.detector !== undefined) {
    await (await import('./evaluate-series.ts')).evaluateDetector(options.detector, options);
    return;
  }
  if (options.model === undefined) {
    throw new VedetteError('USAGE', 'nothing to evaluate was named', {
      hint: 'Give --model NAME, or --detector NAME for labelled readings.',
    });
  }
  const { manifest } = await tenantRegistry(options).loadModel(options.model);
  if (manifest.detector === 'forecast') await (await import('./evaluate-series.ts')).evaluateForecastModel(options.model, options);
  else if (await isRowModel(options, options.model)) await evaluateRows({ ...options, model: options.model });
  else await evaluateSessions({ ...options, model: options.model });
}

async function evaluateSessions(options: EvaluateCommandOptions & { readonly model: string }): Promise<void> {
  const json = options.output === 'json';
  const progress = await startProgress('Evaluating', json);
  try {
    const model = await loadModel(options, options.model);
    const reading = (share: number): void => progress.update(share * 0.5, 'reading');
    const data = await readSequenceData({ ...options, parsing: await parsingOptions(options, options.format) }, reading, model);
    const trainedOn = options.trainedOn === undefined ? undefined : await readSequenceData({ data: options.trainedOn }, reading, model);
    const evaluation = await evaluateModel({
      detector: model.detector,
      calibration: model.calibration,
      data,
      promise: options.promise ?? model.promise,
      ...(trainedOn === undefined ? {} : { trainedOn: trainedOn.batch }),
    });
    progress.stop();
    if (json) {
      printJson({ model: model.name, ...evaluation });
      return;
    }
    const { metrics } = evaluation;
    const figure = (value: number | undefined): string => (value === undefined || Number.isNaN(value) ? '-' : value.toFixed(4));
    print(`${model.name} on ${metrics.rows} sessions, ${metrics.abnormal} of them abnormal`);
    print(
      `  precision ${figure(metrics.precision)}  recall ${figure(metrics.recall)}  F1 ${figure(metrics.f1)}  ROC-AUC ${figure(metrics.roc_auc)}  PR-AUC ${figure(metrics.pr_auc)}`,
    );
    print(
      `  false alarms: promised ${metrics.promised_rate}, observed ${figure(metrics.observed_rate)} [${figure(metrics.observed_low)}, ${figure(metrics.observed_high)}]${metrics.extrapolated ? ', extrapolated' : ''}`,
    );
    if (metrics.extrapolated) note(beyondResolution());
    for (const [label, found] of Object.entries(evaluation.per_class)) print(`  ${label}: ${JSON.stringify(found)}`);
    print('  beside trivial rules:');
    for (const [name, baseline] of Object.entries(evaluation.baselines)) {
      print(
        `    ${name.padEnd(24)} F1 ${figure(baseline.f1)}  recall ${figure(baseline.recall)}  false alarms ${figure(baseline.false_positive_rate)}`,
      );
    }
  } finally {
    progress.stop();
  }
}
