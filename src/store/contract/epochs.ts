import type { Entity, Incident, Micros, Position, SeriesPoints } from '../../core/index.ts';
import type { EntityClock, SeenEntity } from '../correlation-contract.ts';
import type { AlertWrite } from './alerts.ts';
import type { CalibrationObservation, ReportEntry } from './journal.ts';
import type { OutboxMessage } from './outbox.ts';

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

export interface CheckpointStore {
  /** The newest committed blob of each name as of `epoch` (default: the last). STORE_CORRUPT on a checksum that does not match. */
  latest(epoch?: number): Promise<Readonly<Record<string, Uint8Array>>>;
  /** Epochs whose complete state is still kept, ascending. */
  epochs(): Promise<readonly number[]>;
}
