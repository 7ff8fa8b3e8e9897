import type { SourceConfig } from '../../config/index.ts';
import type { Micros } from '../../core/index.ts';
import type { FlowColumn } from '../../features/index.ts';
import type { Pseudonymiser } from '../flow/pseudonym.ts';
import type { Lane } from './lane.ts';
import type { LaneScorer } from './lane-scorer.ts';
import { logs } from './log-lane.ts';
import { packets } from './packet-lane.ts';
import { readings } from './readings-lane.ts';
import type { LaneRules } from './rules.ts';
import { flowExports, sensor } from './sensor-lane.ts';

/** What a lane is made of. */
export interface LaneParts {
  readonly source: SourceConfig;
  readonly scorers: readonly LaneScorer[];
  readonly rules: readonly LaneRules[];
  readonly pseudonymiser?: Pseudonymiser;
  readonly undated?: UndatedTimes;
}

/**
 * What records without a time are dated by: `arrival` of a source that cannot be read again, for which it is the same in a replay; `last`: the dated record
 * before it in its input, else its arrival; a time in place of the arrival, in a replay. Without: not at all.
 */
export type UndatedTimes = 'arrival' | 'last' | Micros;

/** How records of one kind are processed. */
export interface LaneKind {
  /** What its detectors can work on: shapes of features, kinds of events. */
  readonly serves: ReadonlySet<string>;
  /** Detectors of a tenant that are for other records, though they work on the same shape. */
  readonly unsuited?: ReadonlySet<string>;
  /** Its detectors where neither source nor tenant names any that it serves. */
  readonly detectors: readonly string[];
  /** Most that is promised per unit where the detector has no rate of its own: for lanes with many units. */
  readonly promisedRate?: number;
  /** Whether the tenant's `pseudonymise` has an effect on its events. */
  readonly pseudonymises: boolean;
  /** Of lanes with flows: columns that it knows of each. */
  readonly flowColumns?: ReadonlyMap<string, FlowColumn['kind']>;
  create(parts: LaneParts): Lane;
}

/** Kinds of records and their lanes. A source gives lines unless its definition or its configuration names another kind. */
export const LANES = {
  lines: logs,
  packets,
  readings,
  sensor,
  'flow-exports': flowExports,
} satisfies Readonly<Record<string, LaneKind>>;

export type RecordKind = keyof typeof LANES;

export const recordKinds = Object.keys(LANES) as [RecordKind, ...RecordKind[]];

export function laneKind(records: string): LaneKind | undefined {
  return Object.hasOwn(LANES, records) ? LANES[records as RecordKind] : undefined;
}
