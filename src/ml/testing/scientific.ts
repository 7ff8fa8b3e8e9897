import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Made by test/reference/scientific.py; `source` names the libraries and their versions. */
export interface ScientificReference {
  readonly source: string;
  readonly pca: {
    readonly rows: number;
    readonly columns: number;
    readonly values: readonly number[];
    readonly mean: readonly number[];
    readonly variances: readonly number[];
    readonly components: readonly number[];
    readonly errors: readonly number[];
    readonly thresholds: readonly (readonly [number, number])[];
    readonly kept_for_95: number;
    readonly counts: readonly number[];
    readonly idf: readonly number[];
  };
  readonly eigen: readonly { readonly size: number; readonly matrix: readonly number[]; readonly values: readonly number[] }[];
  readonly binary: Readonly<Record<'labels' | 'scores' | 'predicted' | 'confidence' | 'counts', readonly number[]>> &
    Readonly<
      Record<
        | 'precision'
        | 'recall'
        | 'f1'
        | 'accuracy'
        | 'false_positive_rate'
        | 'roc_auc'
        | 'average_precision'
        | 'calibration_error_15'
        | 'calibration_error_10',
        number
      >
    >;
  readonly multiclass: Readonly<
    Record<'actual' | 'predicted' | 'matrix' | 'precision' | 'recall' | 'f1' | 'support', readonly number[]>
  > & { readonly macro_f1: number; readonly accuracy: number };
  readonly statistics: Readonly<Record<string, readonly (readonly number[])[]>> & {
    readonly fisher: readonly (readonly [readonly number[], number])[];
    readonly sample: readonly number[];
    readonly tail: { readonly threshold: number; readonly exceedances: number; readonly scale: number };
  };
}

export function scientificReference(): ScientificReference {
  return JSON.parse(readFileSync(join(import.meta.dirname, '../fixtures/scientific.json'), 'utf8')) as ScientificReference;
}

/** |a - b| relative to the wanted value, absolute below `floor`. */
export function relativeError(value: number, wanted: number, floor = Number.MIN_VALUE): number {
  return value === wanted ? 0 : Math.abs(value - wanted) / Math.max(Math.abs(wanted), floor);
}
