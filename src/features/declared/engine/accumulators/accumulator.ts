import type { BatchColumns } from '../batch-columns.ts';

/** Where what every window has lies in its row of the state array; the aggregates follow. Times in microseconds. */
export const WINDOW = {
  start: 0,
  end: 1,
  events: 2,
  first: 3,
  last: 4,
  /** Input code, line, offset, length of the first event, then of the last. */
  firstOrigin: 5,
  lastOrigin: 9,
  /** 0 open, 1 closed: kept for late events. */
  phase: 13,
  /** 1 where something came since it was last handed over. */
  changed: 14,
  /** Windows without events in a row, this one included. */
  emptyRun: 15,
  /** Bits of the watches that have fired. */
  fired: 16,
  /** Order of creation. */
  serial: 17,
} as const;
export const WINDOW_WIDTH = 18;

/**
 * The incremental form of one aggregate. Its numbers lie in the state row of a window at `base` plus the accumulator's own offset;
 * sketches are kept beside it by slot.
 */
export interface Accumulator {
  /** Numbers it needs in a state row. */
  readonly width: number;
  /** Own offset in a state row; set once. */
  offset: number;
  bind(columns: BatchColumns): void;
  begin(state: Float64Array, base: number, slot: number): void;
  add(state: Float64Array, base: number, slot: number, row: number, time: number): void;
  /** Adds what another slot holds; only of aggregates that are mergeable. */
  merge(state: Float64Array, base: number, slot: number, otherBase: number, other: number): void;
  value(state: Float64Array, base: number, slot: number): number;
  release(slot: number): void;
  /** The sketch of a slot as numbers; absent where there is none. */
  save?(slot: number): Float64Array;
  load?(slot: number, numbers: Float64Array): void;
}
