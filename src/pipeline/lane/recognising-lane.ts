import { deserialize, serialize } from 'node:v8';
import type { SourceConfig } from '../../config/index.ts';
import { decodeUtf8, type Micros, type RecordBatch, type Template } from '../../core/index.ts';
import { formatOf, isFlowHeader, recogniseSensor } from '../../parsers/index.ts';
import type { OffRecords } from '../time/sender-clocks.ts';
import { type Lane, type LaneCounters, type LaneOutput, NO_OUTPUT } from './lane.ts';
import { LogLane } from './log-lane.ts';
import { Samples, type SamplesState, textOf } from './samples.ts';

/** Name of a log format; EVENTS = what network sensors write. */
type Route = string;

const EVENTS: Route = '';

interface State {
  readonly routes: readonly (readonly [string, Route])[];
  /** In the order in which they were begun. */
  readonly used: readonly Route[];
  readonly samples: SamplesState;
}

/** The lanes that inputs are sent to. */
export interface Recognisable {
  /** Lines of the first format; begun with its name. */
  readonly first: LogLane;
  /** One more lane of lines. */
  readonly another: () => LogLane;
  /** Absent = sensors are not looked for. */
  readonly events?: Lane;
  /** Format of what has no more special one; its records are messages by themselves, so the first of an input is enough to tell. */
  readonly usual?: string;
}

const MOST_INPUTS = 4096;
/** Formats of one source that get a lane; inputs of further ones are plain lines. */
const MOST_FORMATS = 8;
const PLAIN: Route = 'plain';
const LONGEST_LOOK = 65_536;

/**
 * Lines of a source that does not say what they are. An input whose first record is one of a network sensor, or the header of a table of flows, goes the way of sensors, every
 * other to the lane of its log format, which has detectors of its own: the sessions and names of one log say nothing of another. The format is
 * recognised from the first `SAMPLE_BYTES` of an input, or from its first record where the source has that format already. What an input
 * is stays settled.
 */
export class RecognisingLane implements Lane {
  readonly source: SourceConfig;
  private readonly recognisable: Recognisable;
  private readonly lanes = new Map<Route, Lane>();
  private readonly routes = new Map<string, Route>();
  private readonly samples = new Samples();
  /** The format that is configured: then only sensors are looked for. */
  private readonly configured: Route | undefined;
  private lastNow: Micros | undefined;
  private changed = false;

  constructor(recognisable: Recognisable) {
    this.recognisable = recognisable;
    this.source = recognisable.first.source;
    this.configured = recognisable.first.format;
  }

  /** Lanes that had an input; that of lines before the first. */
  private get running(): readonly Lane[] {
    return this.lanes.size === 0 ? [this.recognisable.first] : [...this.lanes.values()];
  }

  get scorers(): Lane['scorers'] {
    return this.running.flatMap((lane) => lane.scorers);
  }

  get rules(): Lane['rules'] {
    return this.running.flatMap((lane) => lane.rules);
  }

  get counters(): Readonly<LaneCounters> {
    const [first, ...others] = this.running.map(({ counters }) => counters);
    const sum: LaneCounters = { ...(first as LaneCounters) };
    for (const counters of others) for (const name of Object.keys(sum) as (keyof LaneCounters)[]) sum[name] += counters[name];
    sum.records += this.samples.records;
    sum.bytes += this.samples.bytes;
    return sum;
  }

  get ownCounters(): Readonly<Record<string, number>> {
    const sum: Record<string, number> = {};
    for (const { ownCounters } of this.running)
      for (const [name, value] of Object.entries(ownCounters)) sum[name] = (sum[name] ?? 0) + value;
    return sum;
  }

  get offClocks(): readonly OffRecords[] {
    return this.running.flatMap(({ offClocks = [] }) => [...offClocks]);
  }

  get watermark(): { readonly value: Micros } {
    const reached = this.running.map(({ watermark }) => watermark.value).filter(Number.isFinite);
    return { value: reached.length === 0 ? Number.NEGATIVE_INFINITY : Math.min(...reached) };
  }

  get generations(): ReadonlyMap<string, string> {
    return new Map(this.running.flatMap(({ generations }) => [...generations]));
  }

  get templates(): readonly Template[] {
    return this.running.flatMap(({ templates = [] }) => [...templates]);
  }

  get feature(): string {
    const texts = [...this.lanes].map(([route, { feature }]) =>
      feature === '' || route === EVENTS || this.lanes.size === 1 ? feature : `${route}: ${feature}`,
    );
    return texts.filter((text) => text !== '').join('; ');
  }

  async process(records: RecordBatch): Promise<LaneOutput> {
    this.changed = true;
    const route = this.routes.get(records.input) ?? this.recognised(records);
    if (route !== undefined) return (await this.send(records.input, route)).process(records);
    this.samples.add(records);
    return joined(await inTurn(this.samples.takeFull(), (sample) => this.decide(sample)));
  }

  async retry(records: RecordBatch): Promise<LaneOutput> {
    this.changed = true;
    const route = this.routes.get(records.input) ?? this.recognised(records) ?? formatOf(firstRecord(records));
    return (await this.laneOf(route)).retry(records);
  }

