import type { SeriesBatch } from '../../core/index.ts';

/** Share of the source's deviation from which on a template or host explains it. */
const EXPLAINS = 0.5;

/**
 * Of the flagged rows of one interval of one source, the one to tell people: the template that explains most of the source's
 * deviation, else the host that does, else the source. Without the source among them, the one with the highest score.
 */
export function mostSpecific(batch: SeriesBatch, rows: readonly number[], score: Float64Array, expected: Float64Array): number {
  const deviation = (row: number) => (batch.value[row] as number) - (expected[row] as number);
  const name = (row: number) => wholeOf(batch.series[batch.code[row] as number] as string);
  const ranked = [...rows].sort((a, b) => (score[b] as number) - (score[a] as number) || a - b);
  const whole = ranked.find((row) => name(row).startsWith('source '));
  if (whole === undefined) return ranked[0] as number;
  for (const kind of ['template ', 'host ']) {
    const parts = ranked.filter((row) => name(row).startsWith(kind) && deviation(row) / deviation(whole) >= EXPLAINS);
    const largest = parts.sort((a, b) => Math.abs(deviation(b)) - Math.abs(deviation(a)) || a - b)[0];
    if (largest !== undefined) return largest;
  }
  return whole;
}

/** `status 5xx of source web` -> `source web`: lines of one kind are told of where all lines would be. */
function wholeOf(series: string): string {
  return series.replace(/^(?:status \dxx|errors) of /, '');
}
