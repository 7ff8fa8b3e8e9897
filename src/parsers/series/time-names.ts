/** Names of a column or field of times, lower case. */
const TIME_NAMES: ReadonlySet<string> = new Set([
  ...['timestamp', 'time', 'datetime', 'date', 'ts', 'window_start', '@timestamp', '_time', 'epoch', 'unix', 'utc'],
  ...['date_time', 'time_stamp', 'unix_time', 'unixtime', 'epoch_time', 'recorded_at', 'measured_at', 'created_at', 'observed_at'],
  ...['time_utc', 'timestamp_utc', 'datetime_utc', 'time_s', 'time_ms', 'timestamp_s', 'timestamp_ms', 'epoch_s', 'epoch_ms', 'ts_ms'],
  ...['zeit', 'zeitstempel', 'zeitpunkt', 'datum', 'horodatage', 'date_heure', 'fecha', 'data_ora'],
]);

/** Of a column with the time of day beside one with the date. */
const CLOCK_NAMES: ReadonlySet<string> = new Set(['time', 'uhrzeit', 'zeit', 'heure', 'hora', 'ora']);
const DATE_NAMES: ReadonlySet<string> = new Set(['date', 'datum', 'fecha', 'data']);

/** Whatever names a time; units in brackets and marks between words say nothing: `Date/Time`, `Timestamp (UTC)`, `time [ms]`. */
export function namesTime(name: string): boolean {
  return TIME_NAMES.has(name.toLowerCase()) || TIME_NAMES.has(plainName(name));
}

/** Columns of the date and of the time of day beside it. */
export interface DatedColumns {
  readonly date: number;
  readonly clock: number;
}

/** By their names; undefined where there are no two such columns. */
export function datedColumns(names: readonly string[]): DatedColumns | undefined {
  const date = names.findIndex((name) => DATE_NAMES.has(plainName(name)));
  const clock = date < 0 ? -1 : names.findIndex((name, column) => column !== date && CLOCK_NAMES.has(plainName(name)));
  return clock < 0 ? undefined : { date, clock };
}

/** Lower case, without units in brackets, words joined by `_`. */
export function plainName(name: string): string {
  return name
    .slice(0, 100)
    .toLowerCase()
    .replace(/[([{][^)\]}]*[)\]}]\s*$/, '')
    .trim()
    .replace(/[ ./-]+/g, '_');
}
