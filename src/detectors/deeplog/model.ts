import type { SequenceBatch } from '../../core/index.ts';
import type { Vocabulary } from '../sequence/vocabulary.ts';
import { ARMS, type Arm, type ArmScores } from './arms.ts';
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

/** The arms of rows [from, to), in nats except for `parameters`; surprises forgiven where labels say so. */
export async function scoreRows(
  model: DeepLogModel,
  config: DeepLogConfig,
  batch: SequenceBatch,
  from: number,
  to: number,
  wanted: readonly Arm[],
  overlay?: LabelOverlay,
): Promise<RowScores> {
  const { nats, rank, offsets } = await predictRows(model, config, batch, from, to);
  const rows = to - from;
  const arms: Partial<Record<Arm, Float64Array>> = Object.fromEntries(wanted.map((arm) => [arm, new Float64Array(rows)]));
  const unexpected = new Float64Array(rows);
  for (let row = 0; row < rows; row++) {
    const own = nats.subarray(offsets[row] as number, offsets[row + 1] as number);
    const forgiven = overlay?.forgive(batch, from + row, own) === true;
    let sum = 0;
    let squares = 0;
    let max = 0;
    let misses = 0;
    for (let i = 0; i < own.length; i++) {
      const value = own[i] as number;
      sum += value;
      squares += value * value;
      if (value > max) max = value;
      if ((rank[(offsets[row] as number) + i] as number) >= config.top) misses++;
    }
    set(arms, 'mean', row, own.length === 0 ? 0 : sum / own.length);
    set(arms, 'rms', row, own.length === 0 ? 0 : Math.sqrt(squares / own.length));
    set(arms, 'max', row, max);
    set(arms, 'end', row, config.endToken ? (own[own.length - 1] ?? 0) : 0);
    unexpected[row] = misses;
    // What labels forgive they forgive with its numbers: the row as a whole was judged.
    if (arms.parameters !== undefined) arms.parameters[row] = forgiven ? 0 : (model.parameters?.worst(batch, from + row)?.z ?? 0);
  }
  return { arms, unexpected };
}

/** The arms that a model to be trained has. */
export function armsFor(config: DeepLogConfig, model: DeepLogModel): Arm[] {
  return ARMS.filter((arm) =>
    arm === 'parameters' ? model.parameters !== undefined : config.arms.includes(arm) && (arm !== 'end' || config.endToken),
  );
}

/** The arms that a trained model has, whatever the configuration says by now: its calibration is of these. */
export function armsOf(calibration: ArmScores): Arm[] {
  return ARMS.filter((arm) => calibration[arm] !== undefined);
}

function set(arms: Partial<Record<Arm, Float64Array>>, arm: Arm, row: number, value: number): void {
  const column = arms[arm];
  if (column !== undefined) column[row] = value;
}
