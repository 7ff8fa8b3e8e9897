interface Named<T> {
  readonly value: T;
  /** Flushes in which it came. */
  seen: number;
  /** Flushes since it came last. */
  idle: number;
  /** It came since the last flush. */
  fresh: boolean;
}

/** What was not sent for so many flushes is forgotten, and may be named anew. */
const MAX_IDLE = 3_600;
/** For every flush in which a name came, it is told of for so many in which it does not. */
const PATIENCE = 60;

/**
 * At most `most` names with what came under them. Where there is no room, names that came in one flush only give way, the oldest first, then those
 * that have been quiet for longer than they came: who names many things once keeps nobody out who comes again and again, here or in the tables of series behind.
 */
export class Names<T> {
  private readonly most: number;
  private readonly make: () => T;
  /** Came in one flush, in the order of their coming. */
  private readonly once = new Map<string, Named<T>>();
  /** Came in several, the one quiet longest first. */
  private readonly often = new Map<string, Named<T>>();
  /** Metrics that found no place, or lost it before they were told. */
  refused = 0;

  constructor(most: number, make: () => T) {
    this.most = most;
    this.make = make;
  }

  /** What came under the name; undefined where there is no place for it. */
  of(name: string): T | undefined {
    const known = this.often.get(name) ?? this.once.get(name);
    if (known === undefined) return this.begin(name);
    if (!known.fresh) {
      known.fresh = true;
      known.seen++;
      this.once.delete(name);
      this.often.delete(name);
      this.often.set(name, known);
    }
    return known.value;
  }

  private begin(name: string): T | undefined {
    if (this.once.size + this.often.size >= this.most && !this.makeRoom()) {
      this.refused++;
      return undefined;
    }
    const value = this.make();
    this.once.set(name, { value, seen: 1, idle: 0, fresh: true });
    return value;
  }

  private makeRoom(): boolean {
    const [first] = this.once;
    if (first !== undefined) {
      if (first[1].fresh) this.refused++;
      return this.once.delete(first[0]);
    }
    const [quiet] = this.often;
    return quiet !== undefined && quiet[1].idle > PATIENCE * quiet[1].seen && this.often.delete(quiet[0]);
  }

  /** A flush: every name that is told of, with whether something came. Where more than half of the places are taken, a name is told of from its second flush on. */
  *flush(): Generator<readonly [name: string, value: T, fresh: boolean]> {
    const isCrowded = this.once.size + this.often.size > this.most / 2;
    for (const names of [this.often, this.once]) {
      for (const [name, entry] of names) {
        const { fresh, value, seen } = entry;
        entry.idle = fresh ? 0 : entry.idle + 1;
        entry.fresh = false;
        if (entry.idle > MAX_IDLE) names.delete(name);
        else if (entry.idle <= PATIENCE * (seen - 1) && !(isCrowded && seen === 1)) yield [name, value, fresh];
      }
    }
  }
}
