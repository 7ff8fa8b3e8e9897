/** Names of a column or field of times, lower case. */
export const TIME_NAMES: ReadonlySet<string> = new Set(['timestamp', 'time', 'datetime', 'date', 'ts', 'window_start', '@timestamp']);
