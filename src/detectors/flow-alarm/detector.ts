import {
  type Detector,
  type Explanation,
  type FitProgress,
  type FitSummary,
  type GroupBatch,
  type LabelledRow,
  pack,
  type RowBatch,
  type ScoreBatch,
  selectGroups,
  VedetteError,
} from '../../core/index.ts';
import type { Scaler } from '../../ml/index.ts';
import { RowLabels } from '../rows/row-labels.ts';
import type { FlowAlarmConfig } from './config.ts';
import { encodeFlows, PLAIN_COLUMNS, rawValues } from './encode.ts';
import { explainWindow } from './explain.ts';
import { fitInThread } from './fit-thread.ts';
import { type FlowAlarmModel, latestWindows, scoreWindows, type Windows, windowsOf } from './model.ts';
import { packAlarm, unpackAlarm } from './pack-model.ts';

interface Learnt {
  readonly model: FlowAlarmModel;
  readonly kept: Windows;
}

/**
 * Score A of flows nobody labelled, over windows of a source and a destination: how surprising ordinary flows would find them
 * together. Learns again from the latest windows when it is told to.
 */
export class FlowAlarm implements Detector<GroupBatch> {
  readonly shape = 'groups';
  readonly #options: FlowAlarmConfig;
  readonly #seed: number;
  #learnt: Learnt | undefined;
  #overlay = new RowLabels([]);

  constructor(options: FlowAlarmConfig, random: () => number) {
    this.#options = options;
    this.#seed = Math.floor(random() * 2 ** 31);
  }

  async fit(batch: GroupBatch, progress: FitProgress = () => {}): Promise<FitSummary> {
    const windows = windowsOf(batch, rawValues(batch));
    const { model, statistics } = await fitInThread(windows, this.#options, this.#seed);
    const none: Windows = { raw: new Float32Array(0), offsets: new Int32Array(1) };
    this.#learnt = { model, kept: latestWindows(none, windows, this.#options.windows) };
    progress(1);
    return {
      rows: batch.rows,
      from: batch.start.reduce((low, time) => Math.min(low, time), Number.POSITIVE_INFINITY),
      to: batch.end.reduce((high, time) => Math.max(high, time), Number.NEGATIVE_INFINITY),
      calibration: statistics,
      metrics: { flows: windows.offsets.at(-1) as number, windows: batch.rows },
    };
  }

  async score(batch: GroupBatch): Promise<ScoreBatch> {
    const learnt = this.#learnt;
    if (learnt === undefined || batch.rows === 0) return { score: new Float64Array(batch.rows).fill(Number.NaN) };
    const { statistics } = await scoreWindows(learnt.model, windowsOf(batch, rawValues(batch)), this.#options.neighbours);
    const kept = this.#overlay.adjust(plainScaler(learnt.model), meansOf(batch), new Float64Array(batch.rows).fill(1));
    // below 0 a window is more ordinary than most, and gets more so
    return { score: statistics.map((own, row) => (own > 0 ? own * (kept[row] as number) : own - 1 + (kept[row] as number))) };
  }

  observe(_batch: GroupBatch): void {}

  async learn(batch: GroupBatch): Promise<void> {
    const learnt = this.#learnt;
    if (learnt === undefined) return;
    const kept = latestWindows(learnt.kept, windowsOf(batch, rawValues(batch)), this.#options.windows);
    const { model } = await fitInThread(kept, this.#options, this.#seed);
    this.#learnt = { model, kept };
  }

  async explain(batch: GroupBatch, row: number): Promise<Explanation> {
    const { model } = this.#required();
    const one = selectGroups(batch, [row]);
    const { z } = await scoreWindows(model, windowsOf(one, rawValues(one)), this.#options.neighbours);
    return explainWindow(model, one, z);
  }

  /** The mean flow of the window. */
  describe(batch: GroupBatch, row: number): Uint8Array {
    const { columns, values } = meansOf(selectGroups(batch, [row]));
    return pack({ columns }, { values });
  }

  applyLabels(labels: readonly LabelledRow[]): void {
    this.#overlay = new RowLabels(labels);
  }

  async snapshot(): Promise<Uint8Array> {
    const { model, kept } = this.#required();
    return packAlarm(model, kept);
  }

  async restore(snapshot: Uint8Array): Promise<void> {
    this.#learnt = unpackAlarm(snapshot);
  }

  #required(): Learnt {
    if (this.#learnt !== undefined) return this.#learnt;
    throw new VedetteError('MODEL_MISSING', 'the flow-alarm detector has learnt nothing yet', {
      hint: 'let it learn from ordinary flows first',
    });
  }
}

function plainScaler({ arms: { scaler } }: FlowAlarmModel): Scaler {
  return { mean: scaler.mean.subarray(0, PLAIN_COLUMNS.length), inverse: scaler.inverse.subarray(0, PLAIN_COLUMNS.length) };
}

/** The mean flow of each window, of what does not depend on the model. */
function meansOf(batch: GroupBatch): RowBatch {
  const encoded = encodeFlows(rawValues(batch));
  const width = PLAIN_COLUMNS.length;
  const values = new Float32Array(batch.rows * width);
  for (let row = 0; row < batch.rows; row++) {
    const [from, to] = [batch.offsets[row] as number, batch.offsets[row + 1] as number];
    for (let c = 0; c < width; c++) {
      let sum = 0;
      for (let member = from; member < to; member++) sum += encoded[member * width + c] as number;
      values[row * width + c] = to > from ? sum / (to - from) : 0;
    }
  }
  const { rows, keys, entities, start, end } = batch;
  return { shape: 'rows', rows, columns: PLAIN_COLUMNS, values, keys, entities, start, end };
}
