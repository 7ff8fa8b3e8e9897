import { z } from 'zod';
import type { LogBatch, ObservationBatch, Template } from '../core/index.ts';
import { widen } from './event-arena.ts';
import { NamedParties } from './named-parties.ts';
import { ObservedNames } from './observed-names.ts';
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

/** Names after which they are gathered anew, so that memory stays bounded. */
const MOST_NAMES = 65_536;

/** Names of the fields, in the order of OBSERVED. */
const FIELD_NAMES: readonly string[] = OBSERVED.map((field) => (field === 'user-address' ? 'address of user' : field));
type Fields = [number, number, number, number, number, number];

export type ObservationConfig = z.output<typeof observationConfig>;

/** Turns each log line into what it shows for the first or the thousandth time: (entity, field, value). */
export class Observer {
  private readonly config: ObservationConfig;
  private readonly parties = new NamedParties();
  private readonly clock = new EventTime();
  private readonly wants: ReadonlySet<string>;
  private names = new ObservedNames();
  private readonly rows = new ObservationRows();

  constructor(config: ObservationConfig) {
    this.config = config;
    this.wants = new Set<string>(config.fields);
  }

  /** Event time so far: what lines without a time are given. */
  state(): WatermarkState {
    return this.clock.state();
  }

  restore(state: Parameters<EventTime['restore']>[0]): void {
    this.clock.restore(state);
  }

  observe(batch: LogBatch, templates: readonly Template[]): ObservationBatch {
    if (this.names.size >= MOST_NAMES) this.names = new ObservedNames();
    const { parties, names } = this;
    names.begin(batch);
    const [template, component, parameter, user, address, pair] = OBSERVED.map((field) => this.wants.has(field));
    const [templateField, componentField, , userField, addressField, pairField] = FIELD_NAMES.map((name) =>
      names.fields.code(name),
    ) as Fields;
    const { codes: hosts } = batch.host;
    const { codes: components } = batch.component;
    for (let row = 0; row < batch.rows; row++) {
      const time = this.clock.take(batch.time[row] as number);
      const host = names.host(hosts[row] as number);
      const code = batch.template[row] as number;
      const known = templates[code];
      if (template && known !== undefined) this.add(row, time, host, templateField, names.template(code, known));
      if (component && (components[row] as number) >= 0)
        this.add(row, time, host, componentField, names.component(components[row] as number));
      if (parameter && known !== undefined) this.parameters(batch, row, time, host, known);
      if (!(user || address || pair)) continue;
      parties.read(batch, row);
      const { bytes, userStart, userEnd, addressStart, addressEnd } = parties;
      const named = userStart >= 0;
      if (named && user) this.add(row, time, host, userField, names.text(bytes, userStart, userEnd));
      if (addressStart < 0 || !(address || (pair && named))) continue;
      const value = parties.isQuad
        ? names.quad(parties.quad, bytes, addressStart, addressEnd)
        : names.text(bytes, addressStart, addressEnd);
      if (address) this.add(row, time, host, addressField, value);
      if (pair && named) this.add(row, time, names.user(bytes, userStart, userEnd), pairField, value);
    }
    return this.rows.take(batch, names);
  }

  private add(row: number, time: number, entity: number, field: number, value: number): void {
    this.rows.add(row, time, entity, field, value, this.names.shown.code(entity, field, value));
  }

  /** Names, not numbers or identifiers; numbers are what the parameter model of sequences watches. */
  private parameters(batch: LogBatch, row: number, time: number, host: number, template: Template): void {
    const { names } = this;
    const { bytes, first, start, end } = batch.parameters;
    const from = first[row] as number;
    const count = Math.min(this.config.parameters, (first[row + 1] as number) - from);
    for (let i = 0; i < count; i++) {
      const a = start[from + i] as number;
      const b = end[from + i] as number;
      if (b <= a || b - a > this.config.maxValueBytes || !isName(bytes, a, b)) continue;
      this.add(row, time, host, names.parameter(batch.template[row] as number, template, i), names.text(bytes, a, b));
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

/** Gathers the observations of one batch at a time, in columns that serve all of them. */
class ObservationRows {
  private rows = 0;
  private row = new Int32Array(1024);
  private entity = new Int32Array(1024);
  private field = new Int32Array(1024);
  private value = new Int32Array(1024);
  private shown = new Int32Array(1024);
  private time = new Float64Array(1024);

  add(row: number, time: number, entity: number, field: number, value: number, shown: number): void {
    if (this.rows === this.row.length) this.grow();
    const at = this.rows++;
    this.row[at] = row;
    this.entity[at] = entity;
    this.field[at] = field;
    this.value[at] = value;
    this.shown[at] = shown;
    this.time[at] = time;
  }

  /** What was added since the last call; rows are those of the batch. */
  take({ origin }: LogBatch, names: ObservedNames): ObservationBatch {
    const { rows } = this;
    this.rows = 0;
    const [line, offset, length] = [new Float64Array(rows), new Float64Array(rows), new Int32Array(rows)];
    for (let i = 0; i < rows; i++) {
      const row = this.row[i] as number;
      line[i] = origin.line[row] as number;
      offset[i] = origin.offset[row] as number;
      length[i] = origin.length[row] as number;
    }
    return {
      shape: 'observations',
      rows,
      entities: names.entities.all,
      fields: names.fields.all,
      values: names.values.all,
      valueText: names.texts,
      entity: this.entity.slice(0, rows),
      field: this.field.slice(0, rows),
      value: this.value.slice(0, rows),
      shown: this.shown.slice(0, rows),
      time: this.time.slice(0, rows),
      input: [origin.input],
      inputCode: new Int32Array(rows),
      line,
      offset,
      length,
    };
  }

  private grow(): void {
    const larger = (from: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> => widen(from, new Int32Array(from.length * 2));
    this.row = larger(this.row);
    this.entity = larger(this.entity);
    this.field = larger(this.field);
    this.value = larger(this.value);
    this.shown = larger(this.shown);
    this.time = widen(this.time, new Float64Array(this.time.length * 2));
  }
}
