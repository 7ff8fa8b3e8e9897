import type { ByteSink } from './byte-sink.ts';
import { type ChunkPages, ENCODING } from './chunk-pages.ts';
import { bitsOf, writeHybrid } from './integers.ts';
import { int32Values } from './page-values.ts';
import { ValueDictionary } from './value-dictionary.ts';

/** A dictionary beyond either is no longer worth it: the rest of the row group is written plainly. */
const MOST_VALUES = 65_536;
const MOST_BYTES = 1024 ** 2;
/** Longer values say too little about their column to stand in its footer. */
const MOST_BOUND_BYTES = 128;

/** Texts of one column of a row group: each once, with codes for them, as long as that is shorter. */
export class CodedValues {
  private readonly pages: ChunkPages;
  private readonly dictionary = new ValueDictionary();
  private readonly codes = int32Values();
  /** What the pages so far have codes for. */
  private paged = { count: 0, bytes: 0 };
  private isPlain = false;
  /** Of the page that is being filled, as plain values. */
  private plainBytes = 0;

  constructor(pages: ChunkPages) {
    this.pages = pages;
  }

  /** Code of a text, for `push`; good until the page ends. */
  codeOfText(value: string): number {
    return this.dictionary.codeOfText(value);
  }

  /** Bytes that the page takes where its values are written plainly. */
  get waiting(): number {
    return this.plainBytes;
  }

  push(code: number): void {
    const { dictionary } = this;
    this.codes.push(code);
    this.plainBytes += dictionary.endOf(code) - dictionary.startOf(code);
  }

  pushBytes(bytes: Uint8Array, start: number, end: number): void {
    this.push(this.dictionary.code(bytes, start, end));
  }

  /** The page of so many values, absent ones among them, whose levels `levels` writes. */
  endPage(values: number, levels: (body: ByteSink) => void): void {
    const { codes, dictionary } = this;
    if (!this.isPlain && (dictionary.count > MOST_VALUES || dictionary.plain.at > MOST_BYTES)) {
      this.addDictionary();
      this.isPlain = true;
    }
    this.pages.add(values, (body) => {
      levels(body);
      if (this.isPlain || codes.count === 0) {
        const { plain } = dictionary;
        for (let i = 0; i < codes.count; i++) {
          const code = codes.items[i] as number;
          body.copy(plain.bytes, dictionary.startOf(code), dictionary.endOf(code));
        }
        return ENCODING.plain;
      }
      const width = Math.max(1, bitsOf(dictionary.count - 1));
      body.byte(width);
      writeHybrid(body, codes.items, codes.count, width);
      return ENCODING.dictionary;
    });
    codes.count = 0;
    this.plainBytes = 0;
    if (this.isPlain) dictionary.clear();
    else this.paged = { count: dictionary.count, bytes: dictionary.plain.at };
  }

  /** Ends the row group; the smallest and largest text, where all of them are known. */
  end(): { readonly least?: Uint8Array; readonly most?: Uint8Array } {
    if (!this.isPlain) this.addDictionary();
    const bounds = this.isPlain ? {} : this.bounds();
    this.dictionary.clear();
    this.paged = { count: 0, bytes: 0 };
    this.isPlain = false;
    return bounds;
  }

  private addDictionary(): void {
    const { count, bytes } = this.paged;
    if (count > 0) this.pages.addDictionary(count, this.dictionary.plain.bytes.subarray(0, bytes));
  }

  private bounds(): { readonly least?: Uint8Array; readonly most?: Uint8Array } {
    const { dictionary } = this;
    let least: Buffer | undefined;
    let most: Buffer | undefined;
    for (let code = 0; code < dictionary.count; code++) {
      const value = Buffer.from(
        dictionary.plain.bytes.buffer,
        dictionary.startOf(code) + 4,
        dictionary.endOf(code) - dictionary.startOf(code) - 4,
      );
      if (least === undefined || Buffer.compare(value, least) < 0) least = value;
      if (most === undefined || Buffer.compare(value, most) > 0) most = value;
    }
    if (least === undefined || most === undefined || Math.max(least.length, most.length) > MOST_BOUND_BYTES) return {};
    return { least: Uint8Array.from(least), most: Uint8Array.from(most) };
  }
}
