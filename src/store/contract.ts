import type {
  Alert,
  AlertState,
  DeadLetter,
  Detection,
  Entity,
  EventBatch,
  Incident,
  LabelEntry,
  LabelledRow,
  LogBatch,
  Micros,
  Position,
  RecordBatch,
  SeriesPoints,
  Verdict,
} from '../core/index.ts';
import type { EntityClock, EntityStore, ExpectationStore, IncidentStore, SeenEntity } from './correlation-contract.ts';
import type { UserStore } from './users/contract.ts';

/**
 * Bytes under '/'-separated keys relative to a root (a disk folder today, a bucket later). Keys are checked: no empty, `.` or
 * `..` part, no NUL, no backslash. A full disk is VedetteError STORE_FULL; the old value is then still there.
 */
export interface ByteStore {
  /** undefined when there is no such key. */
  read(key: string): Promise<Uint8Array | undefined>;
  /** Atomic and durable: temporary name, fsync, rename, fsync of the folder. */
  write(key: string, bytes: Uint8Array): Promise<void>;
  /** Every key below the prefix, sorted, with its size. */
  list(prefix: string): Promise<readonly { readonly key: string; readonly bytes: number }[]>;
  /** A key or everything below it; absent is fine. */
  remove(key: string): Promise<void>;
  /** Path for a library that needs a real file; its folder exists afterwards. */
  local(key: string): string;
}

/** `<home>`: one owner process (pid lock), any number of tenants. Made by `openHome(path, options)`. */
export interface Home {
  readonly path: string;
  /** Who may use it over the network. */
  readonly users: UserStore;
  /** Names of the tenants that exist, sorted. */
  tenants(): Promise<readonly string[]>;
  /** Opens (and creates) a tenant; the same object for the same id. Ids: 1-64 of a-z 0-9 _ -, starting with a letter or digit. */
  tenant(id: string): Promise<TenantStore>;
  /** Closes the tenant and removes its folder, and with it everything it ever kept. */
  removeTenant(id: string): Promise<void>;
  /** A consistent copy of everything in a new folder beside it, mostly hard links: to be archived, then removed. Work goes on meanwhile. */
  snapshot(): Promise<string>;
  /** Closes every tenant and releases the lock. */
  close(): Promise<void>;
}

/** Everything of one tenant; folder `<home>/tenants/<id>/`. */
export interface TenantStore {
  readonly id: string;
  readonly bytes: ByteStore;
  /** The last committed epoch; 0 = none yet. */
  readonly epoch: number;
  /**
   * The one commit point. In this order: pending event rows to Parquet, checkpoint blobs to disk (both fsync'd, under the
   * epoch's name), then one relational transaction with everything else. Either all of it is there after a crash or none.
   * `commit.epoch` must be `epoch + 1`. Then prunes checkpoints (keep last N and those alerts need).
   */
  commitEpoch(commit: EpochCommit): Promise<void>;
  readonly positions: PositionStore;
  readonly alerts: AlertStore;
  readonly labels: LabelStore;
  readonly incidents: IncidentStore;
  readonly expectations: ExpectationStore;
  readonly entities: EntityStore;
  readonly outbox: OutboxStore;
  readonly events: EventStore;
  readonly checkpoints: CheckpointStore;
  readonly deadLetters: DeadLetterStore;
  readonly journal: JournalStore;
  readonly series: SeriesStore;
  readonly settings: SettingStore;
  /** The durable log of one source that cannot be read again; the same object for the same source. */
  segments(source: string, options?: SegmentOptions): Promise<SegmentLog>;
  close(): Promise<void>;
}

export interface EpochCommit {
  readonly epoch: number;
  readonly at: Micros;
  /** One per source and input, the new one replaces the old; what is not named stays. */
  readonly positions: readonly SourcePosition[];
  readonly alerts: readonly AlertWrite[];
  readonly outbox: readonly OutboxMessage[];
  /** State by name (`parser/auth`, `detector/sequence`, `windows/auth` …); written as one checksummed blob each. Unchanged state may be left out: `checkpoints.latest` then finds the earlier blob. */
  readonly checkpoints: Readonly<Record<string, Uint8Array>>;
  /** Added to the stored counters. */
  readonly counters: Readonly<Record<string, number>>;
  readonly calibration?: readonly CalibrationObservation[];
  readonly reports?: readonly ReportEntry[];
  readonly series?: readonly SeriesPoints[];
  /** New or changed. */
  readonly incidents?: readonly Incident[];
  readonly entities?: readonly Entity[];
  readonly seen?: readonly SeenEntity[];
  readonly entityClock?: EntityClock;
}

