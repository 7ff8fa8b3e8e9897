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

/** Records -> `metric` events; what fits nothing becomes a dead letter with its reason. */
export class MetricParser {
  readonly format: string;
  private readonly reader: MetricFormat;
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
    let start = 0;
    for (const [index, end] of recordEnds(batch).entries()) {
      const from = start;
      start = end;
      let to = end;
      while (to > from && (bytes[to - 1] === LF || bytes[to - 1] === CR)) to--;
      if (to === from) continue;
      this.counts.records++;
      const line = batch.line + index;
      const readings = to - from > MAX_RECORD_BYTES ? 'it is too long' : this.read(decodeUtf8(bytes, from, to), { input, arrival, line });
      if (typeof readings === 'string') {
        this.counts.dead_letters++;
        dead({ source, input, offset: batch.offset + from, line, reason: readings, bytes: bytes.slice(from, to), arrival });
        continue;
      }
      const at = { offset: batch.offset + from, line, length: end - from };
      for (const reading of readings) {
        builder.append(
          reading.entity.length > MAX_ENTITY_NAME ? { ...reading, entity: reading.entity.slice(0, MAX_ENTITY_NAME) } : reading,
          at,
        );
      }
      this.counts.readings += readings.length;
    }
    return builder.finish(batch, source);
  }

  counters(): Readonly<Record<string, number>> {
    return { ...this.counts, ...this.reader.counters?.() };
  }

  snapshot(): Uint8Array {
    return new TextEncoder().encode(JSON.stringify({ state: this.reader.state(), counts: this.counts }));
  }

  restore(snapshot: Uint8Array): void {
    const { state, counts } = JSON.parse(new TextDecoder().decode(snapshot)) as { state: unknown; counts: Record<string, number> };
    this.reader.restore(state);
    Object.assign(this.counts, counts);
  }

  private read(text: string, at: { input: string; arrival: number; line: number }) {
    return this.reader.readings(text, at);
  }
}
