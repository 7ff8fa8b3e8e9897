import { type ChannelDevice, type FrameLines, type SeriesFrame, usualStep, VedetteError } from '../../core/index.ts';
import { WallClock } from '../time/wall-clock.ts';
import { cellsOf } from './cells.ts';
import { channelOf } from './channel-name.ts';
import { describeLayout, layoutOf } from './layout.ts';
import { LongTable } from './long-table.ts';
import { numberIn } from './numbers.ts';
import { timeBy } from './written-time.ts';

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
const MAX_COLUMNS = 10_000;
const DEFAULT_FROM = 946_684_800_000_000;

/**
 * Readings from a delimited text (tab, semicolon or comma, with or without a header), how it is written told from all of it: decimal
 * commas, dates with the day or the month first, date and time in two columns, one row for every device and metric. Cells that are
 * no numbers become NaN; rows are put in order of time, and of several rows at one time the first is kept; how many were, it counts.
 */
export function parseSeriesTable(text: string, options: TableOptions): SeriesFrame {
  const lines = text.split('\n');
  lines[0] = (lines[0] ?? '').replace(/^\ufeff/, '');
  const bare = lines.map((line) => (line.endsWith('\r') ? line.slice(0, -1) : line));
  const layout = layoutOf(bare, new Set([...(options.ignore ?? []), ...EPOCH_COLUMNS]));
  const { separator, headed, names, time: timeColumn, clock: clockColumn, labels, values: columns, decimal, dates } = layout;
  if (names.length > MAX_COLUMNS) {
    throw new VedetteError('LIMIT_EXCEEDED', `${options.name} has ${names.length} columns, more than ${MAX_COLUMNS}`);
  }
  const clock = options.timezone === undefined ? undefined : new WallClock(options.timezone);
  const long = labels.length === 0 ? undefined : new LongTable();
  const times: number[] = [];
  const values = columns.map((): number[] => []);
  let last = Number.NEGATIVE_INFINITY;
  let untimed = 0;
  const places = { line: [] as number[], offset: [] as number[], length: [] as number[] };
  let next = text.startsWith('\ufeff') ? 3 : 0;
  for (const [i, line] of bare.entries()) {
    const place = { line: i + 1, offset: next, length: Buffer.byteLength(lines[i] as string) + (i + 1 === lines.length ? 0 : 1) };
    next += place.length;
    if (line === '' || (i === 0 && headed)) continue;
    const row = cellsOf(line, separator);
    const counted = (options.from ?? DEFAULT_FROM) + times.length * (options.step ?? 1e6);
    const written = clockColumn < 0 ? (row[timeColumn] ?? '') : `${row[timeColumn] ?? ''} ${row[clockColumn] ?? ''}`.trim();
    const time = timeColumn >= 0 ? timeBy(clock, written, last, dates) : counted;
    if (Number.isNaN(time)) {
      untimed++;
      continue;
    }
    last = long === undefined ? time : Math.max(last, time);
    if (long !== undefined) {
      for (const column of columns) long.add(time, channelOf(layout, row, column), numberIn(row[column] ?? '', decimal), place);
      continue;
    }
    times.push(time);
    places.line.push(place.line);
    places.offset.push(place.offset);
    places.length.push(place.length);
    for (const [k, column] of columns.entries()) (values[k] as number[]).push(numberIn(row[column] ?? '', decimal));
  }
  const found = long?.finish() ?? {
    channels: columns.map((column) => names[column] as string),
    devices: undefined,
    channelLines: undefined,
    times,
    values,
    places,
    dropped: 0,
    duplicates: 0,
  };
  const readable = found.channels.flatMap((_, k) => ((found.values[k] as number[]).some((value) => !Number.isNaN(value)) ? [k] : []));
  if (found.times.length === 0 || readable.length === 0) {
    throw new VedetteError('FORMAT_INVALID', `${options.name} holds no readings`, {
      hint: 'a series file has a header, a time column such as timestamp, and at least one column of numbers',
    });
  }
  const ordered = orderedFrame(
    readable.map((k) => found.channels[k] as string),
    found.times,
    readable.map((k) => found.values[k] as number[]),
    found.places,
  );
  const counts = {
    ...ordered.counts,
    ...(untimed > 0 && { untimed }),
    ...(found.dropped > 0 && { dropped: found.dropped }),
    ...(found.duplicates > 0 && { duplicates: found.duplicates }),
  };
  const { devices, channelLines } = found;
  const frame = {
    ...ordered,
    ...(devices !== undefined && { devices: readable.map((k) => devices[k] as ChannelDevice) }),
    ...(channelLines !== undefined && { channelLines: readable.map((k) => channelLines[k] as FrameLines) }),
    ...(Object.keys(counts).length > 0 && { counts }),
    readAs: describeLayout(layout, readable.length),
  };
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

/** What is told of a frame whose times were read off a wall clock. */
export function clockMarks(clock: WallClock | undefined): Pick<SeriesFrame, 'clockChanges'> {
  if (clock === undefined || clock.repeated + clock.skipped === 0) return {};
  return { clockChanges: { zone: clock.zone, repeated: clock.repeated, skipped: clock.skipped } };
}
