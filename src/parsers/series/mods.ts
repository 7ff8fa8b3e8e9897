import { type SeriesFrame, VedetteError } from '../../core/index.ts';
import type { ModsQuery } from './mods-query.ts';
import { orderedFrame } from './table.ts';
import { inRange, type TimeRange } from './time-range.ts';
import { timeOf } from './written-time.ts';

/** Where a DEEP MODS file lies: `…/<protocol>/<Y>/<M>/<D>/w01h-s10m.tsv`, in a folder or a zip. */
export interface ModsPath {
  readonly protocol: string;
  readonly day: string;
  /** `w01h-s10m`, `w10m-s01m`, `w10m-s10m`. */
  readonly windowSlide: string;
}

const PATH = /(?:^|[/!])([a-z0-9_-]+)\/(\d{4})\/(\d{2})\/(\d{2})\/(w\d+[hm]-s\d+[hm])\.tsv(?:\.gz)?$/i;

export function modsPath(name: string): ModsPath | undefined {
  const match = PATH.exec(name);
  if (match === null) return undefined;
  return { protocol: match[1] as string, day: `${match[2]}-${match[3]}-${match[4]}`, windowSlide: match[5] as string };
}

export interface ModsSelection {
  readonly query: ModsQuery;
  readonly windowSlide: string;
  readonly range?: TimeRange;
  readonly excluded?: readonly TimeRange[];
}

/**
 * Joins the files of several protocols by the query's merge columns, as DEEP MODS does; a window that one protocol lacks is
 * NaN there, as is a cell of `""`.
 */
export class ModsReader {
  readonly #selection: ModsSelection;
  readonly #channels: readonly string[];
  readonly #rows = new Map<string, { time: number; values: Float64Array }>();

  constructor(selection: ModsSelection) {
    this.#selection = selection;
    this.#channels = selection.query.protocols.flatMap(({ columns }) => columns.map(({ name }) => name));
  }

  /** True when the query asks for this file. */
  wants(name: string): boolean {
    const path = modsPath(name);
    const { query, windowSlide } = this.#selection;
    return path !== undefined && path.windowSlide === windowSlide && query.protocols.some(({ protocol }) => protocol === path.protocol);
  }

  add(name: string, text: string): void {
    const path = modsPath(name);
    if (path === undefined || !this.wants(name)) return;
    const { query, range, excluded = [] } = this.#selection;
    const [head = [], ...lines] = text.split('\n').map((line) => line.replace(/\r$/, '').split('\t'));
    const place = (column: string): number => {
      const at = head.indexOf(column);
      if (at >= 0) return at;
      throw new VedetteError('FORMAT_INVALID', `${name} has no column ${column}`, { hint: `it has ${[...head].slice(0, 40).join(', ')}` });
    };
    const merge = query.merge.map(place);
    const start = place('window_start');
    let channel = 0;
    for (const { protocol, columns } of query.protocols) {
      const first = channel;
      channel += columns.length;
      if (protocol !== path.protocol) continue;
      const places = columns.map(({ column }) => place(column));
      for (const cells of lines) {
        const time = timeOf(cells[start] ?? '');
        if (Number.isNaN(time) || (range !== undefined && !inRange(range, time)) || excluded.some((one) => inRange(one, time))) continue;
        const key = merge.map((at) => cells[at]).join('\t');
        const row = this.#rows.get(key) ?? { time, values: new Float64Array(this.#channels.length).fill(Number.NaN) };
        this.#rows.set(key, row);
        for (const [k, { divisor }] of columns.entries()) row.values[first + k] = numberOf(cells[places[k] as number]) / divisor;
      }
    }
  }

  finish(): SeriesFrame {
    const rows = [...this.#rows.values()];
    if (rows.length === 0) {
      throw new VedetteError('INPUT_EMPTY', 'no window of the data fits the query and time range', {
        hint: 'check data_select_query, the time range and the window (w01h-s10m)',
      });
    }
    return orderedFrame(
      this.#channels,
      rows.map(({ time }) => time),
      this.#channels.map((_, k) => rows.map(({ values }) => values[k] as number)),
    );
  }
}

function numberOf(cell: string | undefined): number {
  const bare = (cell ?? '').replaceAll('"', '');
  return bare === '' ? Number.NaN : Number(bare);
}
