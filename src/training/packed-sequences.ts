import { type PackedArray, pack, type SequenceBatch, unpack } from '../core/index.ts';

const INTEGERS = ['codes', 'offsets', 'eventInput', 'eventLength', 'paramFirst'] as const;
const REALS = ['times', 'eventLine', 'eventOffset', 'paramValues', 'start', 'end'] as const;

interface Texts {
  readonly keys: readonly string[];
  readonly entities: readonly string[];
  readonly vocabulary: readonly string[];
  readonly eventText?: readonly string[];
  readonly inputs?: readonly string[];
  readonly columns: readonly string[];
}

/** A batch as bytes, for `unpackSequences` of the same process. */
export function packSequences(batch: SequenceBatch): Uint8Array {
  const { keys, entities, vocabulary, eventText, inputs } = batch;
  const columns = [...INTEGERS, ...REALS].filter((name) => batch[name] !== undefined);
  const texts: Texts = { keys, entities, vocabulary, columns, ...(eventText && { eventText }), ...(inputs && { inputs }) };
  return pack(texts, Object.fromEntries(columns.map((name) => [name, batch[name] as PackedArray])));
}

export function unpackSequences(bytes: Uint8Array): SequenceBatch {
  const packed = unpack(bytes);
  const { columns, ...texts } = packed.header as Texts;
  const present = (name: string): boolean => columns.includes(name);
  return {
    shape: 'sequences',
    rows: texts.keys.length,
    ...texts,
    ...Object.fromEntries(INTEGERS.filter(present).map((name) => [name, packed.int32(name)])),
    ...Object.fromEntries(REALS.filter(present).map((name) => [name, packed.float64(name)])),
  } as SequenceBatch;
}
