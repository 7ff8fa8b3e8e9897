import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { eventRecords } from '../../analysis/index.ts';
import {
  addressAt,
  type ColumnType,
  csvCell,
  type DictColumn,
  dictAt,
  EVENT_SCHEMAS,
  type EventBatch,
  type EventKind,
  formatMicros,
  type SeriesFrame,
  type TextColumn,
  textAt,
} from '../../core/index.ts';
import { createFlowCsvParser } from '../../parsers/index.ts';
import type { FileInput } from '../../sources/index.ts';
import { jsonLinesToParquet } from '../../store/index.ts';
import { framesOf } from '../../training/series/index.ts';

export type Cell = string | number | null;
export type Form = 'csv' | 'json' | 'parquet';
type TableColumn = { readonly name: string; readonly type: 'string' | 'number' | 'time' };

interface Table {
  readonly columns: readonly TableColumn[];
  readonly rows: AsyncIterable<readonly Cell[]> | Iterable<readonly Cell[]>;
}

export interface WrittenTable {
  readonly rows: number;
  readonly dead: number;
  readonly problem?: string;
}

/** A flow table of any writer with the columns that vedette gives every flow. */
export async function writeFlowTable(input: FileInput, path: string, form: Form, progress: (share: number) => void): Promise<WrittenTable> {
  const { columns: schema } = EVENT_SCHEMAS.flow;
  const seen = { rows: 0, dead: 0, problem: undefined as string | undefined };
  const flows = async function* (): AsyncGenerator<readonly Cell[]> {
    const parser = createFlowCsvParser('parse');
    const onProblem = ({ reason }: { reason: string }): void => {
      seen.problem = reason;
    };
    const files = await eventRecords(input, { framing: 'lines', onProblem });
    try {
      for await (const records of files.read()) {
        for (const batch of parser.parse(records, () => seen.dead++)) {
          for (let row = 0; row < batch.rows; row++) yield schema.map(({ name, type }) => cellOf(batch, name, type, row));
          seen.rows += batch.rows;
        }
        progress(files.share());
      }
    } finally {
      await files.close();
    }
  };
  const columns = schema.map(({ name, type }) => ({ name, type: TYPES[type] ?? ('string' as const) }));
  await writeTable({ columns, rows: flows() }, path, form);
  const { rows, dead, problem } = seen;
  return { rows, dead, ...(problem === undefined ? {} : { problem }) };
}

/** A table of readings: one time column, absent where the input names none, and a column for each channel. */
export async function writeReadings(input: FileInput, path: string, form: Form): Promise<WrittenTable> {
  const [named] = await framesOf([input]);
  const { frame } = named as { frame: SeriesFrame };
  const columns = [{ name: 'time', type: 'time' as const }, ...frame.channels.map((name) => ({ name, type: 'number' as const }))];
  const rows = function* (): Generator<readonly Cell[]> {
    for (let row = 0; row < frame.rows; row++) {
      const time = frame.undated === true ? null : formatMicros(frame.times[row] as number);
      yield [time, ...frame.values.map((column) => numberCell(column[row] as number))];
    }
  };
  await writeTable({ columns, rows: rows() }, path, form);
  return { rows: frame.rows, dead: 0 };
}

const TYPES: Partial<Record<ColumnType, 'string' | 'number' | 'time'>> = { time: 'time', f64: 'number', i32: 'number' };

/** Columns of the table of a kind of events. */
export function columnsOf(kind: EventKind): TableColumn[] {
  return EVENT_SCHEMAS[kind].columns.map(({ name, type }) => ({ name, type: TYPES[type] ?? 'string' }));
}

export function cellOf({ columns }: EventBatch, name: string, type: ColumnType, row: number): Cell {
  const column = columns[name];
  if (column === undefined) return null;
  if (type === 'time') return formatMicros((column as Float64Array)[row] as number) || null;
  if (type === 'f64') return numberCell((column as Float64Array)[row] as number);
  if (type === 'i32') return ((column as Int32Array)[row] as number) < 0 ? null : ((column as Int32Array)[row] as number);
  if (type === 'ip') return addressAt(column as Uint8Array, row) || null;
  if (type === 'dict') return dictAt(column as DictColumn, row) ?? null;
  return textAt(column as TextColumn, row) || null;
}

function numberCell(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

/** Beside the target first, so that a failure leaves what was there. */
async function writeTable({ columns, rows }: Table, path: string, form: Form): Promise<void> {
  const partial = `${path}.tmp`;
  const lines = async function* (): AsyncGenerator<string> {
    if (form === 'csv') yield headerLine(columns);
    for await (const cells of rows) yield tableLine(columns, cells, form);
  };
  try {
    await pipeline(Readable.from(blocks(lines())), createWriteStream(partial));
    if (form === 'parquet') await jsonLinesToParquet(partial, columns, path);
    else await rename(partial, path);
  } finally {
    await rm(partial, { force: true });
  }
}

export function headerLine(columns: readonly TableColumn[]): string {
  return `${columns.map(({ name }) => csvCell(name)).join(',')}\n`;
}

/** CSV, or JSON lines, from which Parquet is made. */
export function tableLine(columns: readonly TableColumn[], cells: readonly Cell[], form: Form): string {
  if (form === 'csv') return `${cells.map(textOf).join(',')}\n`;
  return `${JSON.stringify(Object.fromEntries(columns.map(({ name }, i) => [name, cells[i]])))}\n`;
}

const BLOCK = 1 << 16;

async function* blocks(lines: AsyncIterable<string>): AsyncGenerator<string> {
  let block = '';
  for await (const line of lines) {
    block += line;
    if (block.length < BLOCK) continue;
    yield block;
    block = '';
  }
  if (block !== '') yield block;
}

function textOf(cell: Cell | string): string {
  if (cell === null) return '';
  return typeof cell === 'string' ? csvCell(cell) : String(cell);
}
