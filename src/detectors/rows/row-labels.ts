import { type LabelledRow, pack, type RowBatch, unpack } from '../../core/index.ts';
import { type Scaler, scaleRows } from '../../ml/index.ts';

/** A row as a label keeps it. */
export function describeValues(batch: RowBatch, row: number): Uint8Array {
  const width = batch.columns.length;
  return pack({ columns: batch.columns }, { values: batch.values.slice(row * width, (row + 1) * width) });
}

/** Mean squared scaled difference at which a label's effect has fallen to 1/e. */
const REACH = 0.05;

/** Labels by entity: rows like a harmless one of the same entity score lower, the same row 0. */
export class RowLabels {
  readonly #harmless = new Map<string, Float32Array[]>();

  constructor(labels: readonly LabelledRow[]) {
    for (const { verdict, entity, row } of labels) {
      if (verdict === 'true-positive') continue;
      const list = this.#harmless.get(entity) ?? [];
      list.push(unpack(row).float32('values'));
      this.#harmless.set(entity, list);
    }
  }

  adjust(scaler: Scaler, batch: RowBatch, score: Float64Array): Float64Array {
    if (this.#harmless.size === 0) return score;
    const width = batch.columns.length;
    return score.map((value, row) => {
      const known = this.#harmless.get(batch.entities[row] as string);
      if (known === undefined) return value;
      const own = scaleRows(scaler, batch.values.subarray(row * width, (row + 1) * width));
      let factor = 1;
      for (const values of known) {
        if (values.length !== width) continue;
        const other = scaleRows(scaler, values);
        let squared = 0;
        for (let c = 0; c < width; c++) squared += ((own[c] as number) - (other[c] as number)) ** 2;
        factor *= 1 - Math.exp(-squared / Math.max(1, width) / REACH);
      }
      return value * factor;
    });
  }
}
