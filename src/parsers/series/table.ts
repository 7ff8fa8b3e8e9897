import { type FrameLines, type SeriesFrame, usualStep, VedetteError } from '../../core/index.ts';
import { WallClock } from '../time/wall-clock.ts';
import { TIME_NAMES } from './time-names.ts';

export interface TableOptions {
  /** Name for messages. */
  readonly name: string;
  /** Time of the first row where the table has no time column; microseconds. */
  readonly from?: number;
  /** Distance of rows where the table has no time column; microseconds. */
  readonly step?: number;
  /** Zone of times that name none; absent = UTC. */
  readonly timezone?: string;
  /** Columns that are labels, no readings. */
  readonly ignore?: readonly string[];
}

const EPOCH_COLUMNS = new Set(['window_end']);
/** 2000-01-01 in seconds, milliseconds and microseconds tell the unit of a plain number. */
const SECONDS_LIMIT = 1e11;
const MILLIS_LIMIT = 1e14;
const MAX_COLUMNS = 10_000;
const DEFAULT_FROM = 946_684_800_000_000;

/**
 * Readings from a delimited text (tab, semicolon or comma, with or without a header). Non-numeric cells become NaN; rows are
 * put in order of time, and of several rows at one time the first is kept; how many were, it counts.
 */
export function parseSeriesTable(text: string, options: TableOptions): SeriesFrame {
  const lines = text.split('\n');
  const head = (lines[0] ?? '').replace(/^\ufeff/, '').replace(/\r$/, '');
  const separator = separatorOf(head);
  const first = cells(head, separator);
  if (first.length > MAX_COLUMNS) {
    throw new VedetteError('LIMIT_EXCEEDED', `${options.name} has ${first.length} columns, more than ${MAX_COLUMNS}`);
  }
  const headed = first.some((cell) => cell !== '' && Number.isNaN(Number(cell)) && Number.isNaN(timeOf(cell)));
  const names = headed ? first : first.map((_, i) => `channel_${i + 1}`);
  const timeColumn = names.findIndex((name) => TIME_NAMES.has(name.toLowerCase()));
  const ignored = new Set([...(options.ignore ?? []), ...EPOCH_COLUMNS]);
  const columns = names.flatMap((name, column) => (column === timeColumn || ignored.has(name) ? [] : [{ name, column }]));
  const times: number[] = [];
  const values = columns.map((): number[] => []);
  const clock = options.timezone === undefined ? undefined : new WallClock(options.timezone);
  let last = Number.NEGATIVE_INFINITY;
  let untimed = 0;
  const places = { line: [] as number[], offset: [] as number[], length: [] as number[] };
  let next = headed ? Buffer.byteLength(lines[0] as string) + 1 : 0;
  for (let i = headed ? 1 : 0; i < lines.length; i++) {
    const offset = next;
    next += Buffer.byteLength(lines[i] as string) + 1;
    const line = (lines[i] as string).replace(/\r$/, '');
    if (line === '') continue;
    const row = cells(line, separator);
    const counted = (options.from ?? DEFAULT_FROM) + times.length * (options.step ?? 1e6);
    const time = timeColumn >= 0 ? timeBy(clock, row[timeColumn] ?? '', last) : counted;
    if (Number.isNaN(time)) {
      untimed++;
      continue;
    }
    last = time;
    times.push(time);
    places.line.push(i + 1);
    places.offset.push(offset);
    places.length.push(next - offset - (i + 1 === lines.length ? 1 : 0));
    for (const [k, { column }] of columns.entries()) (values[k] as number[]).push(numberOf(row[column]));
  }
  const readable = columns.flatMap((_, k) => ((values[k] as number[]).some((value) => !Number.isNaN(value)) ? [k] : []));
  if (times.length === 0 || readable.length === 0) {
    throw new VedetteError('FORMAT_INVALID', `${options.name} holds no readings`, {
      hint: 'a series file has a header, a time column such as timestamp, and at least one column of numbers',
    });
  }
  const ordered = orderedFrame(
    readable.map((k) => (columns[k] as { name: string }).name),
    times,
    readable.map((k) => values[k] as number[]),
    places,
  );
  const frame = untimed === 0 ? ordered : { ...ordered, counts: { ...ordered.counts, untimed } };
  return timeColumn >= 0 || options.from !== undefined ? { ...frame, ...clockMarks(clock) } : { ...frame, undated: true };
}

