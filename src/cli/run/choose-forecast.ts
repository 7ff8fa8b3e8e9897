import { frameRows, type SeriesFrame, VedetteError } from '../../core/index.ts';
import type { FitCheckpoints, NetworkOptions } from '../../ml/index.ts';
import { type ForecastGrid, type GridCandidate, searchForecast } from '../../training/series/index.ts';

const SETTINGS = ['window', 'learningRate', 'batchSize', 'epochs'] as const;
type Setting = (typeof SETTINGS)[number];

/** Rows that `train forecast` learns from; the later ones measure it and must not choose it. */
const TRAINING_SHARE = 0.8;

export interface ChosenForecast {
  readonly algorithm: string;
  readonly network: NetworkOptions;
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
  const fixed = Object.fromEntries(
    (options.option ?? []).map((pair) => setting(pair, '--option')).map(([key, values]) => [key, values[0]]),
  );
  const algorithm = options.algorithm ?? 'blend';
  if (options.grid === undefined || options.grid.length === 0) return { algorithm, network: fixed, candidates: [] };
  const grid: Record<string, readonly (string | number)[]> = {};
  for (const pair of options.grid) {
    if (pair.startsWith('algorithm=')) grid.algorithm = pair.slice('algorithm='.length).split(',');
    else {
      const [key, values] = setting(pair, '--grid');
      grid[key] = values;
    }
  }
  const training = frameRows(frame, 0, Math.floor(frame.rows * TRAINING_SHARE));
  const asked = {
    ...Object.fromEntries(Object.entries(fixed).map(([key, value]) => [key, [value]])),
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
  return { algorithm: best.algorithm, network: best.network, candidates };
}

function setting(pair: string, option: string): [Setting, number[]] {
  const at = pair.indexOf('=');
  const key = SETTINGS.find((name) => name === pair.slice(0, at));
  const values = pair
    .slice(at + 1)
    .split(',')
    .map(Number);
  if (key !== undefined && values.every((value) => value > 0)) return [key, values];
  throw new VedetteError('USAGE', `${option} ${pair} is no setting of a forecaster`, {
    hint: `write for example ${option} window=36; settings are algorithm (of a grid), ${SETTINGS.join(', ')}, with numbers above 0`,
  });
}
