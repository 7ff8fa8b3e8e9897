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

/** What was fitted on all rows, and what each row got from a fit without it. */
export interface CrossFitted<Model> {
  readonly whole: Fitted<Model>;
  /** In the order of the rows. */
  readonly unseen: readonly Float64Array[];
}

export const FOLDS = 3;

/** Fits on all rows, and on two thirds of them three times to score the rest. `foldOf`: 0 to FOLDS - 1; rows that belong together share one. */
export async function crossFit<Model>(
  { values, columns }: BenignRows,
  learn: (values: Float32Array) => Promise<Fitted<Model>>,
  foldOf: (row: number) => number = (row) => row % FOLDS,
): Promise<CrossFitted<Model>> {
  const rows = values.length / columns;
  const every = Array.from({ length: rows }, (_, row) => row);
  const chosen = (of: readonly number[]) => {
    const out = new Float32Array(of.length * columns);
    for (const [i, row] of of.entries()) out.set(values.subarray(row * columns, (row + 1) * columns), i * columns);
    return out;
  };
  let unseen: Float64Array[] | undefined;
  for (let fold = 0; fold < FOLDS; fold++) {
    const own = every.filter((row) => foldOf(row) === fold);
    const { score: scorer } = await learn(chosen(every.filter((row) => foldOf(row) !== fold)));
    const scores = await scorer(chosen(own));
    unseen ??= scores.map(() => new Float64Array(rows));
    for (const [i, row] of own.entries()) {
      for (const [part, score] of scores.entries()) (unseen[part] as Float64Array)[row] = score[i] as number;
    }
  }
  return { whole: await learn(values), unseen: unseen ?? [] };
}
