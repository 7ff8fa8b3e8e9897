/** States by name, at most `limit`. A fork reads through to its origin and copies a state before handing it out. */
export class SeriesTable<State> {
  private readonly limit: number;
  private readonly copy: (state: State) => State;
  private readonly origin: SeriesTable<State> | undefined;
  private readonly own = new Map<string, State>();
  private added = 0;

  constructor(limit: number, copy: (state: State) => State, origin?: SeriesTable<State>) {
    this.limit = limit;
    this.copy = copy;
    this.origin = origin;
  }

  fork(): SeriesTable<State> {
    return new SeriesTable(this.limit, this.copy, this);
  }

  /** Takes over everything a fork of this table wrote; the table must not have been written since. */
  adopt(fork: SeriesTable<State>): void {
    for (const [name, state] of fork.own) this.own.set(name, state);
    this.added += fork.added;
  }

  get size(): number {
    return (this.origin?.size ?? 0) + this.added;
  }

  /** The state of a name, to change; undefined when there is none and no room for one. */
  take(name: string, create: () => State): State | undefined {
    const known = this.own.get(name);
    if (known !== undefined) return known;
    const inherited = this.origin?.own.get(name);
    if (inherited === undefined && this.size >= this.limit) return undefined;
    if (inherited === undefined) this.added++;
    const state = inherited === undefined ? create() : this.copy(inherited);
    this.own.set(name, state);
    return state;
  }

  entries(): [string, State][] {
    return [...this.own];
  }
}
