import { type DeadLetter, decodeUtf8, MAX_ENTITY_NAME, type MetricBatch, type RecordBatch, recordEnds } from '../../core/index.ts';
import { MetricBuilder } from './batch.ts';
import type { MetricFormat } from './format.ts';
import { readingsFormat } from './readings.ts';
import { snmpFormat } from './snmp.ts';
import { tableFormat } from './table.ts';

const FORMATS: Readonly<Record<string, (timezone?: string) => MetricFormat>> = {
  readings: readingsFormat,
  series: tableFormat,
  snmp: snmpFormat,
};

/** Names of formats whose records are readings, not log lines. */
export const METRIC_FORMATS: readonly string[] = Object.keys(FORMATS);

const LF = 10;
const CR = 13;
const MAX_RECORD_BYTES = 1 << 20;
/** Records of an input that are held back at most until one tells how they are to be read; of so many inputs, and characters of all. */
const MOST_HELD = 2_000;
const MOST_INPUTS = 1_000;
const MOST_CHARACTERS = 32 << 20;

/** A record that waits, and where it came from. */
interface Held {
  readonly text: string;
  readonly arrival: number;
  readonly line: number;
  readonly offset: number;
  readonly length: number;
}

/** Records -> `metric` events; what fits nothing becomes a dead letter with its reason. */
export class MetricParser {
  readonly format: string;
  private readonly reader: MetricFormat;
  /** By input, in the order in which they came. */
  private readonly held = new Map<string, Held[]>();
  private heldCharacters = 0;
  private readonly counts = { records: 0, readings: 0, dead_letters: 0 };

  /** `timezone`: of times in tables that name none; absent = UTC. */
  constructor(format: string, timezone?: string) {
    const create = FORMATS[format] ?? readingsFormat;
    this.reader = create(timezone);
    this.format = this.reader.name;
  }

  parse(batch: RecordBatch, source: string, dead: (letter: DeadLetter) => void): MetricBatch {
    const builder = new MetricBuilder();
    const { input, arrival, bytes } = batch;
    const take = (record: Held, written?: Uint8Array) => {
      const { text, line, offset, length } = record;
      const isLong = (written?.length ?? 0) > MAX_RECORD_BYTES;
      const readings = isLong ? 'it is too long' : this.reader.readings(text, { input, arrival: record.arrival, line });
      if (readings === undefined) {
        this.hold(input, record);
        return;
      }
      this.release(input, take);
      if (typeof readings === 'string') {
        this.counts.dead_letters++;
        dead({
          source,
          input,
          offset,
          line,
          reason: readings,
          bytes: written?.slice() ?? new TextEncoder().encode(text),
          arrival: record.arrival,
        });
        return;
      }
      for (const reading of readings) {
        const entity = reading.entity.slice(0, MAX_ENTITY_NAME);
        builder.append(entity === reading.entity ? reading : { ...reading, entity }, { offset, line, length });
      }
      this.counts.readings += readings.length;
    };
    let start = 0;
    for (const [index, end] of recordEnds(batch).entries()) {
      const from = start;
      start = end;
      let to = end;
      while (to > from && (bytes[to - 1] === LF || bytes[to - 1] === CR)) to--;
      if (to === from) continue;
      this.counts.records++;
      const at = { arrival, line: batch.line + index, offset: batch.offset + from, length: end - from };
      take({ ...at, text: to - from > MAX_RECORD_BYTES ? '' : decodeUtf8(bytes, from, to) }, bytes.subarray(from, to));
      if (this.holdsTooMuch(input)) this.settle(input, take);
    }
    if (batch.last) this.settle(input, take);
    return builder.finish(batch, source);
  }

  counters(): Readonly<Record<string, number>> {
    return { ...this.counts, ...this.reader.counters?.() };
  }

  snapshot(): Uint8Array {
    return new TextEncoder().encode(JSON.stringify({ state: this.reader.state(), counts: this.counts, held: [...this.held] }));
  }

  restore(snapshot: Uint8Array): void {
    const saved = JSON.parse(new TextDecoder().decode(snapshot)) as {
      state: unknown;
      counts: Record<string, number>;
      held?: [string, Held[]][];
    };
    const { state, counts, held = [] } = saved;
    this.held.clear();
    this.heldCharacters = 0;
    for (const [input, records] of held) for (const record of records) this.hold(input, record);
    this.reader.restore(state);
    Object.assign(this.counts, counts);
  }

  private hold(input: string, record: Held): void {
    const records = this.held.get(input);
    if (records === undefined) this.held.set(input, [record]);
    else records.push(record);
    this.heldCharacters += record.text.length;
  }

  private holdsTooMuch(input: string): boolean {
    const records = this.held.get(input);
    if (records === undefined) return false;
    return records.length >= MOST_HELD || this.held.size > MOST_INPUTS || this.heldCharacters > MOST_CHARACTERS;
  }

  /** How the input is to be read is known: what waited comes before what told. */
  private release(input: string, take: (record: Held) => void): void {
    const records = this.held.get(input);
    if (records === undefined) return;
    this.held.delete(input);
    for (const record of records) this.heldCharacters -= record.text.length;
    for (const record of records) take(record);
  }

  private settle(input: string, take: (record: Held) => void): void {
    if (!this.held.has(input)) return;
    this.reader.assume?.(input);
    this.release(input, take);
  }
}
