/** How often each value occurred, by its 53-bit print, up to a bound; the rest in `others`. */
export interface ValueCounts {
  add(print: number, times?: number): void;
  /** Shannon entropy in bits, values beyond the bound taken for one: exact below the bound, a lower bound above it. NaN when empty. */
  entropy(): number;
  merge(other: ValueCounts): void;
  toNumbers(): Float64Array;
}

const OTHERS = 0;

/** So few values are looked for one by one: most windows hold no more, and need no table. */
const FEW = 16;

export function valueCounts(most: number, numbers: Float64Array = new Float64Array(0)): ValueCounts {
  const counts = new Frequencies(most);
  for (let i = 0; i + 1 < numbers.length; i += 2) counts.set(numbers[i] as number, numbers[i + 1] as number);
  return counts;
}

class Frequencies implements ValueCounts {
  readonly #most: number;
  readonly #prints: number[] = [];
  readonly #times: number[] = [];
  /** Print -> place in the arrays, once there are more than a few. */
  #places: Map<number, number> | undefined;

  constructor(most: number) {
    this.#most = most;
  }

  add(print: number, times = 1): void {
    const at = this.#placeOf(print);
    if (at >= 0) this.#times[at] = (this.#times[at] as number) + times;
    else if (this.#prints.length < this.#most) this.#append(print, times);
    else {
      const others = this.#placeOf(OTHERS);
      if (others >= 0) this.#times[others] = (this.#times[others] as number) + times;
      else this.#append(OTHERS, times);
    }
  }

  /** A value that is not there yet. */
  set(print: number, times: number): void {
    this.#append(print, times);
  }

  #placeOf(print: number): number {
    return this.#places === undefined ? this.#prints.indexOf(print) : (this.#places.get(print) ?? -1);
  }

  #append(print: number, times: number): void {
    const place = this.#prints.push(print) - 1;
    this.#times.push(times);
    if (this.#places !== undefined) this.#places.set(print, place);
    else if (place >= FEW) this.#places = new Map(this.#prints.map((one, i) => [one, i]));
  }

  entropy(): number {
    const total = this.#times.reduce((sum, count) => sum + count, 0);
    if (total === 0) return Number.NaN;
    let entropy = 0;
    for (const count of Float64Array.from(this.#times).sort()) entropy -= (count / total) * Math.log2(count / total);
    return Math.max(0, entropy);
  }

  merge(other: ValueCounts): void {
    const theirs = other.toNumbers();
    for (let i = 0; i + 1 < theirs.length; i += 2) this.add(theirs[i] as number, theirs[i + 1] as number);
  }

  toNumbers(): Float64Array {
    const order = this.#prints.map((_, i) => i).sort((a, b) => (this.#prints[a] as number) - (this.#prints[b] as number));
    return Float64Array.from(order.flatMap((i) => [this.#prints[i] as number, this.#times[i] as number]));
  }
}
