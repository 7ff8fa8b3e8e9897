import type { PairMemory } from './pair-memory.ts';

/** No value. */
export const NONE = -1;

const [ADDED, FORGOTTEN, USED] = [0, 1, 2];
/** Of each change: what it is, the value, and the value behind which it stood in order of use. */
const CHANGE = 3;
/** Of each use noted: count and last time as they were. */
const NUMBERS = 2;

/**
 * The values of all pairs by number, in columns. Those of a pair are linked in order of last use, so the one longest unused is at hand.
 * Changes since `begin` can be taken back; a number is given to another value only once they are kept.
 */
export class ValuePool {
  readonly name: string[] = [];
  /** Whom a value is of. */
  private readonly pair: PairMemory[] = [];
  count = new Float64Array(1024);
  last = new Float64Array(1024);
  /** Which value has the number, so that who remembers a number can tell; below 0 while that is forgotten, 0 = nobody has it. */
  stamp = new Float64Array(1024);
  /** Neighbours in order of last use. */
  private older = new Int32Array(1024);
  private newer = new Int32Array(1024);
  /** Batch of changes in which count and last time were noted. */
  private noted = new Int32Array(1024);
  private stamps = 0;
  private free: number[] = [];
  /** Numbers to free once the changes are kept. */
  private left: number[] = [];
  private isNoting = false;
  private batch = 0;
  private changes = 0;
  private change = new Int32Array(1024 * CHANGE);
  private uses = 0;
  private used = new Int32Array(1024);
  private before = new Float64Array(1024 * NUMBERS);

  /** From here on changes can be taken back. */
  begin(): void {
    this.isNoting = true;
    this.batch++;
  }

  /** The changes stay. */
  keep(): void {
    this.isNoting = false;
    this.changes = 0;
    this.uses = 0;
    for (const value of this.left) this.drop(value);
    this.left.length = 0;
  }

  /** The changes are taken back, last first. */
  takeBack(): void {
    for (let at = (this.changes - 1) * CHANGE; at >= 0; at -= CHANGE) {
      const value = this.change[at + 1] as number;
      const behind = this.change[at + 2] as number;
      const pair = this.pair[value] as PairMemory;
      if (this.change[at] === ADDED) {
        this.unlink(pair, value);
        pair.delete(this.name[value] as string);
        this.drop(value);
      } else if (this.change[at] === FORGOTTEN) {
        this.stamp[value] = -(this.stamp[value] as number);
        this.linkOldest(pair, value);
        pair.set(this.name[value] as string, value);
      } else {
        this.unlink(pair, value);
        this.linkBefore(pair, value, behind);
      }
    }
    for (let use = 0; use < this.uses; use++) {
      const value = this.used[use] as number;
      this.count[value] = this.before[use * NUMBERS] as number;
      this.last[value] = this.before[use * NUMBERS + 1] as number;
    }
    this.left.length = 0;
    this.keep();
  }

  /** A further value of a pair, used last. */
  add(pair: PairMemory, name: string, count: number, last: number): number {
    const value = this.free.pop() ?? this.name.length;
    if (value >= this.count.length) this.grow();
    this.name[value] = name;
    this.pair[value] = pair;
    this.count[value] = count;
    this.last[value] = last;
    this.stamp[value] = ++this.stamps;
    this.noted[value] = this.batch;
    this.linkNewest(pair, value);
    pair.set(name, value);
    if (this.isNoting) this.note(ADDED, value, NONE);
    return value;
  }

  /** Counts one more use of a value, which becomes the one used last. */
  use(pair: PairMemory, value: number, time: number): void {
    if (this.isNoting && this.noted[value] !== this.batch) this.noteUse(value);
    this.count[value] = (this.count[value] as number) + 1;
    if (time > (this.last[value] as number)) this.last[value] = time;
    if (pair.newest === value) return;
    if (this.isNoting) this.note(USED, value, this.newer[value] as number);
    this.unlink(pair, value);
    this.linkNewest(pair, value);
  }

  forgetOldest(pair: PairMemory): void {
    const value = pair.oldest;
    this.unlink(pair, value);
    pair.delete(this.name[value] as string);
    this.stamp[value] = -(this.stamp[value] as number);
    if (!this.isNoting) {
      this.drop(value);
      return;
    }
    this.note(FORGOTTEN, value, NONE);
    this.left.push(value);
  }

  /** The values of a pair that is no longer remembered. */
  forgetAll(pair: PairMemory): void {
    for (let value = pair.oldest; value !== NONE; ) {
      const next = this.newer[value] as number;
      if (this.isNoting) this.left.push(value);
      else this.drop(value);
      value = next;
    }
  }

  /** Values of a pair, longest unused first. */
  *inOrder(pair: PairMemory): Generator<number> {
    for (let value = pair.oldest; value !== NONE; value = this.newer[value] as number) yield value;
  }

  private drop(value: number): void {
    this.name[value] = '';
    this.stamp[value] = 0;
    this.free.push(value);
  }

  private note(what: number, value: number, behind: number): void {
    const at = this.changes++ * CHANGE;
    if (at === this.change.length) this.change = widened(this.change, new Int32Array(at * 2));
    this.change[at] = what;
    this.change[at + 1] = value;
    this.change[at + 2] = behind;
  }

  private noteUse(value: number): void {
    this.noted[value] = this.batch;
    const use = this.uses++;
    if (use === this.used.length) {
      this.used = widened(this.used, new Int32Array(use * 2));
      this.before = widened(this.before, new Float64Array(use * 2 * NUMBERS));
    }
    this.used[use] = value;
    this.before[use * NUMBERS] = this.count[value] as number;
    this.before[use * NUMBERS + 1] = this.last[value] as number;
  }

  private unlink(pair: PairMemory, value: number): void {
    const older = this.older[value] as number;
    const newer = this.newer[value] as number;
    if (older === NONE) pair.oldest = newer;
    else this.newer[older] = newer;
    if (newer === NONE) pair.newest = older;
    else this.older[newer] = older;
  }

  private linkNewest(pair: PairMemory, value: number): void {
    const older = pair.newest;
    this.older[value] = older;
    this.newer[value] = NONE;
    if (older === NONE) pair.oldest = value;
    else this.newer[older] = value;
    pair.newest = value;
  }

  private linkOldest(pair: PairMemory, value: number): void {
    this.linkBefore(pair, value, pair.oldest);
  }

  /** Links a value as the next older one of `newer`; without that, as the newest. */
  private linkBefore(pair: PairMemory, value: number, newer: number): void {
    if (newer === NONE) {
      this.linkNewest(pair, value);
      return;
    }
    const older = this.older[newer] as number;
    this.older[value] = older;
    this.newer[value] = newer;
    this.older[newer] = value;
    if (older === NONE) pair.oldest = value;
    else this.newer[older] = value;
  }

  private grow(): void {
    const size = this.count.length * 2;
    this.count = widened(this.count, new Float64Array(size));
    this.last = widened(this.last, new Float64Array(size));
    this.stamp = widened(this.stamp, new Float64Array(size));
    this.older = widened(this.older, new Int32Array(size));
    this.newer = widened(this.newer, new Int32Array(size));
    this.noted = widened(this.noted, new Int32Array(size));
  }
}

function widened<A extends Int32Array | Float64Array>(from: A, into: A): A {
  into.set(from);
  return into;
}
