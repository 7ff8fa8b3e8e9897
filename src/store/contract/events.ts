import type { Detection, EventBatch, EventKind, LogBatch, Micros } from '../../core/index.ts';
import type { FlowPage, FlowQuery, FlowVolume, PredictionPage, PredictionQuery, Talker, TalkerKey } from './flows.ts';
import type { Page } from './page.ts';

/** Which events; the parts are joined by "and". */
export interface EventQuery {
  /** Half-open, microseconds. */
  readonly from?: Micros;
  readonly to?: Micros;
  readonly source?: string;
  readonly input?: string;
  readonly host?: string;
  readonly component?: string;
  readonly level?: string;
  readonly template?: string;
  /** Substring of the message, in letters of either case. */
  readonly contains?: string;
  /** Oldest first by default; events without a time come last either way. */
  readonly order?: 'oldest' | 'newest';
  readonly limit?: number;
  readonly cursor?: string;
}

export interface EventRow {
  readonly source: string;
  readonly input: string;
  readonly offset: number;
  readonly line: number;
  readonly length: number;
  /** NaN when the record had none. */
  readonly time: Micros;
  readonly host?: string;
  readonly component?: string;
  readonly pid?: number;
  readonly level?: string;
  readonly message: string;
  readonly template?: string;
  readonly parameters: readonly string[];
  readonly attributes?: string;
  /** Further header fields. */
  readonly fields?: Readonly<Record<string, string>>;
}

export interface TemplateCount {
  readonly template: string;
  readonly count: number;
  readonly example: string;
  readonly parameters: readonly string[];
  /** NaN when no matching event has a time. */
  readonly firstSeen: Micros;
  readonly lastSeen: Micros;
  /** Over the bins asked for; absent when none were. */
  readonly counts?: readonly number[];
}

/** Who wrote events. */
export interface HostCount {
  readonly host: string;
  readonly count: number;
  readonly lastSeen: Micros;
}

export interface EventHistogram {
  /** Left edge of the first bin; NaN without any dated event. Edges are whole units of time: it may lie before the range, whose events alone count. */
  readonly start: Micros;
  readonly binMicros: Micros;
  readonly counts: readonly number[];
  /** Matching events, those without a time included. */
  readonly total: number;
  /** Times of the oldest and the newest matching event; NaN without any dated event. */
  readonly oldest: Micros;
  readonly newest: Micros;
}

export interface Retention {
  /** Files whose newest row and whose arrival are older than this are removed: history read late stays as long as news. */
  readonly maxAge?: Micros;
  /** Oldest whole files go first until the total fits. */
  readonly maxBytes?: number;
}

/** Events, features and detections in Parquet by day; rows become visible with the epoch that commits them. */
export interface EventStore {
  /**
   * `templateIds[code]` is the stable id of a log batch's templates. In mode `findings-only` nothing is kept and this returns at once.
   * `transfer` gives up the batch's buffers. `epoch` is the one the rows belong to, by default the next to be committed; that of one
   * call is never below that of the one before.
   */
  append(
    batch: LogBatch | EventBatch,
    templateIds?: readonly string[],
    options?: { readonly transfer?: boolean; readonly epoch?: number },
  ): Promise<void>;
  /** Rows of an upload, outside epochs; they are seen once `listUpload` has listed all of them. */
  appendUpload(upload: string, batch: LogBatch | EventBatch, templateIds?: readonly string[]): Promise<void>;
  /** `at` is when it arrived, by the wall clock. */
  listUpload(upload: string, at: Micros): Promise<void>;
  /** Rows of an upload, listed or waiting, are gone. */
  removeUpload(upload: string): Promise<void>;
  appendFeatures(rows: readonly FeatureRow[]): Promise<void>;
  appendDetections(rows: readonly Detection[]): Promise<void>;
  /** Time order, then input and offset; committed rows only. */
  query(query: EventQuery): Promise<Page<EventRow>>;
  countByTemplate(query: EventQuery): Promise<readonly { readonly template: string; readonly count: number }[]>;
  count(query?: EventQuery): Promise<number>;
  /** Most frequent first; `example` is the message of the earliest event in which the template is as general as it became. */
  templates(query: EventQuery, bins?: number): Promise<readonly TemplateCount[]>;
  /** Hosts that wrote matching events, most events first. */
  hosts(query: EventQuery): Promise<readonly HostCount[]>;
  /** Newest first. */
  flows(query: FlowQuery): Promise<FlowPage>;
  /** Flows that models scored as they came, newest first. */
  predictions(query: PredictionQuery): Promise<PredictionPage>;
  /** Most bytes first. */
  talkers(query: FlowQuery, by: TalkerKey): Promise<readonly Talker[]>;
  flowVolume(query: FlowQuery, bins: number): Promise<FlowVolume>;
  /** Counts in at most `bins` equal bins that cover [from, to), else the span of the matching events. */
  histogram(query: EventQuery, bins: number): Promise<EventHistogram>;
  detections(query: { from?: Micros; to?: Micros; detector?: string; limit?: number }): Promise<readonly DetectionRow[]>;
  features(query: { from?: Micros; to?: Micros; feature?: string; limit?: number }): Promise<readonly FeatureRow[]>;
  /** Removes whole files past age or size, except those that a kept alert needs. Returns what went and what was held back. */
  retain(retention: Retention, now: Micros): Promise<{ removedFiles: number; removedBytes: number; heldBytes: number }>;
  /** Paths of the committed files that may hold matching events, for `readStoredEvents`; without uploads. */
  files(query: Pick<EventQuery, 'from' | 'to'>): Promise<readonly string[]>;
  /** The committed files of one kind that may hold events of a time, for `readStoredWindows`; without uploads. */
  stored(query: StoredFilesQuery): Promise<StoredFileList>;
  /** Bytes of all committed files. */
  size(): Promise<number>;
  /** Small files are merged behind commits; resolves when none are being merged. */
  merged(): Promise<void>;
}

export interface StoredFilesQuery extends Pick<EventQuery, 'from' | 'to'> {
  readonly kind: EventKind;
}

export interface StoredFileList {
  readonly files: readonly string[];
  /** Times of the oldest and the newest event of the kind, whatever time was asked for; absent where none is stored. */
  readonly oldest?: Micros;
  readonly newest?: Micros;
}

/** One feature vector as it was scored. */
export interface FeatureRow {
  readonly source: string;
  readonly feature: string;
  readonly key: string;
  readonly entity: string;
  readonly start: Micros;
  readonly end: Micros;
  readonly columns: readonly string[];
  readonly values: readonly number[];
}

export interface DetectionRow {
  readonly id: string;
  readonly detector: string;
  readonly source: string;
  readonly key: string;
  readonly entity: string;
  readonly start: Micros;
  readonly end: Micros;
  readonly score: number;
  readonly pValue: number;
  readonly threshold: number;
}
