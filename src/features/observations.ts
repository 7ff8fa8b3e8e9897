import { z } from 'zod';
import { DictBuilder, decodeUtf8, type LogBatch, type ObservationBatch, type Template } from '../core/index.ts';
import { widen } from './event-arena.ts';
import { NamedParties } from './named-parties.ts';
import { SpanCodes } from './span-codes.ts';
import { EventTime, type WatermarkState } from './watermark.ts';

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

/** Columns kept interleaved while rows are added: entity, field, value, row. */
const COLUMNS = 4;
const NONE = -1;

/** Indices into OBSERVED and the names of the fields there. */
const [TEMPLATE, COMPONENT, USER, ADDRESS, PAIR] = [0, 1, 3, 4, 5];
const FIELD_NAMES: readonly string[] = OBSERVED.map((field) => (field === 'user-address' ? 'address of user' : field));

export type ObservationConfig = z.output<typeof observationConfig>;

/** Turns each log line into what it shows for the first or the thousandth time: (entity, field, value). */
export class Observer {
  private readonly config: ObservationConfig;
  private readonly parties = new NamedParties();
  private readonly clock = new EventTime();

  constructor(config: ObservationConfig) {
    this.config = config;
  }

  /** Event time so far: what lines without a time are given. */
  state(): WatermarkState {
    return this.clock.state();
  }

  restore(state: Parameters<EventTime['restore']>[0]): void {
    this.clock.restore(state);
  }

  observe(batch: LogBatch, templates: readonly Template[]): ObservationBatch {
    const rows = new ObservationRows(batch, templates);
    const { parties } = this;
    const wants = new Set<string>(this.config.fields);
    const [template, component, parameter, user, address, pair] = OBSERVED.map((field) => wants.has(field));
    const { codes: hosts } = batch.host;
    const { codes: components } = batch.component;
    for (let row = 0; row < batch.rows; row++) {
      const time = this.clock.take(batch.time[row] as number);
      const host = rows.host(hosts[row] as number);
      const code = batch.template[row] as number;
      const known = templates[code];
      if (template && known !== undefined) rows.add(row, time, host, rows.field(TEMPLATE), rows.template(code));
      if (component && (components[row] as number) >= 0)
        rows.add(row, time, host, rows.field(COMPONENT), rows.component(components[row] as number));
      if (parameter && known !== undefined) this.parameters(rows, batch, row, time, host);
      if (!(user || address || pair)) continue;
      parties.read(batch, row);
      const { bytes, userStart, userEnd, addressStart, addressEnd } = parties;
      const named = userStart >= 0;
      if (named && user) rows.add(row, time, host, rows.field(USER), rows.text(bytes, userStart, userEnd));
      if (addressStart < 0 || !(address || (pair && named))) continue;
      const value = rows.text(bytes, addressStart, addressEnd);
      if (address) rows.add(row, time, host, rows.field(ADDRESS), value);
      if (pair && named) rows.add(row, time, rows.entity(decodeUtf8(bytes, userStart, userEnd)), rows.field(PAIR), value);
    }
    return rows.finish();
  }

  /** Names, not numbers or identifiers; numbers are what the parameter model of sequences watches. */
  private parameters(rows: ObservationRows, batch: LogBatch, row: number, time: number, host: number): void {
    const { bytes, first, start, end } = batch.parameters;
    const from = first[row] as number;
    const count = Math.min(this.config.parameters, (first[row + 1] as number) - from);
    for (let i = 0; i < count; i++) {
      const a = start[from + i] as number;
      const b = end[from + i] as number;
      if (b <= a || b - a > this.config.maxValueBytes || !isName(bytes, a, b)) continue;
      rows.add(row, time, host, rows.parameterField(batch.template[row] as number, i), rows.text(bytes, a, b));
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
    if (byte >= 48 && byte <= 57) {
      if (++digits === IDENTIFIER_DIGITS) return false;
    } else if (lower >= 97 && lower <= 122) letters++;
  }
  return letters > 0;
}

/** Most leading parameters that may be watched. */
const MAX_PARAMETERS = 16;

/** Columns of the observations of one batch. Strings are made once per distinct value, codes are what rows are added by. */
class ObservationRows {
  private readonly batch: LogBatch;
  private readonly templates: readonly Template[];
  private readonly entities = new DictBuilder();
  private readonly fields = new DictBuilder();
  private readonly values = new DictBuilder();
  private readonly texts: string[] = [];
  private readonly spans = new SpanCodes();
  private readonly hostCodes: Int32Array;
  private readonly componentCodes: Int32Array;
  /** Value code + 1 per template, field code + 1 per template and parameter; 0 = not met yet. */
  private readonly templateCodes: Int32Array;
  private readonly parameterCodes: Int32Array;
  private readonly fieldCodes = new Int32Array(OBSERVED.length).fill(NONE);
  private rows = 0;
  private columns: Int32Array;
  private time: Float64Array;

