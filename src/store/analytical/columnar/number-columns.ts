import type { ByteSink } from './byte-sink.ts';
import { ChunkPages, type ColumnChunk, ENCODING, type PageScratch } from './chunk-pages.ts';
import type { ColumnSource } from './column-source.ts';
import { type ColumnWriter, PHYSICAL, unexpected } from './column-writer.ts';
import { writeDeltas } from './integers.ts';
import { doubleValues, Levels } from './page-values.ts';

/** How numbers of a batch are stored. */
interface NumberKind {
  readonly name: string;
  readonly physical: number;
  isAbsent(value: number): boolean;
  /** A page's values; returns how they are encoded. */
  write(body: ByteSink, values: Float64Array, count: number): number;
  plain(value: number): Uint8Array;
}

function plainInt64(value: number): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigInt64(0, BigInt(value), true);
  return bytes;
}

function plainInt32(value: number): Uint8Array {
  return new Uint8Array(Int32Array.of(value).buffer);
}

function whole(physical: number, plain: (value: number) => Uint8Array, isAbsent: (value: number) => boolean): NumberKind {
  return {
    ...{ name: 'whole numbers', physical, plain, isAbsent },
    write(body, values, count) {
      if (writeDeltas(body, values, count)) return ENCODING.deltas;
      for (let i = 0; i < count; i++) body.copy(plain(values[i] as number));
      return ENCODING.plain;
    },
  };
}

/** Whole numbers that a double holds exactly; anything else is absent. */
const INT64 = whole(PHYSICAL.int64, plainInt64, (value) => !(Math.abs(value) <= Number.MAX_SAFE_INTEGER));
/** -1 = absent. */
const INT32 = whole(PHYSICAL.int32, plainInt32, (value) => value === -1);

/** NaN = absent. The first bytes of all values, then their second ones, and so on: those are alike. */
const DOUBLE: NumberKind = {
  name: 'numbers',
  physical: PHYSICAL.double,
  isAbsent: Number.isNaN,
  plain: (value) => new Uint8Array(Float64Array.of(value).buffer),
  write(body, values, count) {
    const bytes = body.reserve(count * 8);
    const from = new Uint8Array(values.buffer, 0, count * 8);
    for (let part = 0, to = body.at; part < 8; part++) for (let at = part; at < from.length; at += 8) bytes[to++] = from[at] as number;
    body.at += count * 8;
    return ENCODING.byteStreams;
  },
};

class NumberColumn implements ColumnWriter {
  readonly isList = false;
  readonly waiting = 0;
  readonly compressed: boolean;
  readonly physical: number;
  private readonly kind: NumberKind;
  private readonly pages: ChunkPages;
  private readonly values = doubleValues();
  private readonly levels = new Levels(1, 1);
  private least = Number.POSITIVE_INFINITY;
  private most = Number.NEGATIVE_INFINITY;
  private nulls = 0;

  constructor(kind: NumberKind, scratch: PageScratch) {
    this.kind = kind;
    this.physical = kind.physical;
    // Differences are packed as closely as they can be.
    this.compressed = kind === DOUBLE;
    this.pages = new ChunkPages(scratch, this.compressed);
  }

  get size(): number {
    return this.pages.size;
  }

  append(source: ColumnSource, from: number, to: number): void {
    const { kind, levels } = this;
    if (source.of === 'absent') {
      for (let row = from; row < to; row++) levels.push(0);
      return;
    }
    if (source.of !== 'numbers') throw unexpected(source, kind.name);
    const isWhole = kind !== DOUBLE;
    for (let row = from; row < to; row++) {
      const given = source.values[row] as number;
      if (kind.isAbsent(given)) {
        levels.push(0);
        continue;
      }
      // Without a negative zero, which no whole number is.
      const value = isWhole ? Math.round(given) + 0 : given;
      levels.push(1);
      this.values.push(value);
      if (value < this.least) this.least = value;
      if (value > this.most) this.most = value;
    }
  }

  endPage(): void {
    const { levels, values, kind } = this;
    this.nulls += levels.others;
    this.pages.add(levels.count, (body) => {
      levels.write(body);
      return values.count === 0 ? ENCODING.plain : kind.write(body, values.items, values.count);
    });
    values.count = 0;
  }

  endChunk(): ColumnChunk {
    const { kind, nulls, least, most } = this;
    const bounds = least <= most ? { least: kind.plain(least), most: kind.plain(most) } : {};
    this.least = Number.POSITIVE_INFINITY;
    this.most = Number.NEGATIVE_INFINITY;
    this.nulls = 0;
    return this.pages.take({ nulls, ...bounds });
  }
}

export const int64Column = (scratch: PageScratch): ColumnWriter => new NumberColumn(INT64, scratch);
export const int32Column = (scratch: PageScratch): ColumnWriter => new NumberColumn(INT32, scratch);
export const doubleColumn = (scratch: PageScratch): ColumnWriter => new NumberColumn(DOUBLE, scratch);
