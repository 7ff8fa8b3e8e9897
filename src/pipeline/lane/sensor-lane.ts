import { deserialize, serialize } from 'node:v8';
import type { SourceConfig } from '../../config/index.ts';
import { type DeadLetter, type EventBatch, formatMicros, type Micros, type RecordBatch, recordCount } from '../../core/index.ts';
import { TOLD_KINDS } from '../../features/index.ts';
import { createSensorParser, FlowExportParser, type SensorParser } from '../../parsers/index.ts';
import { KindClocks, type KindClocksState } from '../time/kind-clocks.ts';
import type { OffRecords } from '../time/sender-clocks.ts';
import { Watermark, type WatermarkState } from '../time/watermark.ts';
import { laneBlobs, restoreLane } from './blobs.ts';
import { clockFindings } from './clock-finding.ts';
import { LaneFlows } from './flows.ts';
import { Generations } from './generations.ts';
import { type Finding, type Lane, type LaneCounters, type LaneEvents, type LaneOutput, NO_OUTPUT } from './lane.ts';
import type { LaneScorer } from './lane-scorer.ts';
import type { LaneKind, LaneParts } from './lanes.ts';
import { LanePairs } from './pairs.ts';
import type { LaneRules } from './rules.ts';
import { selectEvents } from './select-events.ts';

/** Records -> events of their kinds. */
type EventParser = Pick<SensorParser, 'parse' | 'counters' | 'snapshot' | 'restore'>;

interface State {
  readonly watermark: WatermarkState;
  readonly counters: LaneCounters;
  readonly generations: readonly (readonly [string, string])[];
  readonly parser: Uint8Array;
  /** Absent in states of before it was kept. */
  readonly clocks?: KindClocksState;
}

/** Records of network sensors (Suricata EVE, Zeek, tables of flows, flow exporters) -> events of their kinds, alerts of the sensor, rules. */
export class SensorLane implements Lane {
  readonly source: SourceConfig;
  readonly scorers: readonly LaneScorer[];
  readonly rules: readonly LaneRules[];
  readonly feature = 'the events of a network sensor as they come, its flows by source and destination';
  readonly watermark: Watermark;
  readonly generations = new Generations();
  readonly counters: LaneCounters = { records: 0, bytes: 0, events: 0, unparsed: 0, future: 0, late: 0, backfilled: 0, units: 0 };
  private readonly parser: EventParser;
  private readonly clocks: KindClocks;
  private readonly pairs: LanePairs;
  private readonly models: LaneFlows;
  private changed = false;

  constructor({ source, scorers, rules }: Pick<LaneParts, 'source' | 'scorers' | 'rules'>, parser: EventParser) {
    this.source = source;
    this.scorers = scorers;
    this.rules = rules;
    this.pairs = new LanePairs(source, scorers);
    this.models = new LaneFlows(scorers);
    this.watermark = new Watermark(source.eventTime);
    this.parser = parser;
    this.clocks = new KindClocks(source.eventTime);
  }

  get ownCounters(): Readonly<Record<string, number>> {
    const { dead: _dead, ...own } = this.parser.counters();
    return { ...own, ...this.clocks.counters(), ...this.pairs.counters, ...this.models.counters };
  }

  get offClocks(): readonly OffRecords[] {
    return this.clocks.off();
  }

  async process(records: RecordBatch): Promise<LaneOutput> {
    this.changed = true;
    this.counters.records += recordCount(records);
    this.counters.bytes += records.bytes.length;
    this.generations.remember(records);
    const dead: DeadLetter[] = [];
    const parsed = this.parser.parse(records, (letter) => dead.push(letter));
    this.counters.unparsed += dead.length;
    const admitted = parsed.map((batch) => this.admitted(batch, records, dead)).filter(({ batch }) => batch.rows > 0);
    if (records.last) this.watermark.finish(records.input);
    const events: LaneEvents[] = [];
    const judged: EventBatch[] = [];
    const findings: Finding[] = [];
    for (const { batch: one, times } of admitted) {
      const { time } = one.columns;
      const { batch, findings: named } = await this.models.take({ batch: withTimes(one, times) });
      judged.push(batch);
      events.push(times === time ? { batch } : { batch: withTimes(batch, time as Float64Array), judged: batch });
      findings.push(...this.rules.flatMap((rule) => rule.take(batch)), ...named);
    }
    const closed = this.rules.flatMap((rule) => rule.advance(this.watermark.value));
    const unusual = await this.pairs.take(judged);
    this.counters.units = this.pairs.units;
    return { events, dead, findings: [...findings, ...closed, ...unusual, ...clockFindings(this, this.clocks.take())] };
  }

  retry(records: RecordBatch): Promise<LaneOutput> {
    return this.process(records);
  }

