import { formatDuration } from '../core/index.ts';
import { HIDDEN } from './redact.ts';
import { child, type JsonSchema, type Path, schemaAt } from './shape.ts';

/** A checked configuration as a file would say it: durations, which are microseconds in it, with their unit. It can be read again, once secrets are written in place of `HIDDEN`. */
export function asWritten(value: unknown, schema: JsonSchema, root: unknown = value, path: Path = []): unknown {
  if (typeof value === 'number') return schemaAt(schema, root, path)?.type === 'string' ? formatDuration(value) : value;
  if (Array.isArray(value)) return value.map((item, index) => asWritten(item, schema, root, [...path, index]));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.keys(value).map((key) => [key, asWritten(child(value, key), schema, root, [...path, key])]));
}

/** Where a value stands hidden. */
export function hiddenPaths(value: unknown, path: Path = []): Path[] {
  if (typeof value === 'string') return value.includes(HIDDEN) ? [path] : [];
  if (typeof value !== 'object' || value === null) return [];
  return Object.keys(value).flatMap((key) => hiddenPaths(child(value, key), [...path, Array.isArray(value) ? Number(key) : key]));
}
