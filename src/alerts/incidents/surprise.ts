import type { Micros } from '../../core/index.ts';
import { BurstHistory, type CounterState } from './burst-history.ts';

export interface Surprise {
  /** Mean of the two -log10 p, at most 3. */
  readonly value: number;
  /** Past bins with such a burst of this type on this host, of `bins` bins. */
  readonly hostBins: number;
  /** The same for the type on any host. */
  readonly typeBins: number;
  readonly bins: number;
}

export interface SurpriseState {
  readonly start: Micros;
  readonly counters: readonly CounterState[];
}

/** Surprise of an alert against the past of its type, on its host and anywhere. */
export class SurpriseMeter {
  readonly #history: BurstHistory;
  readonly #binMicros: Micros;
  readonly #quietBins: number;
  #start = Number.NaN;

  /** `quietBins` are taken as seen, without any alert, before the first one. */
  constructor(binMicros: Micros, capacity: number, quietBins = 0) {
    this.#binMicros = binMicros;
    this.#quietBins = quietBins;
    this.#history = new BurstHistory(capacity);
  }

  get start(): Micros {
    return this.#start;
  }

  get keys(): number {
    return this.#history.size;
  }

  get evicted(): number {
    return this.#history.evicted;
  }

  /** Counts the alert and rates it. Times must not run backwards. */
  measure(type: string, host: string, time: Micros): Surprise {
    if (Number.isNaN(this.#start)) this.#start = time;
    const bin = Math.floor((time - this.#start) / this.#binMicros);
    const hostBins = this.#history.add(`${type.length}:${type}${host}`, bin);
    const typeBins = this.#history.add(`*${type}`, bin);
    const bins = bin + this.#quietBins;
    return { value: Math.min(3, (bits(hostBins, bins) + bits(typeBins, bins)) / 2), hostBins, typeBins, bins };
  }

  state(): SurpriseState {
    return { start: this.#start, counters: this.#history.state() };
  }

  restore(state: SurpriseState): void {
    this.#start = state.start;
    this.#history.restore(state.counters);
  }
}

/** -log10 of the share of bins, the current one included, with such a burst. */
function bits(past: number, bins: number): number {
  return -Math.log10((1 + past) / (bins + 1));
}
