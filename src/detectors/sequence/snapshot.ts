import { z } from 'zod';
import { type PackedArray, pack, unpack, VedetteError } from '../../core/index.ts';
import { type Arm, type SequenceConfig, config as schema } from './config.ts';
import { type ArmScores, SequenceModel } from './model.ts';

export interface SequenceState {
  readonly model: SequenceModel;
  /** Arm scores of normal rows, each made by a model that had not seen the row; in the order they came. */
  readonly calibration: ArmScores;
  readonly from: number;
  readonly to: number;
}

const header = z.strictObject({
  kind: z.literal('sequence'),
  version: z.literal(1),
  config: schema,
  vocabulary: z.array(z.string()),
  texts: z.array(z.string()),
  symbols: z.int(),
  documents: z.int(),
});

export function snapshotModel(config: SequenceConfig, state: SequenceState): Uint8Array {
  const { model } = state;
  const { parent, symbol, count } = model.language.columns();
  const arrays: Record<string, PackedArray> = {
    'grams.parent': parent,
    'grams.symbol': symbol,
    'grams.count': count,
    frequency: Float64Array.from({ length: model.vocabulary.size }, (_, i) => model.vectors.frequency[i] ?? 0),
    span: Float64Array.of(state.from, state.to),
    ...ragged(
      'vectors.symbols',
      model.vectors.references.map((row) => row.symbols),
    ),
    ...ragged(
      'vectors.counts',
      model.vectors.references.map((row) => row.counts),
    ),
    ...ragged('indel', model.indel.references),
  };
  for (const arm of config.arms) arrays[`calibration.${arm}`] = state.calibration[arm] ?? new Float64Array(0);
  const { documents } = model.vectors;
  return pack(
    {
      kind: 'sequence',
      version: 1,
      config,
      vocabulary: model.vocabulary.ids,
      texts: model.vocabulary.texts,
      symbols: model.language.symbols,
      documents,
    },
    arrays,
  );
}

export function restoreModel(config: SequenceConfig, bytes: Uint8Array): SequenceState {
  const packed = unpack(bytes);
  const parsed = header.safeParse(packed.header);
  if (!parsed.success) {
    throw new VedetteError('MODEL_MISMATCH', 'the snapshot is not of a sequence detector of this version', {
      hint: 'train the model again',
      cause: parsed.error,
    });
  }
  const learnt = parsed.data;
  for (const key of ['order', 'countOnce', 'endToken', 'indelEvents'] as const) differs(config[key], learnt.config[key], key);
  differs(config.arms.join(), learnt.config.arms.join(), 'arms');
  const model = new SequenceModel(config, learnt.vocabulary, learnt.texts);
  model.language.load(
    { parent: packed.int32('grams.parent'), symbol: packed.int32('grams.symbol'), count: packed.float64('grams.count') },
    learnt.symbols,
  );
  model.vectors.documents = learnt.documents;
  for (const [symbol, count] of packed.float64('frequency').entries()) if (count > 0) model.vectors.frequency[symbol] = count;
  const counts = rows(packed.int32('vectors.counts'), packed.int32('vectors.counts.offsets'));
  for (const [i, symbols] of rows(packed.int32('vectors.symbols'), packed.int32('vectors.symbols.offsets')).entries()) {
    model.vectors.addReference({ symbols, counts: counts[i] as Int32Array });
  }
  for (const row of rows(packed.int32('indel'), packed.int32('indel.offsets'))) model.indel.add(row);
  const calibration: Partial<Record<Arm, Float64Array>> = {};
  for (const arm of config.arms) calibration[arm] = packed.float64(`calibration.${arm}`).slice();
  const [from, to] = packed.float64('span');
  return { model, calibration, from: from as number, to: to as number };
}

function differs(configured: unknown, learnt: unknown, key: string): void {
  if (configured === learnt) return;
  throw new VedetteError(
    'MODEL_MISMATCH',
    `the model was trained with ${key}: ${String(learnt)}, the configuration says ${String(configured)}`,
    {
      hint: `set ${key} as it was, or train again`,
    },
  );
}

function ragged(name: string, rows: readonly Int32Array[]): Record<string, Int32Array> {
  const offsets = new Int32Array(rows.length + 1);
  for (const [i, row] of rows.entries()) offsets[i + 1] = (offsets[i] as number) + row.length;
  const values = new Int32Array(offsets[rows.length] as number);
  for (const [i, row] of rows.entries()) values.set(row, offsets[i] as number);
  return { [name]: values, [`${name}.offsets`]: offsets };
}

function rows(values: Int32Array, offsets: Int32Array): Int32Array[] {
  return Array.from({ length: offsets.length - 1 }, (_, i) => values.slice(offsets[i] as number, offsets[i + 1] as number));
}
