import { DictBuilder, decodeUtf8, type LogBatch, type Template } from '../core/index.ts';
import { ByteCodes } from './byte-codes.ts';
import { QuadCodes } from './quad-codes.ts';
import { ShownCodes } from './shown-codes.ts';

const NONE = -1;

/** Names of one kind, each once; the array grows and keeps what stands in it. */
class Names {
  readonly all: readonly string[];
  private readonly builder = new DictBuilder(Number.POSITIVE_INFINITY);

  constructor() {
    this.all = this.builder.finish(new Int32Array(0)).values;
  }

  code(name: string): number {
    return this.builder.code(name);
  }
}

/**
 * What lines showed, as codes that stay the same from batch to batch: a string is made once for a value, however often it comes, and
 * who remembers something of a code need not look it up again.
 */
export class ObservedNames {
  readonly entities = new Names();
  readonly fields = new Names();
  readonly values = new Names();
  /** Readable form of each value. */
  readonly texts: string[] = [];
  /** Entity, field and value of an observation together. */
  readonly shown = new ShownCodes();
  private readonly spans = new ByteCodes();
  private readonly quads = new QuadCodes();
  private readonly users = new ByteCodes();
  /** By the miner's code: id and text that it had when last looked up, and our code. */
  private readonly templateIds: string[] = [];
  private readonly templateTexts: string[] = [];
  private readonly templateCodes: number[] = [];
  private readonly parameterFields: number[][] = [];
  /** Of the batch at hand. */
  private batch: LogBatch | undefined;
  private hosts = new Int32Array(0);
  private components = new Int32Array(0);

  /** Names so far. */
  get size(): number {
    return this.entities.all.length + this.fields.all.length + this.values.all.length;
  }

  begin(batch: LogBatch): void {
    this.batch = batch;
    this.hosts = new Int32Array(batch.host.values.length + 1).fill(NONE);
    this.components = new Int32Array(batch.component.values.length).fill(NONE);
  }

  /** Entity of a code of the batch's hosts; without one, the source. */
  host(code: number): number {
    const at = code < 0 ? this.hosts.length - 1 : code;
    let entity = this.hosts[at] as number;
    if (entity === NONE) {
      const { host, source } = this.batch as LogBatch;
      entity = this.entities.code(host.values[code] ?? source);
      this.hosts[at] = entity;
    }
    return entity;
  }

  component(code: number): number {
    let value = this.components[code] as number;
    if (value === NONE) {
      const name = (this.batch as LogBatch).component.values[code] as string;
      value = this.value(name, name);
      this.components[code] = value;
    }
    return value;
  }

  template(code: number, { id, text }: Template): number {
    if (this.templateIds[code] === id && this.templateTexts[code] === text) return this.templateCodes[code] as number;
    const value = this.value(id, text);
    if (this.templateIds[code] !== id) this.parameterFields[code] = [];
    this.templateIds[code] = id;
    this.templateTexts[code] = text;
    this.templateCodes[code] = value;
    return value;
  }

  /** Field of a template's parameter, counted from 0. */
  parameter(code: number, template: Template, index: number): number {
    this.template(code, template);
    const fields = this.parameterFields[code] as number[];
    let field = fields[index];
    if (field === undefined) {
      field = this.fields.code(`parameter ${index + 1} of ${template.id}`);
      fields[index] = field;
    }
    return field;
  }

  /** Value code of bytes[start, end). */
  text(bytes: Uint8Array, start: number, end: number): number {
    const known = this.spans.find(bytes, start, end);
    if (known !== NONE) return known;
    const name = decodeUtf8(bytes, start, end);
    const value = this.value(name, name);
    this.spans.put(bytes, start, end, value);
    return value;
  }

  /** Value code of bytes[start, end), which are a dotted quad of these 32 bits, without leading zeros. */
  quad(quad: number, bytes: Uint8Array, start: number, end: number): number {
    const known = this.quads.find(quad);
    if (known !== NONE) return known;
    const value = this.text(bytes, start, end);
    this.quads.put(quad, value);
    return value;
  }

  /** Entity code of the user bytes[start, end). */
  user(bytes: Uint8Array, start: number, end: number): number {
    const known = this.users.find(bytes, start, end);
    if (known !== NONE) return known;
    const entity = this.entities.code(decodeUtf8(bytes, start, end));
    this.users.put(bytes, start, end, entity);
    return entity;
  }

  private value(name: string, text: string): number {
    const code = this.values.code(name);
    this.texts[code] = text;
    return code;
  }
}
