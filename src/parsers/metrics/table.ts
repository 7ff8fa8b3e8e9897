import { MAX_SERIES_NAME } from '../../core/index.ts';
import { cellsOf, separatorOf } from '../series/cells.ts';
import { isDevice, isMetric, isValue } from '../series/layout.ts';
import { modsPath } from '../series/mods.ts';
import { numberIn } from '../series/numbers.ts';
import { type DatedColumns, datedColumns, namesTime } from '../series/time-names.ts';
import { isTime, timeBy, timeOf, timeOfDay } from '../series/written-time.ts';
import { WallClock } from '../time/wall-clock.ts';
import type { MetricFormat, ParsedReading, RecordInput, RecordReadings } from './format.ts';
import { LiveDates, type LiveDatesState } from './live-dates.ts';

/** Columns that name no reading. */
const OTHER = new Set(['window_end']);
/** Those that are taken for the device before any other that names one. */
const ENTITY_NAMES = new Set(['entity', 'device', 'host', 'sensor', 'sensor_id', 'host.name']);
const MAX_COLUMNS = 10_000;
const MAX_INPUTS = 10_000;

const NO_HEADER = 'its first line is no header with a time column such as timestamp';

interface Header {
  readonly separator: string;
  readonly names: readonly string[];
  readonly time: number;
  /** Line of a header that names no time: its first column is one of times if the first row says so. */
  readonly line?: number;
  /** That row has not come yet. */
  readonly open?: boolean;
  /** Used for rows whose clock is one; absent = date and time of day are in one column. */
  readonly dated?: DatedColumns;
  /** Column of the device's name; -1 = the file is the device. */
  readonly entity: number;
  /** Column of the series' name, where each row has one value; -1 = every column is a series. */
  readonly metric: number;
}

/**
 * Delimited tables (comma, semicolon, tab) with a header and a time column, flat JSON objects with a time, and DEEP MODS
 * aggregates, whose protocol is the device. Files may grow: the header of each is remembered.
 */
export function tableFormat(timezone?: string): MetricFormat {
  const headers = new Map<string, Header>();
  const clock = timezone === undefined ? undefined : new WallClock(timezone);
  /** Last time of each input, where a wall clock is read. */
  const lasts = new Map<string, number>();
  const dates = new LiveDates();
  /** Inputs whose first line was no header, so that none of the others is taken for one that names no time. */
  const refused = new Map<string, true>();
  const refuse = (input: string) => {
    headers.delete(input);
    remember(refused, input, true);
  };
  const timeIn =
    ({ input, arrival }: RecordInput): TimeIn =>
    (cell) => {
      const order = dates.orderOf(cell, input, arrival);
      if (order === null) return undefined;
      const time = timeBy(clock, cell, lasts.get(input) ?? Number.NEGATIVE_INFINITY, order);
      if (clock !== undefined && !Number.isNaN(time)) remember(lasts, input, time);
      return time;
    };
  return {
    name: 'series',
    summary: 'tables of readings with a header and a time column, flat JSON lines, DEEP MODS aggregates',
    readings(text, at) {
      if (text.startsWith('{')) return objectReadings(text, at, timeIn(at));
      const known = headers.get(at.input);
      if (known?.line === at.line) return known.open === true ? undefined : [];
      if (known?.open === true) {
        if (!datedFirst(text, known)) {
          refuse(at.input);
          return NO_HEADER;
        }
        remember(headers, at.input, { ...known, open: false });
      }
      if (known !== undefined && at.line > 1) return rowReadings(text, known, at, timeIn(at));
      const header = headerOf(text, at.line);
      if (typeof header === 'string') return header;
      if (header.open === true && refused.has(at.input)) return NO_HEADER;
      remember(headers, at.input, header);
      return header.open === true ? undefined : [];
    },
    assume(input) {
      if (headers.get(input)?.open === true) refuse(input);
      dates.assume(input);
    },
    state: () => ({
      headers: [...headers],
      lasts: [...lasts],
      dates: dates.state(),
      refused: [...refused.keys()],
      changes: [clock?.repeated ?? 0, clock?.skipped ?? 0],
    }),
    restore(state) {
      const known = state as {
        headers: [string, Header][];
        lasts: [string, number][];
        changes: [number, number];
        dates?: LiveDatesState;
        refused?: string[];
      };
      refused.clear();
      for (const input of known.refused ?? []) refused.set(input, true);
      dates.restore(known.dates ?? { orders: [], firsts: [], assumed: 0 });
      for (const map of [headers, lasts]) map.clear();
      for (const [input, header] of known.headers) headers.set(input, header);
      for (const [input, last] of known.lasts) lasts.set(input, last);
      if (clock !== undefined) [clock.repeated, clock.skipped] = known.changes;
    },
    counters: () => ({ repeated_times: clock?.repeated ?? 0, skipped_times: clock?.skipped ?? 0, assumed_dates: dates.assumed }),
  };
}

