import { MICROS_PER_SECOND } from '../core/index.ts';

const WIDTHS_SECONDS = [1, 5, 15, 60, 300, 900, 3600, 21_600, 86_400, 604_800, 2_592_000];
const MOST_BINS = 240;

/** Counts events in bins whose width grows with the span, so that memory stays bounded: at most 240 bins. */
export class EventHistogram {
  #width = 0;
  #first = 0;
  #counts: number[] = [];

  /** NaN times are left out. */
  add(times: Float64Array): void {
    for (const time of times) if (!Number.isNaN(time)) this.#count(time, 1);
  }

  result(): { start: number; binMicros: number; events: number[] } | undefined {
    if (this.#counts.length === 0) return undefined;
    const binMicros = this.#micros();
    return { start: this.#first * binMicros, binMicros, events: [...this.#counts] };
  }

  #micros(): number {
    return (WIDTHS_SECONDS[this.#width] as number) * MICROS_PER_SECOND;
  }

  #count(time: number, events: number): void {
    let bin = Math.floor(time / this.#micros());
    if (this.#counts.length === 0) this.#first = bin;
    while (Math.max(bin, this.#first + this.#counts.length - 1) - Math.min(bin, this.#first) >= MOST_BINS) {
      if (this.#width === WIDTHS_SECONDS.length - 1) return;
      this.#widen();
      bin = Math.floor(time / this.#micros());
    }
    if (bin < this.#first) {
      this.#counts.unshift(...new Array<number>(this.#first - bin).fill(0));
      this.#first = bin;
    }
    while (this.#counts.length <= bin - this.#first) this.#counts.push(0);
    this.#counts[bin - this.#first] = (this.#counts[bin - this.#first] as number) + events;
  }

  #widen(): void {
    const [old, micros, first] = [this.#counts, this.#micros(), this.#first];
    this.#width++;
    this.#counts = [];
    old.forEach((events, i) => {
      if (events > 0) this.#count((first + i) * micros, events);
    });
  }
}
