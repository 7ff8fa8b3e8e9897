import type { Reader } from './reader.ts';

export interface TemplateField {
  /** Information element (IANA), the enterprise bit taken off. */
  readonly element: number;
  /** 0 = IANA's own; 29305 = the reverse direction of a biflow (RFC 5103). */
  readonly enterprise: number;
  /** Bytes; 65535 = said by each record. */
  readonly length: number;
}

export interface FlowTemplate {
  readonly fields: readonly TemplateField[];
  /** Leading fields that say what options are about; flows have none. */
  readonly scope: number;
  /** Least bytes of a record. */
  readonly least: number;
}

export const VARIABLE = 65_535;
const MAX_FIELDS = 256;

/** Templates of one observation domain of one exporter: what its data records are made of. Bounded: the oldest goes first. */
export class FlowTemplates {
  readonly #limit: number;
  #known = new Map<string, FlowTemplate>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  get(domain: string, id: number): FlowTemplate | undefined {
    return this.#known.get(`${domain}\0${id}`);
  }

  set(domain: string, id: number, template: FlowTemplate): void {
    const key = `${domain}\0${id}`;
    this.#known.delete(key);
    this.#known.set(key, template);
    if (this.#known.size > this.#limit) this.#known.delete(this.#known.keys().next().value as string);
  }

  withdraw(domain: string, id: number): void {
    this.#known.delete(`${domain}\0${id}`);
  }

  get size(): number {
    return this.#known.size;
  }

  snapshot(): readonly (readonly [string, FlowTemplate])[] {
    return [...this.#known];
  }

  restore(state: readonly (readonly [string, FlowTemplate])[]): void {
    this.#known = new Map(state);
  }
}

/** `count` field specifiers; `enterprises`: the top bit announces an enterprise number (IPFIX). */
export function readFields(reader: Reader, count: number, scope: number, enterprises: boolean): FlowTemplate {
  if (count > MAX_FIELDS) throw new RangeError(`a template of ${count} fields`);
  const fields: TemplateField[] = [];
  let least = 0;
  for (let i = 0; i < count; i++) {
    const type = reader.u16();
    const length = reader.u16();
    const enterprise = enterprises && (type & 0x8000) !== 0 ? reader.u32() : 0;
    fields.push({ element: enterprises ? type & 0x7fff : type, enterprise, length });
    least += length === VARIABLE ? 1 : length;
  }
  if (least === 0) throw new RangeError('a template of records without bytes');
  return { fields, scope, least };
}
