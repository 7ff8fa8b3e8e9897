import type { Alert } from './alert.ts';
import type { DeadLetter, LogBatch } from './batch/columns.ts';
import type { EventBatch } from './batch/events.ts';
import type { EvidenceLine, FeatureBatch } from './batch/features.ts';
import type { PacketBatch } from './batch/packets.ts';
import type { Micros } from './time.ts';

/** Whole records as a source read them. A record ends at `ends[i]` (exclusive) or, without `ends`, after each LF. */
export interface RecordBatch {
  /** Stable name of the input: path relative to the source's root, or the source's name. */
  readonly input: string;
  /** Identity of the physical input that `offset` belongs to (device:inode:first-bytes hash); changes when a file is replaced. */
  readonly generation: string;
  /** Byte offset of bytes[0] in the input's uncompressed stream. */
  readonly offset: number;
  /** 1-based number of the first line in this batch. */
  readonly line: number;
  readonly bytes: Uint8Array;
  readonly ends?: Uint32Array;
  /** Of records whose bytes were rewritten on their way (pseudonyms): where each ended in the input, from `offset` on. */
  readonly originEnds?: Uint32Array;
  readonly arrival: Micros;
  /** True for the batch after which this input holds nothing more (a finished file, the end of stdin). */
  readonly last: boolean;
  /** The batch's only record was longer than the source's limit: the bytes up to the limit are here, the rest was skipped. */
  readonly truncated?: boolean;
  /** Of a file: fingerprints of its uncompressed beginning and of the last bytes up to the end of the batch, by which it is known under another name, copied or compressed. */
  readonly content?: string;
}

/** Where a re-readable source resumes: everything before is committed. Plain JSON. */
export interface Position {
  readonly input: string;
  readonly generation: string;
  readonly offset: number;
  readonly line: number;
  /** See `RecordBatch`; absent from positions that other sources or older versions wrote. */
  readonly content?: string;
}

export interface SourceState {
  readonly positions: readonly Position[];
}

/**
 * Bytes in. `read` yields whole records until the source ends or `signal` aborts. A `replayable` source resumes from
 * positions; any other goes through the pipeline's durable segment log before it is acknowledged.
 */
export interface Source {
  readonly replayable: boolean;
  /** Opens the ports that it listens on, where it has any; `read` does so too. */
  listen?(): Promise<unknown>;
  read(resume: SourceState, signal: AbortSignal): AsyncIterable<RecordBatch>;
  /** Non-replayable sources that can answer their sender (HTTP, TCP): called once the batch is durable. */
  acknowledge?(batch: RecordBatch): void;
  /** Counters such as drops, reconnects, truncations; shown by status and metrics. */
  counters(): Readonly<Record<string, number>>;
  close(): Promise<void>;
}

/** Records -> events. Stateful parsers (Drain) snapshot; one writer per tenant and source. */
export interface LogParser {
  /** Parses every record of the batch; records that fit nothing go to `dead`. */
  parse(batch: RecordBatch, source: string, dead: (letter: DeadLetter) => void): LogBatch;
  /**
   * Events held back because a further line might still join them, one batch per input. `parse` gives them out on its own
   * with the next event or a `last` batch; call this when an input has been idle and at a graceful stop.
   */
  flush(): LogBatch[];
  /** Records parsed, joined, blank, dead; templates evicted. */
  counters(): Readonly<Record<string, number>>;
  /**
   * The templates known now; index = template code. Ids are stable, texts may generalise. A code holds for the batch it came
   * with, until the next `parse`: past its bound the miner forgets the template unused longest and gives its code away.
   */
  readonly templates: readonly Template[];
  snapshot(): Uint8Array;
  restore(snapshot: Uint8Array): void;
}

export interface Template {
  /** 64-bit stable id as 16 hex digits, kept when the template generalises; the given EventId for fixed templates. */
  readonly id: string;
  /** Tokens joined by spaces, variables as `<*>`. */
  readonly text: string;
  /** Lines seen so far. */
  readonly count: number;
}

/** Scores per row; higher is more abnormal, NaN = still warming up. Score, p-value and threshold are different fields. */
export interface ScoreBatch {
  readonly score: Float64Array;
  /** The parts of a combination, by name. */
  readonly arms?: Readonly<Record<string, Float64Array>>;
  /** Of classifiers: what rows can be, and (rows, classes), row-major, how probable each is. */
  readonly classes?: readonly string[];
  readonly probabilities?: Float64Array;
}

/** One reason a row scored as it did. */
export interface Contribution {
  /** What it is about: an event, a column, an arm. */
  readonly subject: string;
  /** The subject in words, where it names a template by its id. */
  readonly text?: string;
  readonly observed: string;
  readonly expected: string;
  /** Share of the score, 0..1. */
  readonly share: number;
  /** How often the observed was seen in what the detector learnt from. */
  readonly seenBefore: number;
}

