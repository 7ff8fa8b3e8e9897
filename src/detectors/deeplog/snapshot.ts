import { z } from 'zod';
import { type PackedArray, pack, unpack, VedetteError } from '../../core/index.ts';
import type { TrainingData } from '../../ml/index.ts';
import { Vocabulary } from '../sequence/vocabulary.ts';
import { ARMS, type Arm, type ArmScores } from './arms.ts';
import { type DeepLogConfig, config as schema } from './config.ts';
import { armsOf, type DeepLogModel } from './model.ts';
import { NextEvent } from './next-event.ts';
import { ParameterModel } from './parameters.ts';

export interface DeepLogState {
  readonly model: DeepLogModel;
  /** Weights the network was made from, for further learning. */
  readonly theta: Float32Array;
  /** Training windows kept, so that further learning does not forget. */
  readonly replay: TrainingData;
  /** Arm scores of normal rows, each made by a network that had not seen the row; in the order they came. */
  readonly calibration: ArmScores;
  /** Readable text of each known event, in the order of the vocabulary. */
  readonly texts: readonly string[];
  readonly rows: number;
  readonly from: number;
  readonly to: number;
}

const header = z.strictObject({
  kind: z.literal('deeplog'),
  version: z.literal(2),
  config: schema,
  arms: z.array(z.enum(ARMS)),
  vocabulary: z.array(z.string()),
  limit: z.int(),
  symbols: z.int(),
  texts: z.array(z.string()),
  rows: z.int(),
  parameters: z.array(z.tuple([z.string(), z.int(), z.array(z.number())])).nullable(),
});

/** `network.onnx` in the pack is the inference model itself: any ONNX runtime opens it. */
export function snapshotModel(config: DeepLogConfig, state: DeepLogState): Uint8Array {
  const { model, replay } = state;
  const arrays: Record<string, PackedArray> = {
    'network.onnx': model.network.model,
    theta: state.theta,
    'replay.inputs': replay.inputs as Int32Array,
    'replay.targets': replay.targets as Int32Array,
    'replay.weights': replay.weights ?? new Float32Array(replay.rows).fill(1),
    span: Float64Array.of(state.from, state.to),
  };
  for (const arm of ARMS) {
    const scores = state.calibration[arm];
    if (scores !== undefined) arrays[`calibration.${arm}`] = scores;
  }
  return pack(
    {
      kind: 'deeplog',
      version: 2,
      config,
      arms: armsOf(state.calibration),
      vocabulary: model.vocabulary.ids,
      limit: model.vocabulary.limit,
      symbols: model.network.symbols,
      texts: state.texts,
      rows: state.rows,
      parameters: model.parameters?.state() ?? null,
    },
    arrays,
  );
}

export function restoreModel(config: DeepLogConfig, bytes: Uint8Array): DeepLogState {
  const packed = unpack(bytes);
  const parsed = header.safeParse(packed.header);
  if (!parsed.success) {
    throw new VedetteError('MODEL_MISMATCH', 'the snapshot is not of a deeplog detector of this version', {
      hint: 'train the model again',
      cause: parsed.error,
    });
  }
  const learnt = parsed.data;
  for (const key of ['cell', 'history', 'layers', 'units', 'embedding', 'endToken'] as const) {
    if (config[key] === learnt.config[key]) continue;
    throw new VedetteError(
      'MODEL_MISMATCH',
      `the model was trained with ${key}: ${learnt.config[key]}, the configuration says ${config[key]}`,
      {
        hint: `set ${key} as it was, or train again`,
      },
    );
  }
  const calibration: Partial<Record<Arm, Float64Array>> = {};
  for (const arm of ARMS) {
    if (learnt.arms.includes(arm)) calibration[arm] = packed.float64(`calibration.${arm}`).slice();
  }
  let parameters: ParameterModel | undefined;
  if (learnt.parameters !== null) {
    parameters = new ParameterModel();
    parameters.load(learnt.parameters);
  }
  const targets = packed.int32('replay.targets').slice();
  const [from, to] = packed.float64('span');
  return {
    model: {
      vocabulary: new Vocabulary(learnt.limit, learnt.vocabulary),
      network: new NextEvent(packed.uint8('network.onnx').slice(), config.history, learnt.symbols),
      parameters,
    },
    theta: packed.float32('theta').slice(),
    replay: {
      rows: targets.length,
      inputs: packed.int32('replay.inputs').slice(),
      targets,
      weights: packed.float32('replay.weights').slice(),
    },
    calibration,
    texts: learnt.texts,
    rows: learnt.rows,
    from: from as number,
    to: to as number,
  };
}
