import { deserialize, serialize } from 'node:v8';
import type { SourceConfig } from '../../config/index.ts';
import { type DeadLetter, type EventBatch, type Micros, type PacketBatch, type RecordBatch, startsStream } from '../../core/index.ts';
import { TOLD_KINDS } from '../../features/index.ts';
import {
  FlowEvents,
  FlowMeter,
  type FlowOptions,
  MEASURED_KINDS,
  type MeterState,
  PacketSignatures,
  remoteControlOf,
  requestsOf,
} from '../../parsers/packets/index.ts';
import { laneBlobs, restoreLane } from './blobs.ts';
import { CaptureInputs, type CaptureInputsState } from './capture-inputs.ts';
import { LaneFlows } from './flows.ts';
import { Generations } from './generations.ts';
import { type Finding, type Lane, type LaneCounters, type LaneEvents, type LaneOutput, NO_OUTPUT } from './lane.ts';
import type { LaneScorer } from './lane-scorer.ts';
import type { LaneKind, LaneParts } from './lanes.ts';
import { LanePairs } from './pairs.ts';
import type { LaneRules } from './rules.ts';

type FlowBatch = LaneEvents & { readonly batch: EventBatch };

interface State {
  readonly counters: LaneCounters;
  readonly generations: readonly (readonly [string, string])[];
  readonly inputs: CaptureInputsState;
  readonly latest: Micros;
  readonly silent: Micros;
  /** Absent in states of earlier versions. */
  readonly signatures?: ReturnType<PacketSignatures['snapshot']>;
}

/** Longest wall-clock step that counts as silence: a machine that slept has not been listening. */
const MAX_STEP: Micros = 5_000_000;
/** Kept of a piece that is no capture. */
const MOST_DEAD_BYTES = 65_536;

/**
 * Pieces of captures: packets, flows, window rules. One source is one place in the network (or one place per sensor that sends
 * pieces to it); its inputs are read one after the other as one stream of packets, so flows and windows go on over the end of a file.
 */
export class PacketLane implements Lane {
  readonly source: SourceConfig;
  readonly scorers: readonly LaneScorer[];
  readonly rules: readonly LaneRules[];
  /** `records` and `events`: packets and flows. */
  readonly counters: LaneCounters = { records: 0, bytes: 0, events: 0, unparsed: 0, future: 0, late: 0, backfilled: 0, units: 0 };
  readonly generations = new Generations();
  readonly feature = 'flows and windows of packets, flows by source and destination';
  private readonly inputs = new CaptureInputs();
  private readonly flows: FlowEvents;
  private readonly signatures = new PacketSignatures();
  private readonly meter: FlowMeter;
  private latest: Micros = Number.NEGATIVE_INFINITY;
  private silent: Micros = 0;
  private lastNow: Micros | undefined;
  private changed = false;
  private readonly pairs: LanePairs;
  private readonly models: LaneFlows;

  constructor({ source, scorers, rules }: Pick<LaneParts, 'source' | 'scorers' | 'rules'>) {
    this.source = source;
    this.scorers = scorers;
    this.rules = rules;
    this.pairs = new LanePairs(source, scorers);
    this.models = new LaneFlows(scorers);
    this.flows = new FlowEvents(this.models.used);
    const { flow = {} } = source.features as { readonly flow?: FlowOptions };
    this.meter = new FlowMeter((record) => this.flows.add(record), flow);
  }

  get watermark(): { readonly value: Micros } {
    return { value: this.reached };
  }

  get ownCounters(): Readonly<Record<string, number>> {
    const { packets: _packets, ...problems } = this.inputs.counters();
    const { flows, packets_metered: _metered, packets_without_flow: without = 0, ...meter } = this.meter.counters();
    return {
      ...problems,
      ...meter,
      packets_without_flow: without,
      open_flows: this.meter.openFlows,
      ...this.pairs.counters,
      ...this.models.counters,
    };
  }

  async process(records: RecordBatch): Promise<LaneOutput> {
    this.changed = true;
    this.silent = 0;
    this.counters.bytes += records.bytes.length;
    const dead: DeadLetter[] = [];
    const findings: Finding[] = [];
    const { reader, isNew } = this.inputs.open(records);
    const known = this.generations.get(records.input);
    this.generations.remember(records);
    if (startsStream(records) || (known !== undefined && known !== records.generation)) reader.begin(records.offset);
    reader.latestAllowed = records.arrival + this.source.eventTime.maxSkew;
    const requests: LaneEvents[] = [];
    const wasDamaged = reader.damaged;
    try {
      let first = isNew;
      for (const batch of reader.push(records.bytes)) {
        if (first) this.makeRoomForThePast(batch);
        first = false;
        findings.push(...this.take(batch));
        const { name } = this.source;
        for (const found of [...requestsOf(batch, name), ...remoteControlOf(batch, name), ...this.signatures.take(batch, name)]) {
          requests.push({ batch: found });
          findings.push(...this.rules.flatMap((rule) => rule.take(found)));
        }
      }
      if (reader.damaged && !wasDamaged) dead.push(this.deadLetter(records, 'what follows is no record of a capture'));
    } catch (error) {
      dead.push(this.deadLetter(records, error instanceof Error ? error.message : String(error)));
    }
    if (records.last) this.inputs.close(records.input);
    const judged = await this.judge();
    return { events: [...requests, ...judged.events], dead, findings: [...findings, ...judged.findings] };
  }

