/** The latest readings of the series of one entity, less the first one of each; 0 for those that have not reported. */
export class EntityPeers {
  readonly names: string[];
  readonly #origin: Float64Array;
  readonly #latest: Float64Array;

  constructor(
    maxPeers: number,
    saved?: { readonly names: readonly string[]; readonly origin: Float64Array; readonly latest: Float64Array },
  ) {
    this.names = [...(saved?.names ?? [])];
    this.#origin = saved?.origin.slice() ?? new Float64Array(maxPeers).fill(Number.NaN);
    this.#latest = saved?.latest.slice() ?? new Float64Array(maxPeers);
  }

  save(): { readonly names: readonly string[]; readonly origin: Float64Array; readonly latest: Float64Array } {
    return { names: this.names, origin: this.#origin, latest: this.#latest };
  }

  /** A place for a further series; -1 when all are taken. */
  join(name: string): number {
    if (this.names.length >= this.#latest.length) return -1;
    return this.names.push(name) - 1;
  }

  set(place: number, value: number): void {
    if (place < 0) return;
    if (Number.isNaN(this.#origin[place])) this.#origin[place] = value;
    this.#latest[place] = value - (this.#origin[place] as number);
  }

  /** All latest readings but the one at the place, which is 0. */
  without(place: number): Float64Array {
    const others = this.#latest.slice();
    others[place] = 0;
    return others;
  }
}