export interface SourcePosition extends Position {
  readonly source: string;
}

export interface PositionStore {
  /** Positions of the last committed epoch. */
  of(source: string): Promise<readonly Position[]>;
}

/** A series that has points. */
export interface SeriesEntry {
  readonly id: string;
  readonly source: string;
  readonly entity: string;
  /** Within the entity. */
  readonly name: string;
}

/** Half-open; microseconds. */
export interface SeriesRange {
  readonly from: Micros;
  readonly to: Micros;
  readonly buckets: number;
}

/** Points of a stretch of time; `expected` and band are NaN where nothing was expected. */
export interface SeriesBucket {
  readonly start: Micros;
  readonly points: number;
  readonly min: number;
  readonly max: number;
  readonly mean: number;
  readonly expected: number;
  readonly lower: number;
  readonly upper: number;
  /** Highest of its points. */
  readonly score: number;
}

/** Points of series by id (`stableId('series', source, entity, name)`), of committed epochs. */
export interface SeriesStore {
  list(): Promise<readonly SeriesEntry[]>;
  points(id: string, range: SeriesRange): Promise<readonly SeriesBucket[]>;
  /** Time of the newest point; NaN without any. */
  latest(id: string): Promise<Micros>;
  retain(before: Micros, maxBytes: number): Promise<void>;
}

/** An alert with the row a label would keep (`Detector.describe`). Same id = overwrite: never two. */
export interface AlertWrite {
  readonly alert: Alert;
  readonly row: Uint8Array;
}

export interface AlertQuery {
  readonly from?: Micros;
  readonly to?: Micros;
  readonly detector?: string;
  readonly entity?: string;
  readonly source?: string;
  readonly group?: string;
  readonly state?: AlertState;
  readonly notified?: boolean;
  readonly minSeverity?: number;
  /** Alerts whose techniques are one of these lists. */
  readonly techniques?: readonly (readonly string[])[];
  /** Most recent first by default; `severity` = highest first. */
  readonly order?: 'time' | 'severity';
  readonly limit?: number;
  /** From the previous page. */
  readonly cursor?: string;
}

export interface Page<T> {
  readonly items: readonly T[];
  /** Absent on the last page. */
  readonly cursor?: string;
}

export interface AlertGroupSummary {
  readonly id: string;
  readonly title: string;
  readonly detector: string;
  readonly severity: number;
  readonly alerts: number;
  /** Units folded into the alerts. */
  readonly units: number;
  readonly open: number;
  readonly entities: number;
  readonly firstSeen: Micros;
  readonly lastSeen: Micros;
  /** Id of the most severe alert. */
  readonly worst: string;
}

export interface AlertSummary {
  readonly states: Readonly<Record<AlertState, number>>;
  /** Open alerts: low < 25 <= medium < 50 <= high < 75 <= critical. */
  readonly severities: { readonly low: number; readonly medium: number; readonly high: number; readonly critical: number };
  /** Of labels in force. */
  readonly verdicts: Readonly<Record<Verdict, number>>;
  readonly notified: number;
  /** Most alerts first, ten at most. */
  readonly entities: readonly { readonly name: string; readonly count: number; readonly severity: number }[];
  readonly detectors: readonly { readonly name: string; readonly count: number }[];
  /** Alerts by the ATT&CK techniques they name, most frequent first. */
  readonly techniques: readonly { readonly techniques: readonly string[]; readonly count: number; readonly open: number }[];
}

/** What the lanes of alerts over time stand for. */
export type LaneKey = 'entity' | 'detector' | 'source';

export interface LaneQuery extends Omit<AlertQuery, 'order' | 'cursor' | 'limit'> {
  readonly by: LaneKey;
  /** Cells of a lane. */
  readonly bins: number;
  /** Lanes, the most severe first. */
  readonly limit: number;
}

export interface AlertLanes {
  /** Left edge of the first cell; NaN without any alert and range. */
  readonly start: Micros;
  readonly binMicros: Micros;
  readonly bins: number;
  /** Matching alerts, those of lanes that are left out included. */
  readonly total: number;
  readonly lanes: readonly {
    readonly name: string;
    readonly alerts: number;
    readonly severity: number;
    /** Of each cell: alerts that began in it, and the highest severity among them (0 where there is none). */
    readonly counts: readonly number[];
    readonly severities: readonly number[];
  }[];
  readonly influencers: readonly Influencer[];
}

