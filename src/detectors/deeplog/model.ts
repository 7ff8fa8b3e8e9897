import type { SequenceBatch } from '../../core/index.ts';
import type { Vocabulary } from '../sequence/vocabulary.ts';
import type { Arm, ArmScores } from './arms.ts';
import type { DeepLogConfig } from './config.ts';
import type { NextEvent } from './next-event.ts';
import type { LabelOverlay } from './overlay.ts';
import type { ParameterModel } from './parameters.ts';
import { windowsOf } from './windows.ts';

/** Symbols the network keeps free for events first met by `learn`. */
export const SPARE_SYMBOLS = 16;

export interface DeepLogModel {
  readonly vocabulary: Vocabulary;
  readonly network: NextEvent;
  readonly parameters: ParameterModel | undefined;
}

/** Surprise (nats) and rank of every position of every row; row i owns offsets[i] .. offsets[i + 1]. */
export interface RowPredictions {
  readonly nats: Float32Array;
  readonly rank: Int32Array;
  readonly offsets: Int32Array;
}

export async function predictRows(
  model: DeepLogModel,
  config: DeepLogConfig,
  batch: SequenceBatch,
  from: number,
  to: number,
): Promise<RowPredictions> {
  const windows = windowsOf(model.vocabulary.encode(batch, from, to, false), config.history, config.endToken);
  return { ...(await model.network.predict(windows)), offsets: windows.offsets };
}

export interface RowScores {
  readonly arms: ArmScores;
  /** Events outside the `top` most probable next ones. */
  readonly unexpected: Float64Array;
}

/** The arms of rows [from, to), surprises forgiven where labels say so. */
export async function scoreRows(
  model: DeepLogModel,
  config: DeepLogConfig,
  batch: SequenceBatch,
  from: number,
  to: number,
  overlay?: LabelOverlay,
): Promise<RowScores> {
  const { nats, rank, offsets } = await predictRows(model, config, batch, from, to);
  const rows = to - from;
  const arms = armsFor(config, model, rows);
  const unexpected = new Float64Array(rows);
  for (let row = 0; row < rows; row++) {
    const own = nats.subarray(offsets[row] as number, offsets[row + 1] as number);
    const forgiven = overlay?.forgive(batch, from + row, own) === true;
    let sum = 0;
    let max = 0;
    let misses = 0;
    for (let i = 0; i < own.length; i++) {
      const value = own[i] as number;
      sum += value;
      if (value > max) max = value;
      if ((rank[(offsets[row] as number) + i] as number) >= config.top) misses++;
    }
    set(arms, 'mean', row, own.length === 0 ? 0 : sum / own.length);
    set(arms, 'max', row, max);
    set(arms, 'end', row, config.endToken ? (own[own.length - 1] ?? 0) : 0);
    unexpected[row] = misses;
    // What labels forgive they forgive with its numbers: the row as a whole was judged.
    if (arms.parameters !== undefined) arms.parameters[row] = forgiven ? 0 : (model.parameters?.worst(batch, from + row)?.z ?? 0);
  }
  return { arms, unexpected };
}

function armsFor(config: DeepLogConfig, model: DeepLogModel, rows: number): Partial<Record<Arm, Float64Array>> {
  return {
    mean: new Float64Array(rows),
    max: new Float64Array(rows),
    ...(config.endToken ? { end: new Float64Array(rows) } : {}),
    ...(model.parameters === undefined ? {} : { parameters: new Float64Array(rows) }),
  };
}

function set(arms: Partial<Record<Arm, Float64Array>>, arm: Arm, row: number, value: number): void {
  const column = arms[arm];
  if (column !== undefined) column[row] = value;
}
