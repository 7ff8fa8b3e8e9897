import { canonicalJson, type FeatureBatch, sha256Hex } from '../core/index.ts';

/** What a model was trained on or measured with, so that it can be told apart and found again. */
export interface DataFingerprint {
  readonly rows: number;
  readonly events?: number;
  /** Microseconds since 1970; absent where the data carry no times. */
  readonly from?: number;
  readonly to?: number;
  /** Over the inputs' names and digests, in order. */
  readonly sha256: string;
  readonly inputs: readonly { readonly name: string; readonly sha256: string }[];
}

export interface TrainingData<B extends FeatureBatch = FeatureBatch> {
  readonly batch: B;
  /** Class of each row as the data name it; absent where no labels were asked for. */
  readonly labels?: readonly string[];
  readonly fingerprint: DataFingerprint;
  /** Inputs that hold no rows, with the reason. */
  readonly skipped: readonly { readonly input: string; readonly reason: string }[];
}

/** Most inputs a fingerprint lists; all count in its digest. */
const LISTED_INPUTS = 100;

export function fingerprintOf(
  size: { rows: number; events?: number },
  inputs: readonly { name: string; sha256: string }[],
  times?: { from: number; to: number },
): DataFingerprint {
  return { ...size, ...times, sha256: sha256Hex(canonicalJson(inputs)), inputs: inputs.slice(0, LISTED_INPUTS) };
}

const NORMAL = /^(normal|benign|negative|success|ok|false|no|none|0|0\.0|-|)$/i;

const PLACEHOLDER = /^(needmanuallabel|no label|nolabel|unlabell?ed|nan|null|n\/a|\?)$/i;

/** Whether a label only stands where one would: CICFlowMeter writes `NeedManualLabel`. */
export function isPlaceholder(label: string): boolean {
  return PLACEHOLDER.test(label.trim());
}

/** Whether a label says that nothing is wrong. */
export function isNormal(label: string): boolean {
  return NORMAL.test(label.trim());
}
