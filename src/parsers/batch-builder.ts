import type { ColumnMemory, LogBatch, TextColumn } from '../core/index.ts';
import { ByteDictionary } from './bytes/byte-dictionary.ts';
import { IntList } from './bytes/int-list.ts';
import type { BatchShapes } from './drain/batch-shapes.ts';
import type { Header } from './formats/header.ts';

/** Columns of a log batch while it grows. Rows are written in order; the last one may be extended or taken back. */
export class BatchBuilder {
  rows = 0;
  readonly parameterStart: IntList;
  readonly parameterEnd: IntList;
  private readonly memory: ColumnMemory;
  private readonly fieldNames: string[];
  /** Fields of the main format, in its order; those of others come behind. */
  private readonly ownFields: number;
  private readonly columnsByFormat = new Map<string, Int32Array>();
  /** Formats of the rows, the main one first. */
  private readonly formats: string[];
  private capacity: number;
  private offset: Float64Array;
  private line: Float64Array;
  private length: Int32Array;
  private time: Float64Array;
  private host: Int32Array;
  private component: Int32Array;
  private pid: Int32Array;
  private level: Int32Array;
  messageStart: Int32Array;
  messageEnd: Int32Array;
  private template: Int32Array;
  private shape: Int32Array;
  private parameterFirst: Int32Array;
  private attributesStart: Int32Array;
  private attributesEnd: Int32Array;
  private hasAttributes = false;
  private fieldStart: Int32Array[];
  private fieldEnd: Int32Array[];
  /** Undefined while every row is of the main format. */
  private format: Int32Array | undefined;
  private readonly hosts = new ByteDictionary();
  private readonly components = new ByteDictionary();
  private readonly levels = new ByteDictionary();

  /** Of rows that `format` reads, whose header has these fields; for about so many rows and parameters. */
  constructor(format: string, fieldNames: readonly string[], capacity: number, parameters: number, memory: ColumnMemory) {
    this.memory = memory;
    this.formats = [format];
    this.fieldNames = [...fieldNames];
    this.ownFields = fieldNames.length;
    this.capacity = Math.max(16, capacity);
    this.parameterStart = new IntList(Math.max(1024, parameters), memory);
    this.parameterEnd = new IntList(Math.max(1024, parameters), memory);
    const ints = (): Int32Array => memory.ints(this.capacity);
    const floats = (): Float64Array => memory.floats(this.capacity);
    this.offset = floats();
    this.line = floats();
    this.length = ints();
    this.time = floats();
    this.host = ints();
    this.component = ints();
    this.pid = ints();
    this.level = ints();
    this.messageStart = ints();
    this.messageEnd = ints();
    this.template = ints();
    this.shape = ints();
    this.parameterFirst = memory.ints(this.capacity + 1);
    this.parameterFirst[0] = 0;
    this.attributesStart = ints();
    this.attributesEnd = ints();
    this.fieldStart = fieldNames.map(ints);
    this.fieldEnd = fieldNames.map(ints);
  }

  /** Adds a row from `header`, whose spans lie in `bytes`. The template is set later. */
  push(bytes: Uint8Array, header: Header, offset: number, line: number, length: number): number {
    if (this.rows === this.capacity) this.grow();
    const row = this.rows++;
    this.offset[row] = offset;
    this.line[row] = line;
    this.length[row] = length;
    this.time[row] = header.time;
    this.host[row] = header.hostStart < 0 ? -1 : this.hosts.code(bytes, header.hostStart, header.hostEnd);
    this.component[row] = header.componentStart < 0 ? -1 : this.components.code(bytes, header.componentStart, header.componentEnd);
    this.pid[row] = header.pid;
    this.level[row] = header.levelStart < 0 ? -1 : this.levels.code(bytes, header.levelStart, header.levelEnd);
    this.messageStart[row] = header.messageStart;
    this.messageEnd[row] = header.messageEnd;
    this.attributesStart[row] = header.attributesStart;
    this.attributesEnd[row] = header.attributesEnd;
    if (header.attributesStart >= 0) this.hasAttributes = true;
    for (let f = 0; f < this.ownFields; f++) {
      (this.fieldStart[f] as Int32Array)[row] = header.fieldStart[f] as number;
      (this.fieldEnd[f] as Int32Array)[row] = header.fieldEnd[f] as number;
    }
    for (let f = this.ownFields; f < this.fieldStart.length; f++) (this.fieldStart[f] as Int32Array)[row] = -1;
    if (this.format !== undefined) this.format[row] = 0;
    return row;
  }

