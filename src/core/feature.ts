import type { EvidenceLine } from './batch/features.ts';
import type { WindowBatch } from './batch/windows.ts';
import type { RuleInput } from './contracts.ts';
import type { EventKind } from './schema/column.ts';
import type { Micros } from './time.ts';

/** A declared feature as it is written: durations as text such as `60s`, expressions as text; see docs/features.md. */
export interface FeatureText {
  readonly from: EventKind;
  readonly where?: string;
  /** Further columns by name, in order; each may use those above. */
  readonly derive?: Readonly<Record<string, string>>;
  /** Event time in microseconds; `time` when absent. */
  readonly time?: string;
  readonly key: readonly string[];
  readonly window: {
    readonly type?: 'tumbling' | 'sliding' | 'session';
    readonly size?: string;
    readonly slide?: string;
    readonly idle?: string;
    readonly lateness?: string;
    readonly empty?: number;
  };
  readonly aggregates: Readonly<Record<string, string>>;
}

/** Levels of aggregates that never fall: reached in an open window, they stay reached at its end. */
export interface FeatureWatch {
  /** Aggregates, all of which have to reach their level. */
  readonly columns: readonly string[];
  readonly levels: readonly number[];
  /** Levels of one key instead, asked for once a window; undefined = these. */
  readonly levelsOf?: (keys: readonly string[], start: Micros) => readonly number[] | undefined;
}

/** A watch has fired: the window as it is at the event that made the condition true. */
export interface FeatureReached {
  /** Index of the watch. */
  readonly watch: number;
  readonly keys: readonly string[];
  /** Of all aggregates. */
  readonly values: readonly number[];
  readonly start: Micros;
  readonly end: Micros;
  readonly time: Micros;
  readonly evidence: readonly EvidenceLine[];
}

/** A running feature: events in, windows out. Batches of any size give the same windows. */
export interface FeatureRunner {
  readonly name: string;
  readonly reads: RuleInput['kind'];
  readonly columns: readonly string[];
  readonly keyColumns: readonly string[];
  add(batch: RuleInput): void;
  advance(watermark: Micros): void;
  /** Ends every window. */
  finish(): void;
  take(): WindowBatch | undefined;
  counters(): Readonly<Record<string, number>>;
  snapshot(): Uint8Array;
  restore(bytes: Uint8Array): void;
}

export interface FeatureRunnerOptions {
  /** What HOME_NET stands for. */
  readonly homeNetworks: readonly string[];
  readonly seed: number;
  /** At most 31. */
  readonly watches?: readonly FeatureWatch[];
  readonly onReached?: (reached: FeatureReached) => void;
  /** The same object for features that are given the same batches one after the other: what they have in common is computed once. */
  readonly group?: object;
}

/** Makes a feature run. Throws CONFIG_INVALID where the declaration is wrong. */
export type FeatureFactory = (name: string, declaration: FeatureText, options: FeatureRunnerOptions) => FeatureRunner;