/** Rows by time, without doubled times. */
export function orderedFrame(
  channels: readonly string[],
  times: readonly number[],
  values: readonly (readonly number[])[],
  places?: Readonly<Record<keyof FrameLines, readonly number[]>>,
): SeriesFrame {
  let order = times.map((_, i) => i);
  let unordered = 0;
  for (let i = 1; i < times.length; i++) if ((times[i] as number) < (times[i - 1] as number)) unordered++;
  if (times.some((time, i) => i > 0 && time <= (times[i - 1] as number))) {
    order.sort((a, b) => (times[a] as number) - (times[b] as number) || a - b);
    order = order.filter((row, i) => i === 0 || times[row] !== times[order[i - 1] as number]);
  }
  const duplicates = times.length - order.length;
  const sorted = Float64Array.from(order, (row) => times[row] as number);
  return {
    rows: order.length,
    channels,
    times: sorted,
    values: values.map((column) => Float64Array.from(order, (row) => column[row] as number)),
    step: usualStep(sorted),
    ...(duplicates + unordered === 0 ? {} : { counts: { duplicates, unordered } }),
    ...(places === undefined
      ? {}
      : {
          lines: {
            line: Float64Array.from(order, (row) => places.line[row] as number),
            offset: Float64Array.from(order, (row) => places.offset[row] as number),
            length: Int32Array.from(order, (row) => places.length[row] as number),
          },
        }),
  };
}

/** Microseconds of an ISO time (UTC where no zone is given) or a number of seconds, milliseconds or microseconds; NaN. */
export function timeOf(cell: string): number {
  return writtenTime(cell).time;
}

/** The same, and whether it names no zone: then it is what a clock on the wall shows. */
export function writtenTime(cell: string): { readonly time: number; readonly local: boolean } {
  if (/^\d+(\.\d+)?$/.test(cell)) {
    const value = Number(cell);
    if (value < 1e8) return NO_TIME;
    return { time: Math.round(value < SECONDS_LIMIT ? value * 1e6 : value < MILLIS_LIMIT ? value * 1e3 : value), local: false };
  }
  if (!/^\d{4}-\d{2}-\d{2}/.test(cell) || cell.length > 40) return NO_TIME;
  const iso = cell.replace(' ', 'T');
  const local = iso.length <= 10 || !/(Z|[+-]\d{2}:?\d{2})$/.test(iso);
  return { time: Date.parse(local && iso.length > 10 ? `${iso}Z` : iso) * 1000, local };
}

const NO_TIME = { time: Number.NaN, local: false };

/** A cell's time; one without a zone is what the wall clock shows after `last`. */
export function timeBy(clock: WallClock | undefined, cell: string, last: number): number {
  const { time, local } = writtenTime(cell);
  return clock === undefined || !local || Number.isNaN(time) ? time : clock.read(time, last);
}

/** What is told of a frame whose times were read off a wall clock. */
export function clockMarks(clock: WallClock | undefined): Pick<SeriesFrame, 'clockChanges'> {
  if (clock === undefined || clock.repeated + clock.skipped === 0) return {};
  return { clockChanges: { zone: clock.zone, repeated: clock.repeated, skipped: clock.skipped } };
}

function separatorOf(line: string): string {
  for (const separator of ['\t', ';']) if (line.includes(separator)) return separator;
  return ',';
}

function cells(line: string, separator: string): string[] {
  return line.split(separator).map((cell) => cell.trim().replace(/^"(.*)"$/, '$1'));
}

function numberOf(cell: string | undefined): number {
  return cell === undefined || cell === '' ? Number.NaN : Number(cell);
}
