import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { SequenceBatch } from '../../core/index.ts';
import { detectors } from '../../detectors/index.ts';
import { isNormal } from '../data.ts';
import { type Evaluation, evaluateScores } from '../evaluate.ts';
import { scoreData } from '../score.ts';
import { trainDetector } from '../train.ts';
import { type FeedbackRow, measureFeedback } from './feedback.ts';
import { PROTOCOLS, type Protocol } from './protocols.ts';

export interface DetectorQuality {
  readonly detector: string;
  readonly options: Readonly<Record<string, unknown>>;
  /** What it was measured at. */
  readonly commit: string;
  readonly fit: Readonly<Record<string, number>>;
  readonly roc_auc: number;
  readonly arms: Evaluation['arms'];
  /** True-positive rate where the given share of the normal test rows is flagged: a point of the ROC curve, no threshold. */
  readonly tpr_at_fpr: Readonly<Record<string, number>>;
  /** By promised rate; F1's range is that of the false positives' 95 % interval. */
  readonly at: Readonly<Record<string, Omit<Evaluation, 'arms' | 'baselines'> & { readonly f1_low: number; readonly f1_high: number }>>;
}

export interface DataSetQuality {
  readonly data_set: string;
  readonly split: string;
  readonly notes: string;
  readonly train_rows: number;
  readonly test_normal: number;
  readonly test_abnormal: number;
  readonly detectors: readonly DetectorQuality[];
  /** By promised rate, then by name. */
  readonly baselines: Readonly<Record<string, Evaluation['baselines']>>;
  readonly feedback?: { readonly detector: string; readonly promised_rate: number; readonly rows: readonly FeedbackRow[] };
}

export interface SequenceQuality {
  readonly data_sets: readonly DataSetQuality[];
  readonly skipped: readonly string[];
}

export interface SequenceQualityOptions {
  /** Folder of the data sets. */
  readonly folder: string;
  readonly commit: string;
  readonly only?: readonly string[];
  /** Default: sequence, pca and, where it is built, deeplog. */
  readonly detectors?: readonly string[];
  readonly log?: (line: string) => void;
}

/** Data sets whose labelling experiment is part of the table; the rate is loose so that there are false alarms to label. */
const FEEDBACK: Readonly<Record<string, number>> = { HDFS: 0.05, OpenStack: 0.05 };

/** Traces are cut out of running processes: wholes, their ends and single rare events mean little there, so only how likely the events are after those before them counts. */
export const TRACE_OPTIONS: Readonly<Record<string, readonly Readonly<Record<string, unknown>>[]>> = {
  sequence: [15, 12, 16, 8].map((order) => ({ arms: ['language-model', 'language-model-rms'], order, countOnce: order > 8 })),
  deeplog: [{ arms: ['mean', 'rms'] }],
};

/** Every detector of sequences on every data set that is there, beside trivial baselines. Deterministic. */
export async function sequenceQuality(options: SequenceQualityOptions): Promise<SequenceQuality> {
  const sets: DataSetQuality[] = [];
  const skipped: string[] = [];
  for (const protocol of PROTOCOLS) {
    if (options.only !== undefined && !options.only.includes(protocol.name)) continue;
    const absent = protocol.needs.filter((file) => !existsSync(join(options.folder, file)));
    if (absent.length > 0) skipped.push(`${protocol.name}: ${absent.join(', ')} is absent`);
    else sets.push(await dataSetQuality(protocol, options));
  }
  return { data_sets: sets, skipped };
}

async function dataSetQuality(protocol: Protocol, options: SequenceQualityOptions): Promise<DataSetQuality> {
  const { train, test } = await protocol.load(options.folder);
  const baselines: Record<string, Evaluation['baselines']> = {};
  const found: DetectorQuality[] = [];
  let feedback: DataSetQuality['feedback'];
  const labels = test.labels ?? [];
  for (const { name, detectorOptions } of variants(protocol, options)) {
    const started = performance.now();
    const trained = await trainDetector<SequenceBatch>({ detector: name, data: train, options: detectorOptions, seed: 1 });
    const { calibration, metrics } = trained.summary;
    const at: Record<string, DetectorQuality['at'][string]> = {};
    let first: Evaluation | undefined;
    let tprAtFpr: Record<string, number> = {};
    for (const promise of protocol.promises) {
      const base = { data: test, promise, normalWeight: protocol.normalWeight };
      const scored = await scoreData({ ...base, detector: trained.detector, calibration });
      const known = baselines[String(promise)] !== undefined;
      const evaluation = evaluateScores(scored, labels, known ? base : { ...base, trainedOn: train.batch });
      if (!known) baselines[String(promise)] = evaluation.baselines;
      const { arms: _arms, baselines: _baselines, ...rest } = evaluation;
      at[String(promise)] = { ...rest, ...f1Range(evaluation) };
      first ??= evaluation;
      tprAtFpr = ratesAt(scored.score, labels, [0.01, 0.05, 0.1]);
    }
    found.push({
      detector: name,
      options: detectorOptions,
      commit: options.commit,
      fit: metrics,
      roc_auc: first?.metrics.roc_auc ?? 0,
      arms: first?.arms ?? {},
      tpr_at_fpr: tprAtFpr,
      at,
    });
    const promise = FEEDBACK[protocol.name];
    if (name === 'sequence' && promise !== undefined) {
      feedback = {
        detector: name,
        promised_rate: promise,
        rows: await measureFeedback({ detector: trained.detector, calibration, test, promise }),
      };
    }
    options.log?.(`${protocol.name} ${name} ${JSON.stringify(detectorOptions)}: ${((performance.now() - started) / 1000).toFixed(1)} s`);
  }
  const normal = labels.filter(isNormal).length;
  return {
    data_set: protocol.name,
    split: protocol.split,
    notes: protocol.notes,
    train_rows: train.batch.rows,
    test_normal: normal,
    test_abnormal: labels.length - normal,
    detectors: found,
    baselines,
    ...(feedback === undefined ? {} : { feedback }),
  };
}

function variants(protocol: Protocol, options: SequenceQualityOptions): { name: string; detectorOptions: Record<string, unknown> }[] {
  const names = options.detectors ?? ['sequence', 'pca', 'deeplog'].filter((name) => Object.hasOwn(detectors, name));
  return names.flatMap((name) => {
    const plain = { name, detectorOptions: {} };
    const traces = protocol.kind === 'traces' ? (TRACE_OPTIONS[name] ?? []) : [];
    return [...traces.map((detectorOptions) => ({ name, detectorOptions })), plain];
  });
}

/** F1 at the ends of the false positives' interval; the abnormal rows are complete. */
function f1Range({ metrics, counts, normal_weight }: Evaluation): { f1_low: number; f1_high: number } {
  const f1 = (rate: number) =>
    (2 * counts.true_positives) / (counts.true_positives + metrics.abnormal + rate * metrics.normal * normal_weight);
  return { f1_low: f1(metrics.observed_high), f1_high: f1(metrics.observed_low) };
}

/** Share of the abnormal rows above the score that the given shares of the normal ones exceed. */
export function ratesAt(score: Float64Array, labels: readonly string[], rates: readonly number[]): Record<string, number> {
  const normal = score.filter((_, row) => isNormal(labels[row] as string)).sort();
  const abnormal = score.filter((_, row) => !isNormal(labels[row] as string));
  return Object.fromEntries(
    rates.map((rate) => {
      const threshold = normal[Math.max(0, normal.length - 1 - Math.floor(rate * normal.length))] as number;
      return [String(rate), abnormal.filter((value) => value > threshold).length / abnormal.length];
    }),
  );
}
