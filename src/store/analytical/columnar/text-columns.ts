import { ByteSink } from './byte-sink.ts';
import { ChunkPages, type ColumnChunk, ENCODING, type PageScratch } from './chunk-pages.ts';
import { CodedValues } from './coded-values.ts';
import type { ColumnSource } from './column-source.ts';
import { type ColumnWriter, PHYSICAL, unexpected } from './column-writer.ts';
import { writeDeltas } from './integers.ts';
import { int32Values, Levels } from './page-values.ts';

/** A page's buffer beyond this is not kept for the next one. */
const KEPT_BYTES = 8 * 1024 ** 2;

/** Texts that mostly differ: their lengths, then all of them one behind the other. */
export class TextColumnWriter implements ColumnWriter {
  readonly physical = PHYSICAL.bytes;
  readonly isList = false;
  readonly compressed = true;
  private readonly pages: ChunkPages;
  private readonly text = new ByteSink();
  private readonly lengths = int32Values();
  private readonly levels = new Levels(1, 1);
  private nulls = 0;

  constructor(scratch: PageScratch) {
    this.pages = new ChunkPages(scratch, this.compressed);
  }

  get waiting(): number {
    return this.text.at;
  }

  get size(): number {
    return this.pages.size;
  }

  append(source: ColumnSource, from: number, to: number): void {
    const { levels, lengths, text } = this;
    for (let row = from; row < to; row++) {
      const before = text.at;
      if (this.write(source, row)) {
        levels.push(1);
        lengths.push(text.at - before);
      } else levels.push(0);
    }
  }

  private write(source: ColumnSource, row: number): boolean {
    if (source.of === 'made') return source.write(row, this.text);
    if (source.of === 'absent') return false;
    if (source.of !== 'text') throw unexpected(source, 'texts');
    const { column, utf8 } = source;
    const start = column.start[row] as number;
    if (start < 0) return false;
    const end = column.end[row] as number;
    const corrected = utf8.corrected(start, end);
    if (corrected === undefined) this.text.copy(column.bytes, start, end);
    else this.text.copy(corrected);
    return true;
  }

  endPage(): void {
    const { levels, lengths, text } = this;
    this.nulls += levels.others;
    this.pages.add(levels.count, (body) => {
      levels.write(body);
      if (lengths.count === 0) return ENCODING.plain;
      writeDeltas(body, lengths.items, lengths.count);
      body.copy(text.bytes, 0, text.at);
      return ENCODING.deltaLengths;
    });
    lengths.count = 0;
    text.clear(KEPT_BYTES);
  }

  endChunk(): ColumnChunk {
    const { nulls } = this;
    this.nulls = 0;
    return this.pages.take({ nulls });
  }
}

/** Texts of which many come again, as codes of a dictionary. */
class CodedColumn {
  readonly physical = PHYSICAL.bytes;
  readonly compressed = true;
  protected readonly pages: ChunkPages;
  protected readonly coded: CodedValues;
  protected nulls = 0;

  constructor(scratch: PageScratch) {
    this.pages = new ChunkPages(scratch, this.compressed);
    this.coded = new CodedValues(this.pages);
  }

  get waiting(): number {
    return this.coded.waiting;
  }

  get size(): number {
    return this.pages.size;
  }
}

/** Names, of which there are few. */
export class NameColumnWriter extends CodedColumn implements ColumnWriter {
  readonly isList = false;
  private readonly levels = new Levels(1, 1);

  append(source: ColumnSource, from: number, to: number): void {
    const { coded, levels } = this;
    if (source.of === 'constant') {
      const code = coded.codeOfText(source.value);
      for (let row = from; row < to; row++) this.push(code);
    } else if (source.of === 'names') {
      const { codes, values } = source.column;
      // Of few rows not every name is worth a look.
      const known = new Int32Array(to - from < values.length ? 0 : values.length).fill(-1);
      for (let row = from; row < to; row++) {
        const given = codes[row] as number;
        const value = given < 0 ? undefined : values[given];
        if (value === undefined) {
          levels.push(0);
          continue;
        }
        let code = known[given] ?? -1;
        if (code < 0) {
          code = coded.codeOfText(value);
          if (given < known.length) known[given] = code;
        }
        this.push(code);
      }
    } else if (source.of === 'absent') for (let row = from; row < to; row++) levels.push(0);
    else throw unexpected(source, 'names');
  }

  private push(code: number): void {
    this.levels.push(1);
    this.coded.push(code);
  }

  endPage(): void {
    const { levels } = this;
    this.nulls += levels.others;
    this.coded.endPage(levels.count, (body) => levels.write(body));
  }

  endChunk(): ColumnChunk {
    const { nulls } = this;
    this.nulls = 0;
    return this.pages.take({ nulls, ...this.coded.end() });
  }
}

/** There is a list but nothing in it; and there is a value. */
const EMPTY = 1;
const VALUE = 3;

/** Lists of texts, of which many come again. */
export class ListColumnWriter extends CodedColumn implements ColumnWriter {
  readonly isList = true;
  private readonly definitions = new Levels(VALUE, 2);
  private readonly repetitions = new Levels(1, 1);

  append(source: ColumnSource, from: number, to: number): void {
    const { definitions, repetitions, coded } = this;
    if (source.of !== 'spans' && source.of !== 'absent') throw unexpected(source, 'lists of texts');
    for (let row = from; row < to; row++) {
      const first = source.of === 'spans' ? (source.column.first[row] as number) : 0;
      const end = source.of === 'spans' ? (source.column.first[row + 1] as number) : 0;
      repetitions.push(0);
      definitions.push(first === end ? EMPTY : VALUE);
      for (let i = first; i < end && source.of === 'spans'; i++) {
        if (i > first) {
          repetitions.push(1);
          definitions.push(VALUE);
        }
        const { column, utf8 } = source;
        const start = column.start[i] as number;
        const stop = Math.max(start, column.end[i] as number);
        const corrected = utf8.corrected(start, stop);
        if (corrected === undefined) coded.pushBytes(column.bytes, start, stop);
        else coded.pushBytes(corrected, 0, corrected.length);
      }
    }
  }

  endPage(): void {
    const { definitions, repetitions } = this;
    this.nulls += definitions.others;
    this.coded.endPage(definitions.count, (body) => {
      repetitions.write(body);
      definitions.write(body);
    });
  }

  endChunk(): ColumnChunk {
    const { nulls } = this;
    this.nulls = 0;
    this.coded.end();
    return this.pages.take({ nulls });
  }
}
