import { type RowBatch, VedetteError } from '../../core/index.ts';
import { type ClassifierModel, classifierOnnx, recalibrated } from '../../detectors/flow-classifier/model.ts';
import { RowDetector } from '../../detectors/rows/row-detector.ts';
import type { LoadedModel } from '../../registry/index.ts';
import type { ClassReport } from '../flows/class-report.ts';
import { cleanFlows } from '../flows/clean.ts';
import { encodeRows } from '../flows/encode.ts';
import type { FlowTable } from '../flows/flow-table.ts';
import { divideRows } from '../flows/split.ts';
import { reportsOf } from '../flows/train-flows.ts';
import type { ModelDraft } from './draft.ts';
import { openFlowModel } from './flow-model.ts';

export interface RecalibratedFlowModel extends ModelDraft {
  readonly split: string;
  /** Of the rows that did not recalibrate. */
  readonly before: ClassReport;
  readonly after: ClassReport;
}

const LEAST_ROWS = 50;

/** The same trees and weights with probabilities that fit newer labelled flows: the first 70 % move them, the rest measures. */
export async function recalibrateFlowModel(loaded: LoadedModel, table: FlowTable): Promise<RecalibratedFlowModel> {
  const { manifest, files } = loaded;
  const name = `${manifest.name}@${manifest.version}`;
  const { detector, encoding } = await openFlowModel(loaded, name);
  if (manifest.detector !== 'flow-classifier' || !(detector instanceof RowDetector)) {
    throw new VedetteError('MODEL_MISMATCH', `${name} is a ${manifest.detector} model, no flow-classifier`, {
      hint: 'Only a classifier has probabilities to recalibrate.',
    });
  }
  const model = detector.model as ClassifierModel;
  const cleaned = cleanFlows(table, { attempted: manifest.features.attempted === 'keep' ? 'keep' : 'benign' });
  const keep = new Set(cleaned.rows);
  const by = table.time.some(Number.isNaN) ? 'random' : 'time';
  const { train, test, how } = divideRows(table, cleaned.labels, by, 0.7, manifest.seed);
  const benign = model.classes[model.benign] as string;
  const labels = cleaned.labels.map((label) => (label === cleaned.benign ? benign : label));
  const batchOf = (rows: Int32Array): RowBatch =>
    encodeRows(
      table,
      encoding,
      Array.from(rows).filter((row) => keep.has(row)),
      labels,
    );
  const moving = batchOf(train.filter((row) => model.classes.includes(labels[row] as string)));
  const harmless = moving.labels?.filter((label) => label === benign).length ?? 0;
  if (moving.rows < LEAST_ROWS || harmless === 0) {
    throw new VedetteError(
      'DATA_INSUFFICIENT',
      `${moving.rows} flows of known classes, ${harmless} of them benign, are too few to recalibrate ${name}; ${LEAST_ROWS} with some benign are needed`,
      { hint: 'give more recent flows with labels' },
    );
  }
  const measured = batchOf(test);
  const { report: before } = await reportsOf(detector, model, measured);
  const numbers = Int32Array.from(moving.labels ?? [], (label) => model.classes.indexOf(label));
  const moved = await recalibrated(model, moving.values, numbers);
  detector.replace(moved);
  const { report: after } = await reportsOf(detector, moved, measured);
  const { score } = await detector.score(moving);
  const calibration = score.filter((_, row) => moving.labels?.[row] === benign);
  const { from = 0, to = 0, sha256 } = table.fingerprint;
  return {
    info: {
      detector: manifest.detector,
      seed: manifest.seed,
      data: { from, to, rows: moving.rows, sha256 },
      features: manifest.features,
      hyperParameters: manifest.hyperParameters,
      metrics: {
        accuracy: after.accuracy.value,
        macro_f1: after.macro_f1,
        attack_f1: after.attack.f1,
        calibration_error: after.calibration_error,
        calibration_error_before: before.calibration_error,
      },
      calibration: { ...manifest.calibration, rows: calibration.length, smallest_rate: 1 / (calibration.length + 1), recalibrates: name },
    },
    files: {
      ...files,
      'model.bin': await detector.snapshot(),
      'calibration.bin': new Uint8Array(calibration.slice().buffer),
      'classifier.onnx': classifierOnnx(moved),
    },
    split: how,
    before,
    after,
  };
}
