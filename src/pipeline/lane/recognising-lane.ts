import { deserialize, serialize } from 'node:v8';
import type { SourceConfig } from '../../config/index.ts';
import { decodeUtf8, type Micros, type RecordBatch, type Template } from '../../core/index.ts';
import { recogniseSensor } from '../../parsers/index.ts';
import type { Lane, LaneCounters, LaneOutput } from './lane.ts';

type Route = 'lines' | 'events';

interface State {
  readonly routes: readonly (readonly [string, Route])[];
  readonly used: readonly Route[];
}

const MOST_INPUTS = 4096;
const LONGEST_LOOK = 65_536;

/**
 * Lines of a source that does not say what they are: an input whose first record is one of a network sensor goes the way of
 * sensors, every other the way of logs. What an input is stays settled.
 */
export class RecognisingLane implements Lane {
  readonly source: SourceConfig;
  private readonly lanes: Readonly<Record<Route, Lane>>;
  private readonly routes = new Map<string, Route>();
  private readonly used = new Set<Route>();
  private changed = false;

  constructor(lines: Lane, events: Lane) {
    this.source = lines.source;
    this.lanes = { lines, events };
  }

  /** Lanes that had an input; that of lines before the first. */
  private get running(): readonly Lane[] {
    const { lines, events } = this.lanes;
    if (this.used.size === 0) return [lines];
    return [...(this.used.has('lines') ? [lines] : []), ...(this.used.has('events') ? [events] : [])];
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
    return sum;
  }

  get ownCounters(): Readonly<Record<string, number>> {
    return Object.assign({}, ...this.running.map(({ ownCounters }) => ownCounters));
  }

  get watermark(): { readonly value: Micros } {
    const reached = this.running.map(({ watermark }) => watermark.value).filter(Number.isFinite);
    return { value: reached.length === 0 ? Number.NEGATIVE_INFINITY : Math.min(...reached) };
  }

  get generations(): ReadonlyMap<string, string> {
    return new Map(this.running.flatMap(({ generations }) => [...generations]));
  }

  get templates(): readonly Template[] {
    return this.lanes.lines.templates ?? [];
  }

  get feature(): string {
    return this.running
      .map(({ feature }) => feature)
      .filter((text) => text !== '')
      .join('; ');
  }

  process(records: RecordBatch): Promise<LaneOutput> {
    return this.laneOf(records).process(records);
  }

  retry(records: RecordBatch): Promise<LaneOutput> {
    return this.laneOf(records).retry(records);
  }

  private laneOf(records: RecordBatch): Lane {
    const { input } = records;
    const route = this.routes.get(input) ?? routeOf(records);
    this.routes.delete(input);
    this.routes.set(input, route);
    const oldest = this.routes.keys().next().value;
    if (this.routes.size > MOST_INPUTS && oldest !== undefined) this.routes.delete(oldest);
    this.used.add(route);
    this.changed = true;
    return this.lanes[route];
  }

  async elapse(now: Micros): Promise<LaneOutput> {
    return joined(await inTurn(this.running, (lane) => lane.elapse(now)));
  }

  async end(): Promise<LaneOutput> {
    return joined(await inTurn(this.running, (lane) => lane.end()));
  }

  async close(): Promise<void> {
    for (const lane of Object.values(this.lanes)) await lane.close?.();
  }

  async snapshot(): Promise<Readonly<Record<string, Uint8Array>>> {
    const prefix = `source/${this.source.name}/`;
    const { lines, events } = this.lanes;
    const blobs: Record<string, Uint8Array> = { ...(await lines.snapshot()) };
    if (this.used.has('events')) {
      for (const [name, bytes] of Object.entries(await events.snapshot())) blobs[`${prefix}events/${name.slice(prefix.length)}`] = bytes;
    }
    if (this.changed) {
      const state: State = { routes: [...this.routes], used: [...this.used] };
      blobs[`${prefix}routes`] = new Uint8Array(serialize(state));
    }
    this.changed = false;
    return blobs;
  }

  async restore(blobs: Readonly<Record<string, Uint8Array>>): Promise<void> {
    const prefix = `source/${this.source.name}/`;
    const own = blobs[`${prefix}routes`];
    if (own !== undefined) {
      const { routes, used } = deserialize(own) as State;
      for (const [input, route] of routes) this.routes.set(input, route);
      for (const route of used) this.used.add(route);
    } else if (Object.keys(blobs).some((name) => name.startsWith(prefix))) {
      // kept before lanes recognised anything: all of it were lines
      this.used.add('lines');
    }
    const ofEvents = Object.entries(blobs).filter(([name]) => name.startsWith(`${prefix}events/`));
    await this.lanes.lines.restore(blobs);
    await this.lanes.events.restore(Object.fromEntries(ofEvents.map(([name, bytes]) => [name.replace(`${prefix}events/`, prefix), bytes])));
  }
}

function routeOf({ bytes, ends }: RecordBatch): Route {
  const line = bytes.indexOf(10);
  const to = ends?.[0] ?? (line < 0 ? bytes.length : line);
  const first = decodeUtf8(bytes, 0, Math.min(to, LONGEST_LOOK)).replace(/^\ufeff/, '');
  return recogniseSensor(first) === undefined ? 'lines' : 'events';
}

async function inTurn(lanes: readonly Lane[], what: (lane: Lane) => Promise<LaneOutput>): Promise<LaneOutput[]> {
  const outputs: LaneOutput[] = [];
  for (const lane of lanes) outputs.push(await what(lane));
  return outputs;
}

function joined(outputs: readonly LaneOutput[]): LaneOutput {
  return {
    events: outputs.flatMap(({ events }) => events),
    dead: outputs.flatMap(({ dead }) => dead),
    findings: outputs.flatMap(({ findings }) => findings),
    points: outputs.flatMap(({ points = [] }) => points),
  };
}
