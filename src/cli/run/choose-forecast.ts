import { type SeriesFrame, VedetteError } from '../../core/index.ts';
import { DEFAULT_FORECAST_ALGORITHM, type FitCheckpoints } from '../../ml/index.ts';
import { bestForecast, type ChosenForecast, forecastAlgorithm, forecastSetting, forecastSettings } from '../../training/series/index.ts';

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
  const grid = options.grid.map((pair) => keyAndValues(pair, '--grid')).map(([key, values]) => [key, values.split(',')] as const);
  const settings = Object.fromEntries(Object.entries(fixed).map(([key, value]) => [key, forecastSetting(key, value).value]));
  const { steps, seed } = options;
  return bestForecast(frame, Object.fromEntries(grid), { algorithm, settings }, { steps, seed, checkpoints, progress });
}

function keyAndValues(pair: string, option: string): readonly [string, string] {
  const at = pair.indexOf('=');
  if (at > 0) return [pair.slice(0, at), pair.slice(at + 1)];
  throw new VedetteError('USAGE', `${option} ${pair} is no key=value`, { hint: `Write for example ${option} window=36.` });
}
