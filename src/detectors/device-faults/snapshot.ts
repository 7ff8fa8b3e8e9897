import { z } from 'zod';
import { concatFloats, pack, unpack, VedetteError } from '../../core/index.ts';
import { DriftModel } from './drift-model.ts';
import { EntityPeers } from './entity-peers.ts';
import { LIMITS_LENGTH, UNTIMED_LENGTH } from './reading-limits.ts';
import { SeriesState } from './series-state.ts';

const header = z.strictObject({
  kind: z.literal('device-faults'),
  version: z.union([z.literal(2), z.literal(3)]),
  maxPeers: z.int().min(2).max(64),
  /** Name, entity, place, target, still learning the peers' weights. */
  series: z.array(z.tuple([z.string(), z.string(), z.int(), z.int(), z.boolean()])),
  entities: z.array(z.tuple([z.string(), z.array(z.string())])),
});

export interface FaultMemory {
  readonly series: Map<string, SeriesState>;
  readonly entities: Map<string, EntityPeers>;
}

export function saveMemory({ series, entities }: FaultMemory, maxPeers: number): Uint8Array {
  const byName = <T>(map: Map<string, T>) => [...map].sort(([a], [b]) => (a < b ? -1 : 1));
  const sortedSeries = byName(series);
  const sortedEntities = byName(entities);
  const compared = sortedSeries.flatMap(([, { drift }]) => (drift === undefined ? [] : [drift.save()]));
  return pack(
    {
      kind: 'device-faults',
      version: 3,
      maxPeers,
      series: sortedSeries.map(([name, { entity, place, target, drift }]) => [name, entity, place, target, drift?.fitted === false]),
      entities: sortedEntities.map(([name, { names }]) => [name, names]),
    },
    {
      limits: concatFloats(sortedSeries.map(([, state]) => state.limits.save())),
      drift: concatFloats(compared.map(({ state }) => state)),
      sums: concatFloats(compared.map(({ sums }) => sums)),
      origins: concatFloats(sortedEntities.map(([, entity]) => entity.save().origin)),
      latest: concatFloats(sortedEntities.map(([, entity]) => entity.save().latest)),
    },
  );
}

/** Throws MODEL_MISMATCH for a snapshot of another kind or configuration. */
export function readMemory(snapshot: Uint8Array, maxPeers: number): FaultMemory {
  const packed = unpack(snapshot);
  const parsed = header.safeParse(packed.header);
  if (!parsed.success || parsed.data.maxPeers !== maxPeers) {
    throw new VedetteError('MODEL_MISMATCH', 'the snapshot is not of a device-faults detector of this version and configuration', {
      hint: 'let it learn again, or keep maxPeers as it was',
      cause: parsed.error,
    });
  }
  const [limits, drift, sums] = ['limits', 'drift', 'sums'].map((name) => new Reader(packed.float64(name)));
  const [origins, latest] = ['origins', 'latest'].map((name) => new Reader(packed.float64(name)));
  const series = new Map<string, SeriesState>();
  for (const [name, entity, place, target, learning] of parsed.data.series) {
    const own = new Float64Array(LIMITS_LENGTH);
    own.set((limits as Reader).take(parsed.data.version === 2 ? UNTIMED_LENGTH : LIMITS_LENGTH));
    const model =
      place < 0
        ? undefined
        : {
            state: (drift as Reader).take(DriftModel.stateLength(maxPeers)),
            sums: (sums as Reader).take(learning ? DriftModel.sumsLength(maxPeers) : 0),
          };
    series.set(name, new SeriesState(entity, place, target, maxPeers, { limits: own, drift: model }));
  }
  const entities = new Map(
    parsed.data.entities.map(([name, names]) => {
      const saved = { names, origin: (origins as Reader).take(maxPeers), latest: (latest as Reader).take(maxPeers) };
      return [name, new EntityPeers(maxPeers, saved)];
    }),
  );
  return { series, entities };
}

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
