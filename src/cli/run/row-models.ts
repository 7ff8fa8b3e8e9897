import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { VedetteError } from '../../core/index.ts';
import { type ClassReport, cleanFlows, leaveOneOut, predictionCsv, readFlows } from '../../training/flows/index.ts';
import { alarmRates, flowDataOptions, type ScoredFlows, scoreFlowModel, trainFlowModel } from '../../training/index.ts';
import type { DataOptions } from '../commands/data-options.ts';
import type { CommonOptions } from '../options.ts';
import { print, printJson } from '../output.ts';
import { startProgress } from '../progress.ts';
import { tenantRegistry } from './registry.ts';

export interface RowTrainOptions extends CommonOptions, DataOptions {
  readonly name?: string;
  readonly promise: number;
  readonly promote?: boolean;
  readonly leaveOneOut?: boolean;
}

export async function trainRows(detector: string, options: RowTrainOptions, given: Record<string, unknown>): Promise<void> {
  const json = options.output === 'json';
  const progress = await startProgress(`Training ${detector}`, json);
  try {
    const table = await readFlows(options.data, {
      progress: (share) => progress.update(share * 0.3, 'reading'),
      ...(options.label === undefined ? {} : { label: options.label }),
    });
    const draft = await trainFlowModel({
      detector,
      table,
      options: given,
      seed: options.seed,
      promise: options.promise,
      progress: (share) => progress.update(0.3 + share * 0.6, 'fitting'),
    });
    const { trained } = draft;
    const left =
      options.leaveOneOut === true
        ? await leaveOneOut(table, cleanFlows(table, flowDataOptions(given)), { seed: options.seed })
        : undefined;
    const { manifest, report } = trained;
    const name = options.name ?? detector;
    const registry = tenantRegistry(options);
    const version = await registry.saveModel(name, draft.info, draft.files);
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
        leave_one_out: left,
      });
      return;
    }
    print(`${name}@${version.version}: ${detector} learnt from ${manifest.data.rows.toLocaleString('en')} flows, split ${trained.split}.`);
    const { duplicates, infinite, attempted, damaged } = trained.cleaning;
    print(
      `  ${duplicates} duplicates left out, ${infinite} infinite values taken for missing, ${attempted} attempted, ${damaged} damaged lines`,
    );
    if (report !== undefined) printReport(report);
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
    if (left !== undefined) print('  recall at a promised 0.1 % / 1 %');
  } finally {
    progress.stop();
  }
}

async function scoreFlows(options: CommonOptions & DataOptions, reference: string, rate?: number): Promise<ScoredFlows> {
  const loaded = await tenantRegistry(options).loadModel(reference);
  const table = await readFlows(options.data, options.label === undefined ? {} : { label: options.label });
  return scoreFlowModel(loaded, table, rate);
}

export async function scoreRows(options: CommonOptions & DataOptions & { model: string; out?: string }): Promise<void> {
  const { model, predictions, report, promise } = await scoreFlows(options, options.model);
  const anomalous = predictions.filter((one) => one.anomalous).length;
  const summary = {
    model,
    rows: predictions.length,
    anomalous,
    promised_rate: promise,
    ...(report && { accuracy: report.accuracy.value }),
  };
  if (options.out !== undefined) {
    await pipeline(Readable.from(predictionCsv(predictions)), createWriteStream(options.out));
    if (options.output === 'json') printJson({ ...summary, out: options.out });
    else {
      print(`${options.out}: ${summary.rows} flows scored by ${model}, ${anomalous} anomalous at a promised ${promise}.`);
      if (report !== undefined) print(`  accuracy ${report.accuracy.value.toFixed(4)} of ${report.rows} labelled flows`);
    }
  } else if (options.output === 'json') printJson({ ...summary, predictions });
  else for (const line of predictionCsv(predictions)) process.stdout.write(line);
}

export async function evaluateRows(options: CommonOptions & DataOptions & { model: string; promise?: number }): Promise<void> {
  const scored = await scoreFlows(options, options.model, options.promise);
  const { model, predictions, report, promise, labelled, benign } = scored;
  if (!labelled) throw new VedetteError('DATA_INSUFFICIENT', 'these flows carry no label', { hint: 'Name its column with --label.' });
  const alarms = alarmRates(scored);
  const attacks = predictions.filter(({ actual }) => actual !== benign);
  if (options.output === 'json') {
    printJson({ model, rows: predictions.length, alarms, report });
    return;
  }
  print(`${model} on ${predictions.length} flows, ${attacks.length} of them attacks`);
  print(`  false alarms: promised ${promise}, observed ${alarms.observed_rate.toFixed(4)}; attacks found ${alarms.recall.toFixed(4)}`);
  if (report !== undefined) printReport(report);
}

function printReport(report: ClassReport): void {
  const { accuracy, macro_f1, attack, calibration_error, per_class } = report;
  print(
    `  ${report.rows} flows: accuracy ${accuracy.value.toFixed(4)}  macro-F1 ${macro_f1.toFixed(4)}  attack F1 ${attack.f1.toFixed(4)}  calibration error ${calibration_error.toFixed(4)}`,
  );
  const most = Math.max(...Object.values(per_class).map(({ rows }) => rows));
  print(`  always the largest class: accuracy ${(most / report.rows).toFixed(4)}`);
  for (const [name, one] of Object.entries(per_class)) {
    print(
      `    ${name.padEnd(28)} ${String(one.rows).padStart(7)}  precision ${one.precision.toFixed(3)}  recall ${one.recall.toFixed(3)}  F1 ${one.f1.toFixed(3)}`,
    );
  }
}
