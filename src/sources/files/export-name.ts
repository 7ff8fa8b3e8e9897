import { MICROS_PER_SECOND, type Micros } from '../../core/index.ts';

/** What the name of an exported file says: `<type>_<timestamp>.json[.gz]`. */
export interface ExportName {
  readonly type: string;
  /** As it stands in the name; reports on the file carry it unchanged. */
  readonly timestamp: string;
  readonly time: Micros;
}

const EXTENSION = /\.(?:json|ndjson|jsonl)(?:\.(?:gz|gzip|zst|zstd))?$/i;
const CALENDAR =
  /^(\d{4})([-.]?)(\d{2})\2(\d{2})(?:[T_ -]?(\d{2})[-:.h]?(\d{2})(?:[-:.m]?(\d{2})(?:[.,](\d{1,6}))?)?(Z|[+-]\d{2}:?\d{2})?)?$/i;
const EPOCH_UNITS: Record<number, number> = { 10: MICROS_PER_SECOND, 13: 1000, 16: 1 };

/**
 * Type and timestamp of a path like `nginx_2024-01-31T23-59-59Z.json.gz`. Timestamps: ISO 8601 with or without separators
 * (`20240131`, `20240131T235959Z`, `2024-01-31_23-59-59.123`, `2024.01.31`), and seconds, milliseconds or microseconds since
 * 1970. Without a zone they are UTC. Undefined for any other name.
 */
export function exportName(path: string): ExportName | undefined {
  const file = path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
  if (file.length > 255 || !EXTENSION.test(file)) return undefined;
  const stem = file.replace(EXTENSION, '');
  for (let at = stem.indexOf('_'); at > 0; at = stem.indexOf('_', at + 1)) {
    const timestamp = stem.slice(at + 1);
    const time = timeOf(timestamp);
    if (time !== undefined) return { type: stem.slice(0, at), timestamp, time };
  }
  return undefined;
}

function timeOf(text: string): Micros | undefined {
  const unit = /^\d+$/.test(text) ? EPOCH_UNITS[text.length] : undefined;
  if (unit !== undefined) return Number(text) * unit;
  const match = CALENDAR.exec(text);
  if (match === null) return undefined;
  const [, year, , month, day, hour = '0', minute = '0', second = '0', fraction = '', zone] = match;
  if (Number(month) > 12 || Number(day) > 31 || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 60) return undefined;
  const millis = Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second));
  if (new Date(Date.UTC(Number(year), Number(month) - 1, Number(day))).getUTCDate() !== Number(day)) return undefined;
  return millis * 1000 + Number(fraction.padEnd(6, '0')) - zoneMicros(zone);
}

function zoneMicros(zone: string | undefined): Micros {
  if (zone === undefined || zone.toUpperCase() === 'Z') return 0;
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(-2));
  return (zone.startsWith('-') ? -1 : 1) * minutes * 60 * MICROS_PER_SECOND;
}
