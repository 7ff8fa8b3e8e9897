import { type LogBatch, latin1At, type Template, type TextColumn } from '../../core/index.ts';
import { unsignedAt } from '../../parsers/index.ts';
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

/** What stands at one place of a template, with the names of its values where they print no unit of their own. */
interface Slot {
  readonly measure: Measure;
  readonly bare: Named;
}

interface Named {
  readonly series: string;
  readonly whole: string | undefined;
  readonly unit: string;
  /** Of what is printed. */
  readonly factor: number;
}

type Slots = readonly (Slot | undefined)[];

const NO_SLOTS: Slots = [];
const WILD = '<*>';
const LONGEST_VALUE = 32;
/** Bytes behind the last field of an access log that are looked at. */
const BEHIND_BYTES = 160;
const SIZE: Measure = { name: 'size of the answer', unit: 'bytes' };
const ANSWERS = 'every answer';
const MOST_NAMES = 100_000;
const LF = 10;
const QUOTE = 34;
const COLON = 58;

/** Numbers in lines: parameters of templates with a unit or a telling word beside them, values of telling keys, sizes and times of access logs. */
export class MeasuredValues {
  private readonly keys = new Map<string, Measure | undefined>();
  private readonly names = new Map<string, Named>();

  /** Calls `visit` with each, in the order of the rows. */
  visit(batch: LogBatch, templates: readonly Template[], visit: (value: MeasuredValue) => void): void {
    const { fields, attributes } = batch;
    const { bytes, first, start, end } = batch.parameters;
    // Templates become more general from batch to batch.
    const slotsByCode: Slots[] = [];
    for (let row = 0; row < batch.rows; row++) {
      const code = batch.template[row] as number;
      const template = templates[code];
      if (template === undefined) continue;
      let slots = slotsByCode[code];
      if (slots === undefined) {
        slots = slotsOf(template, (measure) => this.named(template, measure, measure.unit, undefined));
        slotsByCode[code] = slots;
      }
      if (slots.length > 0) {
        const from = first[row] as number;
        if ((first[row + 1] as number) - from === slots.length) {
          for (let i = 0; i < slots.length; i++) {
            const slot = slots[i];
            if (slot !== undefined)
              this.told(row, slot, bytes, start[from + i] as number, end[from + i] as number, template, undefined, visit);
          }
        }
      }
      if (attributes !== undefined && (attributes.start[row] as number) >= 0) this.attributes(attributes, row, template, visit);
      if (fields?.Bytes !== undefined && (fields.Bytes.start[row] as number) >= 0) this.answer(fields, row, template, visit);
    }
  }

  private told(
    row: number,
    { measure, bare }: Slot,
    bytes: Uint8Array,
    start: number,
    end: number,
    template: Template,
    whole: string | undefined,
    visit: (value: MeasuredValue) => void,
  ): void {
    if (end - start > LONGEST_VALUE) return;
    const plain = unsignedAt(bytes, start, end);
    if (plain >= 0) {
      visit({ row, series: bare.series, whole: bare.whole, measure, value: plain * bare.factor, unit: bare.unit, template });
      return;
    }
    const found = measuredValue(latin1At(bytes, start, end), measure.unit);
    if (found === undefined) return;
    const { series, whole: all } = this.named(template, measure, found.unit, whole);
    visit({ row, series, whole: all, measure, ...found, template });
  }

  /** `unit`: as `measuredValue` gives it, or as it is printed. */
  private named(template: Template, measure: Measure, unit: string, whole: string | undefined): Named {
    const key = `${template.id} ${measure.name} ${unit} ${whole}`;
    let named = this.names.get(key);
    if (named === undefined) {
      if (this.names.size > MOST_NAMES) this.names.clear();
      const base = measuredValue('1', unit) ?? { value: 1, unit };
      const of = `${measure.name} ${base.unit}`;
      named = {
        series: `${template.id} ${of}`,
        whole: whole === undefined ? undefined : `${whole} ${of}`,
        unit: base.unit,
        factor: base.value,
      };
      this.names.set(key, named);
    }
    return named;
  }

  /** Members of a flat object of JSON, as formats write it: `"key":1.5`, `"key":"1.5s"`. */
  private attributes(
    { bytes, start, end: ends }: TextColumn,
    row: number,
    template: Template,
    visit: (value: MeasuredValue) => void,
  ): void {
    const end = ends[row] as number;
    for (let at = (start[row] as number) + 1; at < end; at++) {
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
        if (measure !== undefined)
          this.told(
            row,
            { measure, bare: this.named(template, measure, measure.unit, undefined) },
            bytes,
            from,
            to,
            template,
            undefined,
            visit,
          );
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
  private answer(fields: NonNullable<LogBatch['fields']>, row: number, template: Template, visit: (value: MeasuredValue) => void): void {
    const { Bytes, UserAgent } = fields;
    if (Bytes === undefined) return;
    const size = { measure: SIZE, bare: this.named(template, SIZE, SIZE.unit, ANSWERS) };
    this.told(row, size, Bytes.bytes, Bytes.start[row] as number, Bytes.end[row] as number, template, ANSWERS, visit);
    const last = UserAgent === undefined || (UserAgent.start[row] as number) < 0 ? Bytes : UserAgent;
    const from = (last.end[row] as number) + (last === Bytes ? 0 : 1);
    const { bytes } = last;
    let end = from;
    while (end < bytes.length && end - from < BEHIND_BYTES && bytes[end] !== LF) end++;
    if (end - from < 2) return;
    for (const [i, word] of latin1At(bytes, from, end).trim().split(/\s+/).entries()) {
      const [, key = '', number = ''] = /^(?:([a-z_]+)[=:])?"?(\d+(?:\.\d+)?)"?$/i.exec(word) ?? [];
      if (number === '' || (key === '' && !number.includes('.'))) continue;
      const measure = { name: key === '' ? `number ${i + 1} behind the request` : key, unit: '' };
      const { series, whole } = this.named(template, measure, '', ANSWERS);
      visit({ row, series, whole, measure, value: Number(number), unit: '', template });
    }
  }
}

/** By the texts around each `<*>`; none where none of them is told of. */
function slotsOf({ text }: Template, named: (measure: Measure) => Named): Slots {
  const parts = text.split(WILD);
  const slots = parts.slice(1).map((after, i) => {
    const measure = measureBetween(parts[i] as string, after);
    return measure === undefined ? undefined : { measure, bare: named(measure) };
  });
  return slots.some((slot) => slot !== undefined) ? slots : NO_SLOTS;
}

/** Position behind the string of JSON that begins at `at`. */
function stringEnd(bytes: Uint8Array, at: number, end: number): number {
  for (let p = at + 1; p < end; p++) {
    if (bytes[p] === 92) p++;
    else if (bytes[p] === QUOTE) return p + 1;
  }
  return end;
}