  async elapse(now: Micros): Promise<LaneOutput> {
    if (!this.watermark.elapse(now)) return NO_OUTPUT;
    this.changed = true;
    const closed = this.rules.flatMap((rule) => rule.advance(this.watermark.value));
    const unusual = await this.pairs.advance(this.watermark.value);
    this.counters.units = this.pairs.units;
    return { ...NO_OUTPUT, findings: [...closed, ...this.models.advance(this.watermark.value), ...unusual] };
  }

  async end(): Promise<LaneOutput> {
    this.changed = true;
    const closed = this.rules.flatMap((rule) => rule.advance(Number.POSITIVE_INFINITY));
    const unusual = await this.pairs.finish();
    this.counters.units = this.pairs.units;
    return { ...NO_OUTPUT, findings: [...closed, ...this.models.finish(), ...unusual] };
  }

  /**
   * What lies in the future of its arrival is put aside; a flow moves the watermark by its end. `times`: by which rows are judged,
   * the batch's own where none needs another.
   */
  private admitted(batch: EventBatch, { arrival, input }: RecordBatch, dead: DeadLetter[]): { batch: EventBatch; times: Float64Array } {
    const { maxSkew } = this.source.eventTime;
    const clocks = this.clocks.of(batch.kind);
    const times = batch.columns.time as Float64Array;
    const durations = batch.columns.durationMicros as Float64Array | undefined;
    const kept: number[] = [];
    let shifted = times;
    for (let row = 0; row < batch.rows; row++) {
      const start = times[row] as number;
      const duration = durations?.[row] ?? Number.NaN;
      const time = duration > 0 ? start + duration : start;
      if (Number.isNaN(time)) {
        dead.push(letterOf(batch, row, 'it has no time, so no window of time could count it', arrival));
        continue;
      }
      if (time > arrival + maxSkew) {
        this.counters.future++;
        dead.push(letterOf(batch, row, `its time ${formatMicros(time)} lies in the future of its arrival`, arrival));
        continue;
      }
      kept.push(row);
      const judged = clocks.judge(input, time, arrival);
      if (Number.isNaN(judged)) {
        // Signatures judge it as it is; windows of its time are closed.
        this.counters.late++;
      } else {
        if (judged <= time) this.watermark.observe(input, judged);
        if (judged !== time) {
          if (shifted === times) shifted = times.slice();
          shifted[row] = start + judged - time;
        }
      }
    }
    this.counters.events += kept.length;
    const selected = selectEvents(batch, kept);
    if (shifted === times) return { batch: selected, times: selected.columns.time as Float64Array };
    return { batch: selected, times: Float64Array.from(kept, (row) => shifted[row] as number) };
  }

  async snapshot(): Promise<Readonly<Record<string, Uint8Array>>> {
    const own: Record<string, Uint8Array> = {};
    if (this.changed) {
      const state: State = {
        watermark: this.watermark.snapshot(),
        counters: this.counters,
        generations: [...this.generations],
        parser: this.parser.snapshot(),
        clocks: this.clocks.snapshot(),
      };
      own.sensor = new Uint8Array(serialize(state));
    }
    const pairs = this.pairs.snapshot();
    if (pairs !== undefined) own.pairs = pairs;
    this.changed = false;
    return laneBlobs(this, own);
  }

  async restore(blobs: Readonly<Record<string, Uint8Array>>): Promise<void> {
    const { sensor, pairs } = await restoreLane(this, blobs);
    if (pairs !== undefined) this.pairs.restore(pairs);
    if (sensor === undefined) return;
    const state = deserialize(sensor) as State;
    this.watermark.restore(state.watermark);
    Object.assign(this.counters, state.counters);
    for (const [input, generation] of state.generations) this.generations.set(input, generation);
    this.parser.restore(state.parser);
    if (state.clocks !== undefined) this.clocks.restore(state.clocks);
  }
}

function withTimes(batch: EventBatch, time: Float64Array): EventBatch {
  return batch.columns.time === time ? batch : { ...batch, columns: { ...batch.columns, time } };
}

function letterOf({ source, origin }: EventBatch, row: number, reason: string, arrival: Micros): DeadLetter {
  const { input, offset, line } = origin;
  return { source, input, offset: offset[row] as number, line: line[row] as number, reason, bytes: new Uint8Array(), arrival };
}

export const sensor: LaneKind = {
  serves: new Set(['signature', 'flow', 'dns', 'http', 'tls', 'groups', 'rows']),
  flowColumns: TOLD_KINDS,
  detectors: ['suricata', 'zeek', 'sigma', 'use-cases', 'flow-alarm'],
  pseudonymises: false,
  create: (parts) => new SensorLane(parts, createSensorParser(parts.source.name)),
};

/** Datagrams of routers and switches: NetFlow, IPFIX, sFlow. */
export const flowExports: LaneKind = {
  serves: new Set(['flow', 'groups', 'rows']),
  flowColumns: TOLD_KINDS,
  detectors: ['use-cases', 'flow-alarm'],
  pseudonymises: false,
  create: (parts) => new SensorLane(parts, new FlowExportParser(parts.source.name)),
};