  constructor(batch: LogBatch, templates: readonly Template[]) {
    this.batch = batch;
    this.templates = templates;
    this.hostCodes = new Int32Array(batch.host.values.length + 1).fill(NONE);
    this.componentCodes = new Int32Array(batch.component.values.length).fill(NONE);
    this.templateCodes = new Int32Array(templates.length);
    this.parameterCodes = new Int32Array(templates.length * MAX_PARAMETERS);
    this.columns = new Int32Array(Math.max(16, batch.rows * 3) * COLUMNS);
    this.time = new Float64Array(this.columns.length / COLUMNS);
  }

  /** Code of one of OBSERVED's fields. */
  field(index: number): number {
    let code = this.fieldCodes[index] as number;
    if (code === NONE) {
      code = this.fields.code(FIELD_NAMES[index] as string);
      this.fieldCodes[index] = code;
    }
    return code;
  }

  parameterField(template: number, index: number): number {
    const slot = template * MAX_PARAMETERS + index;
    const known = this.parameterCodes[slot] as number;
    if (known > 0) return known - 1;
    const code = this.fields.code(`parameter ${index + 1} of ${(this.templates[template] as Template).id}`);
    this.parameterCodes[slot] = code + 1;
    return code;
  }

  host(code: number): number {
    const at = code < 0 ? this.hostCodes.length - 1 : code;
    let entity = this.hostCodes[at] as number;
    if (entity === NONE) {
      entity = this.entity(this.batch.host.values[code] ?? this.batch.source);
      this.hostCodes[at] = entity;
    }
    return entity;
  }

  entity(name: string): number {
    return this.entities.code(name);
  }

  component(code: number): number {
    let value = this.componentCodes[code] as number;
    if (value === NONE) {
      const name = this.batch.component.values[code] as string;
      value = this.value(name, name);
      this.componentCodes[code] = value;
    }
    return value;
  }

  template(code: number): number {
    const known = this.templateCodes[code] as number;
    if (known > 0) return known - 1;
    const { id, text } = this.templates[code] as Template;
    const value = this.value(id, text);
    this.templateCodes[code] = value + 1;
    return value;
  }

  /** Value code of bytes[start, end). */
  text(bytes: Uint8Array, start: number, end: number): number {
    const known = this.spans.find(bytes, start, end);
    if (known !== NONE) return known;
    const name = decodeUtf8(bytes, start, end);
    const value = this.value(name, name);
    this.spans.put(start, end, value);
    return value;
  }

  add(row: number, time: number, entity: number, field: number, value: number): void {
    if (this.rows === this.time.length) {
      this.columns = widen(this.columns, new Int32Array(this.columns.length * 2));
      this.time = widen(this.time, new Float64Array(this.time.length * 2));
    }
    const at = this.rows * COLUMNS;
    this.columns[at] = entity;
    this.columns[at + 1] = field;
    this.columns[at + 2] = value;
    this.columns[at + 3] = row;
    this.time[this.rows++] = time;
  }

  finish(): ObservationBatch {
    const { rows, columns } = this;
    const { origin } = this.batch;
    const [entity, field, value] = [new Int32Array(rows), new Int32Array(rows), new Int32Array(rows)];
    const [line, offset, length] = [new Float64Array(rows), new Float64Array(rows), new Int32Array(rows)];
    for (let i = 0; i < rows; i++) {
      entity[i] = columns[i * COLUMNS] as number;
      field[i] = columns[i * COLUMNS + 1] as number;
      value[i] = columns[i * COLUMNS + 2] as number;
      const row = columns[i * COLUMNS + 3] as number;
      line[i] = origin.line[row] as number;
      offset[i] = origin.offset[row] as number;
      length[i] = origin.length[row] as number;
    }
    return {
      shape: 'observations',
      rows,
      entities: this.entities.finish(entity).values,
      fields: this.fields.finish(field).values,
      values: this.values.finish(value).values,
      valueText: this.texts,
      entity,
      field,
      value,
      time: this.time.slice(0, rows),
      input: [origin.input],
      inputCode: new Int32Array(rows),
      line,
      offset,
      length,
    };
  }

  private value(name: string, text: string): number {
    const code = this.values.code(name);
    this.texts[code] = text;
    return code;
  }
}
