/** One file of the benchmark: a detector's score per row, and the labelled windows as row numbers, both ends included. */
export interface NabFile {
  readonly scores: Float64Array;
  readonly windows: readonly (readonly [number, number])[];
}

export interface NabProfile {
  readonly truePositive: number;
  readonly falsePositive: number;
  readonly falseNegative: number;
}

export const NAB_PROFILES = {
  standard: { truePositive: 1, falsePositive: 0.11, falseNegative: 1 },
  reward_low_FP_rate: { truePositive: 1, falsePositive: 0.22, falseNegative: 1 },
  reward_low_FN_rate: { truePositive: 1, falsePositive: 0.11, falseNegative: 2 },
} as const;

export interface NabResult {
  /** 0: nothing detected; 100: every window at its first row, no false alarm. */
  readonly score: number;
  readonly threshold: number;
  /** Before normalising, and what detecting nothing and everything in time would give: sums over files add up. */
  readonly total: number;
  readonly nothing: number;
  readonly perfect: number;
}

/** Rows at the beginning that count for nothing. */
export function probation(rows: number): number {
  return Math.floor(0.15 * Math.min(rows, 5_000));
}

/**
 * The score of the Numenta Anomaly Benchmark (Lavin & Ahmad 2015; rules of its v1.1 code) at one threshold for all files, the
 * best one, as the benchmark has it.
 */
export function nabScore(files: readonly NabFile[], profile: NabProfile = NAB_PROFILES.standard, fixed?: number): NabResult {
  const rows = files.flatMap((file, f) => scoredRows(file, f, profile));
  rows.sort((a, b) => b.score - a.score);
  const windows = files.reduce((sum, file) => sum + file.windows.length, 0);
  const best = new Map<number, number>();
  const nothing = -profile.falseNegative * windows;
  let total = nothing;
  let result = { total, threshold: Number.POSITIVE_INFINITY };
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i] as ScoredRow;
    if (fixed !== undefined && row.score < fixed) break;
    if (row.window === undefined) total += row.gain;
    else {
      const known = best.get(row.window);
      if (known === undefined) total += row.gain + profile.falseNegative;
      else total += Math.max(0, row.gain - known);
      best.set(row.window, Math.max(known ?? Number.NEGATIVE_INFINITY, row.gain));
    }
    const tied = rows[i + 1]?.score === row.score;
    if (!tied && (fixed !== undefined || total > result.total)) result = { total, threshold: row.score };
  }
  const perfect = profile.truePositive * windows;
  return { ...result, score: (100 * (result.total - nothing)) / (perfect - nothing), nothing, perfect };
}

interface ScoredRow {
  readonly score: number;
  /** Number of the window it lies in, over all files. */
  readonly window: number | undefined;
  readonly gain: number;
}

const MOST_WINDOWS = 1_000;

function scoredRows(file: NabFile, number: number, profile: NabProfile): ScoredRow[] {
  const { scores, windows } = file;
  const out: ScoredRow[] = [];
  const top = scaledSigmoid(-1);
  let next = 0;
  for (let row = 0; row < scores.length; row++) {
    while (next < windows.length && row > (windows[next] as readonly [number, number])[1]) next++;
    if (row < probation(scores.length)) continue;
    const score = scores[row] as number;
    if (!(score > 0)) continue;
    const window = windows[next];
    if (window !== undefined && row >= window[0]) {
      const position = -(window[1] - row + 1) / (window[1] - window[0] + 1);
      out.push({ score, window: number * MOST_WINDOWS + next, gain: (profile.truePositive * scaledSigmoid(position)) / top });
    } else {
      const before = windows[next - 1];
      const unweighted = before === undefined ? -1 : scaledSigmoid((row - before[1]) / (before[1] - before[0]));
      out.push({ score, window: undefined, gain: profile.falsePositive * unweighted });
    }
  }
  return out;
}

function scaledSigmoid(position: number): number {
  return position > 3 ? -1 : 2 / (1 + Math.exp(5 * position)) - 1;
}
