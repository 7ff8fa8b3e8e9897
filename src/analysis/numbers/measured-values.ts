import { type LogBatch, latin1At, type Template, textAt } from '../../core/index.ts';
import { type Measure, measureBetween, measuredValue, measureOfKey } from './measure.ts';

/** A number of a line that measures something. */
export interface MeasuredValue {
  readonly row: number;
  /** Stable name of what it is a value of. */
  readonly series: string;
  /** The same over all templates, for those with few lines; undefined where there is none. */
  readonly whole: string | undefined;
  readonly measure: Measure;
  readonly value: number;
  readonly unit: string;
  readonly template: Template;
}

type Slots = readonly (Measure | undefined)[];

const WILD = '<*>';
const LONGEST_VALUE = 32;
/** Bytes behind the last field of an access log that are looked at. */
const BEHIND_BYTES = 160;
const SIZE: Measure = { name: 'size of the answer', unit: 'bytes' };
const LF = 10;
const QUOTE = 34;
const COLON = 58;

/** Numbers in lines: parameters of templates with a unit or a telling word beside them, values of telling keys, sizes and times of access logs. */
export class MeasuredValues {
  private readonly slots = new Map<string, Slots>();
  private readonly keys = new Map<string, Measure | undefined>();

  *of(batch: LogBatch, templates: readonly Template[]): Generator<MeasuredValue> {
    this.slots.clear();
    const { fields, attributes } = batch;
    for (let row = 0; row < batch.rows; row++) {
      const template = templates[batch.template[row] as number];
      if (template === undefined) continue;
      yield* this.parameters(batch, row, template);
      if (attributes !== undefined && (attributes.start[row] as number) >= 0) yield* this.attributes(batch, row, template);
      if (fields?.Bytes !== undefined && (fields.Bytes.start[row] as number) >= 0) yield* this.answer(batch, row, template);
    }
  }

  private *parameters({ parameters: { bytes, first, start, end } }: LogBatch, row: number, template: Template): Generator<MeasuredValue> {
    const slots = this.slotsOf(template);
    const from = first[row] as number;
    if (slots.length === 0 || (first[row + 1] as number) - from !== slots.length) return;
    for (let i = 0; i < slots.length; i++) {
      const measure = slots[i];
      const [at, to] = [start[from + i] as number, end[from + i] as number];
      if (measure === undefined || to - at > LONGEST_VALUE) continue;
      yield* told(row, measure, latin1At(bytes, at, to), template, undefined);
    }
  }

  /** By the texts around each `<*>`; empty where none of them is told of. */
  private slotsOf({ id, text }: Template): Slots {
    let slots = this.slots.get(id);
    if (slots === undefined) {
      const parts = text.split(WILD);
      const all = parts.slice(1).map((after, i) => measureBetween(parts[i] as string, after));
      slots = all.some((measure) => measure !== undefined) ? all : [];
      this.slots.set(id, slots);
    }
    return slots;
  }

  /** Members of a flat object of JSON, as formats write it: `"key":1.5`, `"key":"1.5s"`. */
  private *attributes({ attributes }: LogBatch, row: number, template: Template): Generator<MeasuredValue> {
    if (attributes === undefined) return;
    const { bytes } = attributes;
    const end = attributes.end[row] as number;
    for (let at = (attributes.start[row] as number) + 1; at < end; at++) {
      if (bytes[at] !== QUOTE) continue;
      const close = stringEnd(bytes, at, end);
      if (bytes[close] !== COLON) {
        at = close - 1;
        continue;
      }
      const quoted = bytes[close + 1] === QUOTE;
      const from = close + (quoted ? 2 : 1);
      let to = from;
      if (quoted) to = stringEnd(bytes, close + 1, end) - 1;
      else while (to < end && bytes[to] !== 44 && bytes[to] !== 125) to++;
      const first = bytes[from] as number;
      if (first >= 48 && first <= 57 && to - from <= LONGEST_VALUE) {
        const measure = this.measureOf(latin1At(bytes, at + 1, close - 1));
        if (measure !== undefined) yield* told(row, measure, latin1At(bytes, from, to), template, undefined);
      }
      at = quoted ? to : to - 1;
    }
  }

  private measureOf(key: string): Measure | undefined {
    if (!this.keys.has(key)) {
      if (this.keys.size > 10_000) this.keys.clear();
      this.keys.set(key, measureOfKey(key));
    }
    return this.keys.get(key);
  }

  /** The size of an answer, and numbers that a log format adds behind its last field. */
  private *answer({ fields = {} }: LogBatch, row: number, template: Template): Generator<MeasuredValue> {
    const { Bytes, UserAgent } = fields;
    if (Bytes === undefined) return;
    yield* told(row, SIZE, textAt(Bytes, row), template, 'every answer');
    const last = UserAgent === undefined || (UserAgent.start[row] as number) < 0 ? Bytes : UserAgent;
    const from = (last.end[row] as number) + (last === Bytes ? 0 : 1);
    const { bytes } = last;
    let end = from;
    while (end < bytes.length && end - from < BEHIND_BYTES && bytes[end] !== LF) end++;
    if (end - from < 2) return;
    for (const [i, word] of latin1At(bytes, from, end).trim().split(/\s+/).entries()) {
      const [, key = '', number = ''] = /^(?:([a-z_]+)[=:])?"?(\d+(?:\.\d+)?)"?$/i.exec(word) ?? [];
      if (number === '' || (key === '' && !number.includes('.'))) continue;
      yield* told(row, { name: key === '' ? `number ${i + 1} behind the request` : key, unit: '' }, number, template, 'every request');
    }
  }
}

function* told(row: number, measure: Measure, text: string, template: Template, whole: string | undefined): Generator<MeasuredValue> {
  const found = measuredValue(text, measure.unit);
  if (found === undefined) return;
  const of = `${measure.name} ${found.unit}`;
  yield { row, series: `${template.id} ${of}`, whole: whole === undefined ? undefined : `${whole} ${of}`, measure, ...found, template };
}

/** Position behind the string of JSON that begins at `at`. */
function stringEnd(bytes: Uint8Array, at: number, end: number): number {
  for (let p = at + 1; p < end; p++) {
    if (bytes[p] === 92) p++;
    else if (bytes[p] === QUOTE) return p + 1;
  }
  return end;
}
