/** What a promise below the smallest rate that the calibration resolves means for who reads the scores. */
export function beyondResolution(smallest?: number): string {
  const resolved = smallest === undefined ? '' : ` (1 in ${Math.round(1 / smallest).toLocaleString('en')})`;
  return `The promised rate is below what the normal data it learnt from resolve${resolved}: the threshold is extrapolated, and even what is far off may stay below it. A larger --promise, or more normal data, decides.`;
}
