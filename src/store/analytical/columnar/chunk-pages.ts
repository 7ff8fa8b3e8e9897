import { ByteSink } from './byte-sink.ts';
import { SnappyCompressor } from './snappy.ts';
import { thrift } from './thrift.ts';

/** As Parquet numbers them. */
export const ENCODING = { plain: 0, rle: 3, deltas: 5, deltaLengths: 6, dictionary: 8, byteStreams: 9 } as const;
const DATA_PAGE = 0;
const DICTIONARY_PAGE = 2;
/** What pages are made in keeps no larger buffers than this. */
const KEPT_BYTES = 8 * 1024 ** 2;

/** What pages are made in, one after the other; shared by the columns of a thread's work. */
export class PageScratch {
  readonly body = new ByteSink();
  readonly packed = new ByteSink();
  readonly compressor = new SnappyCompressor();
}

/** One column of one row group, as it stands in the file. */
export interface ColumnChunk {
  /** Pages with their headers: that of the dictionary first, where there is one. */
  readonly parts: readonly Uint8Array[];
  /** Of the dictionary's page; 0 = none. */
  readonly dictionaryBytes: number;
  readonly bytes: number;
  readonly rawBytes: number;
  readonly values: number;
  readonly nulls: number;
  readonly encodings: readonly number[];
  /** In the form of a plain value; absent where it is not known. */
  readonly least?: Uint8Array;
  readonly most?: Uint8Array;
}

/** The pages of one column of a row group. */
export class ChunkPages {
  readonly compressed: boolean;
  private readonly scratch: PageScratch;
  private data: Uint8Array[] = [];
  private dictionary: Uint8Array | undefined;
  private bytes = 0;
  private rawBytes = 0;
  private values = 0;
  private encodings = new Set<number>([ENCODING.rle]);

  constructor(scratch: PageScratch, compressed: boolean) {
    this.scratch = scratch;
    this.compressed = compressed;
  }

  /** So many bytes wait for the file. */
  get size(): number {
    return this.bytes;
  }

  get isEmpty(): boolean {
    return this.data.length === 0;
  }

  /** A page of `values` values (absent ones among them) whose body `write` makes; it returns how they are encoded. */
  add(values: number, write: (body: ByteSink) => number): void {
    const { body } = this.scratch;
    body.clear(KEPT_BYTES);
    const encoding = write(body);
    this.encodings.add(encoding);
    this.values += values;
    this.data.push(this.page((raw, packed) => ({ 1: DATA_PAGE, 2: raw, 3: packed, 5: { 1: values, 2: encoding, 3: 3, 4: 3 } })));
  }

  /** The page of what codes stand for, plain values one behind the other. */
  addDictionary(count: number, plain: Uint8Array): void {
    const { body } = this.scratch;
    body.clear(KEPT_BYTES);
    body.copy(plain);
    this.encodings.add(ENCODING.plain);
    this.dictionary = this.page((raw, packed) => ({ 1: DICTIONARY_PAGE, 2: raw, 3: packed, 7: { 1: count, 2: ENCODING.plain } }));
  }

  private page(header: (raw: number, packed: number) => Parameters<typeof thrift>[0]): Uint8Array {
    const { body, packed, compressor } = this.scratch;
    let bytes = body;
    if (this.compressed) {
      packed.clear(KEPT_BYTES);
      compressor.compress(body.bytes, body.at, packed);
      bytes = packed;
    }
    const head = thrift(header(body.at, bytes.at));
    const page = new Uint8Array(head.length + bytes.at);
    page.set(head);
    page.set(bytes.bytes.subarray(0, bytes.at), head.length);
    this.bytes += page.length;
    this.rawBytes += head.length + body.at;
    return page;
  }

  /** The chunk; what comes belongs to the next one. */
  take({ nulls, least, most }: Pick<ColumnChunk, 'nulls' | 'least' | 'most'>): ColumnChunk {
    const { data, dictionary, bytes, rawBytes, values, encodings } = this;
    this.data = [];
    this.dictionary = undefined;
    this.bytes = 0;
    this.rawBytes = 0;
    this.values = 0;
    this.encodings = new Set([ENCODING.rle]);
    return {
      parts: dictionary === undefined ? data : [dictionary, ...data],
      dictionaryBytes: dictionary?.length ?? 0,
      ...{ bytes, rawBytes, values, nulls },
      encodings: [...encodings].sort((a, b) => a - b),
      ...(least !== undefined && { least }),
      ...(most !== undefined && { most }),
    };
  }
}
