import { z } from 'zod';
import { durationMicros, type EvidenceLine, type LogBatch, type SeriesBatch, type Template } from '../core/index.ts';
import { BY_STATUS, CLASSES_BY, ERROR_CLASSES, ErrorClasses, FAILED } from './error-classes.ts';
import { type VolumeSampleState, VolumeSamples } from './volume-samples.ts';
import { EventTime } from './watermark.ts';

export const volumeConfig = z.strictObject({
  bin: durationMicros().prefault('5m').describe('length of the intervals that lines are counted in'),
  lateness: durationMicros(false).prefault('1m').describe('how long an interval stays open after its end'),
  maxSeries: z.int().min(1).default(10_000).describe('series counted; templates beyond count for their source and host only'),
});

export type VolumeConfig = z.output<typeof volumeConfig>;

/** Empty intervals in a row that are handed over: of a source, and of one of its hosts and templates, of which there may be thousands. */
const MAX_EMPTY_OF_SOURCE = 2_016;
const MAX_EMPTY = 36;

interface Series {
  readonly name: string;
  readonly entity: string;
  /** Series whose lines these are a kind of; without it, the series is of lines as such. */
  readonly of?: number;
}

/**
 * Lines per interval of a source, of each host and of each template; a pause is shown by its first empty intervals. Beside them,
 * in every interval with lines, how many of these report an error.
 */
export class VolumeCounter {
  /** Lines that came after their interval was handed over. */
  late = 0;
  private readonly config: VolumeConfig;
  private readonly clock = new EventTime();
  private readonly series: Series[] = [];
  private readonly index = new Map<string, number>();
  /** Series of the lines of one kind among those of a series. */
  private readonly kinds: number[][] = [];
  /** Latest interval with lines of each series that is not silent for long. */
  private readonly live = new Map<number, number>();
  private readonly bins = new Map<number, Map<number, number>>();
  private nextBin = Number.NEGATIVE_INFINITY;
  /** Lines per series of the interval that is being counted, put into `bins` when another one begins. */
  private readonly tally: number[] = [];
  private readonly tallied: number[] = [];
  private tallyBin = Number.NaN;
  private readonly samples = new VolumeSamples();
  /** The interval in which the input ended. */
  private cutBin = Number.NaN;
  private out: { code: number; value: number; whole: number; bin: number; evidence: readonly EvidenceLine[] }[] = [];

  constructor(config: VolumeConfig) {
    this.config = config;
  }

  add(batch: LogBatch, templates: readonly Template[]): void {
    const source = this.seriesOf(`source ${batch.source}`, batch.source);
    const hosts = batch.host.values.map((host) => this.seriesOf(`host ${host}`, host));
    const errors = new ErrorClasses(batch);
    const kindsOfSource: (number | undefined)[] = [];
    const cached: (number | undefined)[] = [];
    const opened: boolean[] = [];
    const failed: (number | undefined)[] = [];
    let { latest } = this.clock;
    let limit = Number.NEGATIVE_INFINITY;
    // Intervals are handed over line by line, whatever the batches: when time has moved on, and behind a line that was due already.
    let due = true;
    for (let row = 0; row < batch.rows; row++) {
      const time = this.clock.take(batch.time[row] as number);
      // Lines before the first with a time belong to no interval.
      if (this.clock.latest === Number.NEGATIVE_INFINITY) continue;
      const bin = Math.floor(time / this.config.bin);
      if (due || this.clock.latest !== latest) {
        latest = this.clock.latest;
        limit = Math.floor((latest - this.config.lateness) / this.config.bin);
        this.close(limit, batch);
      }
      if (bin < this.nextBin) {
        this.late++;
        continue;
      }
      if (bin !== this.tallyBin) {
        this.settle(batch);
        this.tallyBin = bin;
      }
      due = bin < limit;
      this.count(source, row);
      const by = errors.toldBy(row);
      if (by >= 0 && opened[by] !== true) {
        opened[by] = true;
        for (const one of CLASSES_BY[by] ?? []) kindsOfSource[one] = this.kindOf(one, source);
      }
      const kind = errors.of(row, by);
      if (kind >= 0) this.count(kindsOfSource[kind], row);
      const host = hosts[batch.host.codes[row] as number];
      if (host !== undefined) this.count(host, row);
      const code = batch.template[row] as number;
      const template = templates[code];
      if (template === undefined) continue;
      cached[code] ??= this.seriesOf(`template ${template.id}`, batch.source) ?? -1;
      if ((cached[code] as number) < 0) continue;
      this.count(cached[code], row);
      if (by !== BY_STATUS) continue;
      failed[code] ??= this.kindOf(FAILED, cached[code]) ?? -1;
      if (kind === FAILED && (failed[code] as number) >= 0) this.count(failed[code], row);
    }
    this.settle(batch);
  }

  /** Event time from outside: a source gone quiet is counted as quiet. */
  advance(watermark: number): void {
    this.close(Math.floor((watermark - this.config.lateness) / this.config.bin));
  }

  /** End of input: hands over every interval that holds a line. */
  finish(): void {
    const last = Math.max(...this.bins.keys());
    if (!Number.isFinite(last)) return;
    this.cutBin = last;
    this.close(last + 1);
  }