  /** Adds a row that a format other than the main one read; `fieldNames` are the fields of its header. */
  pushOther(
    format: string,
    fieldNames: readonly string[],
    bytes: Uint8Array,
    header: Header,
    offset: number,
    line: number,
    length: number,
  ): number {
    const row = this.push(bytes, header, offset, line, length);
    this.format ??= this.memory.ints(this.capacity).fill(0);
    const known = this.formats.indexOf(format);
    this.format[row] = known >= 0 ? known : this.formats.push(format) - 1;
    for (let f = 0; f < this.ownFields; f++) (this.fieldStart[f] as Int32Array)[row] = -1;
    const columns = this.columnsOf(format, fieldNames);
    for (let f = 0; f < columns.length; f++) {
      (this.fieldStart[columns[f] as number] as Int32Array)[row] = header.fieldStart[f] as number;
      (this.fieldEnd[columns[f] as number] as Int32Array)[row] = header.fieldEnd[f] as number;
    }
    return row;
  }

  /** Columns of a format's fields: those of the same name, else new ones. */
  private columnsOf(format: string, fieldNames: readonly string[]): Int32Array {
    const known = this.columnsByFormat.get(format);
    if (known !== undefined) return known;
    const columns = Int32Array.from(fieldNames, (name) => {
      const at = this.fieldNames.indexOf(name);
      if (at >= 0) return at;
      this.fieldStart.push(this.memory.ints(this.capacity).fill(-1));
      this.fieldEnd.push(this.memory.ints(this.capacity));
      return this.fieldNames.push(name) - 1;
    });
    this.columnsByFormat.set(format, columns);
    return columns;
  }

  /** The last row's message and record now reach further. */
  extend(row: number, messageEnd: number, length: number): void {
    this.messageEnd[row] = messageEnd;
    this.length[row] = length;
  }

  timeOf(row: number): number {
    return this.time[row] as number;
  }

  setTemplate(row: number, code: number, shape: number): void {
    this.template[row] = code;
    this.shape[row] = shape;
    this.parameterFirst[row + 1] = this.parameterStart.length;
  }

  /** Takes the last row back. */
  pop(): void {
    this.rows--;
  }

  finish(bytes: Uint8Array, source: string, input: string, shapes: BatchShapes | undefined): LogBatch {
    const { rows } = this;
    const ints = (values: Int32Array): Int32Array => values.subarray(0, rows);
    const text = (start: Int32Array, end: Int32Array): TextColumn => ({ bytes, start: ints(start), end: ints(end) });
    const batch: LogBatch = {
      kind: 'log',
      rows,
      source,
      origin: { input, offset: this.offset.subarray(0, rows), line: this.line.subarray(0, rows), length: ints(this.length) },
      time: this.time.subarray(0, rows),
      host: this.hosts.finish(ints(this.host)),
      component: this.components.finish(ints(this.component)),
      pid: ints(this.pid),
      level: this.levels.finish(ints(this.level)),
      message: text(this.messageStart, this.messageEnd),
      template: ints(this.template),
      parameters: {
        bytes,
        first: this.parameterFirst.subarray(0, rows + 1),
        start: this.parameterStart.finish(),
        end: this.parameterEnd.finish(),
      },
      ...(shapes === undefined ? {} : { shape: shapes.finish(bytes, ints(this.shape)) }),
      ...(this.hasAttributes ? { attributes: text(this.attributesStart, this.attributesEnd) } : {}),
      ...(this.format === undefined ? {} : { format: { codes: ints(this.format), values: this.formats } }),
      ...(this.fieldNames.length > 0 ? { fields: this.fieldColumns(text) } : {}),
    };
    return batch;
  }

  private fieldColumns(text: (start: Int32Array, end: Int32Array) => TextColumn): Record<string, TextColumn> {
    const columns: Record<string, TextColumn> = {};
    this.fieldNames.forEach((name, f) => {
      columns[name] = text(this.fieldStart[f] as Int32Array, this.fieldEnd[f] as Int32Array);
    });
    return columns;
  }

  private grow(): void {
    this.capacity *= 2;
    const ints = (values: Int32Array): Int32Array => this.grown(values, this.memory.ints(this.capacity));
    const floats = (values: Float64Array): Float64Array => this.grown(values, this.memory.floats(this.capacity));
    this.offset = floats(this.offset);
    this.line = floats(this.line);
    this.length = ints(this.length);
    this.time = floats(this.time);
    this.host = ints(this.host);
    this.component = ints(this.component);
    this.pid = ints(this.pid);
    this.level = ints(this.level);
    this.messageStart = ints(this.messageStart);
    this.messageEnd = ints(this.messageEnd);
    this.template = ints(this.template);
    this.shape = ints(this.shape);
    this.parameterFirst = this.grown(this.parameterFirst, this.memory.ints(this.capacity + 1));
    this.attributesStart = ints(this.attributesStart);
    this.attributesEnd = ints(this.attributesEnd);
    this.fieldStart = this.fieldStart.map(ints);
    this.fieldEnd = this.fieldEnd.map(ints);
    if (this.format !== undefined) this.format = ints(this.format);
  }

  private grown<A extends Int32Array | Float64Array>(values: A, larger: A): A {
    larger.set(values);
    this.memory.give([values.buffer as ArrayBuffer]);
    return larger;
  }
}
