import { deserialize, serialize } from 'node:v8';
import type { EvidenceLine, Micros, SeriesBatch, WindowBatch } from '../../core/index.ts';
import { MOST_NAMED, seriesName } from './series-table.ts';

/** One aggregate of one key. */
interface FeatureSlot {
  readonly entity: string;
  readonly name: string;
  /** Start of the last window taken. */
  last: Micros;
}

interface State {
  readonly slots: readonly FeatureSlot[];
  readonly refused: { readonly readings: number; readonly names: readonly string[] };
  readonly late: number;
}

interface Row {
  readonly code: number;
  readonly value: number;
  readonly start: Micros;
  readonly end: Micros;
  readonly evidence: readonly EvidenceLine[];
}

/** Whose figures a window has: its first key column that is no template names the entity, the others follow in the names of series. */
export function figureOwner(
  { keyColumns, keys }: Pick<WindowBatch, 'keyColumns' | 'keys'>,
  row: number,
  text: (column: string, value: string) => string = (_column, value) => value,
): { readonly entity: string; readonly further: readonly string[] } {
  const owner = keyColumns.findIndex((column) => column !== 'template');
  const own = keyColumns.map((column, i) => text(column, keys[row * keyColumns.length + i] as string));
  return { entity: owner < 0 ? '' : (own[owner] as string), further: own.filter((_, i) => i !== owner) };
}

/**
 * Windows of a declared feature -> rows of series: each aggregate of each key is one, of the entity that its first key column names
 * (a template is none). A window that is handed over again because
 * events came late is not taken twice: what it was forecast from has gone on.
 */
export class FeatureSeries {
  readonly slots: FeatureSlot[] = [];
  /** Figures of series for which there was no room, and names of some. */
  readonly refused = { readings: 0, names: [] as string[] };
  /** Windows handed over again or out of order. */
  late = 0;
  private readonly codes = new Map<string, number>();
  private readonly most: number;

  constructor(most: number) {
    this.most = most;
  }

  nameOf(code: number): string {
    const { entity, name } = this.slots[code] as FeatureSlot;
    return seriesName(entity, name);
  }

  /** `text`: how the value of a key column is written in a name. */
  rows(windows: WindowBatch, text: (column: string, value: string) => string = (_column, value) => value): SeriesBatch | undefined {
    const { columns, values, start, end, evidence, feature } = windows;
    const rows: Row[] = [];
    for (let row = 0; row < windows.rows; row++) {
      const { entity, further } = figureOwner(windows, row, text);
      for (const [i, column] of columns.entries()) {
        const value = values[row * columns.length + i] as number;
        if (Number.isNaN(value)) continue;
        const code = this.code(entity, [feature, column, ...further].join(' '));
        if (code < 0) continue;
        const slot = this.slots[code] as FeatureSlot;
        if ((start[row] as number) <= slot.last) {
          this.late++;
          continue;
        }
        slot.last = start[row] as number;
        rows.push({ code, value, start: slot.last, end: end[row] as number, evidence: evidence[row] ?? [] });
      }
    }
    return rows.length === 0 ? undefined : this.batchOf(rows);
  }

  snapshot(): Uint8Array {
    const state: State = { slots: this.slots, refused: this.refused, late: this.late };
    return new Uint8Array(serialize(state));
  }

  restore(snapshot: Uint8Array): void {
    const { slots, refused, late } = deserialize(snapshot) as State;
    this.slots.splice(0, this.slots.length, ...slots);
    this.codes.clear();
    for (const [code, { entity, name }] of slots.entries()) this.codes.set(seriesName(entity, name), code);
    Object.assign(this.refused, { readings: refused.readings, names: [...refused.names] });
    this.late = late;
  }

  private batchOf(rows: readonly Row[]): SeriesBatch {
    const local = new Map<number, number>();
    for (const { code } of rows) if (!local.has(code)) local.set(code, local.size);
    const codes = [...local.keys()];
    return {
      shape: 'series',
      rows: rows.length,
      series: codes.map((code) => this.nameOf(code)),
      entities: codes.map((code) => (this.slots[code] as FeatureSlot).entity),
      code: Int32Array.from(rows, ({ code }) => local.get(code) as number),
      value: Float64Array.from(rows, ({ value }) => value),
      start: Float64Array.from(rows, ({ start }) => start),
      end: Float64Array.from(rows, ({ end }) => end),
      evidence: rows.map(({ evidence }) => evidence),
    };
  }

  /** -1 when there is no room for the series. */
  private code(entity: string, name: string): number {
    const key = seriesName(entity, name);
    const known = this.codes.get(key);
    if (known !== undefined) return known;
    if (this.slots.length >= this.most) {
      this.refused.readings++;
      if (this.refused.names.length < MOST_NAMED && !this.refused.names.includes(key)) this.refused.names.push(key);
      return -1;
    }
    const code = this.slots.push({ entity, name, last: Number.NEGATIVE_INFINITY }) - 1;
    this.codes.set(key, code);
    return code;
  }
}
