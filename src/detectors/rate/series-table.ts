import { copySeries, type SeriesState } from './series-state.ts';

/** States by name, at most `limit`. A fork reads through to its origin and copies a state before handing it out. */
export class SeriesTable {
  private readonly limit: number;
  private readonly origin: SeriesTable | undefined;
  private readonly own = new Map<string, SeriesState>();
  private added = 0;

  constructor(limit: number, origin?: SeriesTable) {
    this.limit = limit;
    this.origin = origin;
  }

  fork(): SeriesTable {
    return new SeriesTable(this.limit, this);
  }

  /** Takes over everything a fork of this table wrote; the table must not have been written since. */
  adopt(fork: SeriesTable): void {
    for (const [name, state] of fork.own) this.own.set(name, state);
    this.added += fork.added;
  }

  get size(): number {
    return (this.origin?.size ?? 0) + this.added;
  }

  /** The state of a name, to change; undefined when there is none and no room for one. */
  take(name: string, create: () => SeriesState): SeriesState | undefined {
    const known = this.own.get(name);
    if (known !== undefined) return known;
    const inherited = this.origin?.own.get(name);
    if (inherited === undefined && this.size >= this.limit) return undefined;
    if (inherited === undefined) this.added++;
    const state = inherited === undefined ? create() : copySeries(inherited);
    this.own.set(name, state);
    return state;
  }

  entries(): [string, SeriesState][] {
    return [...this.own];
  }
}
