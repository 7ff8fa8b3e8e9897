import type { ByteSink } from './byte-sink.ts';
import { writeHybrid, writeRun } from './integers.ts';

const SMALLEST = 64;

/** Whole numbers of 32 bits, or bytes of numbers of 64, one behind the other. */
export class Values<Items extends Int32Array | Float64Array> {
  items: Items;
  count = 0;
  private readonly make: (length: number) => Items;

  constructor(make: (length: number) => Items) {
    this.make = make;
    this.items = make(SMALLEST);
  }

  push(value: number): void {
    if (this.count === this.items.length) this.grow(this.count + 1);
    this.items[this.count++] = value;
  }

  private grow(size: number): void {
    const grown = this.make(Math.max(size, this.items.length * 2));
    grown.set(this.items);
    this.items = grown;
  }
}

export const int32Values = () => new Values((length) => new Int32Array(length));
export const doubleValues = () => new Values((length) => new Float64Array(length));

/** Levels of a page's values: of a plain column 1 = there and 0 = absent. */
export class Levels {
  private levels = new Uint8Array(SMALLEST);
  private readonly usual: number;
  private readonly width: number;
  private unusual = 0;
  count = 0;

  /** `usual`: the level that most have, 0 to 2^width - 1. */
  constructor(usual: number, width: number) {
    this.usual = usual;
    this.width = width;
  }

  push(level: number): void {
    if (this.count === this.levels.length) {
      const grown = new Uint8Array(this.levels.length * 2);
      grown.set(this.levels);
      this.levels = grown;
    }
    this.levels[this.count++] = level;
    if (level !== this.usual) this.unusual++;
  }

  /** Levels other than the usual one. */
  get others(): number {
    return this.unusual;
  }

  /** As a data page of the first version has them, with their length before them; empty afterwards. */
  write(sink: ByteSink): void {
    const begin = sink.at;
    sink.int32(0);
    if (this.unusual === 0) writeRun(sink, this.usual, this.count, this.width);
    else writeHybrid(sink, this.levels, this.count, this.width);
    const end = sink.at;
    sink.at = begin;
    sink.int32(end - begin - 4);
    sink.at = end;
    this.count = 0;
    this.unusual = 0;
  }
}
