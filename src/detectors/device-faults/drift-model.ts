import { solveRidge } from '../../ml/index.ts';
import { SmoothedDeviation } from './smoothed-deviation.ts';

/** Relative to each column's mean square. */
const PENALTY = 1e-3;

/** Smoothing of deviations from what the peers say, and from the own level: the latter swing more slowly. */
const PEERS_SMOOTHING = 0.05;
const LEVEL_SMOOTHING = 0.01;
/** Deviations from the own level beyond so many robust standard deviations count as so many: spikes are no drift. */
const LARGEST = 5;
/** Median absolute deviation of a normal distribution of standard deviation 1 (Rousseeuw & Croux 1993). */
const NORMAL_MAD = 0.6745;
/** Readings that median and spread are taken from, evenly spread over those learnt from. */
const SAMPLE = 512;

/** Places of the plain numbers in a saved state; deviations and weights follow. */
const [ROWS, ORIGIN, LEVEL, SPREAD, CHECKED, SQUARES, SUM, TOTAL] = [0, 1, 2, 3, 4, 5, 6, 7];
const PLAIN = 8;
const WEIGHTS = PLAIN + 2 * SmoothedDeviation.LENGTH;

/** How far a series has moved away, in largest deviations of the rows held back, and from what. */
export interface Drift {
  readonly ratio: number;
  readonly expected: number;
  /** Usual size of the difference from it. */
  readonly error: number;
  /** True: from what its peers say; false: from its own level, as the peers explain too little. */
  readonly byPeers: boolean;
}

/**
 * One series as a linear function of the latest readings of its peers (ridge), learnt from sums over rows, and as its own median:
 * bounded memory. After learning, rows held back give the limits of both smoothed deviations and the share the peers explain.
 */
export class DriftModel {
  readonly #peers: number;
  /** Sums of products of (1, peers, own value), then a sample of own values, while learning; empty afterwards. */
  #sums: Float64Array;
  readonly #state: Float64Array;
  readonly #fromPeers: SmoothedDeviation;
  readonly #fromLevel: SmoothedDeviation;

  constructor(peers: number, saved?: { readonly sums: Float64Array; readonly state: Float64Array }) {
    this.#peers = peers;
    this.#sums = saved?.sums.slice() ?? new Float64Array(DriftModel.sumsLength(peers));
    this.#state = saved?.state.slice() ?? new Float64Array(DriftModel.stateLength(peers));
    this.#fromPeers = new SmoothedDeviation(this.#state, PLAIN, PEERS_SMOOTHING);
    this.#fromLevel = new SmoothedDeviation(this.#state, PLAIN + SmoothedDeviation.LENGTH, LEVEL_SMOOTHING);
  }

  static stateLength(peers: number): number {
    return WEIGHTS + peers + 1;
  }

  /** Numbers kept beside the state while learning. */
  static sumsLength(peers: number): number {
    return (peers + 2) ** 2 + SAMPLE;
  }

  save(): { readonly sums: Float64Array; readonly state: Float64Array } {
    return { sums: this.#sums, state: this.#state };
  }

  get fitted(): boolean {
    return this.#sums.length === 0;
  }

  learn(peers: Float64Array, value: number): void {
    if (this.#at(ROWS) === 0) this.#state[ORIGIN] = value;
    this.#sample(this.#at(ROWS), value);
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
    const sample = this.#sums.slice(columns * columns + 2 * columns + 1).subarray(0, sampled(this.#at(ROWS)));
    const level = median(sample);
    this.#state[LEVEL] = level;
    this.#state[SPREAD] = median(sample.map((value) => Math.abs(value - level))) / NORMAL_MAD;
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
    const byLevel = this.#fromLevel.push(value - this.#at(LEVEL), calibrating, value, LARGEST * this.#at(SPREAD));
    const rows = this.#at(CHECKED);
    if (rows < LEAST_ROWS) return UNKNOWN;
    const variance = this.#at(TOTAL) - this.#at(SUM) ** 2 / rows;
    if (1 - this.#at(SQUARES) / variance >= leastFit) {
      return { ratio: byPeers, expected, error: Math.sqrt(this.#at(SQUARES) / rows), byPeers: true };
    }
    return rows < LEAST_ROWS_ALONE ? UNKNOWN : { ratio: byLevel, expected: this.#at(LEVEL), error: this.#at(SPREAD), byPeers: false };
  }

  /** Every so many-th value, so many that they fit; of those kept every other one goes when there is no more room. */
  #sample(row: number, value: number): void {
    const every = sampleStep(row);
    const first = (this.#peers + 2) ** 2;
    if (row > 0 && row % SAMPLE === 0 && sampleStep(row - 1) < every) {
      for (let i = 1; i < SAMPLE / 2; i++) this.#sums[first + i] = this.#sums[first + 2 * i] as number;
    }
    if (row % every === 0) this.#sums[first + row / every] = value;
  }

  /** What the series should read by its peers; undefined while it learns. */
  expected(peers: Float64Array): number | undefined {
    return this.fitted ? this.#expected(peers) : undefined;
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

/** Rows held back below which nothing is said, and nothing of the own level: its smoothed deviation needs several of its memories. */
const LEAST_ROWS = 30;
const LEAST_ROWS_ALONE = 300;
/** Nothing can be said. */
export const UNKNOWN: Drift = { ratio: Number.NaN, expected: Number.NaN, error: Number.NaN, byPeers: false };

/** Distance of the rows in the sample once row `row` is in: a power of two. */
function sampleStep(row: number): number {
  let step = 1;
  while (row >= step * SAMPLE) step *= 2;
  return step;
}

/** Values in the sample after so many rows. */
function sampled(rows: number): number {
  return rows === 0 ? 0 : Math.floor((rows - 1) / sampleStep(rows - 1)) + 1;
}

function median(values: Float64Array): number {
  return values.length === 0 ? 0 : (values.slice().sort()[values.length >> 1] as number);
}
