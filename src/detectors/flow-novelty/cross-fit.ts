/** Encoded benign rows that are learnt from, row-major. */
export interface BenignRows {
  readonly values: Float32Array;
  readonly columns: number;
}

/** Scores of any encoded rows, one array for each thing that scores. */
export type RowScorer = (values: Float32Array) => Promise<readonly Float64Array[]>;

export interface Fitted<Model> {
  readonly model: Model;
  readonly score: RowScorer;
}

/** Scores of any rows, and what each row learnt from got from a fit without it. */
export interface CrossScored {
  readonly score: RowScorer;
  /** In the order of the rows. */
  readonly unseen: readonly Float64Array[];
}

/** Scores by what was fitted on all rows. */
export interface CrossFitted<Model> extends CrossScored {
  readonly model: Model;
}

/** Scores by the mean of the fits that each left out a part of the rows. */
export interface FoldFitted<Model> extends CrossScored {
  readonly models: readonly Model[];
}

export const FOLDS = 3;

type Learn<Model> = (values: Float32Array) => Promise<Fitted<Model>>;
export type FoldOf = (row: number) => number;

/**
 * Rows that belong together share a fold, as flows of a window: scored by a fit that has seen the others, they would seem more
 * ordinary than those of a window to come. `sizes`: rows of each group, one group after the other.
 */
export function foldsByGroup(sizes: readonly number[]): FoldOf {
  const folds = sizes.flatMap((size, group) => new Array<number>(size).fill(group % FOLDS));
  return (row) => folds[row] as number;
}

/** Fits on all rows, and on two thirds of them three times to score the rest. `foldOf`: 0 to FOLDS - 1; rows that belong together share one. */
export async function crossFit<Model>(benign: BenignRows, learn: Learn<Model>, foldOf?: FoldOf): Promise<CrossFitted<Model>> {
  const { unseen } = await foldFit(benign, learn, foldOf);
  return { ...(await learn(benign.values)), unseen };
}

/**
 * The three fits of two thirds score further rows together: they stand to them as each stood to the rows it left out, where a fit on
 * all rows, having seen more, finds benign rows more ordinary than their calibration says (as CV+ of Barber et al. 2021).
 */
export async function foldFit<Model>(
  { values, columns }: BenignRows,
  learn: Learn<Model>,
  foldOf: FoldOf = (row) => row % FOLDS,
): Promise<FoldFitted<Model>> {
  const rows = values.length / columns;
  const every = Array.from({ length: rows }, (_, row) => row);
  const chosen = (of: readonly number[]) => {
    const out = new Float32Array(of.length * columns);
    for (const [i, row] of of.entries()) out.set(values.subarray(row * columns, (row + 1) * columns), i * columns);
    return out;
  };
  const fits: Fitted<Model>[] = [];
  let unseen: Float64Array[] | undefined;
  for (let fold = 0; fold < FOLDS; fold++) {
    const own = every.filter((row) => foldOf(row) === fold);
    const fitted = await learn(chosen(every.filter((row) => foldOf(row) !== fold)));
    fits.push(fitted);
    const scores = await fitted.score(chosen(own));
    unseen ??= scores.map(() => new Float64Array(rows));
    for (const [i, row] of own.entries()) {
      for (const [part, score] of scores.entries()) (unseen[part] as Float64Array)[row] = score[i] as number;
    }
  }
  const score = async (of: Float32Array) => meanScores(await Promise.all(fits.map((fitted) => fitted.score(of))));
  return { models: fits.map(({ model }) => model), score, unseen: unseen ?? [] };
}

/** The mean over fits of what each scored, part by part. */
export function meanScores(fits: readonly (readonly Float64Array[])[]): Float64Array[] {
  const [first = []] = fits;
  return first.map((one, part) =>
    one.map((_, row) => fits.reduce((sum, scores) => sum + (scores[part]?.[row] as number), 0) / fits.length),
  );
}
