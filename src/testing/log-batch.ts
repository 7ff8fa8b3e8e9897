import { DictBuilder, type LogBatch, type TextColumn } from '../core/index.ts';

/** One log line for a batch made by hand. */
export interface LogLine {
  readonly message: string;
  readonly time?: number;
  readonly host?: string;
  readonly component?: string;
  readonly pid?: number;
  readonly level?: string;
  readonly template?: number;
  readonly fields?: Readonly<Record<string, string>>;
}

const encoder = new TextEncoder();

/** Lines as a LogBatch; the parameters are the tokens that hold a digit, the positions those of a file of the messages. */
export function logBatch(lines: readonly LogLine[], options: { input?: string; source?: string; firstLine?: number } = {}): LogBatch {
  const rows = lines.length;
  const bytes = encoder.encode(lines.map((line) => `${line.message}\n`).join(''));
  const start = new Int32Array(rows);
  const end = new Int32Array(rows);
  const length = new Int32Array(rows);
  const offset = new Float64Array(rows);
  const first = new Int32Array(rows + 1);
  const starts: number[] = [];
  const ends: number[] = [];
  let at = 0;
  for (const [row, line] of lines.entries()) {
    start[row] = at;
    offset[row] = at;
    for (const match of line.message.matchAll(/[^\s=,()[\]]*\d[^\s=,()[\]]*/g)) {
      const from = at + encoder.encode(line.message.slice(0, match.index)).length;
      starts.push(from);
      ends.push(from + encoder.encode(match[0]).length);
    }
    first[row + 1] = starts.length;
    end[row] = at + encoder.encode(line.message).length;
    at = (end[row] as number) + 1;
    length[row] = at - (start[row] as number);
  }
  return {
    kind: 'log',
    rows,
    source: options.source ?? 'test',
    origin: {
      input: options.input ?? 'test.log',
      offset,
      line: Float64Array.from(lines, (_, row) => row + (options.firstLine ?? 1)),
      length,
    },
    time: Float64Array.from(lines, (line, row) => line.time ?? row * 1e6),
    host: dictionary(lines.map((line) => line.host)),
    component: dictionary(lines.map((line) => line.component)),
    pid: Int32Array.from(lines, (line) => line.pid ?? -1),
    level: dictionary(lines.map((line) => line.level)),
    message: { bytes, start, end },
    template: Int32Array.from(lines, (line) => line.template ?? -1),
    parameters: { bytes, first, start: Int32Array.from(starts), end: Int32Array.from(ends) },
    fields: fieldsOf(lines),
  };
}

function dictionary(values: readonly (string | undefined)[]): LogBatch['host'] {
  const builder = new DictBuilder();
  return builder.finish(Int32Array.from(values, (value) => (value === undefined ? -1 : builder.code(value))));
}

function fieldsOf(lines: readonly LogLine[]): Record<string, TextColumn> {
  const fields: Record<string, TextColumn> = {};
  for (const name of new Set(lines.flatMap((line) => Object.keys(line.fields ?? {})))) {
    const texts = lines.map((line) => encoder.encode(line.fields?.[name] ?? ''));
    const bytes = Buffer.concat(texts);
    const start = new Int32Array(lines.length);
    const end = new Int32Array(lines.length);
    let at = 0;
    for (const [row, text] of texts.entries()) {
      start[row] = lines[row]?.fields?.[name] === undefined ? -1 : at;
      at += text.length;
      end[row] = at;
    }
    fields[name] = { bytes, start, end };
  }
  return fields;
}
