import type { Detector, LabelledRow, SequenceBatch, SeriesPoints } from '../core/index.ts';
import type { SequenceFeature } from '../features/index.ts';
import type { FixedTemplate, KnownTemplates } from '../parsers/index.ts';
import type { ParsingOptions } from '../training/index.ts';
import type { ForecastModel, ReadSeriesOptions } from '../training/series/index.ts';
import type { FlowModel } from './events/named-flows.ts';
import type { LearntTableAlarm } from './events/table-alarms.ts';

export interface AnalysisOptions {
  readonly tenant: string;
  readonly seed: number;
  /** Promised false-alarm rate per scored unit. */
  readonly promise: number;
  readonly program: string;
  readonly format?: string;
  readonly timezone: string;
  /** `auto`, `none`, or what `parseSessionKey` reads. */
  readonly session: string;
  readonly templates?: readonly FixedTemplate[];
  /** Further settings of how lines are read. */
  readonly parsing?: Pick<ParsingOptions, 'mining' | 'mixed' | 'readRate' | 'cpuShare'>;
  /** Options of detectors by name, where they differ from the defaults. */
  readonly detectorOptions?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** Session detectors by name. */
  readonly detectors: readonly string[];
  /** Learn from these paths instead of from the input itself. */
  readonly baseline: readonly string[];
  /** A fitted detector to score with instead of learning. */
  readonly model?: FittedModel;
  /** Finds unknown attacks in tables of flows; without one, `baseline` teaches it. */
  readonly tableAlarm?: LearntTableAlarm;
  /** Names or rates the flows of captures, tables and sensors. */
  readonly flowModel?: FlowModel;
  /** Forecasts readings one step ahead instead of what is learnt as it goes. */
  readonly forecast?: { readonly model: ForecastModel; readonly name: string; readonly sha256: string; readonly rows: number };
  /** Own networks (HOME_NET) of traffic; private and link-local ones unless told otherwise. */
  readonly homeNetworks?: readonly string[];
  /** Which columns and times of a DEEP MODS tree. */
  readonly mods?: Pick<ReadSeriesOptions, 'query' | 'windowSlide' | 'range' | 'excluded'>;
  readonly labels: (detector: string) => Promise<readonly LabelledRow[]>;
  /** Takes readings as they are forecast, to be kept: `points.source` is the input. Times of a table without any count its rows. */
  readonly keepReadings?: (points: SeriesPoints, undated: boolean) => Promise<void>;
  readonly progress: (share: number, what: string) => void;
  /** Hears what inputs were left out, in words. */
  readonly note?: (text: string) => void;
  /** Only sessions: no line is looked at by itself (`novelty`, `rate`, `numbers`, signatures). */
  readonly onlySessions?: boolean;
  /** Signatures: the rules that come with the program, and a folder of Sigma rules. */
  readonly signatures: { readonly own: boolean; readonly rules?: string };
  /** What sessions may take while they are learnt from, bytes: of more of them an even sample is learnt from, and all are judged. Default 512 MiB. */
  readonly memory?: number;
  /** Findings of one report; the rest is counted. */
  readonly top: number;
}

/** A detector with what it promises, from the registry or just fitted. */
export interface FittedModel {
  readonly detectorName: string;
  readonly detector: Detector<SequenceBatch>;
  readonly calibration: Float64Array;
  /** `name@version`, or `learnt-from-input` / `learnt-from-baseline`. */
  readonly name: string;
  readonly sha256: string;
  readonly rows: number;
  readonly from: number;
  readonly to: number;
  /** The feature it was trained on; sessions are made the same way. */
  readonly feature?: SequenceFeature;
  /** Templates of the logs it learnt from. */
  readonly known?: readonly KnownTemplates[];
}
