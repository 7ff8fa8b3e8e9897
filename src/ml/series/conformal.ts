/**
 * Half widths of prediction intervals by split conformal prediction (Vovk et al. 2005): the ceil((n + 1) coverage)-th smallest
 * of the n absolute errors per step and channel, made by a model that has not seen those rows. Rows of a series are not
 * exchangeable, so coverage is measured, not guaranteed. Infinity where n is too small for the coverage.
 */
export function conformalWidths(actual: Float64Array, forecast: Float64Array, columns: number, coverage: number): Float64Array {
  return Float64Array.from({ length: columns }, (_, column) => {
    const errors: number[] = [];
    for (let i = column; i < actual.length; i += columns) {
      const error = Math.abs((actual[i] as number) - (forecast[i] as number));
      if (Number.isFinite(error)) errors.push(error);
    }
    errors.sort((a, b) => a - b);
    return errors[Math.ceil((errors.length + 1) * coverage) - 1] ?? Number.POSITIVE_INFINITY;
  });
}
