import { VedetteError } from '../../core/index.ts';

/** How to boost. Defaults are LightGBM's, but for `l2` and `maxStep`. */
export interface BoostingOptions {
  /** Rounds; each adds one tree per class (one in all for two classes). Default 100. */
  readonly rounds?: number;
  /** Most leaves of a tree. Default 31. */
  readonly leaves?: number;
  /** Share of each tree's answer that is added. Default 0.1. */
  readonly learningRate?: number;
  /** Fewest rows of a leaf. Default 20. */
  readonly minLeafRows?: number;
  /** Smallest sum of second derivatives of a leaf. Default 0.001. */
  readonly minLeafHessian?: number;
  /** L2 penalty on leaf values; 0 lets the trees of rare classes overshoot. Default 1. */
  readonly l2?: number;
  /** Largest answer of a leaf before the learning rate. Default 3 (as LogitBoost bounds its responses, Friedman et al. 2000). */
  readonly maxStep?: number;
  /** Most bins of a column, 2..255. Default 255. */
  readonly bins?: number;
  /** Weight of each class's rows: `none`, `balanced` (rows / (classes x rows of the class)), or one number each. Default none. */
  readonly classWeights?: 'none' | 'balanced' | readonly number[];
  /** Stop after so many rounds without a lower validation loss and keep the best round. Default: never; needs validation rows. */
  readonly patience?: number;
  /** Share of rows held back for the validation loss, drawn by `seed`. Default 0, or 0.1 with `patience`. */
  readonly validationShare?: number;
  readonly seed?: number;
}

export type CompleteBoostingOptions = Required<BoostingOptions>;

export const BOOSTING_DEFAULTS: CompleteBoostingOptions = {
  rounds: 100,
  leaves: 31,
  learningRate: 0.1,
  minLeafRows: 20,
  minLeafHessian: 1e-3,
  l2: 1,
  maxStep: 3,
  bins: 255,
  classWeights: 'none',
  patience: Number.POSITIVE_INFINITY,
  validationShare: 0,
  seed: 0,
};

const LIMITS: Partial<Record<keyof BoostingOptions, readonly [number, number]>> = {
  rounds: [1, 100_000],
  leaves: [2, 4096],
  learningRate: [1e-6, 1],
  minLeafRows: [1, 1e9],
  minLeafHessian: [0, 1e9],
  l2: [0, 1e9],
  maxStep: [1e-6, Number.POSITIVE_INFINITY],
  bins: [2, 255],
  patience: [1, Number.POSITIVE_INFINITY],
  validationShare: [0, 0.9],
};

/** Throws CONFIG_INVALID for a value outside its limits. */
export function completeOptions(options: BoostingOptions): CompleteBoostingOptions {
  const early = options.patience !== undefined && Number.isFinite(options.patience);
  const complete = { ...BOOSTING_DEFAULTS, ...(early ? { validationShare: 0.1 } : {}), ...options };
  for (const [name, range] of Object.entries(LIMITS)) {
    const value = complete[name as keyof BoostingOptions] as number;
    if (!(value >= range[0] && value <= range[1])) {
      throw new VedetteError('CONFIG_INVALID', `boosting option ${name} is ${value}, outside ${range[0]}..${range[1]}`);
    }
  }
  return complete;
}
