import { solveRidge } from '../../ml/index.ts';
import { SmoothedDeviation } from './smoothed-deviation.ts';

/** Relative to each column's mean square. */
const PENALTY = 1e-3;

/** Places of the plain numbers in a saved state; deviations and weights follow. */
const [ROWS, ORIGIN, MEAN, CHECKED, SQUARES, SUM, TOTAL] = [0, 1, 2, 3, 4, 5, 6];
const PLAIN = 7;
const WEIGHTS = PLAIN + 2 * SmoothedDeviation.LENGTH;

/** How far a series has moved away, in largest deviations of the rows held back, and from what. */
export interface Drift {
  readonly ratio: number;
  readonly expected: number;
  /** True: from what its peers say; false: from its own mean, as the peers explain too little. */
  readonly byPeers: boolean;
}

/**
 * One series as a linear function of the latest readings of its peers (ridge), and as its own mean, learnt from sums over rows:
 * bounded memory. After learning, rows held back give the limits of both smoothed deviations and the share the peers explain.
 */
export class DriftModel {
  readonly #peers: number;
  /** Sums of products of (1, peers, own value), while learning; empty afterwards. */
  #sums: Float64Array;
  readonly #state: Float64Array;
  readonly #fromPeers: SmoothedDeviation;
  readonly #fromMean: SmoothedDeviation;

  constructor(peers: number, saved?: { readonly sums: Float64Array; readonly state: Float64Array }) {
    this.#peers = peers;
    this.#sums = saved?.sums.slice() ?? new Float64Array((peers + 2) ** 2);
    this.#state = saved?.state.slice() ?? new Float64Array(DriftModel.stateLength(peers));
    this.#fromPeers = new SmoothedDeviation(this.#state, PLAIN);
    this.#fromMean = new SmoothedDeviation(this.#state, PLAIN + SmoothedDeviation.LENGTH);
  }

  static stateLength(peers: number): number {
    return WEIGHTS + peers + 1;
  }

  save(): { readonly sums: Float64Array; readonly state: Float64Array } {
    return { sums: this.#sums, state: this.#state };
  }

  get fitted(): boolean {
    return this.#sums.length === 0;
  }

  learn(peers: Float64Array, value: number): void {
    if (this.#at(ROWS) === 0) this.#state[ORIGIN] = value;
    this.#add(ROWS, 1);
    const size = this.#peers + 2;
    const row = Float64Array.of(1, ...peers, value - this.#at(ORIGIN));
    for (let i = 0; i < size; i++) {
      const factor = row[i] as number;
      if (factor === 0) continue;
      for (let j = 0; j <= i; j++) this.#sums[i * size + j] = (this.#sums[i * size + j] as number) + factor * (row[j] as number);
    }
  }

  /** Ends learning; the rows that follow are held back. */
  fit(): void {
    const columns = this.#peers + 1;
    this.#state.set(solveRidge(this.#sums, columns, PENALTY), WEIGHTS);
    this.#state[MEAN] = this.#at(ORIGIN) + (this.#sums[columns * (columns + 1)] as number) / Math.max(1, this.#at(ROWS));
    this.#sums = new Float64Array(0);
  }

  /** `calibrating`: the row is one of those held back for the limits. NaN where there are none. */
  push(peers: Float64Array, value: number, calibrating: boolean, leastFit: number): Drift {
    const expected = this.#expected(peers);
    const error = value - expected;
    if (calibrating) {
      this.#add(CHECKED, 1);
      this.#add(SQUARES, error * error);
      this.#add(SUM, value - this.#at(ORIGIN));
      this.#add(TOTAL, (value - this.#at(ORIGIN)) ** 2);
    }
    const byPeers = this.#fromPeers.push(error, calibrating, value);
    const byMean = this.#fromMean.push(value - this.#at(MEAN), calibrating, value);
    const rows = this.#at(CHECKED);
    if (rows < LEAST_ROWS) return { ratio: Number.NaN, expected: Number.NaN, byPeers: false };
    const variance = this.#at(TOTAL) - this.#at(SUM) ** 2 / rows;
    if (1 - this.#at(SQUARES) / variance >= leastFit) return { ratio: byPeers, expected, byPeers: true };
    return { ratio: byMean, expected: this.#at(MEAN), byPeers: false };
  }

  #expected(peers: Float64Array): number {
    let value = this.#at(ORIGIN) + this.#at(WEIGHTS);
    for (let i = 0; i < this.#peers; i++) value += (peers[i] as number) * this.#at(WEIGHTS + 1 + i);
    return value;
  }

  #at(index: number): number {
    return this.#state[index] as number;
  }

  #add(index: number, amount: number): void {
    this.#state[index] = this.#at(index) + amount;
  }
}

/** Rows held back below which nothing is said. */
const LEAST_ROWS = 30;
