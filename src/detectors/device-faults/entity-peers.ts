import type { Micros } from '../../core/index.ts';
import type { DriftModel } from './drift-model.ts';

/** A series that has said nothing for so many of its usual distances is silent: its last reading says nothing of its neighbours. */
const SILENT = 2;
/** A pause counts at most so many usual distances in the usual one. */
const LONGEST = 5;

export interface SavedPeers {
  readonly names: readonly string[];
  readonly origin: Float64Array;
  readonly latest: Float64Array;
  /** Times of the latest readings, then their usual distances; 0 = none yet. */
  readonly time: Float64Array;
}

/**
 * The latest readings of the series that are compared with one another, less the first one of each; 0 for those that have not
 * reported. One that is silent counts as what its own peers make likely.
 */
export class EntityPeers {
  readonly names: string[];
  /** By place, where there is one. */
  readonly models: (DriftModel | undefined)[] = [];
  readonly #origin: Float64Array;
  readonly #latest: Float64Array;
  readonly #time: Float64Array;
  readonly #most: number;

  constructor(maxPeers: number, saved?: SavedPeers) {
    this.#most = maxPeers;
    this.names = [...(saved?.names ?? [])];
    this.#origin = saved?.origin.slice() ?? new Float64Array(maxPeers).fill(Number.NaN);
    this.#latest = saved?.latest.slice() ?? new Float64Array(maxPeers);
    this.#time = saved?.time.slice() ?? new Float64Array(2 * maxPeers);
  }

  save(): SavedPeers {
    return { names: this.names, origin: this.#origin, latest: this.#latest, time: this.#time };
  }

  get full(): boolean {
    return this.names.length >= this.#most;
  }

  /** A place for a further series; -1 when all are taken. */
  join(name: string): number {
    return this.full ? -1 : this.names.push(name) - 1;
  }

  set(place: number, value: number, time: Micros): void {
    if (place < 0) return;
    if (Number.isNaN(this.#origin[place])) this.#origin[place] = value;
    this.#latest[place] = value - (this.#origin[place] as number);
    const [before, usual] = [this.#time[place] as number, this.#time[this.#most + place] as number];
    if (before > 0 && time > before) {
      const distance = time - before;
      this.#time[this.#most + place] = usual === 0 ? distance : usual + 0.1 * (Math.min(distance, LONGEST * usual) - usual);
    }
    this.#time[place] = time;
  }

  /** All latest readings but the one at the place, which is 0. */
  without(place: number, time: Micros): Float64Array {
    for (let other = 0; other < this.names.length; other++) {
      if (other === place || !this.#silent(other, time)) continue;
      const expected = this.models[other]?.expected(this.#others(other));
      if (expected !== undefined) this.#latest[other] = expected - (this.#origin[other] as number);
    }
    return this.#others(place);
  }

  #others(place: number): Float64Array {
    const others = this.#latest.slice();
    others[place] = 0;
    return others;
  }

  #silent(place: number, time: Micros): boolean {
    const usual = this.#time[this.#most + place] as number;
    return usual > 0 && time - (this.#time[place] as number) > SILENT * usual;
  }
}
