/** Share of a new deviation in the bias that is removed slowly. */
const BIAS = 0.001;
/** Deviations beyond so many times their spread count as so many. */
const LARGEST = 8;
const [COUNT, SQUARES, BIAS_AT, SMOOTH, WORST] = [0, 1, 2, 3, 4];

/** A deviation smoothed exponentially, its slow bias removed, in units of the largest on rows held back. */
export class SmoothedDeviation {
  static readonly LENGTH = 5;
  readonly #state: Float64Array;
  readonly #from: number;
  readonly #smoothing: number;

  /** Lives in the numbers [from, from + LENGTH) of a state. `smoothing`: share of a new deviation in the smoothed one. */
  constructor(state: Float64Array, from: number, smoothing: number) {
    this.#state = state;
    this.#from = from;
    this.#smoothing = smoothing;
  }

  /** `most`: deviations beyond it count as so much; 0 = beyond 8 of their root mean square. */
  push(error: number, calibrating: boolean, scale: number, most = 0): number {
    if (calibrating) {
      this.#set(COUNT, this.#get(COUNT) + 1);
      this.#set(SQUARES, this.#get(SQUARES) + error * error);
    }
    const limit = most > 0 ? most : LARGEST * Math.sqrt(this.#get(SQUARES) / Math.max(1, this.#get(COUNT)));
    const deviation = Math.min(limit, Math.max(-limit, error - this.#get(BIAS_AT)));
    this.#set(BIAS_AT, this.#get(BIAS_AT) + BIAS * deviation);
    this.#set(SMOOTH, this.#get(SMOOTH) + this.#smoothing * (deviation - this.#get(SMOOTH)));
    const size = Math.abs(this.#get(SMOOTH));
    if (calibrating) this.#set(WORST, Math.max(this.#get(WORST), size));
    return size / Math.max(this.#get(WORST), 1e-12 * Math.abs(scale), 1e-300);
  }

  #get(place: number): number {
    return this.#state[this.#from + place] as number;
  }

  #set(place: number, value: number): void {
    this.#state[this.#from + place] = value;
  }
}
