import type { SourceConfig } from '../../config/index.ts';
import type {
  DeadLetter,
  Detection,
  EventBatch,
  LabelledRow,
  LogBatch,
  Micros,
  RecordBatch,
  SeriesPoints,
  Template,
} from '../../core/index.ts';
import type { OffRecords } from '../time/sender-clocks.ts';
import type { FoundAlert, LabelEffect } from './label-effect.ts';
import type { LaneScorer, ScorerStatus } from './lane-scorer.ts';
import type { LiveSeries } from './live-series.ts';

/** Events of one kind that go to the store. */
export interface LaneEvents {
  readonly batch: LogBatch | EventBatch;
  /** What the template codes of a log batch stand for. */
  readonly templateIds?: readonly string[];
  /** The same rows with the times they are judged by, where those differ. */
  readonly judged?: LogBatch | EventBatch;
}

/** What a detector found, but for the run and the physical input it came from: those are the pipeline's to add. */
export interface Finding {
  readonly detection: Omit<Detection, 'lineage'>;
  /** Of the lineage: hash of the feature definition, the model and its checksum. */
  readonly feature: string;
  readonly model: string;
  readonly modelSha256: string;
  /** What a label keeps of the unit (`Detector.describe`); empty where a label teaches nothing. */
  readonly row: Uint8Array;
  /** What found it, and the event time that this had reached; absent where the budget goes by what is known now. */
  readonly scorer?: LaneScorer;
  readonly at?: Micros;
}

/** What one batch of records gave. */
export interface LaneOutput {
  readonly events: readonly LaneEvents[];
  readonly dead: readonly DeadLetter[];
  readonly findings: readonly Finding[];
  /** Of series, to be stored with the epoch. */
  readonly points?: readonly SeriesPoints[];
}

export interface LaneCounters {
  records: number;
  bytes: number;
  events: number;
  unparsed: number;
  future: number;
  late: number;
  backfilled: number;
  units: number;
}

/**
 * One source's way from records to findings. Holds all of the source's state; the same records in the same order give the
 * same findings, however they are cut into batches and wherever a snapshot falls. Each kind of records has a lane of its own
 * (lanes.ts).
 */
export interface Lane {
  readonly source: SourceConfig;
  /** Detectors that promise a rate: what they flag is told within the alert budget, labels correct them. */
  readonly scorers: readonly LaneScorer[];
  /** Detectors with fixed thresholds or signatures: no p-value, no promise; told by severity. */
  readonly rules: readonly {
    readonly options: { readonly tenant: string; readonly detector: string };
    status(): ScorerStatus;
    applyLabels(labels: readonly LabelledRow[]): void;
    effectOf(found: readonly FoundAlert[], labels: readonly LabelledRow[]): Promise<LabelEffect | undefined>;
  }[];
  readonly counters: Readonly<LaneCounters>;
  /** Counters that only this kind of lane has. */
  readonly ownCounters: Readonly<Record<string, number>>;
  /** Whose records of the day came late or were dated ahead, those with the most first. */
  readonly offClocks?: readonly OffRecords[];
  /** The event time reached; -Infinity before the first. */
  readonly watermark: { readonly value: Micros };
  /** Identity of the physical input per input name, for lineage. */
  readonly generations: ReadonlyMap<string, string>;
  /** Templates of its log lines, for their texts. */
  readonly templates?: readonly Template[];
  /** Series that it knows, where it has any. */
  readonly series?: LiveSeries;
  /** How records are made into units and why, in words; empty until that is settled. */
  readonly feature: string;
  process(records: RecordBatch): Promise<LaneOutput>;
  /** A record of earlier once more: nothing may join it any more, and it ends nothing of its input. */
  retry(records: RecordBatch): Promise<LaneOutput>;
  /** Wall-clock time passed without records: silent inputs no longer hold anything open. */
  elapse(now: Micros): Promise<LaneOutput>;
  /** The source holds nothing more: every window closes. */
  end(): Promise<LaneOutput>;
  /** Ends what it does in the background; nothing is processed afterwards. */
  close?(): Promise<void>;
  /** State that changed since the last call, by name; names begin with `source/<name>/`. */
  snapshot(): Promise<Readonly<Record<string, Uint8Array>>>;
  restore(blobs: Readonly<Record<string, Uint8Array>>): Promise<void>;
}

export const NO_OUTPUT: LaneOutput = { events: [], dead: [], findings: [] };
