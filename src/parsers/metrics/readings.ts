import { type Reading, readingProblem } from '../../core/index.ts';
import type { MetricFormat, RecordReadings } from './format.ts';

/** The normal form in which metric sources hand readings on (core/reading.ts). */
export function readingsFormat(): MetricFormat {
  return {
    name: 'readings',
    summary: 'one reading a line as JSON: time, entity, series, value, type',
    readings: (text) => parse(text),
    state: () => undefined,
    restore: () => {},
  };
}

function parse(text: string): RecordReadings {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return 'it is no JSON';
  }
  return readingProblem(value) ?? [value as Reading];
}
