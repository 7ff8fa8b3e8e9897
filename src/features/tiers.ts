/** A part that a growing state was written in: how much of it is still in use, and how much it was written with. */
interface Part {
  readonly id: number;
  live: number;
  readonly written: number;
}

/** Parts at once; a further one takes all of them up. */
const MOST_PARTS = 64;
/** So many parts of about one size become one. */
const FAN = 8;
/** What is written may be so many times what is in use, and this much more. */
const WASTE = 4;
const WASTE_ALLOWED = 65_536;

/**
 * Which parts of a state are written anew at a snapshot, so that what did not change since is not written again: eight parts of at
 * most twice the size of a new one become one with it (so an item is written once more each time the state has grown eightfold),
 * and all do when they are too many or mostly unused. Ids of parts are used again.
 */
export class Tiers {
  /** Oldest first. */
  private parts: Part[] = [];
  private readonly byId: (Part | undefined)[] = [];
  private freed: number[] = [];

  /** An item of the part is in use no more. */
  release(id: number): void {
    (this.byId[id] as Part).live--;
  }

  /** The new part for `fresh` items that are in none yet, and the parts whose items move into it; undefined when there is nothing to write. */
  plan(fresh: number): { readonly id: number; readonly absorbed: ReadonlySet<number> } | undefined {
    for (const part of this.parts) if (part.live === 0) this.drop(part);
    this.parts = this.parts.filter(({ live }) => live > 0);
    const live = this.parts.reduce((sum, part) => sum + part.live, fresh);
    const written = this.parts.reduce((sum, part) => sum + part.written, fresh);
    const all = this.parts.length >= MOST_PARTS || written > WASTE * live + WASTE_ALLOWED;
    if (fresh === 0 && !all) return undefined;
    const absorbed = new Set<number>();
    for (let size = fresh; this.parts.length > 0; ) {
      let from = this.parts.length;
      while (from > 0 && (all || (this.parts[from - 1] as Part).live <= 2 * size)) from--;
      const similar = this.parts.slice(from);
      if (!all && similar.length < FAN - 1) break;
      this.parts.length = from;
      for (const part of similar) {
        absorbed.add(part.id);
        size += part.live;
      }
    }
    let id = 0;
    while (this.byId[id] !== undefined) id++;
    for (const one of absorbed) this.drop(this.byId[one] as Part);
    return { id, absorbed };
  }

  /** The part that `plan` gave holds so many items. */
  put(id: number, items: number): void {
    const part = { id, live: items, written: items };
    this.parts.push(part);
    this.byId[id] = part;
    this.freed = this.freed.filter((freed) => freed !== id);
  }

  /** As many items more are in use of a part that was read. */
  add(id: number, items: number): void {
    (this.byId[id] as Part).live += items;
  }

  /** Ids of the parts in use, oldest first. */
  ids(): readonly number[] {
    return this.parts.map(({ id }) => id);
  }

  /** Ids that went out of use since the last call. */
  takeFreed(): readonly number[] {
    const { freed } = this;
    this.freed = [];
    return freed;
  }

  clear(): void {
    for (const part of this.parts) this.drop(part);
    this.parts = [];
  }

  private drop({ id }: Part): void {
    this.byId[id] = undefined;
    this.freed.push(id);
  }
}
