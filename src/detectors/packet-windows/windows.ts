const WAYS = 8;

/** Numbers of one window: see the names. Times in microseconds. */
export const WINDOW = {
  print: 0,
  start: 1,
  a: 2,
  b: 3,
  c: 4,
  over: 5,
  last: 6,
  episode: 7,
  firstNumber: 8,
  firstOffset: 9,
  firstLength: 10,
  fired: 11,
  id: 12,
} as const;
const WIDTH = 13;

/**
 * Counters per key over windows that begin with the key's first packet, in a table of fixed size: within a set of eight the
 * key unseen longest makes room. A window that follows one that fired keeps its episode.
 */
export class KeyedWindows {
  readonly values: Float64Array;
  readonly #sets: number;
  readonly #length: number;
  #opened = 0;
  evicted = 0;

  /** `length`: of a window, in microseconds. */
  constructor(keys: number, length: number) {
    this.#sets = 2 ** Math.ceil(Math.log2(Math.max(1, keys / WAYS)));
    this.#length = length;
    this.values = new Float64Array(this.#sets * WAYS * WIDTH);
  }

  /** Offset into `values` of the key's window at `time`, or -1 when it has none. */
  find(print: number, time: number): number {
    const first = this.#first(print);
    for (let at = first; at < first + WAYS * WIDTH; at += WIDTH) {
      if (this.values[at] === print) return time - (this.values[at + WINDOW.start] as number) < this.#length ? at : -1;
    }
    return -1;
  }

  /** The same, opened or begun anew where needed. */
  open(print: number, time: number, number: number, offset: number, length: number): number {
    const { values } = this;
    const first = this.#first(print);
    let victim = first;
    for (let at = first; at < first + WAYS * WIDTH; at += WIDTH) {
      if (values[at] === print) {
        if (time - (values[at + WINDOW.start] as number) >= this.#length) {
          const goesOn = values[at + WINDOW.fired] === 1 && time - (values[at + WINDOW.start] as number) < 2 * this.#length;
          this.#begin(at, print, time, number, offset, length, goesOn ? (values[at + WINDOW.episode] as number) : 0);
        }
        values[at + WINDOW.last] = time;
        return at;
      }
      if ((values[at + WINDOW.last] as number) < (values[victim + WINDOW.last] as number)) victim = at;
    }
    if (values[victim] !== 0 && time - (values[victim + WINDOW.start] as number) < this.#length) this.evicted++;
    this.#begin(victim, print, time, number, offset, length, 0);
    values[victim + WINDOW.last] = time;
    return victim;
  }

  #begin(at: number, print: number, time: number, number: number, offset: number, length: number, episode: number): void {
    const { values } = this;
    values.fill(0, at, at + WIDTH);
    values[at] = print;
    values[at + WINDOW.start] = time;
    values[at + WINDOW.episode] = episode;
    values[at + WINDOW.firstNumber] = number;
    values[at + WINDOW.firstOffset] = offset;
    values[at + WINDOW.firstLength] = length;
    values[at + WINDOW.id] = ++this.#opened;
  }

  #first(print: number): number {
    return ((print ^ (print / 4294967296)) & (this.#sets - 1)) * WAYS * WIDTH;
  }
}
