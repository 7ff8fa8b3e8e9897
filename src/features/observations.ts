import { z } from 'zod';
import { DictBuilder, decodeUtf8, type LogBatch, type ObservationBatch, type Template } from '../core/index.ts';
import { type KeyReader, keyReader } from './key-reader.ts';
import { EventTime } from './watermark.ts';

export const OBSERVED = ['template', 'component', 'parameter', 'user', 'address', 'user-address'] as const;

export const observationConfig = z.strictObject({
  fields: z
    .array(z.enum(OBSERVED))
    .min(1)
    .default([...OBSERVED])
    .describe(
      'what is watched for first occurrences: templates, components and parameter values per host, users and addresses, pairs of both',
    ),
  parameters: z.int().min(0).max(16).default(4).describe('leading parameters of each template whose values are watched'),
  maxValueBytes: z.int().min(8).max(4096).default(128).describe('longer parameter values are not watched'),
});

export type ObservationConfig = z.output<typeof observationConfig>;

/** Turns each log line into what it shows for the first or the thousandth time: (entity, field, value). */
export class Observer {
  private readonly config: ObservationConfig;
  private readonly users: KeyReader = keyReader({ kind: 'keyword', word: 'user' });
  private readonly addresses: KeyReader = keyReader({ kind: 'ip' });
  private readonly clock = new EventTime();

  constructor(config: ObservationConfig) {
    this.config = config;
  }

  observe(batch: LogBatch, templates: readonly Template[]): ObservationBatch {
    const rows = new ObservationRows(batch);
    const wants = new Set<string>(this.config.fields);
    const parameterNames = new Map<number, string>();
    for (let row = 0; row < batch.rows; row++) {
      const time = this.clock.take(batch.time[row] as number);
      const host = batch.host.values[batch.host.codes[row] as number] ?? batch.source;
      const template = batch.template[row] as number;
      const known = templates[template];
      if (wants.has('template') && known !== undefined) rows.add(row, time, host, 'template', known.id, known.text);
      const component = batch.component.values[batch.component.codes[row] as number];
      if (wants.has('component') && component !== undefined) rows.add(row, time, host, 'component', component, component);
      if (wants.has('parameter') && known !== undefined) this.parameters(rows, parameterNames, batch, row, time, host, known.id);
      if (!(wants.has('user') || wants.has('address') || wants.has('user-address'))) continue;
      const users = this.users(batch, row, templates);
      const user = users.count === 0 ? undefined : decodeUtf8(users.bytes, users.start[0] as number, users.end[0] as number);
      const addresses = this.addresses(batch, row, templates);
      const address =
        addresses.count === 0 ? undefined : decodeUtf8(addresses.bytes, addresses.start[0] as number, addresses.end[0] as number);
      if (user !== undefined && wants.has('user')) rows.add(row, time, host, 'user', user, user);
      if (address !== undefined && wants.has('address')) rows.add(row, time, host, 'address', address, address);
      if (user !== undefined && address !== undefined && wants.has('user-address'))
        rows.add(row, time, user, 'address of user', address, address);
    }
    return rows.finish();
  }

  /** Names, not numbers or identifiers; numbers are what the parameter model of sequences watches. */
  private parameters(
    rows: ObservationRows,
    names: Map<number, string>,
    batch: LogBatch,
    row: number,
    time: number,
    host: string,
    id: string,
  ): void {
    const { bytes, first, start, end } = batch.parameters;
    const from = first[row] as number;
    const count = Math.min(this.config.parameters, (first[row + 1] as number) - from);
    for (let i = 0; i < count; i++) {
      const [a, b] = [start[from + i] as number, end[from + i] as number];
      if (b <= a || b - a > this.config.maxValueBytes || !isName(bytes, a, b)) continue;
      const slot = (batch.template[row] as number) * 16 + i;
      let name = names.get(slot);
      if (name === undefined) {
        name = `parameter ${i + 1} of ${id}`;
        names.set(slot, name);
      }
      const value = decodeUtf8(bytes, a, b);
      rows.add(row, time, host, name, value, value);
    }
  }
}

/** Digits from which on a value is an identifier, new every time, rather than a name. */
const IDENTIFIER_DIGITS = 6;

function isName(bytes: Uint8Array, start: number, end: number): boolean {
  let digits = 0;
  let letters = 0;
  for (let i = start; i < end; i++) {
    const byte = bytes[i] as number;
    const lower = byte | 32;
    if (byte >= 48 && byte <= 57) digits++;
    else if (lower >= 97 && lower <= 122) letters++;
  }
  return letters > 0 && digits < IDENTIFIER_DIGITS;
}

class ObservationRows {
  private readonly batch: LogBatch;
  private readonly entities = new DictBuilder();
  private readonly fields = new DictBuilder();
  private readonly values = new DictBuilder();
  private readonly texts: string[] = [];
  private readonly entity: number[] = [];
  private readonly field: number[] = [];
  private readonly value: number[] = [];
  private readonly time: number[] = [];
  private readonly row: number[] = [];

  constructor(batch: LogBatch) {
    this.batch = batch;
  }

  add(row: number, time: number, entity: string, field: string, value: string, text: string): void {
    this.entity.push(this.entities.code(entity));
    this.field.push(this.fields.code(field));
    const code = this.values.code(value);
    this.texts[code] = text;
    this.value.push(code);
    this.time.push(time);
    this.row.push(row);
  }

  finish(): ObservationBatch {
    const { origin } = this.batch;
    const rows = this.row.length;
    const entity = this.entities.finish(Int32Array.from(this.entity));
    const field = this.fields.finish(Int32Array.from(this.field));
    const value = this.values.finish(Int32Array.from(this.value));
    return {
      shape: 'observations',
      rows,
      entities: entity.values,
      fields: field.values,
      values: value.values,
      valueText: this.texts,
      entity: entity.codes,
      field: field.codes,
      value: value.codes,
      time: Float64Array.from(this.time),
      input: [origin.input],
      inputCode: new Int32Array(rows),
      line: Float64Array.from(this.row, (row) => origin.line[row] as number),
      offset: Float64Array.from(this.row, (row) => origin.offset[row] as number),
      length: Int32Array.from(this.row, (row) => origin.length[row] as number),
    };
  }
}
