import { addressText } from './packets.ts';

/** Text of the address in row `row` of an `ip` column (16 bytes a row); empty for 16 zero bytes, which stand for none. */
export function addressAt(column: Uint8Array, row: number): string {
  const view = new DataView(column.buffer, column.byteOffset + 16 * row, 16);
  const words = Int32Array.of(view.getInt32(0), view.getInt32(4), view.getInt32(8), view.getInt32(12));
  return words.some((word) => word !== 0) ? addressText(words, 0) : '';
}
