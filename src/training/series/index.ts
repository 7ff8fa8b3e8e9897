export { DEFAULT_FORECAST_ALGORITHM, FORECAST_ALGORITHM_NAMES, FORECAST_ALGORITHMS, type ForecastAlgorithm } from '../../ml/index.ts';
export { bestForecast, type ChosenForecast } from './choose-forecast.ts';
export { evaluateSeriesDetector, type SeriesEvaluation } from './evaluate-detector.ts';
export { evaluateForecast, type ForecastErrors, type ForecastEvaluation } from './evaluate-forecast.ts';
export {
  type ChannelForecast,
  channelsOf,
  type ForecastModel,
  forecastNext,
  packForecastModel,
  unpackForecastModel,
} from './forecast-model.ts';
export { forecastRange, type RangeForecast } from './forecast-range.ts';
export { forecastAlgorithm, forecastSetting, forecastSettings, ownSettings } from './forecast-settings.ts';
export { type GridCandidate, searchForecast } from './grid-search.ts';
export { isParquet } from './parquet-series.ts';
export { framesOf, type NamedFrame, type ReadSeriesOptions, readSeries, readTable } from './read-series.ts';
export { readingsOf } from './readings-of.ts';
export { readStoredSeries } from './stored-series.ts';
export { seriesTables } from './tables.ts';
export { type TrainedForecast, type TrainForecastOptions, trainForecast } from './train-forecast.ts';
