import type { Micros, ReadingType } from '../../core/index.ts';

/** A record of a metric format: its readings, or why it has none; undefined = only what follows it in its input can tell. */
export type RecordReadings = readonly ParsedReading[] | string | undefined;

export interface ParsedReading {
  readonly time: Micros;
  readonly entity: string;
  readonly series: string;
  readonly value: number;
  readonly type?: ReadingType;
}

/** What is known of the record's input. */
export interface RecordInput {
  readonly input: string;
  readonly arrival: Micros;
  /** 1-based. */
  readonly line: number;
}

/** How records become readings. Scanners keep state of an input only in what `state` gives out. */
export interface MetricFormat {
  readonly name: string;
  /** One line, no full stop. */
  readonly summary: string;
  /** A header or a comment gives an empty list. */
  readings(text: string, at: RecordInput): RecordReadings;
  /** Nothing more will tell what could not be told of an input so far: takes what is usual for granted. */
  assume?(input: string): void;
  /** Headers and the like, by input; plain JSON. */
  state(): unknown;
  restore(state: unknown): void;
  counters?(): Readonly<Record<string, number>>;
}
