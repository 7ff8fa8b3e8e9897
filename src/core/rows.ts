/** Rows of an alert of several units (`Detector.describe`), the worst unit's first, as the one blob that is kept; a single row is kept as it is. */
const MARK = [0, 0x72, 0x6f, 0x77, 0x73, 1] as const;

/** Rows and bytes that an alert keeps at most; its first row is kept whatever its size. */
const MOST_ROWS = 8;
const MOST_BYTES = 64 * 1024;

export function packRows(rows: readonly Uint8Array[]): Uint8Array {
  const [first] = rows;
  if (first === undefined) return new Uint8Array(0);
  if (rows.length === 1) return first;
  const size = rows.reduce<number>((sum, row) => sum + 4 + row.length, MARK.length);
  const packed = new Uint8Array(size);
  const view = new DataView(packed.buffer);
  packed.set(MARK);
  let at = MARK.length;
  for (const row of rows) {
    view.setUint32(at, row.length, true);
    packed.set(row, at + 4);
    at += 4 + row.length;
  }
  return packed;
}

/** The rows of `packRows`; bytes that are not of it are a single row. */
export function unpackRows(packed: Uint8Array): Uint8Array[] {
  if (MARK.some((byte, i) => packed[i] !== byte)) return [packed];
  const view = new DataView(packed.buffer, packed.byteOffset, packed.byteLength);
  const rows: Uint8Array[] = [];
  for (let at: number = MARK.length; at + 4 <= packed.length; ) {
    const to = at + 4 + view.getUint32(at, true);
    if (to > packed.length) break;
    rows.push(packed.slice(at + 4, to));
    at = to;
  }
  return rows.length === 0 ? [packed] : rows;
}

/** The rows with one more: in front where it is the worst unit's, else behind; equal ones once, and no more than an alert keeps. */
export function withRow(packed: Uint8Array | undefined, row: Uint8Array, worst: boolean): Uint8Array {
  const known = packed === undefined ? [] : unpackRows(packed);
  const others = known.filter((one) => Buffer.compare(one, row) !== 0);
  if (packed !== undefined && !worst && others.length < known.length) return packed;
  const kept: Uint8Array[] = [];
  let bytes = 0;
  for (const one of (worst ? [row, ...others] : [...others, row]).slice(0, MOST_ROWS)) {
    bytes += one.length;
    if (kept.length > 0 && bytes > MOST_BYTES) break;
    kept.push(one);
  }
  return packRows(kept);
}

/** A label of an alert with several rows is in force once for each; this is one of each alert. */
export function onePerAlert<L extends { readonly alertId: string }>(labels: readonly L[]): L[] {
  return [...new Map(labels.map((label) => [label.alertId, label])).values()];
}