  /** What the first record of an input is enough to tell. */
  private recognised(records: RecordBatch): Route | undefined {
    if (this.samples.has(records.input)) return undefined;
    if (this.recognisable.events !== undefined && isOfSensor(records)) return EVENTS;
    if (this.configured !== undefined) return this.configured;
    const { usual } = this.recognisable;
    const format = formatOf(firstRecord(records), usual);
    return usual !== undefined || (format !== PLAIN && this.lanes.has(format)) ? format : undefined;
  }

  /** The sample of an input goes to the lane of its format. */
  private async decide(sample: readonly RecordBatch[]): Promise<LaneOutput> {
    this.changed = true;
    const text = textOf(sample);
    const lane = await this.send(sample[0]?.input ?? '', formatOf(text));
    if (lane instanceof LogLane) lane.meet(text);
    return joined(await inTurn(sample, (records) => lane.process(records)));
  }

  private send(input: string, route: Route): Promise<Lane> {
    this.routes.delete(input);
    this.routes.set(input, route);
    const oldest = this.routes.keys().next().value;
    if (this.routes.size > MOST_INPUTS && oldest !== undefined) this.routes.delete(oldest);
    return this.laneOf(route);
  }

  private async laneOf(route: Route): Promise<Lane> {
    const there = this.lanes.get(route);
    if (there !== undefined) return there;
    if (route !== PLAIN && route !== EVENTS && this.lanes.size >= MOST_FORMATS) return this.laneOf(PLAIN);
    const lane = this.made(route);
    // What follows a registered model takes it up.
    if (lane !== this.recognisable.first) await lane.restore({});
    this.lanes.set(route, lane);
    return lane;
  }

  private made(route: Route): Lane {
    const { first, another, events } = this.recognisable;
    if (route === EVENTS && events !== undefined) return events;
    const lane = [...this.lanes.values()].includes(first) ? another() : first;
    lane.begin(route);
    return lane;
  }

  async elapse(now: Micros): Promise<LaneOutput> {
    const step = Math.max(0, now - (this.lastNow ?? now));
    this.lastNow = now;
    const sampled = await inTurn(this.samples.takeSilent(step), (sample) => this.decide(sample));
    return joined([...sampled, ...(await inTurn(this.running, (lane) => lane.elapse(now)))]);
  }

  async end(): Promise<LaneOutput> {
    const sampled = await inTurn(this.samples.takeAll(), (sample) => this.decide(sample));
    return joined([...sampled, ...(await inTurn(this.running, (lane) => lane.end()))]);
  }

  async close(): Promise<void> {
    for (const lane of this.running) await lane.close?.();
  }

  async snapshot(): Promise<Readonly<Record<string, Uint8Array>>> {
    const prefix = `source/${this.source.name}/`;
    const blobs: Record<string, Uint8Array> = {};
    for (const [route, lane] of this.lanes) {
      const place = this.placeOf(route);
      for (const [name, bytes] of Object.entries(await lane.snapshot())) blobs[`${prefix}${place}${name.slice(prefix.length)}`] = bytes;
    }
    if (this.changed) {
      const state: State = { routes: [...this.routes], used: [...this.lanes.keys()], samples: this.samples.snapshot() };
      blobs[`${prefix}routes`] = new Uint8Array(serialize(state));
    }
    this.changed = false;
    return blobs;
  }

  async restore(blobs: Readonly<Record<string, Uint8Array>>): Promise<void> {
    const prefix = `source/${this.source.name}/`;
    const own = blobs[`${prefix}routes`];
    if (own !== undefined) {
      const { routes, used, samples } = deserialize(own) as State;
      for (const [input, route] of routes) this.routes.set(input, route);
      for (const route of used) this.lanes.set(route, this.made(route));
      this.samples.restore(samples);
    }
    for (const [route, lane] of this.lanes) {
      const from = `${prefix}${this.placeOf(route)}`;
      const parts = Object.entries(blobs).filter(([name]) => name.startsWith(from));
      await lane.restore(Object.fromEntries(parts.map(([name, bytes]) => [`${prefix}${name.slice(from.length)}`, bytes])));
    }
    if (this.lanes.size === 0) await this.recognisable.first.restore({});
  }

  /** Where a lane's blobs are, below those of the source. */
  private placeOf(route: Route): string {
    return route === EVENTS ? 'events/' : `format/${route}/`;
  }
}

function firstRecord({ bytes, ends }: RecordBatch): Uint8Array {
  const line = bytes.indexOf(10);
  return bytes.subarray(0, Math.min(ends?.[0] ?? (line < 0 ? bytes.length : line), LONGEST_LOOK));
}

function isOfSensor(records: RecordBatch): boolean {
  const record = firstRecord(records);
  const text = decodeUtf8(record, 0, record.length).replace(/^\ufeff/, '');
  return recogniseSensor(text) !== undefined || isFlowHeader(text.replace(/\r?\n?$/, ''));
}

async function inTurn<T>(all: readonly T[], what: (one: T) => Promise<LaneOutput>): Promise<LaneOutput[]> {
  const outputs: LaneOutput[] = [];
  for (const one of all) outputs.push(await what(one));
  return outputs;
}

function joined(outputs: readonly LaneOutput[]): LaneOutput {
  if (outputs.length === 0) return NO_OUTPUT;
  return {
    events: outputs.flatMap(({ events }) => events),
    dead: outputs.flatMap(({ dead }) => dead),
    findings: outputs.flatMap(({ findings }) => findings),
    points: outputs.flatMap(({ points = [] }) => points),
  };
}
