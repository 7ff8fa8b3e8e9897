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
  input: 13,
} as const;
const WIDTH = 14;

/** Rows of the table that are in use. */
export interface WindowsState {
  readonly rows: Int32Array;
  readonly values: Float64Array;
  readonly opened: number;
  readonly evicted: number;
}

/** The packet that begins a window. */
export interface WindowPacket {
  inputCode: number;
  number: number;
  offset: number;
  length: number;
}

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
  open(print: number, time: number, packet: WindowPacket): number {
    const { values } = this;
    const first = this.#first(print);
    let victim = first;
    for (let at = first; at < first + WAYS * WIDTH; at += WIDTH) {
      if (values[at] === print) {
        const age = time - (values[at + WINDOW.start] as number);
        if (age >= this.#length || age < -this.#length) {
          const goesOn = values[at + WINDOW.fired] === 1 && age > 0 && age < 2 * this.#length;
          this.#begin(at, print, time, packet, goesOn ? (values[at + WINDOW.episode] as number) : 0);
        }
        values[at + WINDOW.last] = time;
        return at;
      }
      if ((values[at + WINDOW.last] as number) < (values[victim + WINDOW.last] as number)) victim = at;
    }
    if (values[victim] !== 0 && time - (values[victim + WINDOW.start] as number) < this.#length) this.evicted++;
    this.#begin(victim, print, time, packet, 0);
    values[victim + WINDOW.last] = time;
    return victim;
  }

  #begin(at: number, print: number, time: number, packet: WindowPacket, episode: number): void {
    const { values } = this;
    values.fill(0, at, at + WIDTH);
    values[at] = print;
    values[at + WINDOW.start] = time;
    values[at + WINDOW.episode] = episode;
    values[at + WINDOW.firstNumber] = packet.number;
    values[at + WINDOW.firstOffset] = packet.offset;
    values[at + WINDOW.firstLength] = packet.length;
    values[at + WINDOW.input] = packet.inputCode;
    values[at + WINDOW.id] = ++this.#opened;
  }

  snapshot(): WindowsState {
    const rows: number[] = [];
    for (let at = 0; at < this.values.length; at += WIDTH) if (this.values[at] !== 0) rows.push(at / WIDTH);
    const values = new Float64Array(rows.length * WIDTH);
    for (const [i, row] of rows.entries()) values.set(this.values.subarray(row * WIDTH, (row + 1) * WIDTH), i * WIDTH);
    return { rows: Int32Array.from(rows), values, opened: this.#opened, evicted: this.evicted };
  }

  restore({ rows, values, opened, evicted }: WindowsState): void {
    this.values.fill(0);
    for (const [i, row] of rows.entries()) this.values.set(values.subarray(i * WIDTH, (i + 1) * WIDTH), row * WIDTH);
    this.#opened = opened;
    this.evicted = evicted;
  }

  #first(print: number): number {
    return ((print ^ (print / 4294967296)) & (this.#sets - 1)) * WAYS * WIDTH;
  }
}
