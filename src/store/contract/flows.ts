import type { Micros } from '../../core/index.ts';
import type { Page } from './page.ts';

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

/** Which predictions of flows. */
export interface PredictionQuery extends FlowQuery {
  readonly detector?: string;
  /** As predicted. */
  readonly class?: string;
  /** At or below the promised rate. */
  readonly flagged?: boolean;
}

/** What a model said of one flow as it came. */
export interface PredictedFlow {
  readonly source: string;
  readonly input: string;
  /** Number of the flow's line, or of its first packet, in its input. */
  readonly row: number;
  readonly offset: number;
  readonly time: Micros;
  readonly sourceAddress: string;
  readonly sourcePort: number;
  readonly destinationAddress: string;
  readonly destinationPort: number;
  readonly detector: string;
  /** `name@version`. */
  readonly model: string;
  readonly predicted: string;
  /** NaN where the model gives none. */
  readonly probability: number;
  readonly pValue: number;
  readonly flagged: boolean;
  /** The label that the record brought; absent where it brought none. */
  readonly actual?: string;
}
export type PredictionPage = Page<PredictedFlow>;

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
