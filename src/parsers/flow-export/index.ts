import { deserialize, serialize } from 'node:v8';
import { type DeadLetter, type EventBatch, type RecordBatch, recordEnds } from '../../core/index.ts';
import type { ExportedFlow } from './exported-flow.ts';
import { withClock } from './exporter-clock.ts';
import { flowBatch, type ReadDatagram } from './flow-batch.ts';
import { readNetFlowV5 } from './netflow-v5.ts';
import { Reader } from './reader.ts';
import { readSFlow } from './sflow.ts';
import { readIpfix, readNetFlowV9, type TemplateDatagram } from './template-datagram.ts';
import { FlowTemplates } from './templates.ts';

const MAX_TEMPLATES = 4096;
const MAX_STREAMS = 4096;
/** A count that leaps further than this is a restart of the exporter, not a loss. */
const MAX_LOSS = 1_000_000;

interface State {
  readonly templates: ReturnType<FlowTemplates['snapshot']>;
  readonly expected: readonly (readonly [string, number])[];
  readonly sampling: readonly (readonly [string, number])[];
  readonly counters: Record<string, number>;
}

/**
 * Datagrams of flow exporters -> events of kind `flow`: NetFlow 5 and 9, IPFIX, sFlow 5, told by their version. One record is one
 * datagram, its input names the exporter (`.../<address>`). Templates are kept for each exporter and observation domain.
 */
export class FlowExportParser {
  readonly #source: string;
  readonly #templates = new FlowTemplates(MAX_TEMPLATES);
  /** What the next datagram's count is to be, by exporter, format and domain. */
  #expected = new Map<string, number>();
  /** Sampling that options announced, by exporter, format and domain. */
  #sampling = new Map<string, number>();
  readonly #counters: Record<string, number> = {
    datagrams: 0,
    flows: 0,
    lost: 0,
    sets_without_template: 0,
    other_samples: 0,
    clock_off: 0,
    dead: 0,
  };

  constructor(source: string) {
    this.#source = source;
  }

  parse(batch: RecordBatch, dead: (letter: DeadLetter) => void): EventBatch[] {
    const datagrams: ReadDatagram[] = [];
    const exporter = batch.input.slice(batch.input.lastIndexOf('/') + 1);
    let from = 0;
    let line = batch.line;
    for (const to of recordEnds(batch)) {
      const bytes = batch.bytes.subarray(from, to);
      const place = { offset: batch.offset + from, line, length: to - from };
      this.#count('datagrams');
      try {
        const { flows, format } = this.#datagram(bytes, exporter, batch.arrival);
        datagrams.push({ flows, format, ...place });
        for (const { clockOffMicros } of flows) if (clockOffMicros !== undefined) this.#count('clock_off');
        this.#count('flows', flows.length);
      } catch (error) {
        if (!(error instanceof RangeError)) throw error;
        this.#count('dead');
        const { input, arrival } = batch;
        dead({
          source: this.#source,
          input,
          offset: place.offset,
          line,
          reason: `no flow export: ${error.message}`,
          bytes: bytes.slice(),
          arrival,
        });
      }
      from = to;
      line++;
    }
    const flows = flowBatch(datagrams, this.#source, batch.input, exporter);
    return flows === undefined ? [] : [flows];
  }

  #datagram(bytes: Uint8Array, exporter: string, arrival: number): { flows: readonly ExportedFlow[]; format: string } {
    const reader = new Reader(bytes);
    const version = reader.u16();
    if (version === 5) {
      const { flows, sequence, domain, exportMicros } = readNetFlowV5(reader);
      this.#sequence(`${exporter}/5/${domain}`, sequence, flows.length);
      return { flows: withClock(flows, exportMicros, arrival), format: 'netflow5' };
    }
    if (version === 9) {
      const datagram = readNetFlowV9(reader, exporter, this.#templates);
      const key = `${exporter}/9/${datagram.domain}`;
      this.#sequence(key, datagram.sequence, 1);
      return { flows: withClock(this.#sampled(datagram, key), datagram.exportMicros, arrival), format: 'netflow9' };
    }
    if (version === 10) {
      const datagram = readIpfix(reader, exporter, this.#templates);
      const key = `${exporter}/10/${datagram.domain}`;
      // A set that cannot be read holds an unknown number of records: the count begins anew behind it.
      if (datagram.unknownSets > 0) this.#expected.delete(key);
      else this.#sequence(key, datagram.sequence, datagram.records);
      return { flows: withClock(this.#sampled(datagram, key), datagram.exportMicros, arrival), format: 'ipfix' };
    }
    if (version === 0 && reader.u16() === 5) {
      const { flows, sequence, agent, domain, otherSamples } = readSFlow(reader, arrival);
      this.#sequence(`${exporter}/sflow/${agent}/${domain}`, sequence, 1);
      this.#count('other_samples', otherSamples);
      return { flows, format: 'sflow5' };
    }
    throw new RangeError(`version ${version} is neither NetFlow 5 or 9, IPFIX nor sFlow 5`);
  }

  #sampled({ flows, sampling, unknownSets }: TemplateDatagram, key: string): readonly ExportedFlow[] {
    this.#count('sets_without_template', unknownSets);
    if (sampling !== undefined && sampling > 1) bounded(this.#sampling, key, sampling);
    const known = this.#sampling.get(key);
    return known === undefined ? flows : flows.map((flow) => ({ sampling: known, ...flow }));
  }

  #sequence(key: string, sequence: number, units: number): void {
    const expected = this.#expected.get(key);
    if (expected !== undefined) {
      const lost = (sequence - expected) >>> 0;
      if (lost < MAX_LOSS) this.#count('lost', lost);
    }
    bounded(this.#expected, key, (sequence + units) >>> 0);
  }

  #count(name: string, by = 1): void {
    this.#counters[name] = (this.#counters[name] ?? 0) + by;
  }

  counters(): Readonly<Record<string, number>> {
    return { ...this.#counters, templates: this.#templates.size };
  }

  snapshot(): Uint8Array {
    const state: State = {
      templates: this.#templates.snapshot(),
      expected: [...this.#expected],
      sampling: [...this.#sampling],
      counters: this.#counters,
    };
    return new Uint8Array(serialize(state));
  }

  restore(snapshot: Uint8Array): void {
    const { templates, expected, sampling, counters } = deserialize(snapshot) as State;
    this.#templates.restore(templates);
    this.#expected = new Map(expected);
    this.#sampling = new Map(sampling);
    Object.assign(this.#counters, counters);
  }
}

/** Sets a key; the one set longest ago goes where there are too many. */
function bounded(map: Map<string, number>, key: string, value: number): void {
  map.delete(key);
  map.set(key, value);
  if (map.size > MAX_STREAMS) map.delete(map.keys().next().value as string);
}
