import { z } from 'zod';
import type { PackedArray, Unpacked } from '../../core/index.ts';
import { GROUP_ALGORITHMS, type GroupHistory, GroupNetwork } from '../../ml/index.ts';
import { type LiveNetworks, type Networked, RING_ROWS } from './live-networks.ts';
import { NetworkGroup } from './network-group.ts';
import type { ReadingState } from './reading-state.ts';
import { RowRing } from './row-ring.ts';

const numbers = z.array(z.number());

/** What a snapshot says of networks, their numbers apart. */
export const networksHeader = z.strictObject({
  trained: z.int().min(0),
  missed: z.int().min(0),
  tried: z.array(z.string()),
  groups: z.array(
    z.strictObject({
      series: z.array(z.string()).min(1),
      state: z.enum(['collecting', 'training', 'used', 'not better', 'failed']),
      trainedAt: z.number(),
      fresh: z.int().min(0),
      vain: z.int().min(0),
      errors: z.array(z.strictObject({ network: z.number(), profile: z.number() })).nullable(),
      reason: z.string().nullable(),
      network: z
        .strictObject({
          algorithm: z.enum(GROUP_ALGORITHMS),
          scale: z.strictObject({ change: numbers, error: numbers, mean: numbers, spread: numbers }),
        })
        .nullable(),
      training: z.boolean(),
    }),
  ),
});

type Header = z.infer<typeof networksHeader>;

const COLUMNS = ['value', 'base', 'unbroken', 'whole'] as const;

export function packNetworks(networks: LiveNetworks): { header: Header; arrays: Record<string, PackedArray> } {
  const arrays: Record<string, PackedArray> = {};
  const keep = (prefix: string, history: GroupHistory) => {
    for (const column of COLUMNS) arrays[`${prefix}/${column}`] = history[column];
  };
  const groups = [...networks.groups].map((one, i): Header['groups'][number] => {
    const { series, group, ring, state, trainedAt, vain, errors, reason, pending } = one;
    arrays[`${i}/group`] = group.values;
    keep(`${i}/ring`, ring.history());
    const weights = group.network?.weights;
    if (weights !== undefined) arrays[`${i}/theta`] = weights.theta;
    if (pending !== undefined) keep(`${i}/pending`, pending.history);
    const told = { errors: errors === undefined ? null : [...errors], reason: reason ?? null };
    const network = weights === undefined ? null : { algorithm: weights.algorithm, scale: mutable(weights.scale) };
    return { series: [...series], state, trainedAt, fresh: ring.fresh, vain, ...told, network, training: pending !== undefined };
  });
  return { header: { trained: networks.trained, missed: networks.missed, tried: [...networks.tried], groups }, arrays };
}

function mutable({ change, error, mean, spread }: GroupNetwork['weights']['scale']) {
  return { change: [...change], error: [...error], mean: [...mean], spread: [...spread] };
}

/** Fills networks that know nothing; trainings that were under way begin again, from the same readings. */
export function unpackNetworks(
  networks: LiveNetworks,
  header: Header,
  unpacked: Unpacked,
  states: ReadonlyMap<string, ReadingState>,
): void {
  const history = (prefix: string, channels: number): GroupHistory => {
    const [value, base, unbroken, whole] = COLUMNS.map((column) => unpacked.float64(`${prefix}/${column}`));
    return { rows: (whole as Float64Array).length, channels, value, base, unbroken, whole } as GroupHistory;
  };
  networks.trained = header.trained;
  networks.missed = header.missed;
  for (const name of header.tried) networks.tried.add(name);
  for (const [i, { series, state, trainedAt, fresh, vain, errors, reason, network, training }] of header.groups.entries()) {
    const ring = RowRing.of(history(`${i}/ring`, series.length), RING_ROWS);
    ring.fresh = fresh;
    const trained = network === null ? undefined : new GroupNetwork({ ...network, theta: unpacked.float32(`${i}/theta`) });
    const group = new NetworkGroup(series.length, ring, unpacked.float64(`${i}/group`), trained);
    const told = { ...(errors === null ? {} : { errors }), ...(reason === null ? {} : { reason }) };
    const one: Networked = { series, group, ring, state, trainedAt, vain, ...told };
    networks.add(one, states);
    if (training) networks.train(one, history(`${i}/pending`, series.length));
  }
}
