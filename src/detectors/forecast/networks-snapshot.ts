import { z } from 'zod';
import type { PackedArray, Unpacked } from '../../core/index.ts';
import { type ReadingHistory, SmallNetwork } from '../../ml/index.ts';
import { type LiveNetworks, RING_READINGS } from './live-networks.ts';
import { NetworkTrack } from './network-track.ts';
import { ReadingRing } from './reading-ring.ts';
import type { ReadingState } from './reading-state.ts';

const errors = z.strictObject({ network: z.number(), profile: z.number() });

/** What a snapshot says of networks, their numbers apart. */
export const networksHeader = z.strictObject({
  missed: z.int().min(0),
  tried: z.array(z.string()),
  series: z.array(
    z.strictObject({
      name: z.string(),
      state: z.enum(['collecting', 'training', 'used', 'not better', 'failed']),
      trainedAt: z.number(),
      fresh: z.int().min(0),
      vain: z.int().min(0),
      errors: errors.nullable(),
      reason: z.string().nullable(),
      scale: z.strictObject({ change: z.number(), mean: z.number(), spread: z.number() }).nullable(),
      training: z.boolean(),
    }),
  ),
});

const COLUMNS = ['value', 'usual', 'error', 'unbroken'] as const;

export function packNetworks(networks: LiveNetworks): { header: z.infer<typeof networksHeader>; arrays: Record<string, PackedArray> } {
  const arrays: Record<string, PackedArray> = {};
  const keep = (prefix: string, history: ReadingHistory) => {
    for (const column of COLUMNS) arrays[`${prefix}/${column}`] = history[column];
  };
  const series = [...networks.of].map(([name, { track, ring, state, trainedAt, vain, errors, reason, pending }], i) => {
    arrays[`${i}/track`] = track.values;
    keep(`${i}/ring`, ring.history());
    if (track.network !== undefined) arrays[`${i}/theta`] = track.network.theta;
    if (pending !== undefined) keep(`${i}/pending`, pending.history);
    const scale = track.network?.scale ?? null;
    const { fresh } = ring;
    return { name, state, trainedAt, fresh, vain, errors: errors ?? null, reason: reason ?? null, scale, training: pending !== undefined };
  });
  return { header: { missed: networks.missed, tried: [...networks.tried], series }, arrays };
}

/** Fills networks that know nothing; trainings that were under way begin again, from the same readings. */
export function unpackNetworks(
  networks: LiveNetworks,
  header: z.infer<typeof networksHeader>,
  unpacked: Unpacked,
  states: ReadonlyMap<string, ReadingState>,
): void {
  const history = (prefix: string): ReadingHistory => {
    const [value, usual, error, unbroken] = COLUMNS.map((column) => unpacked.float64(`${prefix}/${column}`));
    return { value, usual, error, unbroken } as ReadingHistory;
  };
  networks.missed = header.missed;
  for (const name of header.tried) networks.tried.add(name);
  for (const [i, { name, state, trainedAt, fresh, vain, errors, reason, scale, training }] of header.series.entries()) {
    const ring = ReadingRing.of(history(`${i}/ring`), RING_READINGS);
    ring.fresh = fresh;
    const network = scale === null ? undefined : new SmallNetwork(unpacked.float32(`${i}/theta`), scale);
    const track = new NetworkTrack(ring, unpacked.float64(`${i}/track`), network);
    const told = { ...(errors === null ? {} : { errors }), ...(reason === null ? {} : { reason }) };
    const one = { track, ring, state, trainedAt, vain, ...told };
    networks.add(name, one, states.get(name));
    if (training) networks.train(one, history(`${i}/pending`));
  }
}
