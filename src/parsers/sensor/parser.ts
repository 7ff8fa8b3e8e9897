import { type DeadLetter, decodeUtf8, type EventBatch, type RecordBatch } from '../../core/index.ts';
import { createFlowCsvParser, flowTableLayout, tellsJsonFlows } from '../flow-csv/index.ts';
import { createEveParser } from '../suricata-eve/index.ts';
import { createZeekParser } from '../zeek/index.ts';
import { recogniseSensor, type SensorFormat } from './recognise.ts';

const HEAD_BYTES = 65_536;
const LIKE_ZEEK = /^(?!.*"event_type"\s*:).*"ts"\s*:/;
/** Inputs whose format is remembered. */
const MAX_INPUTS = 10_000;

/** What an input of a sensor is: also flows as a table, such as CICFlowMeter, Argus and nfdump write. */
export type SensorInput = SensorFormat | 'flow-table';

export interface SensorParser {
  /** Events by kind; records of an input that no known sensor wrote become dead letters. */
  parse(batch: RecordBatch, dead: (letter: DeadLetter) => void): EventBatch[];
  /** Of the last batch of an input. */
  formatOf(input: string): SensorInput | undefined;
  counters(): Readonly<Record<string, number>>;
  snapshot(): Uint8Array;
  restore(snapshot: Uint8Array): void;
}

/** Suricata's EVE, Zeek's logs and tables of flows, told apart by themselves, input by input. */
export function createSensorParser(source: string): SensorParser {
  const eve = createEveParser(source);
  const zeek = createZeekParser(source);
  const table = createFlowCsvParser(source);
  const parsers = { 'suricata-eve': eve, zeek, 'flow-table': table };
  const formats = new Map<string, SensorInput>();
  const formatOf = (batch: RecordBatch): SensorInput => {
    const known = formats.get(batch.input);
    if (known !== undefined) return known;
    const head = decodeUtf8(batch.bytes, 0, Math.min(batch.bytes.length, HEAD_BYTES));
    const found = recogniseSensor(head) ?? (isFlowTable(head) ? 'flow-table' : undefined);
    // The source is said to be a sensor: a `ts` and no event type is a log of Zeek that is not known. What is none of both is refused
    // record by record, with Zeek's reasons or EVE's; the next batch is looked at anew.
    if (found === undefined) return head.startsWith('{') && !LIKE_ZEEK.test(head.split('\n', 1)[0] ?? '') ? 'suricata-eve' : 'zeek';
    formats.set(batch.input, found);
    if (formats.size > MAX_INPUTS) formats.delete(formats.keys().next().value as string);
    return found;
  };
  return {
    parse: (batch, dead) => parsers[formatOf(batch)].parse(batch, dead),
    formatOf: (input) => formats.get(input),
    counters() {
      const total: Record<string, number> = {};
      for (const parser of Object.values(parsers))
        for (const [name, count] of Object.entries(parser.counters())) total[name] = (total[name] ?? 0) + count;
      return total;
    },
    snapshot: () =>
      new TextEncoder().encode(
        JSON.stringify([[...formats], ...[zeek, table].map((parser) => new TextDecoder().decode(parser.snapshot()))]),
      ),
    restore(snapshot) {
      // those of before tables were read end with the headers of Zeek
      const [known, headers, layouts = '[]'] = JSON.parse(new TextDecoder().decode(snapshot)) as [[string, SensorInput][], string, string?];
      formats.clear();
      for (const [input, format] of known) formats.set(input, format);
      zeek.restore(new TextEncoder().encode(headers));
      table.restore(new TextEncoder().encode(layouts));
    },
  };
}

function isFlowTable(head: string): boolean {
  const first = head
    .replace(/^\ufeff/, '')
    .split('\n')
    .find((line) => line.trim() !== '');
  if (first === undefined) return false;
  return first.startsWith('{') ? tellsJsonFlows([first]) : flowTableLayout(first.replace(/\r$/, '')) !== undefined;
}
