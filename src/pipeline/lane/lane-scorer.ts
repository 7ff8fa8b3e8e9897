import type { FloodEvent, VolumeHistory } from '../../alerts/index.ts';
import type { Detector, Explanation, FeatureBatch, LabelledRow, Micros, ScoreBatch } from '../../core/index.ts';
import type { KnownTemplates } from '../../parsers/index.ts';
import type { FoundAlert, LabelEffect } from './label-effect.ts';
import type { RegisteredModel } from './registered-model.ts';

export interface ScorerOptions {
  readonly tenant: string;
  readonly source: string;
  readonly detector: string;
  /** Promised false-alarm rate per scored unit. */
  readonly rate: number;
  /** Of readings: share of the rate at which it tells of them within the first day, as low; absent = no such day. */
  readonly learningShare?: number;
  /** Units it first learns from. */
  readonly sessions: number;
  readonly maxSessions: number;
  /** Event time between two updates. */
  readonly every: Micros;
  /** The registered model it follows, as of now; absent = it learns from its source. */
  readonly registered?: () => Promise<RegisteredModel>;
  /** Told where a kept state is of another version or configuration of the detector, which then learns anew; absent = that is an error. */
  readonly startsAnew?: (reason: string) => void;
}

/** A unit at or below the promised rate. */
export interface Flagged {
  readonly id: string;
  readonly alertId: string;
  readonly batch: FeatureBatch;
  readonly row: number;
  readonly score: number;
  readonly pValue: number;
  /** p-value at or below which it was flagged: the promise, or the smallest that the calibration resolves. */
  readonly rate: number;
  readonly extrapolated: boolean;
  readonly calibrationSize: number;
  readonly explanation: Explanation;
  readonly description: Uint8Array;
  readonly modelSha256: string;
  /** Event time that was reached when it was judged. */
  readonly at?: Micros;
  /** Highest severity it may have; absent = any. */
  readonly most?: number;
}

export interface ScorerStatus {
  readonly detector: string;
  /** What it scores with, as lineage names it. */
  readonly model: string;
  readonly state: 'ready' | 'learning';
  /** Units it learnt from, or has so far; `need` = those it first learns from, 0 = it learns as it goes. */
  readonly have: number;
  readonly need: number;
  readonly readyAt: Micros | undefined;
  /** Share of the time it learns for, 0 to 1; of detectors that learn as they go. */
  readonly progress?: number;
  readonly promisedRate: number;
  /** True where the calibration cannot resolve the promise yet. */
  readonly extrapolated: boolean;
  readonly scored: number;
  readonly flagged: number;
  /** Flagged units that another one of the same interval explains. */
  readonly explained?: number;
  /** Intervals of series whose profile does not fit: nothing is said of them. */
  readonly misfit?: number;
  /** Set while alerts are held back because the detector floods. */
  readonly paused: string;
}

/** One detector of one source, from feature batches to flagged units. */
export interface LaneScorer {
  readonly options: ScorerOptions;
  readonly detector: Detector;
  /** What lineage names as its model. */
  readonly model: string;
  /** Templates of the logs that its registered model learnt from. */
  readonly known?: readonly KnownTemplates[] | undefined;
  /** True when there is state that `snapshot` has not given out. */
  readonly changed: boolean;
  /** Whether the time lies within the first day of its source; of detectors that learn as they go. */
  isLearning?(time: Micros): boolean;
  readonly unitsPerDay: number | undefined;
  /** `unitsPerDay` as of event time, where it is kept. */
  readonly volumes?: VolumeHistory;
  readonly calibrationSize: number;
  /** How the last batch was scored; of detectors that learn as they go. */
  readonly lastScores?: ScoreBatch | undefined;
  /** Takes up the registered model it follows, where that is another than now. */
  followModel(): Promise<void>;
  take(batch: FeatureBatch): Promise<Flagged[]>;
  applyLabels(labels: readonly LabelledRow[]): void;
  /** What these labels change about stored findings; undefined before it has learnt. */
  effectOf(found: readonly FoundAlert[], labels: readonly LabelledRow[]): Promise<LabelEffect | undefined>;
  status(): ScorerStatus;
  /** Pauses that began or ended since the last call. */
  takeFloods?(): readonly FloodEvent[];
  /** Ends what it does in the background. */
  close?(): Promise<void>;
  snapshot(): Promise<Readonly<Record<string, Uint8Array>>>;
  restore(blobs: Readonly<Record<string, Uint8Array>>): Promise<void>;
}
