import { availableParallelism } from 'node:os';
import { canonicalJson, frameRows, type SeriesFrame, sha256Hex, VedetteError } from '../../core/index.ts';
import { type FitCheckpoints, FORECAST_SETTINGS, type ForecastAlgorithm, type ForecastSettings, fillGaps, smape } from '../../ml/index.ts';
import { createForecaster } from './forecast-model.ts';
import { forecastAlgorithm, ownSettings } from './forecast-settings.ts';

/** Values to try of each setting; algorithms that have not got it are tried once. */
export interface ForecastGrid extends Readonly<Partial<Record<keyof ForecastSettings, readonly number[]>>> {
  readonly algorithm: readonly string[];
}

export interface GridCandidate {
  readonly algorithm: ForecastAlgorithm;
  readonly settings: ForecastSettings;
  /** Mean SMAPE in % over channels and steps on the validation span; NaN where it could not be trained. */
  readonly smape: number;
}

export interface GridSearchOptions {
  readonly steps: number;
  readonly seed: number;
  /** Candidates trained at a time; default: one for each core. */
  readonly parallel?: number;
  /** Keeps each candidate's figure, and where its training stands. */
  readonly checkpoints?: FitCheckpoints;
  readonly progress?: (share: number) => void;
  readonly signal?: AbortSignal;
}

type Combination = Pick<GridCandidate, 'algorithm' | 'settings'>;

const MOST_CANDIDATES = 200;
/** Of the rows given: what candidates learn from; the rest compares them. */
const LEARNT = 0.8;

/**
 * Trains every combination on the first four fifths of the rows and compares them on the last; best first. Give it training
 * rows only: what later measures the winner must not have chosen it. A repeated call skips what was measured.
 */
export async function searchForecast(data: SeriesFrame, grid: ForecastGrid, options: GridSearchOptions): Promise<GridCandidate[]> {
  const combinations = combined(grid);
  const frame = fillGaps(data);
  const rows = Math.floor(frame.rows * LEARNT);
  const digest = sha256Hex(frame.values.map((column) => sha256Hex(new Uint8Array(column.slice().buffer))).join(' '));
  const results: GridCandidate[] = [];
  let next = 0;
  let done = 0;
  const work = async (): Promise<void> => {
    for (let i = next++; i < combinations.length; i = next++) {
      const { algorithm, settings } = combinations[i] as Combination;
      const key = sha256Hex(canonicalJson({ algorithm, settings, steps: options.steps, seed: options.seed, digest })).slice(0, 16);
      results[i] = { algorithm, settings, smape: await measured(frame, rows, { algorithm, settings }, key, options) };
      options.progress?.(++done / combinations.length);
    }
  };
  const parallel = Math.min(combinations.length, options.parallel ?? availableParallelism());
  await Promise.all(Array.from({ length: parallel }, work));
  return results.sort((a, b) => (Number.isNaN(a.smape) ? 1 : Number.isNaN(b.smape) ? -1 : a.smape - b.smape));
}

async function measured(
  frame: SeriesFrame,
  rows: number,
  { algorithm, settings }: Combination,
  key: string,
  { steps, seed, checkpoints, signal }: GridSearchOptions,
): Promise<number> {
  const known = await checkpoints?.read(`grid-${key}`);
  if (known?.length === 8) return new DataView(known.buffer, known.byteOffset).getFloat64(0, true);
  const forecaster = createForecaster(algorithm, settings);
  const first = rows - 1;
  const origins = Int32Array.from({ length: Math.max(0, frame.rows - steps - first) }, (_, i) => first + i);
  let figure = Number.NaN;
  if (forecaster.history + 4 * steps < rows && origins.length > 0) {
    const own = checkpoints && {
      read: (name: string) => checkpoints.read(`grid-${key}-${name}`),
      write: (name: string, bytes: Uint8Array) => checkpoints.write(`grid-${key}-${name}`, bytes),
    };
    const fitting = { steps, seed, ...(own === undefined ? {} : { checkpoints: own }), ...(signal === undefined ? {} : { signal }) };
    await forecaster.fit(frameRows(frame, 0, rows), fitting);
    figure = meanSmape(frame, origins, steps, await forecaster.forecast(frame, origins));
  }
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setFloat64(0, figure, true);
  await checkpoints?.write(`grid-${key}`, bytes);
  return figure;
}

function meanSmape(frame: SeriesFrame, origins: Int32Array, steps: number, forecast: Float64Array): number {
  const channels = frame.channels.length;
  let sum = 0;
  for (let k = 0; k < steps * channels; k++) {
    const column = frame.values[k % channels] as Float64Array;
    const step = Math.floor(k / channels) + 1;
    sum += smape(
      Array.from(origins, (origin) => column[origin + step] as number),
      Array.from(origins, (_, i) => forecast[i * steps * channels + k] as number),
    );
  }
  return sum / (steps * channels);
}

function combined(grid: ForecastGrid): Combination[] {
  let all = grid.algorithm.map((name): Combination => ({ algorithm: forecastAlgorithm(name), settings: {} }));
  for (const setting of FORECAST_SETTINGS) {
    const values = grid[setting] ?? [];
    all = all.flatMap((one) => {
      const tried = values.map((value) => ({ ...one, settings: ownSettings(one.algorithm, { ...one.settings, [setting]: value }) }));
      return setting in (tried[0]?.settings ?? {}) ? tried : [one];
    });
  }
  if (all.length >= 1 && all.length <= MOST_CANDIDATES) return all;
  throw new VedetteError('CONFIG_INVALID', `the grid has ${all.length} combinations`, { hint: `give 1 to ${MOST_CANDIDATES}` });
}
