import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Measurement, Skipped } from './measurement.ts';

/** Benches run from dist/bench/bench. */
const SCRIPT = join(import.meta.dirname, '../../../bench/torch_baseline.py');
const LONGEST_MS = 300_000;
const ROUNDS = 3;

export interface TorchBaseline {
  readonly version: string;
  /** Rows per second by name. */
  readonly figures: Readonly<Record<string, number>>;
}

/** Runs PyTorch through the Python named by VEDETTE_BENCH_PYTHON (default python3); a string says why it cannot. */
async function torchBaseline(what: 'training' | 'inference'): Promise<TorchBaseline | string> {
  const python = process.env.VEDETTE_BENCH_PYTHON ?? 'python3';
  const env = { ...process.env, OMP_NUM_THREADS: '1', MKL_NUM_THREADS: '1' };
  try {
    const { stdout } = await promisify(execFile)(python, [SCRIPT, what], { env, timeout: LONGEST_MS });
    return JSON.parse(stdout) as TorchBaseline;
  } catch (error) {
    const lastLine = String((error as { stderr?: string }).stderr ?? error)
      .trim()
      .split('\n')
      .at(-1);
    return `PyTorch does not run under ${python} (set VEDETTE_BENCH_PYTHON): ${lastLine}`;
  }
}

/** Alternates ours and PyTorch and keeps the best round of each, so that a busy spell of the machine hits neither alone. */
export async function alternate(
  what: 'training' | 'inference',
  measure: () => Promise<Readonly<Record<string, number>>>,
): Promise<{ ours: Readonly<Record<string, number>>; torch: TorchBaseline | string }> {
  let ours = await measure();
  let torch = await torchBaseline(what);
  for (let round = 1; round < ROUNDS && typeof torch !== 'string'; round++) {
    ours = best(ours, await measure());
    const again = await torchBaseline(what);
    if (typeof again !== 'string') torch = { version: torch.version, figures: best(torch.figures, again.figures) };
  }
  return { ours, torch };
}

function best(a: Readonly<Record<string, number>>, b: Readonly<Record<string, number>>): Readonly<Record<string, number>> {
  return Object.fromEntries(Object.entries(a).map(([name, value]) => [name, Math.max(value, b[name] ?? 0)]));
}

/** The measurement with its ratio, or alone beside the reason why there is none. */
export function compared(
  name: string,
  value: number,
  baseline: TorchBaseline | string,
  figure: string,
): readonly (Measurement | Skipped)[] {
  const unit = 'rows/s';
  if (typeof baseline === 'string')
    return [
      { name, value, unit },
      { name: `${name}, ratio to PyTorch`, skipped: baseline },
    ];
  const other = baseline.figures[figure];
  if (other === undefined)
    return [
      { name, value, unit },
      { name: `${name}, ratio to PyTorch`, skipped: `no figure ${figure}` },
    ];
  return [{ name, value, unit, baseline: `PyTorch ${baseline.version}, 1 thread`, baseline_value: other, ratio: value / other }];
}

/** The fastest tenth bounds what the code takes; slower runs measure what else the machine was doing. As in torch_baseline.py. */
export function fastestTenth(times: readonly number[]): number {
  return times.toSorted((a, b) => a - b)[Math.floor(times.length / 10)] ?? Number.NaN;
}
