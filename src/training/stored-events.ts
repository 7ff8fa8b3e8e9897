import { DictBuilder, type LogBatch, type Template, type TextColumn } from '../core/index.ts';
import type { EventRow } from '../store/index.ts';
import { templateText } from './template-text.ts';

const encoder = new TextEncoder();

/** Stored events as batches of lines again, with the templates they were stored under: what was live gives the same sequences. */
export class StoredLines {
  readonly templates: Template[] = [];
  private readonly codes = new Map<string, number>();

  /** Rows of one input and source. */
  batch(rows: readonly EventRow[]): LogBatch {
    const messages = rows.map(({ message }) => encoder.encode(`${message}\n`));
    const bytes = Buffer.concat(messages);
    const start = new Int32Array(rows.length);
    const end = new Int32Array(rows.length);
    const first = new Int32Array(rows.length + 1);
    const starts: number[] = [];
    const ends: number[] = [];
    let at = 0;
    for (const [row, { parameters }] of rows.entries()) {
      const length = (messages[row] as Uint8Array).length;
      start[row] = at;
      end[row] = at + length - 1;
      let from = at;
      for (const parameter of parameters) {
        const value = encoder.encode(parameter);
        const found = value.length === 0 ? from : bytes.indexOf(value, from);
        // A parameter that the store had to change keeps its place, with no bytes.
        const there = found >= 0 && found + value.length < at + length;
        starts.push(there ? found : from);
        ends.push(there ? found + value.length : from);
        if (there) from = found + value.length;
      }
      first[row + 1] = starts.length;
      at += length;
    }
    const [head] = rows;
    return {
      kind: 'log',
      rows: rows.length,
      source: head?.source ?? '',
      origin: {
        input: head?.input ?? '',
        offset: Float64Array.from(rows, ({ offset }) => offset),
        line: Float64Array.from(rows, ({ line }) => line),
        length: Int32Array.from(rows, ({ length }) => length),
      },
      time: Float64Array.from(rows, ({ time }) => time),
      host: dictionary(rows.map(({ host }) => host)),
      component: dictionary(rows.map(({ component }) => component)),
      pid: Int32Array.from(rows, ({ pid }) => pid ?? -1),
      level: dictionary(rows.map(({ level }) => level)),
      message: { bytes, start, end },
      template: Int32Array.from(rows, (row) => this.codeOf(row)),
      parameters: { bytes, first, start: Int32Array.from(starts), end: Int32Array.from(ends) },
      ...fieldsOf(rows),
    };
  }

  private codeOf({ template, message, parameters }: EventRow): number {
    if (template === undefined) return -1;
    const known = this.codes.get(template);
    if (known !== undefined) return known;
    const code = this.templates.push({ id: template, text: templateText(message, parameters), count: 0 }) - 1;
    this.codes.set(template, code);
    return code;
  }
}

function dictionary(values: readonly (string | undefined)[]): LogBatch['host'] {
  const builder = new DictBuilder();
  return builder.finish(Int32Array.from(values, (value) => (value === undefined ? -1 : builder.code(value))));
}

function fieldsOf(rows: readonly EventRow[]): { fields?: Record<string, TextColumn> } {
  const names = new Set(rows.flatMap(({ fields }) => Object.keys(fields ?? {})));
  if (names.size === 0) return {};
  const fields = [...names].map((name) => {
    const values = rows.map((row) => (row.fields !== undefined && Object.hasOwn(row.fields, name) ? row.fields[name] : undefined));
    const texts = values.map((value) => encoder.encode(value ?? ''));
    const start = new Int32Array(rows.length);
    const end = new Int32Array(rows.length);
    let at = 0;
    for (const [row, text] of texts.entries()) {
      start[row] = values[row] === undefined ? -1 : at;
      at += text.length;
      end[row] = at;
    }
    return [name, { bytes: Buffer.concat(texts), start, end }] as const;
  });
  return { fields: Object.fromEntries(fields) };
}
