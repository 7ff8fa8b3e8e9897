export { parseSeriesJson } from './json.ts';
export { ModsReader, type ModsSelection, modsPath } from './mods.ts';
export { DEFAULT_MODS_QUERY, type ModsQuery, parseModsQuery } from './mods-query.ts';
export { tellsReadings, tellsWalks } from './recognise.ts';
export { orderedFrame, parseSeriesTable, type TableOptions } from './table.ts';
export { namesTime } from './time-names.ts';
export { inRange, parseTimeRange, type TimeRange } from './time-range.ts';
export { timeOf } from './written-time.ts';
