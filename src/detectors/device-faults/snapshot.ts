import { z } from 'zod';
import { concatFloats, pack, unpack, VedetteError } from '../../core/index.ts';
import type { DeviceFaultsConfig } from './config.ts';
import { DriftModel } from './drift-model.ts';
import { EntityPeers } from './entity-peers.ts';
import { FaultMemory } from './memory.ts';
import { LIMITS_LENGTH, UNTIMED_LENGTH, UNTURNED_LENGTH } from './reading-limits.ts';
import { SeriesState } from './series-state.ts';

const header = z.strictObject({
  kind: z.literal('device-faults'),
  version: z.union([z.literal(2), z.literal(3), z.literal(4)]),
  maxPeers: z.int().min(2).max(64),
  /** Name, group, place, target, still learning the peers' weights. */
  series: z.array(z.tuple([z.string(), z.string(), z.int(), z.int(), z.boolean()])),
  /** Groups of those that are compared, by name. */
  entities: z.array(z.tuple([z.string(), z.array(z.string())])),
});

export function saveMemory({ series, groups }: FaultMemory, maxPeers: number): Uint8Array {
  const byName = <T>(map: Map<string, T>) => [...map].sort(([a], [b]) => (a < b ? -1 : 1));
  const sortedSeries = byName(series);
  const sortedEntities = byName(groups);
  const compared = sortedSeries.flatMap(([, { drift }]) => (drift === undefined ? [] : [drift.save()]));
  return pack(
    {
      kind: 'device-faults',
      version: 4,
      maxPeers,
      series: sortedSeries.map(([name, { group, place, target, drift }]) => [name, group, place, target, drift?.fitted === false]),
      entities: sortedEntities.map(([name, { names }]) => [name, names]),
    },
    {
      limits: concatFloats(sortedSeries.map(([, state]) => state.limits.save())),
      drift: concatFloats(compared.map(({ state }) => state)),
      sums: concatFloats(compared.map(({ sums }) => sums)),
      origins: concatFloats(sortedEntities.map(([, entity]) => entity.save().origin)),
      latest: concatFloats(sortedEntities.map(([, entity]) => entity.save().latest)),
      reported: concatFloats(sortedEntities.map(([, entity]) => entity.save().time)),
    },
  );
}

/** Throws MODEL_MISMATCH for a snapshot of another kind or configuration. */
export function readMemory(snapshot: Uint8Array, options: DeviceFaultsConfig): FaultMemory {
  const { maxPeers } = options;
  const packed = unpack(snapshot);
  const parsed = header.safeParse(packed.header);
  if (!parsed.success || parsed.data.maxPeers !== maxPeers) {
    throw new VedetteError('MODEL_MISMATCH', 'the snapshot is not of a device-faults detector of this version and configuration', {
      hint: 'let it learn again, or keep maxPeers as it was',
      cause: parsed.error,
    });
  }
  const [limits, drift, sums] = ['limits', 'drift', 'sums'].map((name) => new Reader(packed.float64(name)));
  const { version } = parsed.data;
  const [origins, latest] = ['origins', 'latest'].map((name) => new Reader(packed.float64(name)));
  const reported = version < 4 ? undefined : new Reader(packed.float64('reported'));
  const memory = new FaultMemory(options);
  for (const [name, names] of parsed.data.entities) {
    const saved = { names, origin: (origins as Reader).take(maxPeers), latest: (latest as Reader).take(maxPeers) };
    memory.groups.set(name, new EntityPeers(maxPeers, { ...saved, time: reported?.take(2 * maxPeers) ?? new Float64Array(2 * maxPeers) }));
  }
  for (const [name, group, place, target, learning] of parsed.data.series) {
    const own = new Float64Array(LIMITS_LENGTH);
    own.set((limits as Reader).take(LENGTHS[version]));
    const model =
      place < 0
        ? undefined
        : {
            state: (drift as Reader).take(DriftModel.stateLength(maxPeers)),
            sums: (sums as Reader).take(learning ? DriftModel.sumsLength(maxPeers) : 0),
          };
    const state = new SeriesState(group, place, target, maxPeers, { limits: own, drift: model });
    if (version < 4) state.limits.takeAsKnown();
    memory.add(name, state);
  }
  return memory;
}

/** Numbers of the limits of one series, by version. */
const LENGTHS = { 2: UNTIMED_LENGTH, 3: UNTURNED_LENGTH, 4: LIMITS_LENGTH } as const;

class Reader {
  readonly #values: Float64Array;
  #at = 0;

  constructor(values: Float64Array) {
    this.#values = values;
  }

  take(length: number): Float64Array {
    const part = this.#values.slice(this.#at, this.#at + length);
    this.#at += length;
    if (part.length === length) return part;
    throw new VedetteError('MODEL_CORRUPT', 'the device-faults snapshot is shorter than its header says', { hint: 'let it learn again' });
  }
}
