import type { Detector, Micros } from '../../core/index.ts';
import type { KnownTemplates } from '../../parsers/index.ts';

/** A version of the registry, ready to score. */
export interface RegisteredModel {
  /** `name@version`. */
  readonly reference: string;
  readonly detector: Detector;
  /** How rows are made, as its manifest has it. */
  readonly features: Readonly<Record<string, unknown>>;
  readonly sha256: string;
  /** Rows it learnt from, and the time of the last one. */
  readonly rows: number;
  readonly to: Micros;
  /** Scores of normal rows that the model had not seen. */
  readonly calibration: Float64Array;
  /** Templates of the logs it learnt from; absent where it learnt from something else. */
  readonly known?: readonly KnownTemplates[];
}
