import type { Micros } from '../../core/index.ts';
import type { AlertQuery } from './alerts.ts';

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
  /** Lanes that are left out. */
  readonly more: number;
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
