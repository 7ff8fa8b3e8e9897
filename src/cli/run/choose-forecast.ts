import { frameRows, type SeriesFrame, VedetteError } from '../../core/index.ts';
import { DEFAULT_FORECAST_ALGORITHM, type FitCheckpoints, type ForecastAlgorithm, type ForecastSettings } from '../../ml/index.ts';
import {
  type ForecastGrid,
  forecastAlgorithm,
  forecastSetting,
  forecastSettings,
  type GridCandidate,
  searchForecast,
} from '../../training/series/index.ts';

/** Rows that `train forecast` learns from; the later ones measure it and must not choose it. */
const TRAINING_SHARE = 0.8;

export interface ChosenForecast {
  readonly algorithm: ForecastAlgorithm;
  readonly settings: ForecastSettings;
  /** What was tried, best first; empty without `--grid`. */
  readonly candidates: readonly GridCandidate[];
}

/** Algorithm and settings by `--algorithm` and `--option`, or the best of `--grid`. */
export async function chooseForecast(
  frame: SeriesFrame,
  options: {
    readonly algorithm?: string;
    readonly option?: readonly string[];
    readonly grid?: readonly string[];
    readonly steps: number;
    readonly seed: number;
  },
  checkpoints: FitCheckpoints,
  progress: (share: number) => void,
): Promise<ChosenForecast> {
  const fixed = Object.fromEntries((options.option ?? []).map((pair) => keyAndValues(pair, '--option')));
  const algorithm = forecastAlgorithm(options.algorithm ?? DEFAULT_FORECAST_ALGORITHM);
  if (options.grid === undefined || options.grid.length === 0)
    return { algorithm, settings: forecastSettings(algorithm, fixed), candidates: [] };
  const grid: Record<string, readonly (string | number)[]> = {};
  for (const pair of options.grid) {
    const [key, values] = keyAndValues(pair, '--grid');
    const list = values.split(',');
    grid[key] = key === 'algorithm' ? list.map(forecastAlgorithm) : list.map((value) => forecastSetting(key, value).value);
  }
  const training = frameRows(frame, 0, Math.floor(frame.rows * TRAINING_SHARE));
  const asked = {
    ...Object.fromEntries(Object.entries(fixed).map(([key, value]) => [key, [forecastSetting(key, value).value]])),
    algorithm: [algorithm],
    ...grid,
  } as unknown;
  const { steps, seed } = options;
  const candidates = await searchForecast(training, asked as ForecastGrid, { steps, seed, checkpoints, progress });
  const [best] = candidates;
  if (best === undefined || Number.isNaN(best.smape)) {
    throw new VedetteError('DATA_INSUFFICIENT', 'no combination of the grid could be trained on these data', {
      hint: 'give more rows, or smaller windows',
    });
  }
  return { algorithm: best.algorithm, settings: best.settings, candidates };
}

function keyAndValues(pair: string, option: string): readonly [string, string] {
  const at = pair.indexOf('=');
  if (at > 0) return [pair.slice(0, at), pair.slice(at + 1)];
  throw new VedetteError('USAGE', `${option} ${pair} is no key=value`, { hint: `Write for example ${option} window=36.` });
}
