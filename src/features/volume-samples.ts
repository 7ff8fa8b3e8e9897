import type { EvidenceLine, LogBatch } from '../core/index.ts';

/** First lines kept of a series in an interval, besides the last. */
const FIRST = 5;
/** Series of an interval that lines are kept of; a flood of templates keeps none beyond. */
const MOST_SERIES = 2_000;

interface Sample {
  readonly first: EvidenceLine[];
  last: EvidenceLine;
}

/** Plain JSON. */
export interface VolumeSampleState {
  readonly bins: readonly (readonly [number, readonly (readonly [number, Sample])[]])[];
  readonly before: readonly (readonly [number, EvidenceLine])[];
}

/** For each series and interval the first lines and the last one, and of a series gone quiet the last line before: what a finding shows. */
export class VolumeSamples {
  private readonly bins = new Map<number, Map<number, Sample>>();
  /** Last line of the latest interval with lines that was handed over. */
  private readonly before = new Map<number, EvidenceLine>();
  private readonly firstRows: number[][] = [];
  private readonly lastRow: number[] = [];

  /** A row of the batch now counted; `earlier`: rows of the series counted since the last `settle`. */
  count(code: number, row: number, earlier: number): void {
    if (earlier === 0) this.firstRows[code] = [row];
    else if (earlier < FIRST) (this.firstRows[code] as number[]).push(row);
    this.lastRow[code] = row;
  }

  settle(bin: number, codes: readonly number[], batch: LogBatch): void {
    const samples = this.bins.get(bin) ?? new Map<number, Sample>();
    this.bins.set(bin, samples);
    for (const code of codes) {
      const last = lineOf(batch, this.lastRow[code] as number);
      const known = samples.get(code);
      if (known === undefined && samples.size >= MOST_SERIES) continue;
      const sample = known ?? { first: [], last };
      sample.last = last;
      for (const row of this.firstRows[code] as number[]) if (sample.first.length < FIRST) sample.first.push(lineOf(batch, row));
      samples.set(code, sample);
    }
  }

  /** Of an interval that is handed over, intervals of a series in order. */
  take(bin: number, code: number): readonly EvidenceLine[] {
    const sample = this.bins.get(bin)?.get(code);
    if (sample === undefined) {
      const last = this.before.get(code);
      return last === undefined ? [] : [last];
    }
    const { first, last } = sample;
    this.before.set(code, last);
    const final = first.at(-1);
    return final?.line === last.line && final.input === last.input ? first : [...first, last];
  }

  dropBin(bin: number): void {
    this.bins.delete(bin);
  }

  dropSeries(code: number): void {
    this.before.delete(code);
  }

  state(): VolumeSampleState {
    return { bins: [...this.bins].map(([bin, samples]) => [bin, [...samples]]), before: [...this.before] };
  }

  restore({ bins, before }: VolumeSampleState): void {
    this.bins.clear();
    this.before.clear();
    for (const [bin, samples] of bins) this.bins.set(bin, new Map(samples));
    for (const [code, line] of before) this.before.set(code, line);
  }
}

function lineOf({ origin, time }: LogBatch, row: number): EvidenceLine {
  const at = time[row] as number;
  return {
    input: origin.input,
    line: origin.line[row] as number,
    offset: origin.offset[row] as number,
    length: origin.length[row] as number,
    ...(Number.isNaN(at) ? {} : { time: at }),
  };
}
