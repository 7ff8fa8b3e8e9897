import { type DeadLetter, decodeUtf8, type EventBatch, type RecordBatch } from '../../core/index.ts';
import { createEveParser, createFlowCsvParser, createZeekParser, flowTableLayout, ZEEK_LOGS } from '../../parsers/index.ts';
import { type FileInput, headBytes } from '../../sources/index.ts';

/** Files of sensors that hold events instead of log lines. */
export type EventFormat = 'suricata-eve' | 'zeek' | 'flow-csv';

export interface EventParser {
  parse(batch: RecordBatch, dead: (letter: DeadLetter) => void): EventBatch[];
}

export function eventParser(format: EventFormat): EventParser {
  if (format === 'suricata-eve') return createEveParser('analysis');
  return format === 'zeek' ? createZeekParser('analysis') : createFlowCsvParser('analysis');
}

const HEAD = 16_384;
const EVE = /"event_type"\s*:\s*"/;
const ZEEK_JSON = /"id[._]orig_h"\s*:/;

/** Tells the format by the first lines; undefined for what is no file of events. An input that cannot be opened is none. */
export async function eventFormat(input: FileInput): Promise<EventFormat | undefined> {
  if (input.bytes === 0) return undefined;
  const head = await headBytes(input, HEAD).catch(() => undefined);
  if (head === undefined) return undefined;
  const lines = decodeUtf8(head, 0, head.length).split('\n');
  const [first = ''] = lines;
  if (first.startsWith('{')) {
    if (EVE.test(first)) return 'suricata-eve';
    return ZEEK_JSON.test(first) ? 'zeek' : undefined;
  }
  if (first.startsWith('#separator')) {
    const path =
      lines
        .find((line) => line.startsWith('#path'))
        ?.split('\t')[1]
        ?.trim() ?? '';
    return ZEEK_LOGS.includes(path) ? 'zeek' : undefined;
  }
  return flowTableLayout(first.replace(/\r$/, '')) === undefined ? undefined : 'flow-csv';
}
