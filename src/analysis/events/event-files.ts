import { type DeadLetter, decodeUtf8, type EventBatch, type RecordBatch } from '../../core/index.ts';
import {
  createEveParser,
  createFlowCsvParser,
  createZeekParser,
  flowTableLayout,
  recogniseSensor,
  tellsJsonFlows,
} from '../../parsers/index.ts';
import { type FileInput, headBytes } from '../../sources/index.ts';
import { parquetLines } from '../../store/index.ts';
import { isParquet } from '../../training/series/index.ts';

/** Files of sensors that hold events instead of log lines; flows as a table of text, lines of JSON or Parquet. */
export type EventFormat = 'suricata-eve' | 'zeek' | FlowFormat;
type FlowFormat = 'flow-csv' | 'flow-json' | 'flow-parquet';

/** Rows of flows, whatever the file that holds them. */
export function isFlowTable(format: EventFormat): format is FlowFormat {
  return format !== 'suricata-eve' && format !== 'zeek';
}

export interface EventParser {
  parse(batch: RecordBatch, dead: (letter: DeadLetter) => void): EventBatch[];
}

export function eventParser(format: EventFormat): EventParser {
  if (format === 'suricata-eve') return createEveParser('analysis');
  return format === 'zeek' ? createZeekParser('analysis') : createFlowCsvParser('analysis');
}

const HEAD = 65_536;
/** Rows that are looked at for the columns of flows: an absent value may be left out of one. */
const MOST_OBJECTS = 20;

/** Tells the format by the first lines or rows; undefined for what is no file of events. An input that cannot be opened is none. */
export async function eventFormat(input: FileInput): Promise<EventFormat | undefined> {
  if (input.bytes === 0) return undefined;
  const parquet = await isParquet(input);
  const head = await (parquet ? firstRows(input) : headBytes(input, HEAD)).catch(() => undefined);
  if (head === undefined) return undefined;
  const text = decodeUtf8(head, 0, head.length);
  const sensor = recogniseSensor(text);
  if (sensor !== undefined) return sensor;
  const lines = text.replace(/^\ufeff/, '').split('\n', MOST_OBJECTS + 1);
  const [first = ''] = lines;
  if (first.startsWith('{')) {
    if (EVE.test(first)) return 'suricata-eve';
    // the last one may be cut off
    const objects = lines.slice(0, lines.length > 1 ? -1 : 1).filter((line) => line.trim() !== '');
    if (!tellsJsonFlows(objects)) return undefined;
    return parquet ? 'flow-parquet' : 'flow-json';
  }
  return flowTableLayout(first.replace(/\r$/, '')) === undefined ? undefined : 'flow-csv';
}

const EVE = /"event_type"\s*:\s*"/;

async function firstRows(input: FileInput): Promise<Uint8Array> {
  for await (const rows of parquetLines(input.path)) return rows;
  return new Uint8Array(0);
}
