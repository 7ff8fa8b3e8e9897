import { deserialize, serialize } from 'node:v8';
import type { SourceConfig } from '../../config/index.ts';
import {
  type DeadLetter,
  formatMicros,
  isSeriesModel,
  type MetricBatch,
  type Micros,
  type NetworkCounts,
  pointsOf,
  type RecordBatch,
  recordCount,
  type SeriesModel,
  type SeriesPoints,
} from '../../core/index.ts';
import { type SeriesConfig, SeriesStepper, type Silence, seriesConfig } from '../../features/index.ts';
import { MetricParser } from '../../parsers/index.ts';
import { laneBlobs, restoreLane } from './blobs.ts';
import { limitFinding, silenceFinding } from './device-findings.ts';
import { findingOf } from './finding.ts';
import { Generations } from './generations.ts';
import { type Finding, type Lane, type LaneCounters, type LaneOutput, NO_OUTPUT } from './lane.ts';
import type { LaneScorer } from './lane-scorer.ts';
import type { LaneKind } from './lanes.ts';
import type { LiveSeries } from './live-series.ts';
import { NamedSeries } from './named-series.ts';
import { type FlaggedBy, OneFinding, type OneFindingState } from './one-finding.ts';

interface State {
  readonly counters: LaneCounters;
  readonly generations: readonly (readonly [string, string])[];
  readonly told: OneFindingState;
  readonly toldAlready: number;
  /** Absent in states of before it was kept. */
  readonly watermark?: Micros;
}

const NO_NETWORKS: NetworkCounts = { used: 0, learning: 0, trained: 0, missed: 0, readyAt: undefined };
const FEATURE = 'readings at fixed event-time steps';
/** Share of the promised rate of sessions that a reading gets: there are so many more of them. */
const PROMISED_RATE = 1e-5;
/** How the source host-metrics names its input. */
const OWN_INPUT = 'host/';

/** Readings of devices, hosts and counters: parse, event time, steps, detectors. */
export class ReadingsLane implements Lane {
  readonly source: SourceConfig;
  readonly scorers: readonly LaneScorer[];
  readonly rules = [];
  readonly counters: LaneCounters = { records: 0, bytes: 0, events: 0, unparsed: 0, future: 0, late: 0, backfilled: 0, units: 0 };
  readonly generations = new Generations();
  readonly watermark = { value: Number.NEGATIVE_INFINITY };
  readonly series: LiveSeries;
  private readonly parser: MetricParser;
  private readonly stepper: SeriesStepper;
  private readonly model: SeriesModel | undefined;
  private readonly one = new OneFinding();
  private changed = false;

  constructor(source: SourceConfig, scorers: readonly LaneScorer[]) {
    this.source = source;
    this.scorers = scorers;
    const { format, timezone } = source.parser as { format?: string; timezone?: string };
    this.parser = new MetricParser(format ?? 'readings', timezone);
    const { series } = source.features as { series?: SeriesConfig };
    this.stepper = new SeriesStepper(series ?? seriesConfig.parse({}));
    this.model = scorers.map(({ detector }): object => detector).find(isSeriesModel);
    this.series = new NamedSeries(source.name, this.stepper.table, this.model);
  }

  get ownCounters(): Readonly<Record<string, number>> {
    const { refused, slots } = this.stepper.table;
    const { used, learning, trained, missed } = this.model?.networks() ?? NO_NETWORKS;
    const networks = { networksUsed: used, networksLearning: learning, networksTrained: trained, networksMissed: missed };
    const { repeated_times: repeatedTimes = 0, skipped_times: skippedTimes = 0, assumed_dates: assumedDates = 0 } = this.parser.counters();
    return {
      ...this.stepper.counters,
      repeatedTimes,
      skippedTimes,
      assumedDates,
      series: slots.length,
      refusedReadings: refused.readings,
      toldAlready: this.one.left,
      ...networks,
    };
  }

  get feature(): string {
    const { names } = this.stepper.table.refused;
    const { learning, readyAt } = this.model?.networks() ?? NO_NETWORKS;
    const ready = readyAt === undefined ? '' : `; learning networks of ${learning} series, the next ready at ${formatMicros(readyAt)}`;
    return `${FEATURE}${names.length === 0 ? '' : `; more series than maxSeries, left out: ${names.join(', ')}`}${ready}`;
  }

  async process(records: RecordBatch): Promise<LaneOutput> {
    this.changed = true;
    const { counters, source } = this;
    counters.records += recordCount(records);
    counters.bytes += records.bytes.length;
    this.generations.remember(records);
    const dead: DeadLetter[] = [];
    const parsed = this.parser.parse(records, source.name, (letter) => dead.push(letter));
    counters.unparsed += dead.length;
    const keep = this.admit(parsed, records, dead);
    this.stepper.add(parsed, records.arrival, keep);
    if (records.last) this.stepper.finishInput(records.input);
    return this.output(dead);
  }

