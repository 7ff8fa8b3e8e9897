import { ByteSink } from './byte-sink.ts';

const encoder = new TextEncoder();
const I32 = 5;
const I64 = 6;
const BINARY = 8;
const LIST = 9;
const STRUCT = 12;

/** What a field of a structure holds: numbers are of 32 bits, bigints of 64. */
export type ThriftValue = number | bigint | string | Uint8Array | ThriftStruct | readonly ThriftValue[];
/** By number of the field, ascending; undefined = left out. */
export interface ThriftStruct {
  readonly [field: number]: ThriftValue | undefined;
}

/** A structure in Thrift's compact protocol (thrift-compact-protocol.md), which Parquet's headers are written in. */
export function thrift(struct: ThriftStruct): Uint8Array {
  const sink = new ByteSink();
  writeStruct(sink, struct);
  return sink.taken();
}

function writeStruct(sink: ByteSink, struct: ThriftStruct): void {
  let last = 0;
  for (const [name, value] of Object.entries(struct)) {
    if (value === undefined) continue;
    const field = Number(name);
    // Fields of these structures are never more than 15 apart.
    sink.byte(((field - last) << 4) | typeOf(value));
    last = field;
    writeValue(sink, value);
  }
  sink.byte(0);
}

function typeOf(value: ThriftValue): number {
  if (typeof value === 'number') return I32;
  if (typeof value === 'bigint') return I64;
  if (typeof value === 'string' || value instanceof Uint8Array) return BINARY;
  return Array.isArray(value) ? LIST : STRUCT;
}

function writeValue(sink: ByteSink, value: ThriftValue): void {
  if (typeof value === 'number' || typeof value === 'bigint') sink.zigzag(Number(value));
  else if (typeof value === 'string') writeValue(sink, encoder.encode(value));
  else if (value instanceof Uint8Array) {
    sink.varint(value.length);
    sink.copy(value);
  } else if (Array.isArray(value)) writeList(sink, value);
  else writeStruct(sink, value as ThriftStruct);
}

function writeList(sink: ByteSink, items: readonly ThriftValue[]): void {
  const type = items[0] === undefined ? STRUCT : typeOf(items[0]);
  if (items.length < 15) sink.byte((items.length << 4) | type);
  else {
    sink.byte(0xf0 | type);
    sink.varint(items.length);
  }
  for (const item of items) writeValue(sink, item);
}
