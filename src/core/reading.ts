import { READING_TYPES, type ReadingType } from './batch/metrics.ts';
import type { Micros } from './time.ts';

/** One reading as metric sources hand it on: a line of JSON with these fields, whatever protocol it came by. */
export interface Reading {
  readonly time: Micros;
  /** Device or host. */
  readonly entity: string;
  /** Name within the entity, labels included: `cpu_busy`, `http_requests{method="GET"}`. */
  readonly series: string;
  readonly value: number;
  /** `gauge` when absent. */
  readonly type?: ReadingType;
}

/** Longest names that are kept; longer ones are refused, so that no sender fills memory with them. */
export const MAX_SERIES_NAME = 1024;
export const MAX_ENTITY_NAME = 256;

const encoder = new TextEncoder();

export function encodeReading({ time, entity, series, value, type }: Reading): Uint8Array {
  return encoder.encode(JSON.stringify({ time, entity, series, value, ...(type === undefined || type === 'gauge' ? {} : { type }) }));
}

/** Why a value is no reading, or undefined when it is one. */
export function readingProblem(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'it is no reading';
  const { time, entity, series, value: reading, type } = value as Record<string, unknown>;
  if (typeof time !== 'number' || !Number.isFinite(time)) return 'it has no time';
  if (typeof entity !== 'string' || entity.length > MAX_ENTITY_NAME) return 'its entity is no text, or too long';
  if (typeof series !== 'string' || series === '' || series.length > MAX_SERIES_NAME) return 'its series is no text, empty, or too long';
  if (typeof reading !== 'number' || !Number.isFinite(reading)) return 'its value is no number';
  if (type !== undefined && !READING_TYPES.includes(type as ReadingType)) return 'its type is none of gauge, counter, delta';
  return undefined;
}
