/** Settings of forecasters, all numbers above 0: lags and window in rows, season in seconds. */
export const FORECAST_SETTINGS = ['season', 'lags', 'window', 'epochs', 'batchSize', 'learningRate'] as const;
export type ForecastSetting = (typeof FORECAST_SETTINGS)[number];
export type ForecastSettings = Readonly<Partial<Record<ForecastSetting, number>>>;

interface Algorithm {
  readonly summary: string;
  /** Settings that it takes. */
  readonly takes: readonly ForecastSetting[];
}

const NETWORK: readonly ForecastSetting[] = ['window', 'epochs', 'batchSize', 'learningRate'];

/** Forecasters by name, simple ones first. No imports here: the help of the command line names them. */
const ALGORITHMS = {
  'last-value': { summary: 'the latest value, for every step', takes: [] },
  'seasonal-naive': { summary: 'the value of one season before: a day, or season=SECONDS', takes: ['season'] },
  profile: { summary: 'level and mean of the hour, weekdays and weekend apart', takes: [] },
  'online-ar': {
    summary: 'level, hour, autoregression and rhythm of the week, learnt value by value and on through the data it forecasts',
    takes: [],
  },
  ridge: { summary: 'linear regression on the last values of all channels and the calendar, one for each step ahead', takes: ['lags'] },
  rhythm: { summary: 'usual value of each hour, weekdays and weekend apart, and ridge on what it leaves', takes: ['lags'] },
  var: { summary: 'vector autoregression of all channels, its one step repeated', takes: ['lags'] },
  blend: { summary: 'half ridge, half the mean of mlp, cnn and gru (the default)', takes: ['lags', ...NETWORK] },
  mlp: { summary: 'network with two hidden layers', takes: NETWORK },
  cnn: { summary: 'convolutions over time', takes: NETWORK },
  lstm: { summary: 'long short-term memory', takes: NETWORK },
  gru: { summary: 'gated recurrent units', takes: NETWORK },
  'stacked-lstm': { summary: 'two layers of LSTM', takes: NETWORK },
  'stacked-gru': { summary: 'two layers of GRU', takes: NETWORK },
  'bidirectional-lstm': { summary: 'LSTM over the window in both directions', takes: NETWORK },
  'seq2seq-lstm': { summary: 'LSTM encoder and decoder', takes: NETWORK },
  'attention-lstm': { summary: 'bidirectional LSTM with attention over the window', takes: NETWORK },
  tcn: { summary: 'dilated causal convolutions with residual blocks', takes: NETWORK },
  'autoencoder-mlp': { summary: 'seven dense layers, narrow in the middle', takes: NETWORK },
} satisfies Readonly<Record<string, Algorithm>>;

export type ForecastAlgorithm = keyof typeof ALGORITHMS;
export const FORECAST_ALGORITHMS: Readonly<Record<ForecastAlgorithm, Algorithm>> = ALGORITHMS;
export const FORECAST_ALGORITHM_NAMES = Object.keys(ALGORITHMS) as [ForecastAlgorithm, ...ForecastAlgorithm[]];

/** Forecast unless another is named. */
export const DEFAULT_FORECAST_ALGORITHM: ForecastAlgorithm = 'blend';

export function isForecastAlgorithm(name: string): name is ForecastAlgorithm {
  return Object.hasOwn(ALGORITHMS, name);
}
