import type { Detector, SeriesBatch } from '../../core/index.ts';

/** What rates readings: a detector, or a model that has seen the whole input and says of each row what the rows before it made likely. */
export type ReadingRater = Pick<Detector<SeriesBatch>, 'score' | 'observe' | 'explain' | 'describe' | 'snapshot'>;

export function formatReading(value: number): string {
  return Number(value.toPrecision(4)).toLocaleString('en', { maximumSignificantDigits: 4 });
}