  retry(records: RecordBatch): Promise<LaneOutput> {
    return this.process({ ...records, last: false });
  }

  async elapse(now: Micros): Promise<LaneOutput> {
    this.stepper.elapse(now);
    const output = await this.output([]);
    this.changed ||= output !== NO_OUTPUT;
    return output;
  }

  async end(): Promise<LaneOutput> {
    this.changed = true;
    this.stepper.finish();
    return this.output([]);
  }

  /** 1 = taken; 0 = from before 1970 or the future of its arrival, put aside. */
  private admit(parsed: MetricBatch, { arrival, input }: RecordBatch, dead: DeadLetter[]): Uint8Array {
    const keep = new Uint8Array(parsed.rows).fill(1);
    const limit = arrival + this.source.eventTime.maxSkew;
    for (let row = 0; row < parsed.rows; row++) {
      const time = parsed.time[row] as number;
      if (time >= 0 && time <= limit) {
        this.watermark.value = Math.max(this.watermark.value, time);
        this.counters.events++;
        continue;
      }
      keep[row] = 0;
      if (time > limit) this.counters.future++;
      const { offset, line } = parsed.origin;
      const reason = time < 0 ? 'its time lies before 1970' : `its time ${formatMicros(time)} lies in the future of its arrival`;
      const bytes = new TextEncoder().encode(JSON.stringify({ time, value: parsed.value[row] }));
      dead.push({ source: this.source.name, input, offset: offset[row] as number, line: line[row] as number, reason, bytes, arrival });
    }
    return keep;
  }

  /** Rows that closed -> what detectors say of them, and points to be stored. */
  private async output(dead: readonly DeadLetter[]): Promise<LaneOutput> {
    const { stepper, source, scorers, model } = this;
    const batch = stepper.rows();
    const silences = stepper.silences();
    if (batch === undefined && silences.length === 0 && dead.length === 0) return NO_OUTPUT;
    const findings: Finding[] = [];
    const points: SeriesPoints[] = [];
    const [first] = scorers;
    const rule = first === undefined ? undefined : first.options;
    if (batch !== undefined) {
      this.counters.units += batch.rows;
      const all: FlaggedBy[] = [];
      for (const scorer of scorers) for (const flagged of await scorer.take(batch)) all.push({ scorer, flagged });
      for (const { scorer, flagged } of this.one.keep(batch, all)) findings.push(findingOf(scorer, flagged, 'readings'));
      points.push(pointsOf(source.name, batch, first?.lastScores));
    }
    if (rule !== undefined) {
      for (const silence of silences) if (!this.isOwn(silence)) findings.push(silenceFinding(rule, silence));
      for (const warning of model?.takeWarnings() ?? [])
        findings.push(limitFinding(rule, warning, first?.isLearning?.(warning.at) === true));
    }
    return { events: [], dead, findings, points };
  }

  /** Of this host: while it measures itself it is there, only its measurements are late (the source counts those). */
  private isOwn({ input }: Silence): boolean {
    return this.source.type === 'host-metrics' && input.startsWith(OWN_INPUT);
  }

  async close(): Promise<void> {
    await Promise.all(this.scorers.map((scorer) => scorer.close?.()));
  }

  async snapshot(): Promise<Readonly<Record<string, Uint8Array>>> {
    const own: Record<string, Uint8Array> = {};
    if (this.changed) {
      const { one, counters, generations, watermark } = this;
      const state: State = {
        counters,
        generations: [...generations],
        told: one.snapshot(),
        toldAlready: one.left,
        watermark: watermark.value,
      };
      own.time = new Uint8Array(serialize(state));
      own.parser = this.parser.snapshot();
      own.series = this.stepper.snapshot();
    }
    this.changed = false;
    return laneBlobs(this, own);
  }

  async restore(blobs: Readonly<Record<string, Uint8Array>>): Promise<void> {
    const { time, parser, series } = await restoreLane(this, blobs);
    if (time !== undefined) {
      const state = deserialize(time) as State;
      Object.assign(this.counters, state.counters);
      for (const [input, generation] of state.generations) this.generations.set(input, generation);
      this.one.restore(state.told);
      this.one.left = state.toldAlready;
      this.watermark.value = state.watermark ?? this.watermark.value;
    }
    if (parser !== undefined) this.parser.restore(parser);
    if (series !== undefined) this.stepper.restore(series);
  }
}

export const readings: LaneKind = {
  serves: new Set(['series']),
  unsuited: new Set(['rate']),
  detectors: ['forecast'],
  promisedRate: PROMISED_RATE,
  pseudonymises: false,
  create: ({ source, scorers }) => new ReadingsLane(source, scorers),
};