  /** Alone, as a capture of its own: what it belonged to has gone on. */
  retry(records: RecordBatch): Promise<LaneOutput> {
    return this.process({ ...records, input: `${records.input}#retry`, ends: Uint32Array.of(0, records.bytes.length), last: true });
  }

  async elapse(now: Micros): Promise<LaneOutput> {
    const step = Math.min(MAX_STEP, Math.max(0, now - (this.lastNow ?? now)));
    this.lastNow = now;
    this.silent += step;
    if (this.silent < this.source.eventTime.disorder || !Number.isFinite(this.latest)) return NO_OUTPUT;
    this.meter.advance(this.reached);
    const { events, findings: judged } = await this.judge();
    const ended = [...this.advance(this.reached), ...this.models.advance(this.reached), ...(await this.pairs.advance(this.reached))];
    const findings = [...judged, ...ended];
    this.counters.units = this.pairs.units;
    this.changed ||= events.length > 0 || findings.length > 0;
    return { events, dead: [], findings };
  }

  async end(): Promise<LaneOutput> {
    this.changed = true;
    this.inputs.closeAll();
    this.meter.flush();
    const { events, findings: judged } = await this.judge();
    const ended = [...this.advance(Number.POSITIVE_INFINITY), ...this.models.finish(), ...(await this.pairs.finish())];
    const findings = [...judged, ...ended];
    this.counters.units = this.pairs.units;
    return { events, dead: [], findings };
  }

  private take(batch: PacketBatch): Finding[] {
    this.counters.records += batch.rows;
    const findings = this.rules.flatMap((rule) => rule.take(batch));
    this.meter.add(batch);
    for (let row = 0; row < batch.rows; row++) {
      const time = batch.time[row] as number;
      if (time > this.latest) this.latest = time;
    }
    return findings;
  }

  /** Flows that have ended, with what models say of them, and what was found in them. */
  private async judge(): Promise<{ readonly events: readonly FlowBatch[]; readonly findings: readonly Finding[] }> {
    const taken = this.flows.takeMeasured(this.source.name, (code) => this.inputs.nameOf(code));
    const events: FlowBatch[] = [];
    const findings: Finding[] = [];
    for (const { batch: ended, measured } of taken) {
      this.counters.events += ended.rows;
      const { batch, findings: named } = await this.models.take({
        batch: ended,
        ...(measured && { further: (name) => measured.column(name) }),
      });
      events.push({ batch });
      findings.push(...this.rules.flatMap((rule) => rule.take(batch)), ...named);
    }
    findings.push(...(await this.pairs.take(events.map(({ batch }) => batch))));
    this.counters.units = this.pairs.units;
    return { events, findings };
  }

  private advance(to: Micros): Finding[] {
    return this.rules.flatMap((rule) => rule.advance(to));
  }

  /** A capture older than what was read goes through the meter by itself: its flows would be idle before they began. */
  private makeRoomForThePast(batch: PacketBatch): void {
    if ((batch.time[0] as number) >= this.latest - this.source.eventTime.lateness) return;
    this.meter.flush();
    this.counters.backfilled += batch.rows;
  }

  /** Event time: with the packets, and by the clock once none came for longer than packets are usually late. */
  private get reached(): Micros {
    return this.latest + Math.max(0, this.silent - this.source.eventTime.disorder);
  }

  private deadLetter({ input, offset, line, bytes, arrival }: RecordBatch, reason: string): DeadLetter {
    this.counters.unparsed++;
    return { source: this.source.name, input, offset, line, reason, bytes: bytes.slice(0, MOST_DEAD_BYTES), arrival };
  }

  async snapshot(): Promise<Readonly<Record<string, Uint8Array>>> {
    const own: Record<string, Uint8Array> = {};
    if (this.changed) {
      const { counters, latest, silent } = this;
      const state: State = {
        counters,
        latest,
        silent,
        generations: [...this.generations],
        inputs: this.inputs.snapshot(),
        signatures: this.signatures.snapshot(),
      };
      own.packets = new Uint8Array(serialize(state));
      own.flows = new Uint8Array(serialize(this.meter.snapshot()));
    }
    const pairs = this.pairs.snapshot();
    if (pairs !== undefined) own.pairs = pairs;
    this.changed = false;
    return laneBlobs(this, own);
  }

  async restore(blobs: Readonly<Record<string, Uint8Array>>): Promise<void> {
    const { packets, flows, pairs } = await restoreLane(this, blobs);
    if (packets !== undefined) {
      const state = deserialize(packets) as State;
      Object.assign(this.counters, state.counters);
      this.latest = state.latest;
      this.silent = state.silent;
      for (const [input, generation] of state.generations) this.generations.set(input, generation);
      this.inputs.restore(state.inputs);
      if (state.signatures !== undefined) this.signatures.restore(state.signatures);
    }
    if (flows !== undefined) this.meter.restore(deserialize(flows) as MeterState);
    if (pairs !== undefined) this.pairs.restore(pairs);
  }
}

export const packets: LaneKind = {
  serves: new Set(['packets', 'flow', 'http', 'signature', 'groups', 'rows']),
  flowColumns: new Map([...TOLD_KINDS, ...MEASURED_KINDS]),
  detectors: ['packet-windows', 'use-cases', 'remote-control', 'payload-signatures', 'sigma', 'flow-alarm'],
  pseudonymises: false,
  create: (parts) => new PacketLane(parts),
};
