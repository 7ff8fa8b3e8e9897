import { z } from 'zod';
import { pack, unpack, VedetteError } from '../../core/index.ts';
import { networkSchema } from '../../ml/index.ts';
import { ARM_NAMES } from '../flow-novelty/arms.ts';
import { armArrays, armsOf, portArrays, portsOf } from '../flow-novelty/pack-arms.ts';
import type { FlowAlarmModel, Windows } from './model.ts';

const header = z.strictObject({ kind: z.literal('flow-alarm-windows'), version: z.literal(1), spec: networkSchema, flows: z.number() });

/** The model and the windows it was learnt from, which it is learnt from again with later ones. */
export function packAlarm({ ports, arms, normal, flows }: FlowAlarmModel, kept: Windows): Uint8Array {
  return pack(
    { kind: 'flow-alarm-windows', version: 1, spec: arms.autoencoder.spec, flows: ports.flows },
    {
      ...portArrays(ports),
      ...armArrays(arms),
      ...Object.fromEntries(ARM_NAMES.map((arm, i) => [`normal-${arm}`, normal[i] as Float64Array])),
      flows,
      raw: kept.raw,
      offsets: kept.offsets,
    },
  );
}

/** MODEL_MISMATCH or MODEL_CORRUPT for what `packAlarm` did not write. */
export function unpackAlarm(bytes: Uint8Array): { readonly model: FlowAlarmModel; readonly kept: Windows } {
  const packed = unpack(bytes);
  const parsed = header.safeParse(packed.header);
  if (!parsed.success) {
    throw new VedetteError('MODEL_MISMATCH', 'the snapshot is not of a flow-alarm detector of this version', {
      hint: 'let it learn again',
    });
  }
  const { spec, flows } = parsed.data;
  return {
    model: {
      ports: portsOf(packed, flows),
      arms: armsOf(packed, spec),
      normal: ARM_NAMES.map((arm) => packed.float64(`normal-${arm}`)),
      flows: packed.float64('flows'),
    },
    kept: { raw: packed.float32('raw'), offsets: packed.int32('offsets') },
  };
}
