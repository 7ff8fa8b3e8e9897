import { z } from 'zod';
import { pack, unpack, VedetteError } from '../../core/index.ts';
import { ARM_NAMES } from '../../detectors/flow-novelty/arms.ts';
import { FOLDS } from '../../detectors/flow-novelty/cross-fit.ts';
import { armArrays, armsOf, portArrays, portsOf } from '../../detectors/flow-novelty/pack-arms.ts';
import { encodingSchema } from '../../features/index.ts';
import { networkSchema, packEnsemble, unpackEnsemble } from '../../ml/index.ts';
import type { TableAlarm } from './table-alarm.ts';

const headerSchema = z.strictObject({
  kind: z.literal('flow-alarm'),
  version: z.literal(3),
  encoding: encodingSchema,
  windowMicros: z.number(),
  rows: z.number(),
  classifies: z.boolean(),
  /** Of each fit. */
  novelty: z.array(z.strictObject({ spec: networkSchema, flows: z.number().optional() })).length(FOLDS),
});

export function packTableAlarm({ encoding, windowMicros, novelty, trees, calibration, rows, from, to }: TableAlarm): Uint8Array {
  const header: z.input<typeof headerSchema> = {
    kind: 'flow-alarm',
    version: 3,
    encoding,
    windowMicros,
    rows,
    classifies: trees !== undefined,
    novelty: novelty.map(({ arms, ports }) => ({ spec: arms.autoencoder.spec, ...(ports && { flows: ports.flows }) })),
  };
  return pack(header, {
    span: Float64Array.of(from, to),
    ...Object.assign(
      {},
      ...novelty.map(({ arms, ports }, i) => ({ ...armArrays(arms, `-${i}`), ...(ports && portArrays(ports, `-${i}`)) })),
    ),
    ...(trees && calibration.classifier && { classifier: calibration.classifier }),
    ...Object.fromEntries((trees ?? []).map((one, fold) => [`trees-${fold}`, packEnsemble(one)])),
    ...Object.fromEntries(ARM_NAMES.map((arm, i) => [`normal-${arm}`, calibration.arms[i] as Float64Array])),
    windows: calibration.windows,
  });
}

/** MODEL_MISMATCH for what `packTableAlarm` did not write. */
export function unpackTableAlarm(bytes: Uint8Array): TableAlarm {
  const packed = unpack(bytes);
  const parsed = headerSchema.safeParse(packed.header);
  if (!parsed.success) {
    throw new VedetteError('MODEL_MISMATCH', 'the file holds no alarm of flows of this version', { hint: 'train the model again' });
  }
  const { encoding, windowMicros, rows, classifies, novelty } = parsed.data;
  const [from = 0, to = 0] = packed.float64('span');
  return {
    encoding,
    windowMicros,
    novelty: novelty.map(({ spec, flows }, i) => ({
      arms: armsOf(packed, spec, `-${i}`),
      ...(flows !== undefined && { ports: portsOf(packed, flows, `-${i}`) }),
    })),
    ...(classifies && { trees: Array.from({ length: FOLDS }, (_, fold) => unpackEnsemble(packed.uint8(`trees-${fold}`))) }),
    calibration: {
      arms: ARM_NAMES.map((arm) => packed.float64(`normal-${arm}`)),
      ...(classifies && { classifier: packed.float64('classifier') }),
      windows: packed.float64('windows'),
    },
    rows,
    from,
    to,
  };
}