export interface Influencer {
  readonly kind: LaneKey | 'technique';
  readonly name: string;
  readonly alerts: number;
  /** Of the worst alert. */
  readonly severity: number;
  /** Summed severity of its alerts. */
  readonly weight: number;
}

export interface AlertStore {
  get(id: string): Promise<Alert | undefined>;
  /** With the label in force as `verdict`. */
  list(query?: AlertQuery): Promise<Page<Alert>>;
  /** Upsert outside an epoch (one-shot analyses, which have no epoch). One transaction. */
  save(alerts: readonly AlertWrite[]): Promise<void>;
  /** A state set by a person is kept when the pipeline writes the alert again. ALERT_MISSING when there is none. */
  setState(id: string, state: AlertState, by: string, at: Micros): Promise<void>;
  count(query?: AlertQuery): Promise<number>;
  /** Alerts that share a pattern, most severe first, then most recent. */
  groups(query?: AlertQuery): Promise<readonly AlertGroupSummary[]>;
  /** What an overview shows; `query` limits what is counted. */
  summary(query?: AlertQuery): Promise<AlertSummary>;
  /** Alerts over time by entity, detector or source. */
  lanes(query: LaneQuery): Promise<AlertLanes>;
  /** Removes alerts last seen before; their epochs and input may then go too. Returns how many. */
  removeBefore(time: Micros): Promise<number>;
}

export interface LabelStore {
  /** Appends; ALERT_MISSING for an unknown alert. `verdict` undefined = revoke. Returns the entry with its sequence. */
  append(entry: { alertId: string; verdict: Verdict | undefined; note: string; by: string; at: Micros }): Promise<LabelEntry>;
  /** The whole log in order, of one alert or of all. */
  log(alertId?: string): Promise<readonly LabelEntry[]>;
  /** Last write wins, revoked ones left out, ordered by the sequence of the entry in force; optionally of one detector. */
  inForce(detector?: string): Promise<readonly (LabelledRow & { readonly sequence: number; readonly detector: string })[]>;
}

/** A message to the outside. Idempotency key: alert id + sink; a second one of the same key is not queued. */
export interface OutboxMessage {
  readonly alertId: string;
  readonly sink: string;
  readonly body: string;
  readonly createdAt: Micros;
}

export interface PendingMessage extends OutboxMessage {
  readonly key: string;
  readonly attempts: number;
  readonly nextAt: Micros;
}

export interface OutboxStore {
  /** Not done and due at `now`, oldest first. */
  due(now: Micros, limit: number): Promise<readonly PendingMessage[]>;
  done(keys: readonly string[], at: Micros): Promise<void>;
  failed(key: string, nextAt: Micros, error: string): Promise<void>;
  pending(): Promise<number>;
}

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
  /** Substring of the message, taken literally. */
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
  /** Left edge of the first bin; NaN without any dated event. */
  readonly start: Micros;
  readonly binMicros: Micros;
  readonly counts: readonly number[];
  /** Matching events, those without a time included. */
  readonly total: number;
}

/** Which flows; the parts are joined by "and". */
export interface FlowQuery {
  /** Half-open, microseconds. */
  readonly from?: Micros;
  readonly to?: Micros;
  readonly source?: string;
  /** At either end. */
  readonly address?: string;
  /** At the other end. */
  readonly peer?: string;
  /** Of the responder. */
  readonly port?: number;
  /** IANA number. */
  readonly protocol?: number;
  readonly limit?: number;
  readonly cursor?: string;
}

/** Forward is initiator to responder; NaN where the record said nothing. */
export interface FlowRow {
  readonly source: string;
  readonly input: string;
  readonly offset: number;
  readonly time: Micros;
  readonly sourceAddress: string;
  readonly sourcePort: number;
  readonly destinationAddress: string;
  readonly destinationPort: number;
  readonly protocol: number;
  readonly durationMicros: number;
  readonly forwardBytes: number;
  readonly backwardBytes: number;
  readonly forwardPackets: number;
  readonly backwardPackets: number;
  readonly state?: string;
  readonly attributes?: string;
}
export type FlowPage = Page<FlowRow>;