/** Undefined where only what follows tells. */
type TimeIn = (cell: string) => number | undefined;

/** A time that is one in UTC was never shown by the clock on the wall. */
function unreadable(written: string): string {
  const shown = written.slice(0, 40);
  return Number.isNaN(timeOf(written)) ? `its time ${shown} cannot be read` : `its time ${shown} lies in an hour that the clocks skipped`;
}

function remember<V>(map: Map<string, V>, input: string, value: V): void {
  map.delete(input);
  map.set(input, value);
  if (map.size > MAX_INPUTS) map.delete(map.keys().next().value as string);
}

function headerOf(text: string, line: number): Header | string {
  const bare = text.replace(/^\ufeff/, '');
  const separator = separatorOf(bare);
  const names = cellsOf(bare, separator);
  if (names.length > MAX_COLUMNS) return `it has ${names.length} columns, more than ${MAX_COLUMNS}`;
  const named = names.findIndex((name) => namesTime(name));
  // Whatever its name, a first column of dates is one of times; its first row tells.
  const words = names.length > 1 && names.every((name) => name !== '' && Number.isNaN(numberIn(name, '.')) && !isTime(name));
  if (named < 0 && !words) return NO_HEADER;
  const time = Math.max(0, named);
  const dated = datedColumns(names);
  return {
    ...(dated && { dated }),
    ...{ separator, names, time, entity: deviceAmong(names) },
    ...(named < 0 && { line, open: true }),
    metric: names.some(isValue) ? names.findIndex(isMetric) : -1,
  };
}

function datedFirst(text: string, { separator }: Header): boolean {
  const cell = cellsOf(text, separator)[0] ?? '';
  return /[-/.:]/.test(cell) && isTime(cell);
}

function rowReadings(
  text: string,
  { separator, names, time: timeColumn, dated, entity, metric }: Header,
  at: RecordInput,
  timeIn: TimeIn,
): RecordReadings {
  const row = cellsOf(text, separator);
  const clock = row[dated?.clock ?? -1] ?? '';
  const parted = dated !== undefined && !Number.isNaN(timeOfDay(clock));
  const written = parted ? `${row[dated.date] ?? ''} ${clock}` : (row[timeColumn] ?? '');
  const time = timeIn(written);
  if (time === undefined) return undefined;
  if (Number.isNaN(time)) return unreadable(written);
  const device = entity < 0 ? deviceOf(at.input) : (row[entity] ?? '');
  const labels = new Set([timeColumn, entity, metric, ...(parted ? [dated.date, dated.clock] : [])]);
  const readings: ParsedReading[] = [];
  for (const [column, name] of names.entries()) {
    if (labels.has(column) || OTHER.has(name)) continue;
    const cell = row[column] ?? '';
    const value = numberIn(cell, separator !== ',' && cell.includes(',') ? ',' : '.');
    const series = metric >= 0 && isValue(name) ? (row[metric] ?? '') : name;
    if (Number.isFinite(value) && series !== '') readings.push({ time, entity: device, series: series.slice(0, MAX_SERIES_NAME), value });
  }
  return readings;
}

function objectReadings(text: string, at: RecordInput, timeIn: TimeIn): RecordReadings {
  let object: unknown;
  try {
    object = JSON.parse(text);
  } catch {
    return 'it is no JSON';
  }
  const fields = Object.entries(object as Record<string, unknown>).slice(0, MAX_COLUMNS);
  const found = fields.find(([name]) => namesTime(name));
  if (found === undefined) return 'it has no time field such as timestamp';
  const time = timeIn(String(found[1]));
  if (time === undefined) return undefined;
  if (Number.isNaN(time)) return unreadable(String(found[1]));
  const texts = fields.filter(([, value]) => typeof value === 'string');
  const named = texts[deviceAmong(texts.map(([name]) => name))];
  const entity = named === undefined ? deviceOf(at.input) : String(named[1]);
  return fields.flatMap(([series, value]) =>
    typeof value === 'number' && Number.isFinite(value) && series !== found[0] && series !== ''
      ? [{ time, entity, series: series.slice(0, MAX_SERIES_NAME), value }]
      : [],
  );
}

/** Which of the names is that of a device; -1 = none. */
function deviceAmong(names: readonly string[]): number {
  const plain = names.findIndex((name) => ENTITY_NAMES.has(name.toLowerCase()));
  return plain < 0 ? names.findIndex(isDevice) : plain;
}

/** The protocol of a DEEP MODS file, else the file's name without folder and endings. */
function deviceOf(input: string): string {
  const mods = modsPath(input);
  if (mods !== undefined) return mods.protocol;
  const base = input.slice(Math.max(input.lastIndexOf('/'), input.lastIndexOf('!')) + 1);
  return base.replace(/\.(csv|tsv|jsonl?|ndjson|txt|log)?(\.(gz|zst))?$/i, '');
}
