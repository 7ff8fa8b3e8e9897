import type { DictColumn } from './columns.ts';
import { addressText } from './packets.ts';

/** Text of the address in row `row` of an `ip` column (16 bytes a row); empty for 16 zero bytes, which stand for none. */
export function addressAt(column: Uint8Array, row: number): string {
  const view = new DataView(column.buffer, column.byteOffset + 16 * row, 16);
  const words = Int32Array.of(view.getInt32(0), view.getInt32(4), view.getInt32(8), view.getInt32(12));
  return words.some((word) => word !== 0) ? addressText(words, 0) : '';
}

const IN_TEXT = new WeakMap<Uint8Array, DictColumn>();

/** An `ip` column as text, each address once; code -1 = none. Computed once for a column, which must not change afterwards. */
export function addressDictionary(column: Uint8Array): DictColumn {
  let known = IN_TEXT.get(column);
  if (known === undefined) {
    known = inText(column);
    IN_TEXT.set(column, known);
  }
  return known;
}

function inText(column: Uint8Array): DictColumn {
  const rows = Math.floor(column.length / 16);
  const codes = new Int32Array(rows).fill(-1);
  const values: string[] = [];
  const view = new DataView(column.buffer, column.byteOffset, column.byteLength);
  const words = new Int32Array(4);
  /** IPv4 by its 32 bits, anything else by its text. */
  const index = new Map<number | string, number>();
  for (let row = 0; row < rows; row++) {
    for (let i = 0; i < 4; i++) words[i] = view.getInt32(16 * row + 4 * i);
    const [a, b, c, d] = [words[0] as number, words[1] as number, words[2] as number, words[3] as number];
    if ((a | b | c | d) === 0) continue;
    const isV4 = a === 0 && b === 0 && c === 0xffff;
    const key = isV4 ? d : addressText(words, 0);
    let code = index.get(key);
    if (code === undefined) {
      code = values.push(isV4 ? addressText(words, 0) : (key as string)) - 1;
      index.set(key, code);
    }
    codes[row] = code;
  }
  return { codes, values };
}