/** What flows are summed over: addresses (both ends of each flow), services (`PROTOCOL/PORT`), or pairs (`INITIATOR RESPONDER`). */
export type TalkerKey = 'address' | 'service' | 'pair';

export interface Talker {
  readonly name: string;
  readonly flows: number;
  readonly sentBytes: number;
  readonly receivedBytes: number;
  /** Distinct other ends. */
  readonly peers: number;
  readonly firstSeen: Micros;
  readonly lastSeen: Micros;
}

export interface FlowVolume {
  /** Left edge of the first bin; NaN without any dated flow. */
  readonly start: Micros;
  readonly binMicros: Micros;
  readonly flows: readonly number[];
  /** Of both directions, by the flow's start. */
  readonly bytes: readonly number[];
  readonly total: number;
}

export interface Retention {
  /** Files whose newest row and whose arrival are older than this are removed: history read late stays as long as news. */
  readonly maxAge?: Micros;
  /** Oldest whole files go first until the total fits. */
  readonly maxBytes?: number;
}

/** Events, features and detections in Parquet by day; rows become visible with the epoch that commits them. */
export interface EventStore {
  /** `templateIds[code]` is the stable id of a log batch's templates. In mode `findings-only` nothing is kept and this returns at once. `transfer` gives up the batch's buffers. */
  append(batch: LogBatch | EventBatch, templateIds?: readonly string[], options?: { transfer?: boolean }): Promise<void>;
  appendFeatures(rows: readonly FeatureRow[]): Promise<void>;
  appendDetections(rows: readonly Detection[]): Promise<void>;
  /** Time order, then input and offset; committed rows only. */
  query(query: EventQuery): Promise<Page<EventRow>>;
  countByTemplate(query: EventQuery): Promise<readonly { readonly template: string; readonly count: number }[]>;
  count(query?: EventQuery): Promise<number>;
  /** Most frequent first; `example` is the earliest matching event's message. */
  templates(query: EventQuery, bins?: number): Promise<readonly TemplateCount[]>;
  /** Hosts that wrote matching events, most events first. */
  hosts(query: EventQuery): Promise<readonly HostCount[]>;
  /** Newest first. */
  flows(query: FlowQuery): Promise<FlowPage>;
  /** Most bytes first. */
  talkers(query: FlowQuery, by: TalkerKey): Promise<readonly Talker[]>;
  flowVolume(query: FlowQuery, bins: number): Promise<FlowVolume>;
  /** Counts in `bins` equal bins over [from, to), else over the span of the matching events. */
  histogram(query: EventQuery, bins: number): Promise<EventHistogram>;
  detections(query: { from?: Micros; to?: Micros; detector?: string; limit?: number }): Promise<readonly DetectionRow[]>;
  features(query: { from?: Micros; to?: Micros; feature?: string; limit?: number }): Promise<readonly FeatureRow[]>;
  /** Removes whole files past age or size, except those that a kept alert needs. Returns what went and what was held back. */
  retain(retention: Retention, now: Micros): Promise<{ removedFiles: number; removedBytes: number; heldBytes: number }>;
  /** Paths of the committed files that may hold matching events, for `readStoredEvents`. */
  files(query: Pick<EventQuery, 'from' | 'to'>): Promise<readonly string[]>;
  /** Bytes of all committed files. */
  size(): Promise<number>;
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

export interface CheckpointStore {
  /** The newest committed blob of each name as of `epoch` (default: the last). STORE_CORRUPT on a checksum that does not match. */
  latest(epoch?: number): Promise<Readonly<Record<string, Uint8Array>>>;
  /** Epochs whose complete state is still kept, ascending. */
  epochs(): Promise<readonly number[]>;
}

/** Bad records, bounded by bytes: the oldest go and are counted. */
export interface DeadLetterStore {
  append(letters: readonly DeadLetter[]): Promise<void>;
  /** Newest first. */
  list(query?: { source?: string; limit?: number; cursor?: string }): Promise<Page<StoredDeadLetter>>;
  /** Those of the ids that are kept. */
  get(ids: readonly number[]): Promise<readonly StoredDeadLetter[]>;
  /** Kept letters of each source. */
  countsBySource(): Promise<Readonly<Record<string, number>>>;
  /** Takes the letters out for another attempt: they are removed and returned. */
  take(ids: readonly number[]): Promise<readonly StoredDeadLetter[]>;
  counts(): Promise<{ kept: number; bytes: number; dropped: number; byReason: Readonly<Record<string, number>> }>;
}

export interface StoredDeadLetter extends DeadLetter {
  readonly id: number;
}

export interface SettingEntry {
  readonly key: string;
  readonly value: unknown;
  readonly by: string;
  readonly at: Micros;
}

/** What people set while the program runs (suppressions, stopped detectors), plain JSON under '/'-separated keys. */
export interface SettingStore {
  put(key: string, value: unknown, by: string, at: Micros): Promise<void>;
  /** In the order of their keys. */
  list(prefix: string): Promise<readonly SettingEntry[]>;
  /** Whether it was there. */
  remove(key: string): Promise<boolean>;
}

/** The small rest: counters, calibration, reports, models, audit. */
export interface JournalStore {
  counters(): Promise<Readonly<Record<string, number>>>;
  addCounters(counters: Readonly<Record<string, number>>): Promise<void>;
  observeCalibration(observations: readonly CalibrationObservation[]): Promise<void>;
  calibration(detector?: string): Promise<readonly CalibrationObservation[]>;
  saveReport(report: ReportEntry): Promise<void>;
  reports(): Promise<readonly ReportEntry[]>;
  indexModel(model: ModelEntry): Promise<void>;
  models(): Promise<readonly ModelEntry[]>;
  audit(entry: AuditEntry): Promise<void>;
  auditLog(limit?: number): Promise<readonly AuditEntry[]>;
}

/** What a detector promised and did on one day; a second observation of the same detector, source and day is added to it. */
export interface CalibrationObservation {
  readonly detector: string;
  readonly source: string;
  /** `YYYY-MM-DD`, UTC, event time. */
  readonly day: string;
  /** Promised false-alarm rate per scored unit. */
  readonly promised: number;
  readonly scored: number;
  readonly flagged: number;
}

export interface ReportEntry {
  /** Name of the report, `<type>_<timestamp>`; same name = overwrite. */
  readonly name: string;
  readonly input: string;
  readonly createdAt: Micros;
  readonly alerts: number;
  readonly files: readonly string[];
}

export interface ModelEntry {
  readonly name: string;
  readonly version: number;
  readonly detector: string;
  readonly createdAt: Micros;
}

export interface AuditEntry {
  readonly at: Micros;
  readonly by: string;
  readonly action: string;
  readonly subject: string;
  readonly detail: string;
}

export interface SegmentOptions {
  /** Total bytes kept until trimmed; default 1 GiB. */
  readonly maxBytes?: number;
  /** Bytes kept beyond that because alerts need them to be replayed; the oldest go first. Default 1 GiB. */
  readonly heldBytes?: number;
  /** Bytes of one segment file; default 16 MiB. */
  readonly segmentBytes?: number;
  /** `wait` (back-pressure) or `reject` with STORE_FULL when full. Default `wait`. */
  readonly whenFull?: 'wait' | 'reject';
}

/** A record batch with its place in the segment log: 1, 2, 3 … */
export interface SegmentEntry {
  readonly sequence: number;
  readonly batch: RecordBatch;
}

/**
 * Durable log of one source: appended, fsync'd (one fsync for all waiting appends), then acknowledged. Store `sequence` as
 * the `offset` of the source's Position; after a restart replay what comes after it; after an epoch commit trim up to it.
 */
export interface SegmentLog {
  /** Resolves with the sequence once the batch is durable; only then may the sender be answered. */
  append(batch: RecordBatch): Promise<number>;
  /** Entries after `sequence` (0 = all) that are durable now, in order. */
  replay(sequence: number): AsyncIterable<SegmentEntry>;
  /** Everything up to `sequence` is covered by a committed epoch: whole files below it go, except those that hold a sequence in `keep` (inclusive ranges that alerts need). */
  trim(sequence: number, keep?: readonly (readonly [number, number])[]): Promise<void>;
  readonly last: number;
  readonly bytes: number;
  close(): Promise<void>;
}

export interface HomeOptions {
  /** `everything` keeps event rows; `findings-only` keeps none (raw data stays where it is). Default `everything`. */
  readonly events?: 'everything' | 'findings-only';
  /** Checkpoints kept besides those alerts need; default 3. */
  readonly keepEpochs?: number;
  /** DuckDB's memory; default 512 MiB. */
  readonly memoryBytes?: number;
  readonly threads?: number;
  readonly deadLetterBytes?: number;
}
