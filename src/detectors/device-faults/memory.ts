import type { DeviceFaultsConfig } from './config.ts';
import { EntityPeers } from './entity-peers.ts';
import { SeriesState } from './series-state.ts';

/** Every series, and the groups of those that are compared with one another. */
export class FaultMemory {
  readonly series = new Map<string, SeriesState>();
  readonly groups = new Map<string, EntityPeers>();
  readonly #options: Pick<DeviceFaultsConfig, 'maxPeers' | 'maxSeries'>;
  readonly #base: FaultMemory | undefined;
  #added = 0;

  constructor(options: Pick<DeviceFaultsConfig, 'maxPeers' | 'maxSeries'>, base?: FaultMemory) {
    this.#options = options;
    this.#base = base;
  }

  /** What is changed in the fork stays there; a group is copied when one of its series is first asked for. */
  fork(): FaultMemory {
    return new FaultMemory(this.#options, this);
  }

  get size(): number {
    return (this.#base?.size ?? 0) + this.#added;
  }

  add(name: string, state: SeriesState): void {
    this.series.set(name, state);
    this.#added++;
    const peers = this.groups.get(state.group);
    if (peers !== undefined && state.place >= 0) peers.models[state.place] = state.drift;
  }

  /** The state of a series; one that is new joins its peers, in groups of as many as are compared. Undefined where there is no room. */
  stateOf(name: string, peers: string, target: () => number): SeriesState | undefined {
    const known = this.#find(name);
    if (known !== undefined) return known;
    const { maxPeers, maxSeries } = this.#options;
    if (this.size >= maxSeries) return undefined;
    let group = peers;
    for (let n = 2; this.#group(group)?.full === true; n++) group = `${peers} (${n})`;
    const joined = this.#group(group) ?? new EntityPeers(maxPeers);
    this.groups.set(group, joined);
    const state = new SeriesState(group, joined.join(name), target(), maxPeers);
    this.add(name, state);
    return state;
  }

  peersOf({ group }: SeriesState): EntityPeers {
    return this.groups.get(group) as EntityPeers;
  }

  #find(name: string): SeriesState | undefined {
    const own = this.series.get(name);
    const state = own ?? this.#base?.series.get(name);
    if (own !== undefined || state === undefined) return own;
    this.#group(state.group);
    if (!this.series.has(name)) this.series.set(name, state.copy(this.#options.maxPeers));
    return this.series.get(name);
  }

  #group(name: string): EntityPeers | undefined {
    const own = this.groups.get(name);
    const there = own ?? this.#base?.groups.get(name);
    if (own !== undefined || there === undefined) return own;
    const copy = new EntityPeers(this.#options.maxPeers, there.save());
    for (const [place, series] of there.names.entries()) {
      const state = this.#base?.series.get(series)?.copy(this.#options.maxPeers);
      if (state === undefined) continue;
      this.series.set(series, state);
      copy.models[place] = state.drift;
    }
    this.groups.set(name, copy);
    return copy;
  }
}
