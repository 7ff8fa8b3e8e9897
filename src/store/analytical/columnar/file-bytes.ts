import type { ColumnWriter } from './column-writer.ts';
import type { RowGroup } from './row-groups.ts';
import { type ThriftStruct, thrift } from './thrift.ts';

const MAGIC = new TextEncoder().encode('PAR1');
const SNAPPY = 1;
const UNCOMPRESSED = 0;
const OPTIONAL = 1;
const REPEATED = 2;
const UTF8 = 0;
const LIST = 3;

export interface FileColumn {
  readonly name: string;
  readonly writer: Pick<ColumnWriter, 'physical' | 'isList' | 'compressed'>;
  /** Its values are text. */
  readonly isText: boolean;
}

/** A whole Parquet file (parquet-format 2.10), in parts. */
export function fileBytes(columns: readonly FileColumn[], groups: readonly RowGroup[]): readonly Uint8Array[] {
  const parts: Uint8Array[] = [MAGIC];
  let at = MAGIC.length;
  const written = groups.map((group): ThriftStruct => {
    const begin = at;
    const chunks = group.columns.map((chunk, i): ThriftStruct => {
      const { name, writer } = columns[i] as FileColumn;
      const { dictionaryBytes, nulls, least, most } = chunk;
      const offset = at;
      parts.push(...chunk.parts);
      at += chunk.bytes;
      const metadata: ThriftStruct = {
        1: writer.physical,
        2: chunk.encodings,
        3: writer.isList ? [name, 'list', 'element'] : [name],
        4: writer.compressed ? SNAPPY : UNCOMPRESSED,
        5: BigInt(chunk.values),
        6: BigInt(chunk.rawBytes),
        7: BigInt(chunk.bytes),
        9: BigInt(offset + dictionaryBytes),
        11: dictionaryBytes > 0 ? BigInt(offset) : undefined,
        12: { 3: BigInt(nulls), 5: most, 6: least },
      };
      return { 2: BigInt(offset), 3: metadata };
    });
    const rawBytes = group.columns.reduce((sum, chunk) => sum + chunk.rawBytes, 0);
    return { 1: chunks, 2: BigInt(rawBytes), 3: BigInt(group.rows), 5: BigInt(begin), 6: BigInt(at - begin) };
  });
  const footer = thrift({
    1: 2,
    2: [{ 4: 'events', 5: columns.length }, ...columns.flatMap(schemaOf)],
    3: BigInt(groups.reduce((sum, { rows }) => sum + rows, 0)),
    4: written,
    6: 'vedette',
    // Smallest and largest values are in the order of their types.
    7: columns.map(() => ({ 1: {} })),
  });
  const length = new Uint8Array(4);
  new DataView(length.buffer).setUint32(0, footer.length, true);
  return [...parts, footer, length, MAGIC];
}

function schemaOf({ name, writer, isText }: FileColumn): readonly ThriftStruct[] {
  const text = isText ? { 6: UTF8 } : {};
  if (!writer.isList) return [{ 1: writer.physical, 3: OPTIONAL, 4: name, ...text }];
  return [
    { 3: OPTIONAL, 4: name, 5: 1, 6: LIST },
    { 3: REPEATED, 4: 'list', 5: 1 },
    { 1: writer.physical, 3: OPTIONAL, 4: 'element', ...text },
  ];
}
