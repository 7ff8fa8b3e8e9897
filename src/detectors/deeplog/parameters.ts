import type { SequenceBatch } from '../../core/index.ts';

/** Values kept of one number of one template while learning; later ones replace earlier ones in turn. */
const KEPT_VALUES = 512;
const MIN_VALUES = 8;
const MAX_SERIES = 50_000;
/** Consistent with a standard deviation for normal values (1 / 0.6745). */
const MAD_TO_SIGMA = 1.4826;

/** Where the middle of a template's number lies and how far it spreads. */
interface Interval {
  readonly median: number;
  readonly spread: number;
  readonly values: number;
}

export interface ParameterSurprise {
  /** Position of the event in its row. */
  readonly position: number;
  /** `time gap` or `number 2`. */
  readonly name: string;
  readonly value: number;
  readonly usual: Interval;
  /** Robust standard deviations away from the median. */
  readonly z: number;
}

/** Numbers and time gaps of each template: median and spread of what was seen, on a logarithmic scale for gaps and large numbers. */
export class ParameterModel {
  private readonly series = new Map<string, { seen: number; values: number[] }>();
  private intervals = new Map<string, Interval>();

  learn(batch: SequenceBatch, from: number, to: number): void {
    for (let row = from; row < to; row++) {
      eachNumber(batch, row, (_position, name, value) => {
        let series = this.series.get(name);
        if (series === undefined) {
          if (this.series.size >= MAX_SERIES) return;
          series = { seen: 0, values: [] };
          this.series.set(name, series);
        }
        series.values[series.seen++ % KEPT_VALUES] = scaled(value);
      });
    }
    this.intervals = new Map();
  }

  /** The most unusual number of a row; undefined where none can be judged. */
  worst(batch: SequenceBatch, row: number): ParameterSurprise | undefined {
    let worst: ParameterSurprise | undefined;
    eachNumber(batch, row, (position, name, value) => {
      const usual = this.interval(name);
      if (usual === undefined) return;
      const z = Math.abs(scaled(value) - usual.median) / usual.spread;
      if (worst === undefined || z > worst.z) worst = { position, name: name.slice(name.indexOf('\n') + 1), value, usual, z };
    });
    return worst;
  }

  state(): [string, number, number[]][] {
    return [...this.series].map(([name, { seen, values }]) => [name, seen, values]);
  }

  load(state: readonly (readonly [string, number, readonly number[]])[]): void {
    this.series.clear();
    for (const [name, seen, values] of state) this.series.set(name, { seen, values: [...values] });
    this.intervals = new Map();
  }

  private interval(name: string): Interval | undefined {
    const known = this.intervals.get(name);
    if (known !== undefined) return known;
    const series = this.series.get(name);
    if (series === undefined || series.values.length < MIN_VALUES) return undefined;
    const sorted = Float64Array.from(series.values).sort();
    const median = sorted[sorted.length >> 1] as number;
    const deviations = sorted.map((value) => Math.abs(value - median)).sort();
    const mad = deviations[deviations.length >> 1] as number;
    const wide = deviations[Math.floor(deviations.length * 0.95)] as number;
    // Half-constant numbers have no MAD; their 95 % deviation (two sigma) then says how far they go.
    const spread = Math.max(mad * MAD_TO_SIGMA, wide / 2, 0.05 * Math.abs(median), 0.05);
    const interval = { median, spread, values: series.seen };
    this.intervals.set(name, interval);
    return interval;
  }
}

/** Signed logarithm: keeps small numbers apart and large ones comparable. */
function scaled(value: number): number {
  return Math.sign(value) * Math.log1p(Math.abs(value));
}

export function unscaled(value: number): number {
  return Math.sign(value) * Math.expm1(Math.abs(value));
}

function eachNumber(batch: SequenceBatch, row: number, visit: (position: number, name: string, value: number) => void): void {
  const { times, paramFirst, paramValues } = batch;
  const from = batch.offsets[row] as number;
  const to = batch.offsets[row + 1] as number;
  for (let i = from; i < to; i++) {
    const id = batch.vocabulary[batch.codes[i] as number] as string;
    if (times !== undefined && i > from)
      visit(i - from, `${id}\ntime gap`, Math.max(0, (times[i] as number) - (times[i - 1] as number)) / 1000);
    if (paramFirst === undefined || paramValues === undefined) continue;
    const first = paramFirst[i] as number;
    for (let p = first; p < (paramFirst[i + 1] as number); p++) {
      const value = paramValues[p] as number;
      if (Number.isFinite(value)) visit(i - from, `${id}\nnumber ${p - first + 1}`, value);
    }
  }
}