export interface Explanation {
  /** What happened, in plain words, one sentence. */
  readonly what: string;
  /** Why it is unusual, in plain words, one sentence. */
  readonly why: string;
  readonly harmless: readonly string[];
  readonly next: readonly string[];
  readonly contributions: readonly Contribution[];
  /** What like findings share, where the subject of the strongest contribution does not say it. */
  readonly kind?: readonly string[];
  /** Events that were expected where others were seen, most likely first. */
  readonly expectedNext?: readonly { readonly event: string; readonly probability: number }[];
  /** Indices into the row's events that are surprising (sequences). */
  readonly surprising?: readonly number[];
  readonly evidence: readonly EvidenceLine[];
}

/** What a detector learnt and what it can promise. */
export interface FitSummary {
  readonly rows: number;
  readonly from: Micros;
  readonly to: Micros;
  /** Scores of normal training rows, each made by a model that had not seen the row (out of fold). */
  readonly calibration: Float64Array;
  readonly metrics: Readonly<Record<string, number>>;
}

export type Verdict = 'true-positive' | 'false-positive' | 'benign';

/** A stored finding of a detector. */
export interface FoundRow {
  readonly entity: string;
  /** What `Detector.describe` returned. */
  readonly row: Uint8Array;
  /** As it was found. */
  readonly score: number;
}

/** A label in force, with what the detector needs to act on it. */
export interface LabelledRow {
  readonly alertId: string;
  readonly verdict: Verdict;
  readonly entity: string;
  /** The row as it was scored: what `Detector.describe` returned. */
  readonly row: Uint8Array;
}

/** How far a fit has come, 0..1; what learns step by step also tells its mean training loss. */
export type FitProgress = (share: number, loss?: number) => void;

/**
 * FeatureBatch -> scores. `score` and `explain` are pure. `observe` advances context (history, last values), `learn` changes
 * parameters and is called only at fixed event-time boundaries. Labels are an overlay: the effective model is the trained
 * one plus a pure function of the ordered labels in force.
 */
export interface Detector<B extends FeatureBatch = FeatureBatch> {
  readonly shape: B['shape'];
  /** Learns from normal (or unlabelled) rows, replacing what was learnt before. */
  fit(batch: B, progress?: FitProgress): Promise<FitSummary>;
  score(batch: B): Promise<ScoreBatch>;
  observe(batch: B): void;
  learn(batch: B): Promise<void>;
  explain(batch: B, row: number): Promise<Explanation>;
  /** The row in the form a label keeps it (vocabulary ids, not codes); deterministic bytes. */
  describe(batch: B, row: number): Uint8Array;
  applyLabels(labels: readonly LabelledRow[]): void;
  /**
   * Scores that stored findings would have under `labels`, as far as what a label keeps of them tells; pure. Where a finding's
   * context is gone, its score of then, with what the labels take off it. Absent where that cannot be told.
   */
  rescore?(found: readonly FoundRow[], labels: readonly LabelledRow[]): Promise<Float64Array>;
  /** Deterministic bytes of everything learnt, without the label overlay. */
  snapshot(): Promise<Uint8Array>;
  restore(snapshot: Uint8Array): Promise<void>;
}

/** What rules read. */
export type RuleInput = PacketBatch | LogBatch | EventBatch;

/** A condition that is true: a detection but for who found it and where. `rule`, `key` and `start` together tell it apart. */
export interface RuleFinding {
  readonly rule: string;
  readonly key: string;
  readonly entity: string;
  /** Whose record says so, where `entity` is a value of that record's text. */
  readonly host?: string;
  /** Other entities that it names, such as the other end of a connection. */
  readonly related?: readonly string[];
  /** Whom it is done to, where that is known; `entity` may be one of them. */
  readonly targets?: readonly string[];
  readonly user?: string;
  readonly start: Micros;
  readonly end: Micros;
  /** How many times the threshold was reached; 1 for signatures. */
  readonly score: number;
  /** 0..100. */
  readonly severity: number;
  readonly title: string;
  readonly techniques: readonly string[];
  readonly explanation: Explanation;
  readonly evidence: readonly EvidenceLine[];
  /** Events that it is about, where there may be more than `evidence` names. */
  readonly events?: number;
}

/**
 * Fixed thresholds or signatures over events as they come: nothing to calibrate, no rate promised. A condition is reported by
 * the batch that makes it true, and again under the same rule, key and start when its figures have changed.
 */
export interface RuleDetector {
  readonly reads: readonly RuleInput['kind'][];
  take(batch: RuleInput): readonly RuleFinding[];
  /** Event time has reached `watermark`: windows that are over close. */
  advance(watermark: Micros): readonly RuleFinding[];
  /** `findings`: conditions found so far. Memory stays bounded; what was forgotten or not kept is counted too. */
  counters(): Readonly<Record<string, number>>;
  snapshot(): Uint8Array;
  restore(snapshot: Uint8Array): void;
}

/**
 * Alerts out. `deliver` resolves once the receiver has all of them and throws otherwise: the pipeline's outbox keeps them and
 * delivers again, so a receiver may see an alert twice, always under the same id (the idempotency key). A sink keeps no
 * queue of its own and never retries.
 */
export interface Sink {
  deliver(alerts: readonly Alert[]): Promise<void>;
  close(): Promise<void>;
}
