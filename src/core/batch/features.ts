import type { Micros } from '../time.ts';

/**
 * Ragged sequences of event codes: row i is codes[offsets[i], offsets[i + 1]). A session of a block, request or user,
 * a window of a host's log lines, or a system-call trace.
 */
export interface SequenceBatch {
  readonly shape: 'sequences';
  readonly rows: number;
  /** Identifier of the session or window, unique within tenant, source and feature. */
  readonly keys: readonly string[];
  /** The host, device or user the row is about. */
  readonly entities: readonly string[];
  /** Event codes; index into `vocabulary`. */
  readonly codes: Int32Array;
  /** rows + 1 entries. */
  readonly offsets: Int32Array;
  /** Stable event ids: template ids, or the ids of a session file. A code's meaning is this string, never the number. */
  readonly vocabulary: readonly string[];
  /** Readable text of each event id (the template), same length as `vocabulary`. */
  readonly eventText?: readonly string[];
  /** Time of each event in microseconds, parallel to `codes`; absent for session files. */
  readonly times?: Float64Array;
  /** Numeric parameters of each event: spans paramFirst[i] .. paramFirst[i + 1] of paramValues; parallel to `codes`. */
  readonly paramFirst?: Int32Array;
  readonly paramValues?: Float64Array;
  /** Where each event came from, parallel to `codes`: index into `inputs`, line number, byte offset, byte length. */
  readonly inputs?: readonly string[];
  readonly eventInput?: Int32Array;
  readonly eventLine?: Float64Array;
  readonly eventOffset?: Float64Array;
  readonly eventLength?: Int32Array;
  /** Event-time window of each row, half-open. */
  readonly start: Float64Array;
  readonly end: Float64Array;
}

/** What is shown as the end of a row: of a session, which ends right behind its last event, the time of that event; of a window its bound. */
export function shownEnd(batch: Pick<SequenceBatch, 'offsets' | 'times' | 'end'>, row: number): number {
  const end = batch.end[row] as number;
  return batch.times?.[(batch.offsets[row + 1] as number) - 1] === end - 1 ? end - 1 : end;
}

/** Fixed rows, (rows, columns), row-major. */
export interface RowBatch {
  readonly shape: 'rows';
  readonly rows: number;
  readonly columns: readonly string[];
  readonly values: Float32Array;
  /** Class of each row, for detectors that learn classes; absent elsewhere. */
  readonly labels?: readonly string[];
  readonly keys: readonly string[];
  readonly entities: readonly string[];
  readonly start: Float64Array;
  readonly end: Float64Array;
}

/** One observation per row of a named series, in event-time order within a series. */
export interface SeriesBatch {
  readonly shape: 'series';
  readonly rows: number;
  readonly series: readonly string[];
  /** Index into `series` per row. */
  readonly code: Int32Array;
  readonly entities: readonly string[];
  /** Of each series, the name of those that it is compared with; absent = those of its entity. */
  readonly peers?: readonly string[];
  readonly value: Float64Array;
  /** How many lines there were in all where `value` counts those of one kind among them; NaN for other rows. */
  readonly whole?: Float64Array;
  /** 1 where the input ended within the interval: that there is less than usual says nothing. */
  readonly cut?: Uint8Array;
  readonly start: Float64Array;
  readonly end: Float64Array;
  /** Of each row, some of the lines or readings it was made from. */
  readonly evidence?: readonly (readonly EvidenceLine[])[];
}

/** When what a row shows began: a silence at the last line before it, which is its evidence, all else with its interval. */
export function seriesStartOf({ value, start, evidence }: SeriesBatch, row: number): number {
  const from = start[row] as number;
  const last = value[row] === 0 ? evidence?.[row]?.[0]?.time : undefined;
  return last !== undefined && last < from ? last : from;
}

/** Name of the series that a row is of. */
export function seriesNameOf({ series, code }: SeriesBatch, row: number): string {
  return series[code[row] as number] as string;
}

/**
 * One categorical observation per row: entity, field, value (a template, a parameter's value, a pair). The dictionaries may hold more than
 * the rows show; batches with the same arrays have the same codes.
 */
export interface ObservationBatch {
  readonly shape: 'observations';
  readonly rows: number;
  readonly entities: readonly string[];
  readonly fields: readonly string[];
  readonly values: readonly string[];
  /** Readable text of each value (the template of a template id), same length as `values`. */
  readonly valueText?: readonly string[];
  /** Indices per row into the three dictionaries above. */
  readonly entity: Int32Array;
  readonly field: Int32Array;
  readonly value: Int32Array;
  /** One code for the three of a row together; who remembers something of them need not look it up again while the dictionaries are the same. */
  readonly shown?: Int32Array;
  readonly time: Float64Array;
  readonly input: readonly string[];
  readonly inputCode: Int32Array;
  readonly line: Float64Array;
  readonly offset: Float64Array;
  readonly length: Int32Array;
}

/** Ragged groups of fixed rows: group i holds members offsets[i] .. offsets[i + 1]. The flows of a source and a destination within a window. */
export interface GroupBatch {
  readonly shape: 'groups';
  readonly rows: number;
  readonly columns: readonly string[];
  /** rows + 1 entries. */
  readonly offsets: Int32Array;
  /** (members, columns), row-major. */
  readonly values: Float32Array;
  /** Members each group had before some were drawn. */
  readonly sizes: Float64Array;
  readonly keys: readonly string[];
  readonly entities: readonly string[];
  /** What else a group is about, such as the other end of its connections; '' for nothing. */
  readonly related: readonly string[];
  /** Event-time window of each group, half-open. */
  readonly start: Float64Array;
  readonly end: Float64Array;
  /** Where each member came from: index into `inputs`, line number, byte offset, byte length, time. */
  readonly inputs: readonly string[];
  readonly memberInput: Int32Array;
  readonly memberLine: Float64Array;
  readonly memberOffset: Float64Array;
  readonly memberLength: Int32Array;
  readonly memberTime: Float64Array;
}

export type FeatureBatch = SequenceBatch | RowBatch | SeriesBatch | ObservationBatch | GroupBatch;
export type FeatureShape = FeatureBatch['shape'];

/** The codes of one row. */
export function sequenceAt(batch: SequenceBatch, row: number): Int32Array {
  return batch.codes.subarray(batch.offsets[row] as number, batch.offsets[row + 1] as number);
}

/** The input that a row begins in; undefined of rows that come from none. */
export function firstInputOf({ offsets, inputs, eventInput }: SequenceBatch, row: number): string | undefined {
  return inputs?.[eventInput?.[offsets[row] as number] ?? -1];
}

/** A position in an input that a finding points at. */
export interface EvidenceLine {
  readonly input: string;
  readonly line: number;
  readonly offset: number;
  /** 0 where the position is that of a row that is no line of text. */
  readonly length: number;
  readonly time?: Micros;
  /** Of a reading. */
  readonly value?: number;
}
