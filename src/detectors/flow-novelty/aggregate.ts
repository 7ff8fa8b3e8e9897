import { seededRandom, shuffle } from '../../core/index.ts';

/**
 * -ln of the conformal p-value of each score among normal ones: about 1 on average for normal rows (an exponential variable),
 * at most ln(n + 1).
 */
export function surprise(normal: Float64Array, scores: Float64Array): Float64Array {
  const sorted = normal.slice().sort();
  const n = sorted.length;
  return scores.map((score) => {
    let low = 0;
    let high = n;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((sorted[middle] as number) < score) low = middle + 1;
      else high = middle;
    }
    return -Math.log((1 + n - low) / (n + 1));
  });
}

/** A: the surprise of the classifier plus the mean surprise of the novelty arms; without a classifier the mean alone. */
export function aggregated(classifier: Float64Array | undefined, arms: readonly Float64Array[]): Float64Array {
  const length = (classifier ?? arms[0])?.length ?? 0;
  return Float64Array.from({ length }, (_, row) => {
    let sum = 0;
    for (const arm of arms) sum += arm[row] as number;
    return (classifier?.[row] ?? 0) + sum / Math.max(1, arms.length);
  });
}

/** Flows of one source and destination within a window. */
export interface PairWindow {
  readonly key: string;
  readonly rows: readonly number[];
}

/** Half-open windows of `width` microseconds by source and destination, in order of first appearance. */
export function pairWindows(
  rows: ArrayLike<number>,
  source: readonly string[],
  destination: readonly string[],
  time: Float64Array,
  width: number,
): PairWindow[] {
  const windows = new Map<string, number[]>();
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i] as number;
    const key = `${source[row]} > ${destination[row]} @ ${Math.floor((time[row] as number) / width)}`;
    const list = windows.get(key);
    if (list === undefined) windows.set(key, [row]);
    else list.push(row);
  }
  return [...windows].map(([key, members]) => ({ key, rows: members }));
}

/** At most `most` of a window's flows, drawn by its key. */
export function drawnRows({ key, rows }: PairWindow, most = 10): readonly number[] {
  if (rows.length <= most) return rows;
  let seed = 0;
  for (let i = 0; i < key.length; i++) seed = (Math.imul(seed, 31) + key.charCodeAt(i)) | 0;
  return shuffle(rows.slice(), seededRandom(seed)).slice(0, most);
}

/** sum(z - 1) / sqrt(n) over the flows drawn from a window; z is the surprise of a flow. */
export function windowStatistic(window: PairWindow, z: (row: number) => number): number {
  const rows = drawnRows(window);
  return rows.reduce((sum, row) => sum + z(row) - 1, 0) / Math.sqrt(rows.length);
}

/**
 * The largest statistic of a window by several judges, each the surprise of every flow by `at(row)`: what one of them finds, the
 * others do not dilute.
 */
export function strongestStatistic(window: PairWindow, judges: readonly Float64Array[], at: (row: number) => number): number {
  return Math.max(...judges.map((z) => windowStatistic(window, (row) => z[at(row)] as number)));
}
