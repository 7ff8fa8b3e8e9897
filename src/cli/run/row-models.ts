import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { calibrate, pValuesOf, scoreAtRate } from '../../alerts/index.ts';
import { type Detector, type RowBatch, VedetteError } from '../../core/index.ts';
import {
  type ClassReport,
  classReport,
  cleanFlows,
  encodeRows,
  encodingSchema,
  leaveOneOut,
  predictionCsv,
  predictionsOf,
  readFlows,
  type SplitBy,
  trainFlows,
} from '../../training/flows/index.ts';
import { createDetector } from '../../training/index.ts';
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

/** Options of the data rather than of the detector, given the same way. */
const DATA_KEYS = ['homeNetworks', 'destinationPort', 'attempted', 'split', 'drop'] as const;

export async function trainRows(detector: string, options: RowTrainOptions, given: Record<string, unknown>): Promise<void> {
  const json = options.output === 'json';
  const progress = await startProgress(`Training ${detector}`, json);
  try {
    const table = await readFlows(options.data, {
      progress: (share) => progress.update(share * 0.3, 'reading'),
      ...(options.label === undefined ? {} : { label: options.label }),
    });
    const own = Object.fromEntries(Object.entries(given).filter(([key]) => !(DATA_KEYS as readonly string[]).includes(key)));
    const trained = await trainFlows(table, {
      detector,
      options: own,
      seed: options.seed,
      ...dataOptions(given),
      progress: (share) => progress.update(0.3 + share * 0.6, 'fitting'),
    });
    const left =
      options.leaveOneOut === true ? await leaveOneOut(table, cleanFlows(table, dataOptions(given)), { seed: options.seed }) : undefined;
    const { manifest, report } = trained;
    const name = options.name ?? detector;
    const { from = 0, to = 0, sha256 } = table.fingerprint;
    const registry = tenantRegistry(options);
    const version = await registry.saveModel(
      name,
      {
        detector,
        seed: options.seed,
        data: { from, to, rows: manifest.data.rows, sha256 },
        features: { flows: trained.encoding },
        hyperParameters: manifest.hyperparameters as Record<string, unknown>,
        metrics: {
          ...manifest.metrics,
          ...(report && {
            accuracy: report.accuracy.value,
            macro_f1: report.macro_f1,
            attack_f1: report.attack.f1,
            calibration_error: report.calibration_error,
          }),
        },
        calibration: { ...manifest.calibration, promised_rate: options.promise },
      },
      {
        'model.bin': await trained.detector.snapshot(),
        'calibration.bin': new Uint8Array(trained.summary.calibration.slice().buffer),
        ...(trained.onnx && { 'classifier.onnx': trained.onnx }),
      },
    );
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

function dataOptions(given: Record<string, unknown>): {
  homeNetworks?: string[];
  destinationPort?: boolean;
  attempted?: 'keep' | 'benign';
  split?: SplitBy;
  drop?: string[];
} {
  const list = (value: unknown) => (Array.isArray(value) ? value.map(String) : String(value).split(','));
  const { homeNetworks, destinationPort, attempted, split, drop } = given;
  if (attempted !== undefined && attempted !== 'keep' && attempted !== 'benign') throw wrong('attempted', attempted, 'keep or benign');
  if (split !== undefined && split !== 'time' && split !== 'random' && split !== 'hash')
    throw wrong('split', split, 'time, random or hash');
  return {
    ...(homeNetworks !== undefined && { homeNetworks: list(homeNetworks) }),
    ...(drop !== undefined && { drop: list(drop) }),
    ...(destinationPort !== undefined && { destinationPort: destinationPort === true }),
    ...(attempted !== undefined && { attempted }),
    ...(split !== undefined && { split }),
  };
}

function wrong(option: string, value: unknown, allowed: string): VedetteError {
  return new VedetteError('USAGE', `--option ${option}=${value} is none`, { hint: `Write ${allowed}.` });
}

interface ScoredFlows {
  readonly model: string;
  readonly batch: RowBatch;
  readonly labelled: boolean;
  readonly predictions: ReturnType<typeof predictionsOf>;
  readonly report?: ClassReport;
  readonly promise: number;
  readonly benign: string;
}

async function scoreFlows(options: CommonOptions & DataOptions, reference: string, rate?: number): Promise<ScoredFlows> {
  const { manifest, files } = await tenantRegistry(options).loadModel(reference);
  const model = `${manifest.name}@${manifest.version}`;
  const state = files['model.bin'];
  const calibration = files['calibration.bin'];
  const encoding = encodingSchema.safeParse(manifest.features.flows);
  if (state === undefined || calibration === undefined || !encoding.success) {
    throw new VedetteError('MODEL_MISMATCH', `${model} holds no model of flows`, { hint: 'Train it again with `vedette train`.' });
  }
  const { detector } = await createDetector(manifest.detector, manifest.hyperParameters, manifest.seed);
  await detector.restore(state);
  const table = await readFlows(options.data, options.label === undefined ? {} : { label: options.label });
  const cleaned = cleanFlows(table, { attempted: 'benign' });
  const labels = table.labels === undefined ? undefined : cleaned.labels;
  const every = Array.from({ length: table.rows }, (_, row) => row);
  const batch = encodeRows(table, encoding.data, every, labels);
  const scored = await (detector as unknown as Detector<RowBatch>).score(batch);
  const promise = rate ?? Number(manifest.calibration.promised_rate ?? 0.001);
  const normal = calibrate(new Float64Array(calibration.slice().buffer));
  const { pValue } = pValuesOf(normal, scored.score);
  const predictions = predictionsOf(scored, batch.keys, pValue, scoreAtRate(normal, promise).score, labels);
  const { classes, probabilities } = scored;
  const common = { model, batch, labelled: labels !== undefined, predictions, promise, benign: cleaned.benign };
  if (labels === undefined || classes === undefined || probabilities === undefined) return common;
  const names = [...new Set([...classes, ...labels])];
  const wide = new Float64Array(batch.rows * names.length);
  for (let row = 0; row < batch.rows; row++) {
    wide.set(probabilities.subarray(row * classes.length, (row + 1) * classes.length), row * names.length);
  }
  const actual = Int32Array.from(labels, (label) => names.indexOf(label));
  return { ...common, report: classReport(wide, actual, names, names.indexOf(cleaned.benign)) };
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
  const { model, predictions, report, promise, labelled, benign } = await scoreFlows(options, options.model, options.promise);
  if (!labelled) throw new VedetteError('DATA_INSUFFICIENT', 'these flows carry no label', { hint: 'Name its column with --label.' });
  const quiet = predictions.filter(({ actual }) => actual === benign);
  const attacks = predictions.filter(({ actual }) => actual !== benign);
  const share = (list: typeof predictions) => (list.length === 0 ? 0 : list.filter((one) => one.anomalous).length / list.length);
  const alarms = { promised_rate: promise, observed_rate: share(quiet), recall: share(attacks) };
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