  take(): SeriesBatch | undefined {
    const { out } = this;
    if (out.length === 0) return undefined;
    this.out = [];
    const { bin } = this.config;
    return {
      shape: 'series',
      rows: out.length,
      series: this.series.map(({ name }) => name),
      code: Int32Array.from(out, ({ code }) => code),
      entities: this.series.map(({ entity }) => entity),
      value: Float64Array.from(out, ({ value }) => value),
      ...(this.kinds.length === 0 ? {} : { whole: Float64Array.from(out, ({ whole }) => whole) }),
      ...(Number.isNaN(this.cutBin) ? {} : { cut: Uint8Array.from(out, (row) => (row.bin === this.cutBin ? 1 : 0)) }),
      start: Float64Array.from(out, (row) => row.bin * bin),
      end: Float64Array.from(out, (row) => (row.bin + 1) * bin),
      evidence: out.map(({ evidence }) => evidence),
    };
  }

  /** Everything counted and not handed over; call `take` first. Plain JSON as UTF-8. */
  snapshot(): Uint8Array {
    const bins = [...this.bins].map(([bin, counts]) => [bin, [...counts]]);
    const state = {
      series: this.series,
      live: [...this.live].sort(([a], [b]) => a - b),
      bins,
      nextBin: this.nextBin,
      clock: this.clock.state(),
      late: this.late,
      samples: this.samples.state(),
    };
    return new TextEncoder().encode(JSON.stringify(state));
  }

  restore(snapshot: Uint8Array): void {
    const state = JSON.parse(new TextDecoder().decode(snapshot)) as {
      series: Series[];
      live: [number, number][];
      bins: [number, [number, number][]][];
      nextBin: number | null;
      clock: Parameters<EventTime['restore']>[0];
      late: number;
      samples?: VolumeSampleState;
    };
    this.series.splice(0, this.series.length, ...state.series);
    this.live.clear();
    for (const [code, bin] of state.live) this.live.set(code, bin);
    this.index.clear();
    this.kinds.length = 0;
    for (const [code, { name, of }] of this.series.entries()) {
      this.index.set(name, code);
      if (of !== undefined) this.addKind(of, code);
    }
    this.bins.clear();
    for (const [bin, counts] of state.bins) this.bins.set(bin, new Map(counts));
    this.nextBin = state.nextBin ?? Number.NEGATIVE_INFINITY;
    this.clock.restore(state.clock);
    this.late = state.late;
    if (state.samples !== undefined) this.samples.restore(state.samples);
  }

  private seriesOf(name: string, entity: string): number | undefined {
    const known = this.index.get(name);
    if (known !== undefined || this.series.length >= this.config.maxSeries) return known;
    const code = this.series.push({ name, entity }) - 1;
    this.index.set(name, code);
    return code;
  }

  private kindOf(kind: number, whole: number | undefined): number | undefined {
    const of = whole === undefined ? undefined : this.series[whole];
    if (whole === undefined || of === undefined) return undefined;
    const name = `${ERROR_CLASSES[kind]} of ${of.name}`;
    const known = this.index.get(name);
    if (known !== undefined || this.series.length >= this.config.maxSeries) return known;
    const code = this.series.push({ name, entity: of.entity, of: whole }) - 1;
    this.index.set(name, code);
    this.addKind(whole, code);
    return code;
  }

  private addKind(whole: number, code: number): void {
    const known = this.kinds[whole];
    if (known === undefined) this.kinds[whole] = [code];
    else known.push(code);
  }

  private count(code: number | undefined, row: number): void {
    if (code === undefined) return;
    const before = this.tally[code] ?? 0;
    if (before === 0) this.tallied.push(code);
    this.tally[code] = before + 1;
    this.samples.count(code, row, before);
  }

  private settle(batch: LogBatch | undefined): void {
    if (this.tallied.length === 0 || batch === undefined) return;
    this.samples.settle(this.tallyBin, this.tallied, batch);
    const counts = this.bins.get(this.tallyBin) ?? new Map<number, number>();
    this.bins.set(this.tallyBin, counts);
    for (const code of this.tallied) {
      counts.set(code, (counts.get(code) ?? 0) + (this.tally[code] as number));
      this.tally[code] = 0;
    }
    this.tallied.length = 0;
  }

  /** Hands over every interval before `limit`, with zeros for the series known by then; `batch`: the one that is being counted. */
  private close(limit: number, batch?: LogBatch): void {
    if (limit <= this.nextBin) return;
    this.settle(batch);
    if (this.nextBin === Number.NEGATIVE_INFINITY) {
      const first = Math.min(...this.bins.keys());
      if (!(first < limit)) return;
      this.nextBin = first;
    }
    for (let bin = this.nextBin; bin < limit; bin++) {
      const counts = this.bins.get(bin);
      if (counts === undefined && this.live.size === 0) {
        // Silent for long: go on where lines go on.
        bin = Math.min(limit, ...this.bins.keys()) - 1;
        continue;
      }
      for (const code of counts?.keys() ?? []) if (this.series[code]?.of === undefined) this.live.set(code, bin);
      for (const code of [...this.live.keys()].sort((a, b) => a - b)) {
        const silent = bin - (this.live.get(code) as number);
        if (silent > (this.series[code]?.name.startsWith('source ') === true ? MAX_EMPTY_OF_SOURCE : MAX_EMPTY)) {
          this.live.delete(code);
          this.samples.dropSeries(code);
          continue;
        }
        const value = counts?.get(code) ?? 0;
        this.out.push({ code, value, whole: Number.NaN, bin, evidence: this.samples.take(bin, code) });
        for (const kind of (value > 0 ? this.kinds[code] : undefined) ?? []) {
          const part = counts?.get(kind) ?? 0;
          this.out.push({ code: kind, value: part, whole: value, bin, evidence: part > 0 ? this.samples.take(bin, kind) : [] });
        }
      }
      this.bins.delete(bin);
      this.samples.dropBin(bin);
    }
    this.nextBin = limit;
  }
}
