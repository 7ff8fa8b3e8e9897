import type { DictColumn, OriginColumns } from './columns.ts';

/**
 * How readings of a series add up: a level as it is; a counter that only rises, except where it is reset or wraps; a count of
 * what happened since the reading before.
 */
export const READING_TYPES = ['gauge', 'counter', 'delta'] as const;
export type ReadingType = (typeof READING_TYPES)[number];

/** A batch of `metric` events (see EVENT_SCHEMAS.metric). All arrays have `rows` entries. */
export interface MetricBatch {
  readonly kind: 'metric';
  readonly rows: number;
  /** Name of the source instance the records came from. */
  readonly source: string;
  readonly origin: OriginColumns;
  readonly time: Float64Array;
  readonly series: DictColumn;
  readonly entity: DictColumn;
  /** Finite; a reading without a value is a dead letter. */
  readonly value: Float64Array;
  /** Index into READING_TYPES. */
  readonly type: Uint8Array;
}
