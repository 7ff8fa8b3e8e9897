import { type DeadLetter, decodeUtf8, type EventBatch, type RecordBatch, recordEnds } from '../../core/index.ts';
import { type SensorRow, sensorBatches } from './batch.ts';

export interface ParsedLine extends Pick<SensorRow, 'kind' | 'values'> {
  /** Fields without a column. */
  readonly attributes: Readonly<Record<string, unknown>>;
}

/** What a line holds: a row, a reason why it is none, or nothing (blank lines, headers). */
export type LineResult = ParsedLine | { readonly reason: string } | undefined;

/** Records of one line each to events; what is none goes to `dead` with its bytes. */
export interface SensorLineParser {
  parse(batch: RecordBatch, dead: (letter: DeadLetter) => void): EventBatch[];
  /** Records `parsed`, and `dead` ones. */
  counters(): Readonly<Record<string, number>>;
}

export function sensorLineParser(source: string, parse: (line: string, input: string) => LineResult): SensorLineParser {
  const counts = { parsed: 0, dead: 0 };
  return {
    parse(batch, dead) {
      const refuse = (letter: DeadLetter): void => {
        counts.dead++;
        dead(letter);
      };
      const rows = rowsOf(batch, source, refuse, (line) => parse(line, batch.input));
      counts.parsed += rows.length;
      return sensorBatches(rows, source, batch.input);
    },
    counters: () => ({ ...counts }),
  };
}

function rowsOf(batch: RecordBatch, source: string, dead: (letter: DeadLetter) => void, parse: (line: string) => LineResult): SensorRow[] {
  const rows: SensorRow[] = [];
  let start = 0;
  let line = batch.line;
  for (const end of recordEnds(batch)) {
    const result = written(
      batch.truncated === true ? { reason: 'the record is longer than the limit' } : parse(trimmed(batch.bytes, start, end)),
    );
    if (result !== undefined && 'reason' in result) {
      const { input, arrival } = batch;
      dead({ source, input, offset: batch.offset + start, line, reason: result.reason, bytes: batch.bytes.slice(start, end), arrival });
    } else if (result !== undefined) rows.push({ ...result, offset: batch.offset + start, line, length: end - start });
    start = end;
    line++;
  }
  return rows;
}

/** Attributes as JSON, once: what is nested too deeply to be written is refused. */
function written(result: LineResult): Pick<SensorRow, 'kind' | 'values' | 'attributes'> | { readonly reason: string } | undefined {
  if (result === undefined || 'reason' in result) return result;
  try {
    const json = JSON.stringify(result.attributes);
    return { ...result, attributes: json === '{}' ? undefined : json };
  } catch {
    return { reason: 'it is nested too deeply' };
  }
}

function trimmed(bytes: Uint8Array, start: number, end: number): string {
  let last = end;
  while (last > start && (bytes[last - 1] === 10 || bytes[last - 1] === 13)) last--;
  return decodeUtf8(bytes, start, last);
}
