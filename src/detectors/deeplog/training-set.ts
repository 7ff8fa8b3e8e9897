import type { TrainingData } from '../../ml/index.ts';
import type { Windows } from './windows.ts';

/** A training window that came more often is repeated once per so many, so that steps stay balanced. */
const OCCURRENCES_PER_ROW = 8;

/**
 * Each distinct (history, next) with its number of occurrences as weight: the same loss as all windows one by one at a fraction
 * of the steps. More than `limit` rows are thinned evenly.
 */
export function trainingSet(windows: Windows, limit: number): TrainingData {
  const counts = new Map<number, number>();
  const span = 1 << 16;
  for (let i = 0; i < windows.of.length; i++) {
    const pair = (windows.of[i] as number) * span + (windows.next[i] as number);
    counts.set(pair, (counts.get(pair) ?? 0) + 1);
  }
  const rows: { history: number; next: number; weight: number }[] = [];
  for (const [pair, count] of counts) {
    const history = Math.floor(pair / span);
    const next = pair % span;
    const copies = Math.ceil(count / OCCURRENCES_PER_ROW);
    for (let i = 0; i < copies; i++) rows.push({ history, next, weight: count / copies });
  }
  const step = Math.max(1, rows.length / limit);
  const kept =
    step === 1 ? rows : Array.from({ length: Math.floor(rows.length / step) }, (_, i) => rows[Math.floor(i * step)] as (typeof rows)[0]);
  const { history } = windows;
  const inputs = new Int32Array(kept.length * history);
  for (const [i, row] of kept.entries())
    inputs.set(windows.symbols.subarray(row.history * history, (row.history + 1) * history), i * history);
  return {
    rows: kept.length,
    inputs,
    targets: Int32Array.from(kept, (row) => row.next),
    weights: Float32Array.from(kept, (row) => row.weight),
  };
}

/** Every so many-th row, so that at most `limit` are left. */
export function thinned(data: TrainingData, history: number, limit: number): TrainingData {
  const rows = Math.min(data.rows, limit);
  const pick = Int32Array.from({ length: rows }, (_, i) => Math.floor((i * data.rows) / rows));
  const inputs = new Int32Array(rows * history);
  for (const [i, row] of pick.entries()) inputs.set(data.inputs.subarray(row * history, (row + 1) * history), i * history);
  return {
    rows,
    inputs,
    targets: Int32Array.from(pick, (row) => data.targets[row] as number),
    weights: Float32Array.from(pick, (row) => data.weights?.[row] ?? 1),
  };
}

export function joined(a: TrainingData, b: TrainingData): TrainingData {
  return {
    rows: a.rows + b.rows,
    inputs: Int32Array.from([...a.inputs, ...b.inputs]),
    targets: Int32Array.from([...a.targets, ...b.targets]),
    weights: Float32Array.from([...(a.weights ?? []), ...(b.weights ?? [])]),
  };
}
