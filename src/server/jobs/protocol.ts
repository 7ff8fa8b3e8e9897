import type { SourceConfig } from '../../config/index.ts';
import type { LoadedModel } from '../../registry/index.ts';
import type { StoredEventsQuery } from '../../store/index.ts';
import type { ModelDraft, StoredFeature } from '../../training/index.ts';

/** What a job reads: files on disk, committed events of a source, or a feature over them. */
export interface JobInput {
  readonly paths?: readonly string[];
  readonly stored?: { readonly files: readonly string[]; readonly query: StoredEventsQuery; readonly source: SourceConfig };
  /** Windows of a feature over stored events. */
  readonly windows?: StoredFeature;
  readonly format?: string;
  readonly session?: string;
  readonly label?: string;
  readonly query?: string;
  readonly range?: string;
  readonly excluded?: readonly string[];
  readonly windowSlide?: string;
}

export interface TrainTask {
  readonly kind: 'train';
  readonly detector: string;
  readonly input: JobInput;
  readonly options: Readonly<Record<string, unknown>>;
  readonly seed: number;
  readonly promise: number;
  readonly algorithm?: string;
  readonly steps: number;
  /** Folder where a training that supports it goes on after the end of the program. */
  readonly checkpoints: string;
  /** Of forecasts: measured on these data too. */
  readonly test?: JobInput;
  /** Values to try of options. */
  readonly grid?: Readonly<Record<string, readonly (string | number | boolean)[]>>;
  readonly leaveOneOut: boolean;
}

export interface MeasureTask {
  readonly kind: 'evaluate' | 'score';
  readonly model: LoadedModel;
  readonly input: JobInput;
  readonly promise?: number;
}

export interface BacktestTask {
  readonly kind: 'backtest';
  readonly tenant: string;
  readonly detector: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly input: JobInput;
  readonly seed: number;
  readonly promise: number;
}

/** Makes a detector whose options name places on this machine, to learn whether it can be made. */
export interface CheckTask {
  readonly kind: 'check';
  readonly detector: string;
  readonly options: Readonly<Record<string, unknown>>;
}

/** Forecasts of every row of a time. */
export interface PredictTask {
  readonly kind: 'predict';
  readonly model: LoadedModel;
  readonly input: JobInput;
}

/** What the job worker is given. */
export type JobTask = TrainTask | MeasureTask | PredictTask | BacktestTask | CheckTask;

export interface JobOutcome {
  /** Of a training: to be saved as the next version. */
  readonly draft?: ModelDraft;
  /** Of a scoring: the rows as CSV. */
  readonly scores?: Uint8Array;
  readonly result: Readonly<Record<string, unknown>>;
}

/** Worker -> main thread. */
export type FromJob =
  | { readonly kind: 'progress'; readonly share: number; readonly step: string; readonly loss?: number }
  | { readonly kind: 'done'; readonly outcome: JobOutcome }
  | { readonly kind: 'failed'; readonly code: string; readonly message: string; readonly hint?: string };
