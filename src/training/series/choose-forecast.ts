import { frameRows, type SeriesFrame, VedetteError } from '../../core/index.ts';
import type { FitCheckpoints, ForecastAlgorithm, ForecastSettings } from '../../ml/index.ts';
import { forecastAlgorithm, forecastSetting } from './forecast-settings.ts';
import { type ForecastGrid, type GridCandidate, searchForecast } from './grid-search.ts';

/** Rows that a forecast model learns from; the later ones measure it and must not choose it. */
const TRAINING_SHARE = 0.8;

export interface ChosenForecast {
  readonly algorithm: ForecastAlgorithm;
  readonly settings: ForecastSettings;
  /** What was tried, best first; empty without a grid. */
  readonly candidates: readonly GridCandidate[];
}

interface Choosing {
  readonly steps: number;
  readonly seed: number;
  readonly checkpoints: FitCheckpoints;
  readonly progress: (share: number) => void;
}

/** The best of a grid on a validation part of the training rows; what the grid leaves open is as `fixed`. USAGE for a value that no setting takes. */
export async function bestForecast(
  frame: SeriesFrame,
  grid: Readonly<Record<string, readonly unknown[]>>,
  fixed: Pick<ChosenForecast, 'algorithm' | 'settings'>,
  options: Choosing,
): Promise<ChosenForecast> {
  const tried = Object.entries(grid).map(([key, values]) => [
    key,
    values.map((value) => (key === 'algorithm' ? forecastAlgorithm(String(value)) : forecastSetting(key, String(value)).value)),
  ]);
  const asked = {
    ...Object.fromEntries(Object.entries(fixed.settings).map(([key, value]) => [key, [value]])),
    algorithm: [fixed.algorithm],
    ...Object.fromEntries(tried),
  } as ForecastGrid;
  const candidates = await searchForecast(frameRows(frame, 0, Math.floor(frame.rows * TRAINING_SHARE)), asked, options);
  const [best] = candidates;
  if (best === undefined || Number.isNaN(best.smape)) {
    throw new VedetteError('DATA_INSUFFICIENT', 'no combination of the grid could be trained on these data', {
      hint: 'give more rows, or smaller windows',
    });
  }
  return { algorithm: best.algorithm, settings: best.settings, candidates };
}
