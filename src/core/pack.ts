import { VedetteError } from './errors.ts';
import { canonicalJson } from './ids.ts';

export type PackedArray = Int32Array | Float64Array | Float32Array | Uint8Array;

const KINDS = { i32: Int32Array, f64: Float64Array, f32: Float32Array, u8: Uint8Array } as const;
type Kind = keyof typeof KINDS;

const MAGIC = 0x31504456; // "VDP1"

/**
 * Deterministic bytes of a JSON header and named typed arrays, little-endian: magic, header length, header, then the arrays
 * in the order of their names, each at a multiple of 8.
 */
export function pack(header: unknown, arrays: Readonly<Record<string, PackedArray>>): Uint8Array {
  const names = Object.keys(arrays).sort();
  const index = names.map((name) => ({ name, kind: kindOf(arrays[name] as PackedArray), length: (arrays[name] as PackedArray).length }));
  const head = new TextEncoder().encode(canonicalJson({ header, index }));
  let size = align(8 + head.length);
  const starts = names.map((name) => {
    const start = size;
    size = align(size + (arrays[name] as PackedArray).byteLength);
    return start;
  });
  const out = new Uint8Array(size);
  const view = new DataView(out.buffer);
  view.setUint32(0, MAGIC, true);
  view.setUint32(4, head.length, true);
  out.set(head, 8);
  for (const [i, name] of names.entries()) {
    const array = arrays[name] as PackedArray;
    out.set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength), starts[i] as number);
  }
  return out;
}

export interface Unpacked {
  /** Unchecked: parse it with the schema of what was packed. */
  readonly header: unknown;
  int32(name: string): Int32Array;
  float64(name: string): Float64Array;
  float32(name: string): Float32Array;
  uint8(name: string): Uint8Array;
}

/** Throws MODEL_CORRUPT for bytes that `pack` did not write. */
export function unpack(bytes: Uint8Array): Unpacked {
  const copy = bytes.slice();
  const view = new DataView(copy.buffer);
  if (copy.length < 8 || view.getUint32(0, true) !== MAGIC) throw corrupt('it does not start as one');
  const headLength = view.getUint32(4, true);
  let parsed: { header: unknown; index: { name: string; kind: Kind; length: number }[] };
  try {
    parsed = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(copy.subarray(8, 8 + headLength))) as typeof parsed;
  } catch (cause) {
    throw corrupt('its header cannot be read', cause);
  }
  const arrays = new Map<string, PackedArray>();
  let at = align(8 + headLength);
  if (!Array.isArray(parsed.index)) throw corrupt('its header has no index');
  for (const { name, kind, length } of parsed.index) {
    const Column = KINDS[kind];
    if (Column === undefined || !Number.isSafeInteger(length) || length < 0 || at + length * Column.BYTES_PER_ELEMENT > copy.length) {
      throw corrupt(`its array ${name} is cut short`);
    }
    arrays.set(name, new Column(copy.buffer, at, length));
    at = align(at + length * Column.BYTES_PER_ELEMENT);
  }
  const typed = <A extends PackedArray>(name: string, Column: new (length: number) => A): A => {
    const array = arrays.get(name);
    if (array instanceof Column) return array;
    throw corrupt(`it has no array ${name}`);
  };
  return {
    header: parsed.header,
    int32: (name) => typed(name, Int32Array),
    float64: (name) => typed(name, Float64Array),
    float32: (name) => typed(name, Float32Array),
    uint8: (name) => typed(name, Uint8Array),
  };
}

function kindOf(array: PackedArray): Kind {
  if (array instanceof Int32Array) return 'i32';
  if (array instanceof Float64Array) return 'f64';
  return array instanceof Float32Array ? 'f32' : 'u8';
}

function align(offset: number): number {
  return (offset + 7) & ~7;
}

function corrupt(why: string, cause?: unknown): VedetteError {
  return new VedetteError('MODEL_CORRUPT', `a packed model cannot be read: ${why}`, {
    hint: 'restore the version from a backup, or train it again',
    ...(cause === undefined ? {} : { cause }),
  });
}
