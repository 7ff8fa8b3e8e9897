/** Outcomes of a two-class decision; 1 is the positive (anomalous) class. */
export interface BinaryCounts {
  readonly truePositives: number;
  readonly falsePositives: number;
  readonly trueNegatives: number;
  readonly falseNegatives: number;
}

/** Counts outcomes; any value but 0 is positive. Throws RangeError for different lengths. */
export function binaryCounts(actual: ArrayLike<number>, predicted: ArrayLike<number>): BinaryCounts {
  requireSameLength(actual, predicted);
  let truePositives = 0;
  let falsePositives = 0;
  let falseNegatives = 0;
  for (let i = 0; i < actual.length; i++) {
    const positive = actual[i] !== 0;
    if (predicted[i] === 0) falseNegatives += Number(positive);
    else if (positive) truePositives++;
    else falsePositives++;
  }
  const trueNegatives = actual.length - truePositives - falsePositives - falseNegatives;
  return { truePositives, falsePositives, trueNegatives, falseNegatives };
}

/** Share of raised alarms that are right; NaN when none was raised. */
export function precision({ truePositives, falsePositives }: BinaryCounts): number {
  return truePositives / (truePositives + falsePositives);
}

/** Share of positives that were found; NaN when there are none. */
export function recall({ truePositives, falseNegatives }: BinaryCounts): number {
  return truePositives / (truePositives + falseNegatives);
}

/** Harmonic mean of precision and recall; 0 when all positives were missed, NaN without positives and alarms. */
export function f1({ truePositives, falsePositives, falseNegatives }: BinaryCounts): number {
  return (2 * truePositives) / (2 * truePositives + falsePositives + falseNegatives);
}

/** NaN for no rows. */
export function accuracy({ truePositives, falsePositives, trueNegatives, falseNegatives }: BinaryCounts): number {
  return (truePositives + trueNegatives) / (truePositives + falsePositives + trueNegatives + falseNegatives);
}

/** Share of negatives that raised an alarm; NaN when there are none. */
export function falsePositiveRate({ falsePositives, trueNegatives }: BinaryCounts): number {
  return falsePositives / (falsePositives + trueNegatives);
}

export function requireSameLength(a: ArrayLike<unknown>, b: ArrayLike<unknown>): void {
  if (a.length !== b.length) throw new RangeError(`${a.length} against ${b.length} values`);
}
